"""Records are found by what people call them, and an unknown name gets suggestions."""

import pytest

from myograph.errors import UnknownNameError
from myograph.names import Names, folded
from myograph.terms import myo
from tests.helpers import facts, iri, real_names

SMALL = Names(
    facts(
        """
        muscle:palmaris a myo:Muscle ; rdfs:label "palmaris"@en ;
            skos:prefLabel "musculus palmaris"@la ; skos:altLabel "Pälmar-Muskel"@en ;
            myo:layName "palm puller"@en .
        bone:palmaris a myo:Bone ; rdfs:label "palmaris"@en .
        exercise:curl a myo:StrengthExercise ; rdfs:label "curl"@en .
        exercise:leg-curl a myo:StrengthExercise ; rdfs:label "leg curl"@en .
        injury:strain a myo:MuscleStrain ; rdfs:label "strain"@en .
        """
    )
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("soleus", "muscle:soleus"),
        ("  SOLEUS ", "muscle:soleus"),
        ("musculus soleus", "muscle:soleus"),
        ("muscle:soleus", "muscle:soleus"),
        ("https://w3id.org/myograph/muscle/soleus", "muscle:soleus"),
        ("<https://w3id.org/myograph/muscle/soleus>", "muscle:soleus"),
        ("biceps-femoris-long-head", "muscle:biceps-femoris-long-head"),
        ("long head of biceps femoris", "muscle:biceps-femoris-long-head"),
        ("seated calf raise", "exercise:seated-calf-raise"),
        ("seated-calf-raise", "exercise:seated-calf-raise"),
        ("Achilles tendon", "tissue:calcaneal-tendon"),
        ("pulled hamstring", "injury:hamstring-strain"),
        ("calf muscles", "muscle:triceps-surae"),
    ],
)
def test_a_record_is_found_by_each_of_its_names(text: str, found: str) -> None:
    assert real_names().find(text) == iri(found)


@pytest.mark.parametrize(
    "text", ["palmar muskel", "PÄLMAR-MUSKEL", "pa\u0308lmar muskel", "palm  puller"]
)
def test_accents_case_hyphens_and_blanks_do_not_matter(text: str) -> None:
    assert SMALL.find(text) == iri("muscle:palmaris")


def test_folding_keeps_what_tells_names_apart() -> None:
    assert folded("Straße-9_x") == "strasse 9 x"
    assert folded("e\u0301") == folded("é") == "e"
    assert folded("  ") == ""


def test_an_ambiguous_name_is_the_muscle_unless_a_class_is_asked_for() -> None:
    assert SMALL.find("palmaris") == iri("muscle:palmaris")
    assert SMALL.find("palmaris", myo("Bone")) == iri("bone:palmaris")
    with pytest.raises(UnknownNameError, match="no Injury"):
        SMALL.find("palmaris", myo("Injury"))


def test_the_calf_is_a_group_of_muscles_or_a_region_as_the_class_says() -> None:
    assert real_names().find("calf", myo("MuscularStructure")) == iri("muscle:triceps-surae")
    assert real_names().find("calf", myo("Region")) == iri("region:calf")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("soelus", "soleus"),
        ("gastrocnemious", "gastrocnemius"),
        ("bicep femoris", "biceps femoris"),
        ("popliteous", "popliteus"),
    ],
)
def test_an_unknown_name_gets_what_was_meant_as_a_suggestion(typed: str, meant: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        real_names().find(typed)
    assert typed in caught.value.message
    assert meant in caught.value.repair


@pytest.mark.parametrize("text", ["xyzzyqwop", "", "   ", "<>", "muscle:no-such", "жжж"])
def test_a_name_like_no_other_is_an_error_all_the_same(text: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        real_names().find(text)
    assert caught.value.repair


@pytest.mark.parametrize(
    "text", ["https://w3id.org/myograph/ a", "https://w3id.org/myograph/>", "<<"]
)
def test_a_broken_iri_is_an_unknown_name(text: str) -> None:
    with pytest.raises(UnknownNameError):
        real_names().find(text)


def test_a_search_puts_whole_names_first_then_beginnings_then_parts() -> None:
    labels = [match.record.label for match in SMALL.search("curl")]
    assert labels == ["curl", "leg curl"]
    [best, *_] = real_names().search("solues")
    assert best.record.iri == iri("muscle:soleus")
    scores = [match.score for match in real_names().search("calf", limit=20)]
    assert scores == sorted(scores, reverse=True)


def test_a_search_can_be_kept_to_a_class_and_a_number() -> None:
    found = real_names().search("soleus", limit=3, kind=myo("Injury"))
    assert [match.record.iri for match in found][:1] == [iri("injury:soleus-strain")]
    assert len(real_names().search("a", limit=3)) <= 3
    assert real_names().search(" - ") == []


def test_a_match_says_by_which_name_it_was_found() -> None:
    [match, *_] = SMALL.search("palm puller")
    assert match.name == "palm puller"
    assert match.record.space == "muscle"
    assert match.record.slug == "palmaris"


def test_what_has_no_label_is_called_by_the_end_of_its_iri() -> None:
    assert SMALL.label(iri("muscle:nobody")) == "nobody"


@pytest.mark.parametrize("mistyped", ["achiles", "hamsting", "gastrocnemus", "seated calf rase"])
def test_one_mistyped_word_of_a_longer_name_is_forgiven(mistyped: str) -> None:
    found = [match.name.casefold() for match in real_names().search(mistyped, limit=5)]
    wanted = {"achiles": "achilles", "hamsting": "hamstring", "gastrocnemus": "gastrocnemius"}
    assert any(wanted.get(mistyped, "seated calf raise") in name for name in found), found
