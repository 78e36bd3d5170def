"""How terms show on pages: as links to local addresses with labels, or as text."""

from bisect import bisect_right
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import request

from myograph.query import Rows
from myograph.terms import BASE
from myograph_server.facts import Facts, Term
from myograph_server.site import site


@dataclass(frozen=True)
class Shown:
    """A term as it shows.

    Attributes:
        text: what to read.
        href: where it leads, or nothing.
        language: of a literal.
        why: the address that explains it, where it was derived.
        outside: whether it leads to another site.
    """

    text: str
    href: str = ""
    language: str = ""
    why: str = ""
    outside: bool = False


def href(iri: str) -> str:
    """Return the address of an IRI: a path on this host for ours, itself for others."""
    if not iri.startswith(BASE):
        return iri if iri.startswith(("http://", "https://")) else ""
    return request.script_root + "/" + quote(iri.removeprefix(BASE), safe="/-_.~:@!$&'()*+,;=")


def compact(iri: str) -> str:
    """Return `muscle:soleus` for an IRI with one of our prefixes, else the IRI."""
    spaces = site().namespaces
    # Of what an IRI begins with the longest comes nearest before it.
    for space, prefix in reversed(spaces[: bisect_right(spaces, (iri, "~"))]):
        if iri.startswith(space):
            return f"{prefix}:{iri[len(space) :]}"
    return iri


def shown(term: Term, facts: Facts | None = None) -> Shown:
    """Return a term as it shows."""
    facts = facts or site().facts
    if isinstance(term, ox.NamedNode):
        ours = term.value.startswith(BASE)
        known = ours or term in facts.names.records
        text = facts.label(term) if known else compact(term.value)
        return Shown(text, href(term.value), outside=not ours)
    if isinstance(term, ox.Literal):
        return Shown(term.value, language=term.language or "")
    return Shown("an expression")


def why(subject: Term, predicate: ox.NamedNode, value: Term) -> str:
    """Return the address that explains a statement."""
    if not isinstance(subject, ox.NamedNode):
        return ""
    parts = {"s": compact(subject.value), "p": compact(predicate.value)}
    if isinstance(value, ox.NamedNode):
        parts["o"] = compact(value.value)
    elif isinstance(value, ox.Literal):
        parts["o"] = str(value)
    return f"{request.script_root}/explain?{urlencode(parts)}"


@dataclass(frozen=True)
class Table:
    """Rows as they show.

    Attributes:
        headings: one a column.
        rows: of cells; None where nothing is bound.
    """

    headings: list[str]
    rows: list[list[Shown | None]]


def table(rows: Rows) -> Table:
    """Return rows as they show: a column of IRIs and that of their labels become one of links."""
    columns = list(rows.columns)
    kept = [c for c in columns if not (c.endswith("Label") and c.removesuffix("Label") in columns)]
    places = {c: i for i, c in enumerate(columns)}
    facts = site().facts
    shown_rows: list[list[Shown | None]] = []
    for row in rows.rows:
        cells: list[Shown | None] = []
        for column in kept:
            term = row[places[column]]
            cell = None if term is None else shown(term, facts)
            label = row[places[f"{column}Label"]] if f"{column}Label" in places else None
            if cell is not None and isinstance(label, ox.Literal):
                cell = Shown(label.value, cell.href, label.language or "", outside=cell.outside)
            elif cell is None and isinstance(label, ox.Literal):
                cell = Shown(label.value)
            cells.append(cell)
        shown_rows.append(cells)
    # A column that is empty throughout is noise on a page; the files keep it.
    filled = [i for i in range(len(kept)) if not shown_rows or any(r[i] for r in shown_rows)]
    return Table(
        [heading(kept[i]) for i in filled], [[row[i] for i in filled] for row in shown_rows]
    )


def heading(column: str) -> str:
    """Return `In phase` for `inPhase`."""
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in column.removesuffix("Label"))
    return spaced.replace("_", " ").strip().capitalize()
