"""The place of the picture: pages ask here for the body as drawn from the graph."""

import pyoxigraph as ox
from markupsafe import Markup


def picture_of(iri: ox.NamedNode | None) -> Markup:
    """Return the figure that shows a record, as markup for a page; empty where there is none.

    Args:
        iri: the record; None for the whole body, the way in from the first page.
    """
    return Markup()
