"""Links to other systems: of records that exist, to identifiers that do, under their labels."""

import csv
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from myograph.link import register
from myograph.terms import BASE, LABEL
from tests.data.authored import compact, described, files, records, short
from tests.helpers import REPOSITORY, sources

REFERENCE = REPOSITORY / "../shared/reference"
# A row whose identifier the tables lack says where it was read.
READ_ELSEWHERE = re.compile(
    r"id from the box of Wikipedia's article \w|read in the list of UBERON 2026-04-01 that \w"
)


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


def test_the_register_says_what_the_links_say() -> None:
    register.check_register(sources())
    assert len(register.registered(sources())) > 1000


def check_digit(number: str) -> int:
    """The last digit of an identifier of SNOMED CT, by Verhoeff, from the digits before it.

    See https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification/.
    """

    def times(one: int, two: int) -> int:
        """The product in the group of the turns and flips of a pentagon."""
        turn = one + two if one < 5 else one - two
        return turn % 5 + 5 * ((one < 5) != (two < 5))

    step, check = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), 0
    for place, digit in enumerate(reversed(number), 1):
        value = int(digit)
        for _ in range(place % 8):
            value = step[value]
        check = times(check, value)
    return check if check > 4 else -check % 5


def test_the_identifiers_of_snomed_ct_end_in_their_check_digits() -> None:
    assert [check_digit("236"), check_digit("12345")] == [3, 1]
    ids = [row["object_id"] for _, row in mapped() if row["object_id"].startswith("SCTID:")]
    assert len(ids) > 40
    assert [one for one in ids if check_digit(one[6:-1]) != int(one[-1])] == []


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


def test_each_file_leads_to_one_system_and_says_what_is_on_both_sides() -> None:
    systems = {}
    for path in files("sssom.tsv"):
        header = yaml.safe_load(
            "\n".join(x[1:] for x in path.read_text("utf-8").splitlines() if x.startswith("#"))
        )
        name = path.name.split(".")[0]
        assert header["mapping_set_id"] == f"{BASE}mapping/{name}"
        assert header["subject_type"] == "owl named individual"
        assert header["object_type"] in {"owl class", "skos concept", "rdfs resource"}
        systems[name] = header["object_source"]
    assert len(systems) == len(set(systems.values())) > 10


def test_every_row_has_an_author_and_a_day_and_the_label_that_was_seen() -> None:
    # The titles of WHO and the names of SNOMED CT are not free, and so are not repeated.
    unnamed = ("ICD10:", "ICD11:", "SCTID:", "DOID:", "MESH:", NOTHING)
    wrong = [
        f"{row['subject_id']} {row['object_id']} in {name}"
        for name, row in mapped()
        if not (row["author_label"] and re.fullmatch(r"\d{4}-\d\d-\d\d", row["mapping_date"]))
        or not (row.get("object_label") or row["object_id"].startswith(unnamed))
    ]
    assert wrong == []


def test_every_structure_is_linked_to_uberon_or_was_looked_for() -> None:
    found = {row["subject_id"] for name, row in mapped() if name.endswith("/uberon.sssom.tsv")}
    kinds = ("muscle", "bone", "landmark", "joint", "nerve", "root", "artery", "vein", "tissue")
    ours = {compact(iri) for iri in records() if compact(iri).count("/") == 0}
    missing = {one for one in ours if one.split(":")[0] in (*kinds, "region")} - found
    assert missing == set()


def test_what_the_tables_have_under_our_name_is_linked() -> None:
    """A muscle, bone, joint, nerve, artery of ours with the label of a term has a link to it."""
    known = reference()
    terms = defaultdict(set)
    for term, labels in known.items():
        if term.startswith("UBERON:"):
            for label in labels:
                terms[label.removesuffix(" muscle")].add(term)
    linked = defaultdict(set)
    for _, row in mapped():
        linked[row["subject_id"]].add(row["object_id"])
    wrong = [
        (compact(iri), label, terms[label])
        for iri, labels in described(LABEL).items()
        if compact(iri).split(":")[0] in {"muscle", "bone", "joint", "nerve", "artery", "tissue"}
        for label in labels
        if label in terms and not linked[compact(iri)] & terms[label]
    ]
    assert wrong == []
    assert len(terms) > 1000


def test_the_reference_implementation_finds_every_file_right(tmp_path: Path) -> None:
    """By sssom-py, https://mapping-commons.github.io/sssom-py/; a planted error is found."""
    sound = sorted(files("sssom.tsv"))
    bad = tmp_path / "bad.sssom.tsv"
    bad.write_text(sound[0].read_text("utf-8").replace("skos:close", "closely:"), "utf-8")
    script = """
import sys
from sssom.parsers import parse_sssom_table
from sssom.validators import validate
for path in sys.argv[1:]:
    reports = validate(parse_sssom_table(path), fail_on_error=False)
    print(path, sum(len(report.results) for report in reports.values()))
"""
    # Apart: it brings pandas, which warns of itself, and memory that no other test wants.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *map(str, [*sound, bad])],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    counts = [line.rsplit(" ", 1) for line in done.stdout.splitlines() if ".tsv" in line]
    assert [path for path, _ in counts] == [str(path) for path in [*sound, bad]], done.stderr
    assert [path for path, faults in counts if int(faults)] == [str(bad)]
