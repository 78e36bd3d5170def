"""The tables of records as Parquet files, https://parquet.apache.org/docs/file-format/.

Numbers are numbers there, for those who calculate; the form that they were written in is in the
CSV tables. Takes pyarrow: `pip install 'myograph[parquet]'`.
"""

import io
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from myograph.errors import MissingPackageError
from myograph.framing import Frame
from myograph.tables import Column, Table, tables
from myograph.terms import XSD

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def write_parquet(quads: Iterable[ox.Quad], frame: Frame) -> dict[str, bytes]:
    """Return a Parquet file for each class that has records.

    Raises:
        MissingPackageError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingPackageError(
            f"Parquet files cannot be written: {error}.",
            "Install what it takes: pip install 'myograph[parquet]'.",
        ) from None
    files: dict[str, bytes] = {}
    for table in tables(quads, frame):
        arrays = [_array(table, place, pyarrow) for place in range(len(table.columns))]
        names = [column.name for column in table.columns]
        out = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_arrays(arrays, names), out, compression="zstd")
        files[f"{table.name}.parquet"] = out.getvalue()
    return files


def _array(table: Table, place: int, pyarrow: Any) -> Any:
    column = table.columns[place]
    kind = {
        XSD + "integer": pyarrow.int64(),
        XSD + "decimal": pyarrow.float64(),
        XSD + "double": pyarrow.float64(),
        XSD + "boolean": pyarrow.bool_(),
    }.get(column.datatype, pyarrow.string())
    cells = [[_value(text, column) for text in row[place]] for row in table.rows]
    if column.several:
        return pyarrow.array(cells, pyarrow.list_(kind))
    return pyarrow.array([cell[0] if cell else None for cell in cells], kind)


def _value(text: str, column: Column) -> object:
    datatype = column.datatype.removeprefix(XSD)
    if datatype == "integer":
        return int(text)
    if datatype in ("decimal", "double"):
        return float(text)
    return _TRUTH[text] if datatype == "boolean" else text
