"""What several test files share: small graphs of their own, and the real one, built once."""

import fcntl
import os
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from myograph.build import Built, load, load_or_build
from myograph.derive import derive
from myograph.errors import NotBuiltError
from myograph.explain import Explainer, explainer_of
from myograph.files import Sources, find_sources
from myograph.names import Names
from myograph.naming import name_facts, node_rules
from myograph.prefixes import converter, prefix_map
from myograph.read import parse_turtle, read_ontology
from myograph.rules import Rule, load_rules
from myograph.terms import BASE, graph

REPOSITORY = Path(__file__).resolve().parents[1]
SMALL_FACTS = "leg-posterior.ttl"
Key = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]


@cache
def sources() -> Sources:
    """The sources of this checkout."""
    return find_sources()


@cache
def real_graph() -> Built:
    """The graph of this checkout, built once for all processes that test, and kept.

    test_cli insists that a build in a folder of its own makes the same.
    """
    try:
        return load(sources())
    except NotBuiltError:
        folder = sources().build_folder
        folder.mkdir(exist_ok=True)
        with (folder / ".test-lock").open("w") as lock:
            # One process builds while the others wait here; then they find it built.
            fcntl.flock(lock, fcntl.LOCK_EX)
            return load_or_build(sources())


@cache
def real_names() -> Names:
    """The names of the real graph."""
    return Names(real_graph().quads)


@cache
def real_explainer() -> Explainer:
    """An explainer of the real graph, which keeps what it has worked out."""
    return explainer_of(real_graph(), real_names())


@cache
def ontology() -> list[ox.Quad]:
    """The vocabulary and its alignment."""
    return read_ontology(sources())


@cache
def all_rules() -> list[Rule]:
    """Every rule, the lowest stratum first."""
    return load_rules(sources().rules)


def iri(compact: str) -> ox.NamedNode:
    """The IRI of `muscle:soleus`; a path without a colon is one below our base."""
    found = converter(sources().ontology).expand(compact) if ":" in compact else BASE + compact
    assert found, f"{compact} has no prefix of ours"
    return ox.NamedNode(found)


def facts(turtle: str, target: str = "anatomy") -> list[ox.Quad]:
    """Read facts as the build does: every prefix of ours is known, nested facts are named."""
    quads = parse_turtle(turtle, "test", prefix_map(sources().ontology), base=BASE)
    named = name_facts(quads, node_rules(ontology()), "test")
    return [ox.Quad(q.subject, q.predicate, q.object, graph(target)) for q in named]


def triple(turtle: str) -> Key:
    """The one triple that a line of Turtle states."""
    [quad] = parse_turtle(turtle, "test", prefix_map(sources().ontology), base=BASE)
    assert isinstance(quad.subject, ox.NamedNode)
    assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
    return quad.subject, quad.predicate, quad.object


def derived(quads: Iterable[ox.Quad], rules: Iterable[Rule]) -> ox.Store:
    """A store with these quads and what the rules derive from them."""
    store = ox.Store()
    store.extend(quads)
    derive(store, rules)
    return store


def holds(store: ox.Store, turtle: str) -> bool:
    """Whether some graph of a store states a triple."""
    return any(True for _ in store.quads_for_pattern(*triple(turtle), None))


def objects(store: ox.Store, subject: str, predicate: str) -> set[str]:
    """The compact names of all values of a property of a record."""
    names = converter(sources().ontology)
    found = (
        quad.object.value
        for quad in store.quads_for_pattern(iri(subject), iri(predicate), None, None)
        if isinstance(quad.object, ox.NamedNode)
    )
    return {str(names.compress(value) or value) for value in found}


def small_checkout(folder: Path) -> dict[str, str]:
    """Make a checkout with the facts of one file, and return the environment that runs its code.

    A smaller graph is built and served by the same steps.
    """
    for name in ("kg", "server", "ontology", "shapes"):
        shutil.copytree(
            REPOSITORY / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
        )
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    for path in (folder / "kg" / "data").rglob("*.*"):
        if path.name != SMALL_FACTS:
            path.unlink()
    paths = os.pathsep.join(str(folder / name) for name in ("kg", "server"))
    return os.environ | {"PYTHONPATH": paths}
