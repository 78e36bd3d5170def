"""Links to other systems: of records that exist, to identifiers that do, under their labels."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from myograph.terms import BASE, LABEL
from tests.data.authored import described, files, records, short
from tests.helpers import REPOSITORY

REFERENCE = REPOSITORY / "../shared/reference"
# A row whose identifier the tables lack says on which page it was read.
READ_ELSEWHERE = re.compile(r"id from the box of Wikipedia's article \w")


@cache
def reference() -> dict[str, set[str]]:
    """The labels that the tables give each identifier."""
    if not REFERENCE.is_dir():
        pytest.skip("the reference tables are not beside this checkout")
    found: dict[str, set[str]] = defaultdict(set)
    for name, pairs in {
        "uberon_terms.tsv": [("uberon_id", "label"), ("fma_xref", "label")],
        "fma_muscles.tsv": [("fma_id", "fma_label")],
    }.items():
        with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                for key, label in pairs:
                    for one in re.split(r"[|;, ]+", row[key] or ""):
                        found[one].add((row[label] or "").casefold())
                for part in (row.get("part_of") or "").split("|"):
                    one, _, label = part.partition(" ")
                    found[one].add(label.casefold())
    return found


NOTHING = "sssom:NoTermFound"


def mapped() -> Iterator[tuple[str, dict[str, str]]]:
    for path in files("sssom.tsv"):
        lines = [x for x in path.read_text("utf-8").splitlines() if not x.startswith("#")]
        for row in csv.DictReader(lines, delimiter="\t"):
            yield short(path), row


def test_every_uberon_and_fma_identifier_is_in_the_tables_with_its_label() -> None:
    known = reference()
    checked, wrong = 0, []
    for name, row in mapped():
        target, label = row["object_id"], (row.get("object_label") or "").casefold()
        if not target.startswith(("UBERON:", "FMA:")):
            continue
        checked += 1
        where = f"{row['subject_id']} in {name}: {target}"
        if target not in known and READ_ELSEWHERE.search(row.get("comment") or ""):
            continue
        if target not in known:
            wrong.append(f"{where} is not in the tables: correct or drop it")
        elif label and label not in known[target]:
            wrong.append(f"{where} is called {sorted(known[target])}, not '{label}'")
    assert checked > 100
    assert wrong == []


def test_no_identifier_is_the_exact_match_of_two_records() -> None:
    same = defaultdict(set)
    for _, row in mapped():
        if row["predicate_id"] == "skos:exactMatch" and row["object_id"] != NOTHING:
            same[row["object_id"]].add(row["subject_id"])
    assert [f"{k}: {sorted(v)}" for k, v in same.items() if len(v) > 1] == []


def test_every_link_is_of_a_record_that_exists_under_the_label_it_has() -> None:
    labels = described(LABEL)
    wrong = []
    for name, row in mapped():
        subject = BASE + row["subject_id"].replace(":", "/", 1)
        if subject not in records():
            wrong.append(f"{row['subject_id']} in {name}: there is no such record")
        elif row.get("subject_label") and row["subject_label"] not in labels.get(subject, set()):
            wrong.append(f"{row['subject_id']} in {name}: its label is {labels.get(subject)}")
    assert wrong == []


def test_every_link_has_a_predicate_and_a_justification_that_exist() -> None:
    predicates = {f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")}
    wrong = [
        f"{row['subject_id']} in {name}: {row['predicate_id']} by {row['mapping_justification']}"
        for name, row in mapped()
        if row["predicate_id"] not in predicates
        or not row["mapping_justification"].startswith("semapv:")
    ]
    assert wrong == []
