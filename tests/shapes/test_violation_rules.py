"""Every rule that looks for contradictions finds its bad example and leaves its good one alone."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef

from tests.shapes.example_files import EXAMPLES, MYO, OURS, REPOSITORY, SH, SHAPE, header
from tests.shapes.test_shapes import REPAIR, reported, shapes, validate

RULES = sorted((REPOSITORY / "kg" / "rules").glob("violation-*.rq"))
OF_RULES = EXAMPLES / "rules"


def examples(kind: str) -> list[tuple[str, Path]]:
    return [(path.parent.name, path) for path in sorted(OF_RULES.glob(f"*/{kind}-*.ttl"))]


def _name(value: str | Path) -> str:
    return value.stem if isinstance(value, Path) else value


def found(rule: str, path: Path) -> dict[str, list[str]]:
    """Run a rule over an example: what it says of each record."""
    store = ox.Store()
    store.load(
        path=str(path),
        format=ox.RdfFormat.TURTLE,
        to_graph=ox.NamedNode("https://w3id.org/myograph/graph/anatomy"),
    )
    text = (REPOSITORY / "kg" / "rules" / f"violation-{rule}.rq").read_text("utf-8")
    triples = store.query(text, use_default_graph_as_union=True)
    assert isinstance(triples, ox.QueryTriples)
    said: dict[str, list[str]] = {}
    for triple in triples:
        assert isinstance(triple.subject, ox.NamedNode)
        assert triple.predicate.value == str(MYO.violates)
        assert isinstance(triple.object, ox.Literal)
        said.setdefault(compact(triple.subject.value), []).append(triple.object.value)
    return said


def compact(iri: str) -> str:
    return iri.removeprefix(OURS).replace("/", ":", 1)


@pytest.mark.parametrize(("rule", "path"), examples("good"), ids=_name)
def test_a_good_example_violates_nothing(rule: str, path: Path) -> None:
    assert found(rule, path) == {}


@pytest.mark.parametrize(("rule", "path"), examples("bad"), ids=_name)
def test_a_bad_example_is_found_and_told(rule: str, path: Path) -> None:
    said = found(rule, path)
    assert set(said) == set(header(path.read_text("utf-8"), "record"))
    for record, messages in said.items():
        for message in messages:
            assert message.startswith(f"{record} ")
            assert REPAIR.search(message)
            # Whole sentences, and no name that came out empty.
            assert re.fullmatch(r"[^.]\S*( \S+)+\.", message)
            assert not re.search(r"\?|https?:|  ", message)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_rule_has_a_good_and_a_bad_example(path: Path) -> None:
    name = path.stem.removeprefix("violation-")
    for kind in ("good", "bad"):
        assert list((OF_RULES / name).glob(f"{kind}-*.ttl")), f"{name} has no {kind} example"


def test_every_example_has_a_rule() -> None:
    rules = {path.stem.removeprefix("violation-") for path in RULES}
    assert {path.name for path in OF_RULES.iterdir()} == rules


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_what_a_rule_makes_goes_to_its_own_graph(path: Path) -> None:
    text = path.read_text("utf-8")
    assert header(text.replace("#+", "#"), "graph") == [f"violation/{path.stem.partition('-')[2]}"]


def test_what_a_rule_finds_fails_the_check() -> None:
    path = OF_RULES / "self-antagonist" / "bad-example.ttl"
    [(record, messages)] = found("self-antagonist", path).items()
    data = Graph(bind_namespaces="none")
    for message in messages:
        data.add((URIRef(OURS + record.replace(":", "/", 1)), MYO.violates, Literal(message)))
    conforms, report = validate(data, shapes("violation"))
    assert not conforms
    assert reported(report, SH.sourceShape) == {SHAPE["violation-message"]}
    assert {str(value) for value in reported(report, SH.value)} == set(messages)
