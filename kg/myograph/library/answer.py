"""Rows for Python: what a question or a SELECT found, with values of Python's own types."""

import keyword
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, overload

import pyoxigraph as ox

from myograph.errors import MissingPackageError
from myograph.query import Rows, Term
from myograph.terms import XSD

if TYPE_CHECKING:
    import pandas

_FEW = 20  # rows that a notebook shows
_INTEGERS = {XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger")}
_REALS = {XSD + name for name in ("decimal", "double", "float")}
Value = str | int | float | bool | None


def value_of(term: Term | None) -> Value:
    """Return a term as Python has it.

    Returns:
        A whole number, a real one or a truth value for a literal of such a type; the text of
        any other literal; the IRI of a record as text; None where nothing is bound.
    """
    if isinstance(term, ox.NamedNode):
        return term.value
    if not isinstance(term, ox.Literal):
        return None if term is None else str(term)
    datatype = term.datatype.value
    if datatype in _INTEGERS:
        return int(term.value)
    if datatype in _REALS:
        return float(term.value)
    if datatype == XSD + "boolean":
        return term.value in ("true", "1")
    return term.value


class Answer(Sequence[Any]):
    """The rows of an answer: a sequence of named tuples, `row.exerciseLabel` for each column.

    Attributes:
        columns: the names of the columns, as the query has them.
        note: what must be read with the rows; "" for most answers.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Value]], note: str = ""):
        self.columns = tuple(columns)
        self.note = note
        # A column may be called what Python keeps for itself, such as `from` or `_1`.
        kind: Callable[..., Any] = namedtuple("Row", map(_attribute, self.columns))  # type: ignore[misc]
        self._rows: list[Any] = [kind(*row) for row in rows]

    @classmethod
    def of(cls, rows: Rows, note: str = "") -> "Answer":
        """Return an answer for the rows of a query."""
        return cls(rows.columns, [[value_of(term) for term in row] for row in rows.rows], note)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> "Answer": ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Answer(self.columns, self._rows[index], self.note)
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def to_dicts(self) -> list[dict[str, Value]]:
        """Return each row as a dictionary from column to value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self._rows]

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the rows as a data frame.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise MissingPackageError(
                "A data frame needs pandas, which is not installed.", "Run: pip install pandas."
            ) from None
        return pandas.DataFrame(self._rows, columns=list(self.columns))

    def __repr__(self) -> str:
        shown = self._shown()
        lines = ["  ".join(self.columns[i].removesuffix("Label") for i in shown)]
        lines += ["  ".join(_text(row[i]) for i in shown) for row in self._rows[:_FEW]]
        if len(self) > _FEW:
            lines.append(f"… {len(self)} rows in all")
        return "\n".join([*lines, self.note]).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return the first rows as a table; notebooks ask for it."""
        shown = self._shown()
        names = (self.columns[i].removesuffix("Label") for i in shown)
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_text(row[i]))}</td>" for i in shown) + "</tr>"
            for row in self._rows[:_FEW]
        )
        more = f"<p>{len(self)} rows. {escape(self.note)}</p>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def _shown(self) -> list[int]:
        """Return the columns for people: an IRI with its label beside it says the same twice."""
        return [i for i, name in enumerate(self.columns) if f"{name}Label" not in self.columns]


def _attribute(column: str) -> str:
    name = column.lstrip("_") or "column"
    name = f"n{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) else name


def _text(value: Value) -> str:
    return "" if value is None else str(value)
