"""Reads a table of another system's terms: identifiers, labels, synonyms by columns."""

import csv
from pathlib import Path

from myograph.errors import InputFileError
from myograph.files import find_sources
from myograph.link.index import Index
from myograph.sssom_write import mapping_converter


def read_table(path: Path) -> Index:
    """Return the terms of a table as if they were those of an ontology without a hierarchy.

    The identifiers, as CURIEs, are in the first column whose name ends in `id`, the labels in the
    first whose name ends in `label`, synonyms in `synonyms`, divided by `|`.

    Args:
        path: of a file in UTF-8 whose first line has the names of the columns.

    Raises:
        InputFileError: it cannot be read, or has no such columns.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"{path} cannot be read: {error}.", "Give a table in UTF-8.") from None
    columns = [name for name in (rows[0] if rows else ()) if name]
    ids = next((name for name in columns if name.endswith("id")), None)
    labels = next((name for name in columns if name.endswith("label")), None)
    if ids is None or labels is None:
        raise InputFileError(
            f"{path} has no columns of identifiers and labels.",
            "Name them in the first line, such as uberon_id and label.",
        )
    converter = mapping_converter(find_sources())
    found = Index(iri=path.name)
    for row in rows:
        compact = row[ids] or ""
        iri = converter.expand(compact) if ":" in compact else None
        if iri:
            found.classes.add(iri)
            found.labels[iri] = row[labels] or ""
            found.synonyms[iri] |= {s for s in (row.get("synonyms") or "").split("|") if s}
    return found
