"""Sections of pages that are answers to questions: what people read there they can ask again."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import request

from myograph.query import Rows
from myograph_server.links import Shown, compact, shown, table
from myograph_server.pages import Cell, Section
from myograph_server.site import site


def asked(
    title: str,
    name: str,
    iri: ox.NamedNode,
    *,
    without: Sequence[str] = (),
    note: str = "",
    absent: str = "",
) -> Section:
    """Return the answer to a question about a record as a section.

    Args:
        title: its heading.
        name: of the question; its first parameter is the record.
        iri: the record.
        without: columns to leave out.
        note: a sentence below the heading.
        absent: what to say where there is no answer.

    Raises:
        MyographError: as `Engine.run`.
    """
    rows = answer(name, iri)
    kept = [i for i, column in enumerate(rows.columns) if column not in without]
    shorter = Rows(
        tuple(rows.columns[i] for i in kept), [tuple(row[i] for i in kept) for row in rows.rows]
    )
    made = table(shorter)
    cells: list[list[Cell]] = [[[cell] if cell else [] for cell in row] for row in made.rows]
    ask, query = addresses(name, iri)
    return Section(
        title, tuple(made.headings), cells, note=note, ask=ask, query=query, absent=absent
    )


def answer(name: str, iri: ox.NamedNode) -> Rows:
    """Return the answer to a question about a record.

    Raises:
        MyographError: as `Engine.run`.
    """
    question = site().questions[name]
    found = site().answer(site().admit(question.bind({question.params[0].name: iri})))
    return found if isinstance(found, Rows) else Rows((), [])


def addresses(name: str, iri: ox.NamedNode) -> tuple[str, str]:
    """Return where a question about a record is asked, and where its query is edited."""
    parameter = {site().questions[name].params[0].name: compact(iri.value)}
    root = request.script_root
    return (
        f"{root}/ask/{name}?{urlencode(parameter)}",
        f"{root}/sparql?{urlencode({'example': name, **parameter})}",
    )


def linked(row: Mapping[str, object], column: str) -> Cell:
    """Return a column of IRIs and that of their labels as one cell."""
    term, label = row.get(column), row.get(f"{column}Label")
    if not isinstance(term, ox.NamedNode):
        return [Shown(label.value)] if isinstance(label, ox.Literal) else []
    plain = shown(term)
    return [Shown(label.value if isinstance(label, ox.Literal) else plain.text, plain.href)]
