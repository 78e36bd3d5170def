"""Small plain queries are judged at a glance, and no differently than at length."""

import pytest

from myograph.errors import MyographError
from myograph_server.guard import Guard, Limits

GUARD = Guard({"http://e/a"}, {"ex": "http://e/"}, Limits(length=5000, nesting=50, operators=300))
# Each doubtful word, in a comment: enough to have the guard look at every token.
AT_LENGTH = "\n# from afar, and no service"


@pytest.mark.parametrize(
    "query",
    [
        *("SELECT * { ?s ?p ?o }", "ask{}", "# c\nPREFIX ex: <http://e/> DESCRIBE <http://e/a>"),
        "PREFIX ex: <http://e/>\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_what_is_judged_at_a_glance_is_judged_alike_at_length(query: str) -> None:
    assert GUARD.form_at_a_glance(query)
    assert not GUARD.form_at_a_glance(query + AT_LENGTH)
    quick, slow = GUARD.admit(query), GUARD.admit(query + AT_LENGTH)
    assert (quick.form, quick.dataset) == (slow.form, slow.dataset)
    assert quick.form in ("SELECT", "ASK", "DESCRIBE", "CONSTRUCT")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * " + "{" * 51 + "}" * 51,
        "SELECT (" + "-" * 299 + "1 AS ?x) {}",
        "INSERT DATA { <a> <b> <c> }",
        "SELECT * { SERVICE <http://x/> {} }",
        r"SELECT * { \u0053ERVICE <http://x/> {} } # \u",
    ],
)
def test_a_glance_lets_nothing_through_that_is_refused_at_length(query: str) -> None:
    outcomes = []
    for text in (query, query + AT_LENGTH):
        try:
            outcomes.append(GUARD.admit(text).form)
        except MyographError as error:
            outcomes.append(type(error).__name__)
    assert outcomes[0] == outcomes[1]
