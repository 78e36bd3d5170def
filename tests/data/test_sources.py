"""The authored files keep their own rules: prefixes, sources, labels, definitions, identifiers.

Each test returns what is wrong as a list of sentences, the record and the repair in each. What one
record or one path can show is left to the shapes; here is what only many files together can.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.prefixes import prefix_map
from myograph.terms import BASE, DCTERMS, DEFINITION, LABEL, MYO, RDF_TYPE, SOURCE, myo
from tests.data.authored import compact, described, files, records, short, stated
from tests.helpers import sources

PREFIX = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
MAPPED_PREFIX = re.compile(r"^#\s+(\w+): (http\S+)$", re.MULTILINE)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Spinal roots are written as anatomists write them.
ROOT = re.compile(r"[CTLS](o|[1-9]|1[0-2])")
# A DOI's suffix may hold anything printable; https://www.doi.org/doi-handbook/HTML/.
DOI = re.compile(r"10\.\d{4,9}/[^\s<>\"]+")


# ---------------------------------------------------------------- prefixes


@pytest.mark.parametrize("path", [*files("ttl"), *files("rq")], ids=short)
def test_a_files_prefixes_are_those_of_the_one_list(path: Path) -> None:
    known = prefix_map(sources().ontology)
    lines = dict(PREFIX.findall(path.read_text("utf-8")))
    # Shapes have a namespace of their own, which is in no data.
    if path.parent.name == "shapes":
        assert lines.pop("shape", BASE + "shapes/") == BASE + "shapes/"
    wrong = [
        f"{short(path)}: write {name}: as <{known.get(name, 'nothing: add it to the list')}>"
        for name, iri in lines.items()
        if known.get(name) != iri
    ]
    assert wrong == []


def test_every_mapping_files_prefixes_agree_with_the_list() -> None:
    known = prefix_map(sources().ontology)
    wrong = [
        f"{short(path)}: {name} is <{known[name]}> everywhere else, not <{iri}>"
        for path in files("sssom.tsv")
        for name, iri in re.findall(
            r"^#\s+(\w+): (http\S+)$", path.read_text("utf-8"), re.MULTILINE
        )
        if name in known and known[name] != iri
    ]
    assert wrong == []


# ---------------------------------------------------------------- sources


@cache
def cited() -> dict[str, str]:
    """Every source that a fact cites, with a file that does."""
    return {
        quad.object.value: name
        for name, quad in stated()
        if quad.predicate == SOURCE and isinstance(quad.object, ox.NamedNode)
    }


@cache
def defined_sources() -> dict[str, str]:
    return {
        quad.subject.value: name
        for name, quad in stated()
        if quad.predicate == RDF_TYPE
        and quad.object == myo("Source")
        and isinstance(quad.subject, ox.NamedNode)
    }


def test_every_source_that_is_cited_is_defined() -> None:
    wrong = [
        f"{compact(source)}, cited in {name}: define it in a kg/data/sources*.ttl"
        for source, name in sorted(cited().items())
        if source not in defined_sources()
    ]
    assert wrong == []


def test_every_source_that_is_defined_is_cited() -> None:
    wrong = [
        f"{compact(source)} in {name}: cite it or drop it"
        for source, name in sorted(defined_sources().items())
        if source not in cited()
    ]
    assert wrong == []


def test_a_source_is_defined_once() -> None:
    places = defaultdict(set)
    for name, quad in stated():
        if quad.predicate == RDF_TYPE and quad.object == myo("Source"):
            places[quad.subject].add(name)
    assert [f"{s}: define it in one of {sorted(p)}" for s, p in places.items() if len(p) > 1] == []


def test_no_two_sources_have_one_address_and_title() -> None:
    titles, addresses = described(ox.NamedNode(DCTERMS + "title")), described(myo("url"))
    same = defaultdict(list)
    for source in defined_sources():
        for address in addresses.get(source, ()):
            key = (address.rstrip("/").split("://")[-1], *sorted(titles.get(source, ())))
            same[key].append(compact(source))
    assert [f"{sorted(names)}: keep one" for names in same.values() if len(names) > 1] == []


def test_every_doi_isbn_and_year_is_one() -> None:
    wrong = [
        f"{compact(source)}: '{doi}' is no DOI; write it as 10.1234/suffix"
        for source, dois in described(myo("doi")).items()
        for doi in dois
        if not DOI.fullmatch(doi)
    ]
    wrong += [
        f"{compact(source)}: '{isbn}' is no ISBN; correct its digits"
        for source, isbns in described(myo("isbn")).items()
        for isbn in isbns
        if not is_isbn(isbn)
    ]
    wrong += [
        f"{compact(source)}: {year} is no year"
        for source, years in described(myo("year")).items()
        for year in years
        if not 1500 < int(year) < 2100
    ]
    assert wrong == []


def is_isbn(text: str) -> bool:
    """Whether the check digit is right; https://www.isbn-international.org/."""
    digits = text.replace("-", "").replace(" ", "")
    if re.fullmatch(r"\d{13}", digits):
        return sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits)) % 10 == 0
    if re.fullmatch(r"\d{9}[\dX]", digits):
        values = [10 if d == "X" else int(d) for d in digits]
        return sum(v * (10 - i) for i, v in enumerate(values)) % 11 == 0
    return False


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("978-0-306-40615-7", True),
        ("978-0-306-40615-6", False),
        ("0-8044-2957-X", True),
        ("0804429571", False),
        ("12", False),
    ],
)
def test_the_isbn_check_knows_right_from_wrong(text: str, right: bool) -> None:
    assert is_isbn(text) is right


def test_every_licence_is_an_address_or_says_something() -> None:
    licence = ox.NamedNode(DCTERMS + "license")
    wrong = [
        f"{quad.subject} in {name}: '{quad.object.value}' is no licence; give its IRI or its name"
        for name, quad in stated()
        if quad.predicate == licence
        and isinstance(quad.object, (ox.NamedNode, ox.Literal))
        and not re.match(r"https?://\S+$" if isinstance(quad.object, ox.NamedNode) else r"\S.{2,}",
                         quad.object.value)
    ]  # fmt: skip
    assert wrong == []


# ---------------------------------------------------------------- labels and definitions


def test_labels_are_unique_within_a_namespace() -> None:
    same = defaultdict(set)
    for _, quad in stated():
        if quad.predicate == LABEL and isinstance(quad.subject, ox.NamedNode):
            assert isinstance(quad.object, ox.Literal)
            space = compact(quad.subject.value).split(":")[0]
            same[space, quad.object.value.casefold()].add(compact(quad.subject.value))
    wrong = [f"{sorted(n)}: both are called '{k[1]}'" for k, n in same.items() if len(n) > 1]
    assert wrong == []


def test_definitions_end_with_a_full_stop_and_are_not_copied() -> None:
    same = defaultdict(set)
    wrong = []
    for name, quad in stated():
        if quad.predicate == DEFINITION:
            assert isinstance(quad.object, ox.Literal)
            text = quad.object.value
            same[text.casefold()].add(f"{quad.subject} in {name}")
            if not text.endswith("."):
                wrong.append(f"{quad.subject} in {name}: end the definition with a full stop")
            if text != text.strip() or "  " in text:
                wrong.append(f"{quad.subject} in {name}: drop the needless blanks")
    wrong += [
        f"{sorted(n)}: each needs a definition of its own" for n in same.values() if len(n) > 1
    ]
    assert wrong == []


def test_slugs_are_kebab_case() -> None:
    wrong = []
    for record, name in records().items():
        if record.startswith(BASE) and not record.startswith(MYO):
            space, _, slug = compact(record).partition(":")
            pattern = ROOT if space == "root" else SLUG
            if not pattern.fullmatch(slug):
                wrong.append(f"{compact(record)} in {name}: write it in lower case with hyphens")
            if space == "muscle" and slug.endswith("-muscle"):
                wrong.append(f"{compact(record)} in {name}: leave out '-muscle'")
    assert wrong == []
