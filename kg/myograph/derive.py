"""Runs the rules: from what was authored to what follows from it.

The rules of a stratum run until none adds anything; then the next stratum begins, so that
a rule may safely ask what is *not* there. Within a stratum a rule runs again only if one that
feeds it, perhaps itself, has made something since. A triple goes to the graph of the rule that
made it first and lies in no other: a union of graphs would count it twice.
"""

import re
from collections.abc import Callable, Iterable
from itertools import groupby

from pyoxigraph import BlankNode, NamedNode, Quad, QueryTriples, Store

from myograph.errors import RuleError
from myograph.rules import Rule
from myograph.terms import RDF_TYPE

Progress = Callable[[str], None]


def derive(store: Store, rules: Iterable[Rule], progress: Progress | None = None) -> dict[str, int]:
    """Add to the store everything that the rules derive.

    Args:
        store: holds what was authored; it is added to.
        rules: in the order of their strata, as `load_rules` returns them.
        progress: is told each stratum as it begins.

    Returns:
        How many triples each rule made.

    Raises:
        RuleError: a rule's query does not run, or makes a blank node.
    """
    made: dict[str, int] = {}
    for stratum, group in groupby(rules, key=lambda rule: rule.stratum):
        members = list(group)
        if progress:
            progress(f"stratum {stratum}: {', '.join(rule.name for rule in members)}")
        made |= {rule.name: 0 for rule in members}
        once = [rule for rule in members if rule.single_pass]
        # All of them look before any of them adds.
        results = [(rule, list(_results(store, rule))) for rule in once]
        for rule, quads in results:
            made[rule.name] += len(_add(store, quads))
        waiting = [rule for rule in members if not rule.single_pass]
        while waiting:
            waiting = _round(store, waiting, members, made)
    return made


def _round(
    store: Store, waiting: list[Rule], members: list[Rule], made: dict[str, int]
) -> list[Rule]:
    """Run the rules that wait and return those that have to run again."""
    fed: set[str] = set()
    for rule in waiting:
        fed.discard(rule.name)
        added = _add(store, list(_results(store, rule)))
        made[rule.name] += len(added)
        names = {_local_name(quad) for quad in added}
        fed |= {other.name for other in members if added and other.may_read(names)}
    return [rule for rule in members if rule.name in fed and not rule.single_pass]


def _results(store: Store, rule: Rule) -> Iterable[Quad]:
    try:
        triples = store.query(rule.text, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise RuleError(
            f"The rule {rule.name} does not parse: {error}.", repair="Repair its query."
        ) from None
    if not isinstance(triples, QueryTriples):
        raise RuleError(f"The rule {rule.name} is no CONSTRUCT.", repair="Write CONSTRUCT.")
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            if isinstance(triple.predicate, NamedNode) and triple.predicate.value.endswith("#type"):
                continue  # an OWL expression is no individual of ours
            raise RuleError(
                f"The rule {rule.name} made a blank node with {triple.predicate}.",
                repair="Give what it makes an IRI with BIND(IRI(CONCAT(…))).",
            )
        yield Quad(triple.subject, triple.predicate, triple.object, rule.target)


def _add(store: Store, quads: Iterable[Quad]) -> list[Quad]:
    """Add what no graph says yet, and return it."""
    added = []
    for quad in quads:
        known = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if next(known, None) is None:
            store.add(quad)
            added.append(quad)
    return added


def _local_name(quad: Quad) -> str:
    """Return what a rule that looks for the triple would name: its property or its class."""
    named = quad.object if quad.predicate == RDF_TYPE else quad.predicate
    return re.split(r"[/#]", named.value)[-1] if isinstance(named, NamedNode) else ""
