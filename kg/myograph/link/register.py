"""The register of links: each identifier of another system, its label there, and whose it is here.

The SSSOM files say of each record of ours what it is elsewhere; the register says it from the other
side, one line an identifier, and is written by `myograph link register`. A build reads both: an
identifier that is off by a digit, or that of a neighbour, stands in only one of them.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from myograph.errors import MappingError
from myograph.files import Sources
from myograph.sourcefile import read_source
from myograph.sssom import read_rows

COLUMNS = ("object_id", "object_label", "subject_ids")
_NOTHING = "sssom:NoTermFound"
_REPAIR = (
    "Correct the link in kg/data/mappings; if it is right, run `myograph link register`, which "
    "shows what it changes, and read that against the other system once more."
)
Register = dict[str, tuple[str, str]]


def register_path(sources: Sources) -> Path:
    """Return where the register lies."""
    return sources.data / "mappings" / "register.tsv"


def registered(sources: Sources) -> Register:
    """Read the register: label and records of ours by identifier; nothing where there is none."""
    path = register_path(sources)
    if not path.is_file():
        return {}
    lines = csv.DictReader(read_source(path).splitlines(), delimiter="\t")
    return {row["object_id"]: (row["object_label"], row["subject_ids"]) for row in lines}


def linked(sources: Sources) -> Register:
    """Return what the register has to say by the links.

    Raises:
        MappingError: a file cannot be read, or two rows give one identifier different labels.
    """
    labels: dict[str, str] = {}
    subjects: dict[str, set[str]] = {}
    for path in sorted((sources.data / "mappings").glob("*.sssom.tsv")):
        for number, row in read_rows(path, path.name):
            term, label = row["object_id"], row.get("object_label") or ""
            if term == _NOTHING:
                continue
            if labels.setdefault(term, label) != label:
                raise MappingError(
                    f"{path.name}, line {number}: {term} is called '{label}', and "
                    f"'{labels[term]}' in another row.",
                    repair="Correct the identifier or the label of one of the two.",
                )
            subjects.setdefault(term, set()).add(row["subject_id"])
    return {term: (labels[term], " ".join(sorted(subjects[term]))) for term in sorted(labels)}


def differences(new: Register, old: Register) -> list[tuple[str, str]]:
    """Return what the links say and the register does not (`+`), and the other way round (`-`)."""

    def lines(these: Register, others: Register, sign: str) -> Iterable[tuple[str, str]]:
        for term, (label, records) in these.items():
            if others.get(term) != (label, records):
                yield term, f"{sign} {term} {label!r} {records}"

    return sorted({*lines(new, old, "+"), *lines(old, new, "-")})


def check_register(sources: Sources) -> None:
    """Hold the links against the register.

    Raises:
        MappingError: they differ, or one identifier has two labels.
    """
    found = differences(linked(sources), registered(sources))
    if found:
        shown = "\n    ".join(line for _, line in found[:6])
        more = f"\n    … and {len(found) - 6} more" if len(found) > 6 else ""
        raise MappingError(
            f"The links (+) and their register (-) differ:\n    {shown}{more}", repair=_REPAIR
        )


def register_text(entries: Register) -> str:
    """Return the register as tab-separated values, in the order of the identifiers."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((term, *entries[term]) for term in sorted(entries))
    return out.getvalue()
