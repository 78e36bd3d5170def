"""What a person's own facts can touch is kept, the rest of the many records is left out."""

from pyoxigraph import NamedNode, Quad

from myograph.portion import portion
from myograph.terms import BASE
from tests.helpers import facts

OURS = facts(
    """
    muscle:soleus a myo:Muscle ; myo:hasOrigin [ myo:attachesTo landmark:soleal-line ] .
    exercise:hop a myo:PlyometricExercise ; myo:regressionOf exercise:jump ;
        myo:hasPhase [ myo:key "up" ; myo:hasDemand [ myo:ofMovement movement:knee-extension ] ] .
    exercise:jump a myo:PlyometricExercise ; myo:hasPhase [ myo:key "up" ] .
    exercise:squat a myo:StrengthExercise .
    injury:strain a myo:MuscleStrain ; myo:affects muscle:soleus .
    redflag:sudden a myo:RedFlag ; myo:suggests injury:strain .
    """
)


def kept(turtle: str) -> set[str]:
    quads = portion(OURS, facts(turtle, "own"))
    subjects = (quad.subject for quad in quads)
    return {s.value.removeprefix(BASE) for s in subjects if isinstance(s, NamedNode)}


def test_who_names_none_of_the_many_is_checked_without_them() -> None:
    anatomy = {"muscle/soleus", "muscle/soleus/origin/soleal-line", "redflag/sudden"}
    assert kept("muscle:mine a myo:Muscle ; myo:deepTo muscle:soleus .") == anatomy


def test_what_is_named_is_kept_whole_with_what_it_names() -> None:
    found = kept("exercise:mine a myo:StrengthExercise ; myo:regressionOf exercise:hop .")
    assert {"exercise/hop", "exercise/hop/phase/up/demand/knee-extension"} <= found
    assert {"exercise/jump", "exercise/jump/phase/up"} <= found
    assert {"exercise/squat", "injury/strain"}.isdisjoint(found)


def test_a_record_of_ours_that_is_added_to_is_kept() -> None:
    assert "injury/strain" in kept("injury:strain myo:layName 'pull'@en .")


def test_no_statement_leads_to_what_was_left_out() -> None:
    quads: list[Quad] = portion(OURS, [])
    assert not [q for q in quads if "/injury/" in str(q.object)]
