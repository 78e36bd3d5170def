"""What the benchmarks of a build rest on: facts repeated under new names, growth of a step."""

from pathlib import Path

import pytest

from benchmarks.build import Measured, growth
from benchmarks.repeated import renamed, repeat
from myograph.read import read_sources
from tests.helpers import sources

TEXT = """@prefix muscle: <https://w3id.org/myograph/muscle/> .
root:S1 a myo:NerveRoot ; rdfs:label "S1 nerve root"@en ;
    dcterms:source source:s .
muscle:soleus a myo:Muscle ; rdfs:label "soleus"@en ; skos:altLabel "soleus"@en ;
    myo:layer myo:Deep ; dcterms:source source:page-483 .
"""


def test_a_copy_has_names_and_labels_of_its_own_and_shares_roots_and_sources() -> None:
    assert (
        renamed(TEXT, 7)
        == """@prefix muscle: <https://w3id.org/myograph/muscle/> .

muscle:soleus-r7 a myo:Muscle ; rdfs:label "soleus 7"@en ; skos:altLabel "soleus"@en ;
    myo:layer myo:Deep ; dcterms:source source:page-483 .
"""
    )


def test_a_copy_is_linked_to_other_terms_of_the_same_kinds() -> None:
    row = "muscle:soleus\tskos:exactMatch\tUBERON:0001389\tUBERON:0001630\tFMA:22542"
    subject, _, term, kind, other = renamed(row, 1).split("\t")
    assert (subject, kind) == ("muscle:soleus-r1", "UBERON:0001630")
    assert term not in row
    assert other not in row


def test_repeated_sources_hold_every_record_so_many_times(tmp_path: Path) -> None:
    once, twice = (
        len(set(read_sources(repeat(sources(), copies, tmp_path / str(copies)))))
        for copies in (1, 2)
    )
    assert 1.5 * once < twice < 2 * once


def test_growth_is_the_exponent_of_the_triples() -> None:
    before = Measured(1, 100, {"read": 1.0, "derive": 1.0})
    after = Measured(10, 1000, {"read": 10.0, "derive": 100.0})
    assert growth("read", before, after) == pytest.approx(1)
    assert growth("derive", before, after) == pytest.approx(2)
    assert growth("check", before, after) is None
