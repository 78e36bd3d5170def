"""Every rule makes what it must and nothing else, on graphs of its own.

`rules/<rule>.ttl` holds its cases. A case is a small graph below a line `# ---- what it shows`,
with what the rule must derive (`# yes:`) and must not (`# no:`), one triple each. Only that rule
runs, with `# with: share-of-range` those named too, or with `# rules: all` all of them. Every
prefix of `ontology/prefixes.ttl` is known, names without one lie below our base, and nested facts
are named as in a build. The rules `violation-*` are tested with the shapes that forbid what they
find.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF
from rdflib.term import Variable

from myograph.rules import Rule, stratification_faults
from tests.helpers import all_rules, derived, facts, holds, iri, ontology, real_graph, sources

FOLDER = Path(__file__).parent / "rules"
RULES = {rule.name: rule for rule in all_rules() if not rule.finds_violations}
# Rules that need not make anything of the facts there are, each with the reason.
IDLE: dict[str, str] = {}


@dataclass(frozen=True)
class Case:
    """One small graph and what a rule makes of it."""

    rule: str
    title: str
    turtle: str
    yes: tuple[str, ...]
    no: tuple[str, ...]
    alone: bool
    besides: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.title}"


def cases_of(path: Path) -> list[Case]:
    head, *sections = re.split(r"^# ---- ", path.read_text("utf-8"), flags=re.MULTILINE)
    assert not head.strip(), f"{path.name}: nothing may come before the first case"
    return [case_of(path.stem, section) for section in sections]


def case_of(rule: str, section: str) -> Case:
    title, _, turtle = section.partition("\n")
    besides = tuple(name for line in said(turtle, "with") for name in line.split())
    alone = not re.search(r"^# rules: all$", turtle, re.MULTILINE)
    return Case(rule, title, turtle, said(turtle, "yes"), said(turtle, "no"), alone, besides)


def said(turtle: str, word: str) -> tuple[str, ...]:
    return tuple(re.findall(rf"^# {word}: (.*)$", turtle, re.MULTILINE))


CASES = [case for path in sorted(FOLDER.glob("*.ttl")) for case in cases_of(path)]


def run(case: Case) -> ox.Store:
    wanted = {case.rule, *case.besides} if case.alone else RULES.keys()
    assert wanted <= RULES.keys(), "no such rule"
    rules = [rule for rule in RULES.values() if rule.name in wanted]
    reads_ontology = not case.alone or "graph:ontology" in RULES[case.rule].text
    return derived(facts(case.turtle) + (ontology() if reads_ontology else []), rules)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_rule_makes_what_it_must_and_nothing_else(case: Case) -> None:
    assert case.yes or case.no
    store = run(case)
    assert [triple for triple in case.yes if not holds(store, triple)] == [], "not derived"
    assert [triple for triple in case.no if holds(store, triple)] == [], "derived"


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_has_a_positive_and_a_negative_case(rule: Rule) -> None:
    own = [case for case in CASES if case.rule == rule.name]
    assert any(case.yes for case in own), f"add a '# yes:' to tests/data/rules/{rule.name}.ttl"
    assert any(case.no for case in own), f"add a '# no:' to tests/data/rules/{rule.name}.ttl"


def test_every_case_is_of_a_rule_that_exists() -> None:
    assert sorted({case.rule for case in CASES} - RULES.keys()) == []


def test_a_rule_is_named_by_its_file_and_has_a_graph_of_its_own() -> None:
    assert sorted(rule.name for rule in all_rules()) == sorted(
        path.stem for path in sources().rules.glob("*.rq")
    )
    for rule in all_rules():
        kind = rule.name.split("-")[0]
        wanted = {
            "rollup": "rolled-up",
            "violation": f"violation/{rule.name.removeprefix('violation-')}",
        }.get(kind, f"inferred/{rule.name}")
        assert rule.target == iri(f"graph/{wanted}"), f"{rule.name}: correct its '#+ graph:'"


def test_every_rule_makes_something_of_the_real_facts() -> None:
    made = real_graph().made
    idle = sorted(name for name in RULES if not made[name])
    assert idle == sorted(IDLE), "a rule that makes nothing is broken, or needs a reason in IDLE"
    assert all(IDLE.values())


def test_the_strata_hold() -> None:
    assert stratification_faults(all_rules()) == []


def test_what_may_feed_a_rule_is_told_from_its_text_as_from_its_parse() -> None:
    """Rules run again by a look at their text; the parsed query is the oracle."""
    for rule in all_rules():
        for _, predicate, value in rule.premises:
            named = value if predicate == RDF.type else predicate
            if isinstance(predicate, Variable) or isinstance(named, Variable):
                assert rule.may_read([]), f"{rule.name} may read anything"
            else:
                local = re.split(r"[/#]", str(named))[-1]
                assert rule.may_read([local]), f"{rule.name} reads {local}"


def test_every_variable_of_a_rules_sentence_is_one_of_its_query() -> None:
    for rule in all_rules():
        for name in re.findall(r"\{(\w+)\}", rule.says):
            assert re.search(rf"\?{name}\b", rule.text), f"{rule.name}: no ?{name} in its query"
