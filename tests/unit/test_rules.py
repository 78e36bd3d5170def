"""Rule files that are not of the form are refused, and each fault of the strata is seen."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.derive import derive
from myograph.errors import RuleError
from myograph.headers import headers
from myograph.rules import Rule, load_rules, read_rule, stratification_faults
from myograph.terms import graph

GOOD = """#+ stratum: 2
#+ says: {a} is {b}.
PREFIX e: <http://e/>
CONSTRUCT { ?a e:made ?b } WHERE { ?a e:is ?b }
"""


def rule(folder: Path, name: str, text: str) -> Rule:
    path = folder / f"{name}.rq"
    path.write_text(text, "utf-8")
    return read_rule(path)


def made(stratum: int, template: str, where: str, more: str = "") -> str:
    return (
        f"#+ stratum: {stratum}\n#+ says: so.\n{more}PREFIX e: <http://e/>\n"
        f"CONSTRUCT {{ {template} }} WHERE {{ {where} }}\n"
    )


def quad(subject: str, predicate: str, value: str, home: str = "anatomy") -> ox.Quad:
    s, p, o = (ox.NamedNode(f"http://e/{name}") for name in (subject, predicate, value))
    return ox.Quad(s, p, o, graph(home))


def store_of(*quads: ox.Quad) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


# ---------------------------------------------------------------- headers and files


def test_headers_keep_order_and_go_on_over_lines() -> None:
    text = "#+ says: one\n#+   two\n#+ expect: a, b\n#+ expect: c\n# no header\nSELECT *\n"
    assert headers(text) == {"says": ["one two"], "expect": ["a, b", "c"]}


def test_a_line_that_goes_on_from_nothing_is_no_header() -> None:
    assert headers("#+   two\n") == {}


def test_a_rule_is_read_with_name_stratum_sentence_and_graph(tmp_path: Path) -> None:
    found = rule(tmp_path, "good", GOOD)
    assert (found.name, found.stratum, found.says) == ("good", 2, "{a} is {b}.")
    assert found.target == graph("inferred/good")
    assert not found.single_pass
    assert not found.finds_violations


def test_a_header_may_name_another_graph(tmp_path: Path) -> None:
    assert rule(tmp_path, "r", "#+ graph: rolled-up\n" + GOOD).single_pass
    assert rule(tmp_path, "v", "#+ graph: violation/v\n" + GOOD).finds_violations


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("CONSTRUCT { ?a e:made ?b }", "SELECT *"), "no CONSTRUCT"),
        (GOOD.replace("#+ stratum: 2\n", ""), "stratum"),
        (GOOD.replace("stratum: 2", "stratum: two"), "stratum"),
        (GOOD.replace("#+ says: {a} is {b}.\n", ""), "sentence"),
    ],
)
def test_a_file_that_is_no_rule_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        rule(tmp_path, "bad", text)
    assert "bad.rq" in caught.value.message
    assert caught.value.repair


def test_rules_come_in_the_order_of_their_strata(tmp_path: Path) -> None:
    for name, stratum in (("b", 2), ("a", 10), ("c", 2)):
        rule(tmp_path, name, made(stratum, "?a e:p ?b", "?a e:q ?b"))
    assert [found.name for found in load_rules(tmp_path)] == ["b", "c", "a"]


def test_premises_and_negations_are_told_apart(tmp_path: Path) -> None:
    found = rule(
        tmp_path,
        "r",
        made(
            1,
            "?a e:made ?b",
            "?a e:one ?b MINUS { ?a e:two ?b } FILTER NOT EXISTS { ?a e:three ?c } "
            "OPTIONAL { ?a e:four ?d }",
        ),
    )
    assert {str(p[1]) for p in found.premises} == {"http://e/one", "http://e/four"}
    assert {str(p[1]) for p in found.negated} == {"http://e/two", "http://e/three"}


def test_a_listed_predicate_counts_as_each_of_its_values(tmp_path: Path) -> None:
    text = made(1, "?a ?p ?b", "VALUES ?p { e:one e:two } ?a e:has ?c . ?c ?p ?b")
    assert {str(t[1]) for t in rule(tmp_path, "r", text).template} == {
        "http://e/one",
        "http://e/two",
    }


# ---------------------------------------------------------------- strata


@pytest.mark.parametrize(
    "negation", ["MINUS { ?a e:made ?b }", "FILTER NOT EXISTS { ?a e:made ?c }"]
)
@pytest.mark.parametrize("maker", [2, 3])
def test_negating_what_the_same_or_a_higher_stratum_makes_is_a_fault(
    tmp_path: Path, negation: str, maker: int
) -> None:
    rules = [
        rule(tmp_path, "maker", made(maker, "?a e:made ?b", "?a e:q ?b")),
        rule(tmp_path, "denier", made(2, "?a e:other ?b", f"?a e:q ?b {negation}")),
    ]
    [fault] = stratification_faults(rules)
    assert "denier (stratum 2) negates" in fault
    assert f"put denier above stratum {maker}" in fault


def test_negating_what_a_lower_stratum_makes_is_none(tmp_path: Path) -> None:
    rules = [
        rule(tmp_path, "maker", made(1, "?a e:made ?b", "?a e:q ?b")),
        rule(tmp_path, "denier", made(2, "?a e:other ?b", "?a e:q ?b MINUS { ?a e:made ?b }")),
    ]
    assert stratification_faults(rules) == []


def test_counting_what_the_same_stratum_makes_is_a_fault(tmp_path: Path) -> None:
    counted = "{ SELECT ?a (COUNT(?b) AS ?n) WHERE { ?a e:made ?b } GROUP BY ?a }"
    rules = [
        rule(tmp_path, "maker", made(2, "?a e:made ?b", "?a e:q ?b")),
        rule(tmp_path, "counter", made(2, "?a e:many ?n", counted)),
        rule(tmp_path, "above", made(3, "?a e:also ?n", counted)),
    ]
    [fault] = stratification_faults(rules)
    assert fault.startswith("counter (stratum 2) counts")


@pytest.mark.parametrize("path", ["e:q/e:made", "^e:made", "(e:x|e:made)*"])
@pytest.mark.parametrize("negation", ["MINUS {{ {} }}", "FILTER NOT EXISTS {{ {} }}"])
def test_a_property_in_a_path_is_found_in_a_negation(
    tmp_path: Path, path: str, negation: str
) -> None:
    where = f"?a e:q ?b {negation.format(f'?a {path} ?b')}"
    rules = [
        rule(tmp_path, "maker", made(2, "?a e:made ?b", "?a e:q ?b")),
        rule(tmp_path, "denier", made(2, "?a e:other ?b", where)),
    ]
    [fault] = stratification_faults(rules)
    assert fault.startswith("denier")


def test_a_rule_that_negates_what_itself_makes_is_a_fault(tmp_path: Path) -> None:
    text = made(1, "?a e:made ?b", "?a e:q ?b MINUS { ?b e:made ?a }")
    [fault] = stratification_faults([rule(tmp_path, "self", text)])
    assert "self (stratum 1)" in fault


def test_a_listed_predicate_is_found_in_a_negation(tmp_path: Path) -> None:
    rules = [
        rule(tmp_path, "maker", made(2, "?a ?p ?b", "VALUES ?p { e:one e:two } ?b ?p ?a")),
        rule(tmp_path, "denier", made(2, "?a e:x ?b", "?a e:q ?b MINUS { ?a e:two ?b }")),
        rule(tmp_path, "harmless", made(2, "?a e:x ?b", "?a e:q ?b MINUS { ?a e:three ?b }")),
    ]
    [fault] = stratification_faults(rules)
    assert fault.startswith("denier")


def test_a_roll_up_below_a_rule_of_leaves_is_a_fault(tmp_path: Path) -> None:
    up = "#+ graph: rolled-up\n"
    rules = [
        rule(tmp_path, "leaves", made(5, "?a e:made ?b", "?a e:q ?b")),
        rule(tmp_path, "low", made(5, "?a e:up ?b", "?a e:q ?b", up)),
        rule(tmp_path, "high", made(6, "?a e:up ?b", "?a e:q ?b", up)),
    ]
    [fault] = stratification_faults(rules)
    assert fault.startswith("low rolls up in stratum 5")


def test_violations_may_look_at_roll_ups(tmp_path: Path) -> None:
    rules = [
        rule(tmp_path, "up", made(6, "?a e:up ?b", "?a e:q ?b", "#+ graph: rolled-up\n")),
        rule(tmp_path, "v", made(9, "?a e:bad ?b", "?a e:up ?b", "#+ graph: violation/v\n")),
    ]
    assert stratification_faults(rules) == []


# ---------------------------------------------------------------- running them

CLOSE = made(1, "?a e:before ?c", "?a e:before ?b . ?b e:before ?c")


def test_a_stratum_runs_to_its_fixpoint(tmp_path: Path) -> None:
    store = ox.Store()
    store.extend(quad(f"n{i}", "before", f"n{i + 1}") for i in range(20))
    counts = derive(store, [rule(tmp_path, "close", CLOSE)])
    assert counts == {"close": 20 * 21 // 2 - 20}
    wanted = quad("n0", "before", "n20")
    assert next(store.quads_for_pattern(wanted.subject, wanted.predicate, wanted.object, None))


def test_rules_of_one_stratum_feed_each_other_whichever_comes_first(tmp_path: Path) -> None:
    """A rule that made nothing runs again once another has made what it looks for."""
    store = store_of(quad("a", "q", "b"))
    rules = [
        rule(tmp_path, "a-last", made(1, "?a e:third ?b", "?a e:second ?b")),
        rule(tmp_path, "b-any", made(1, "?b e:inverse ?a", "VALUES ?p { e:third } ?a ?p ?b")),
        rule(tmp_path, "c-typed", made(1, "?a a e:Kind", "?a e:q ?b")),
        rule(tmp_path, "d-middle", made(1, "?a e:second ?b", "?a a e:Kind ; e:q ?b")),
        rule(tmp_path, "e-idle", made(1, "?a e:never ?b", "?a e:nowhere ?b")),
    ]
    assert derive(store, rules) == {
        "a-last": 1, "b-any": 1, "c-typed": 1, "d-middle": 1, "e-idle": 0,
    }  # fmt: skip


def test_a_triple_lies_in_one_graph_that_of_the_rule_that_made_it_first(tmp_path: Path) -> None:
    store = store_of(quad("a", "q", "b"), quad("c", "q", "d"), quad("c", "made", "d"))
    rules = [
        rule(tmp_path, "first", made(1, "?a e:made ?b", "?a e:q ?b")),
        rule(tmp_path, "second", made(2, "?a e:made ?b", "?a e:q ?b")),
    ]
    assert derive(store, rules) == {"first": 1, "second": 0}
    homes = {
        str(q.subject): q.graph_name
        for q in store.quads_for_pattern(None, ox.NamedNode("http://e/made"), None, None)
    }
    assert homes == {"<http://e/a>": graph("inferred/first"), "<http://e/c>": graph("anatomy")}
    assert len(store) == 4


def test_two_roll_ups_of_one_stratum_do_not_see_each_others_results(tmp_path: Path) -> None:
    up = "#+ graph: rolled-up\n"
    store = store_of(quad("a", "q", "b"))
    rules = [
        rule(tmp_path, "one", made(3, "?a e:one ?b", "?a e:q ?b", up)),
        rule(tmp_path, "two", made(3, "?a e:two ?b", "?a e:one ?b", up)),
    ]
    assert derive(store, rules) == {"one": 1, "two": 0}


def test_a_rule_sees_all_named_graphs_as_one(tmp_path: Path) -> None:
    store = store_of(quad("a", "q", "b", "anatomy"), quad("b", "r", "c", "exercise"))
    text = made(1, "?a e:made ?c", "?a e:q ?b . ?b e:r ?c")
    assert derive(store, [rule(tmp_path, "join", text)]) == {"join": 1}


def test_progress_is_told_each_stratum(tmp_path: Path) -> None:
    told: list[str] = []
    derive(ox.Store(), [rule(tmp_path, "close", CLOSE)], told.append)
    assert told == ["stratum 1: close"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (made(1, "?a e:made [ e:of ?b ]", "?a e:q ?b"), "made a blank node"),
        (made(1, "?a e:made ?b", "?a e:q"), "does not parse"),
    ],
)
def test_a_rule_that_cannot_be_run_is_named(tmp_path: Path, text: str, message: str) -> None:
    store = store_of(quad("a", "q", "b"))
    with pytest.raises(RuleError, match=message) as caught:
        derive(store, [rule(tmp_path, "broken", text)])
    assert "broken" in caught.value.message
