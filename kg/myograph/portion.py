"""The portion of the facts that a person's own facts can touch.

Of exercises, activities and conditions there are hundreds, and most of what is derived is about
them. A document that names none of them is checked without them: that takes a fraction of the time.
"""

from collections import defaultdict

from pyoxigraph import NamedNode, Quad

from myograph.terms import BASE

_MANY = frozenset({"exercise", "activity", "injury"})


def portion(authored: list[Quad], own: list[Quad]) -> list[Quad]:
    """Return the authored facts without the records that a person's own facts do not reach.

    Args:
        authored: all of ours.
        own: the person's; what they name is kept, and what that names in turn.
    """
    about: dict[str, set[str]] = defaultdict(set)
    for quad in authored:
        about[_record(quad.subject)].add(_record(quad.object))
    reached = {""}
    waiting = {_record(term) for quad in own for term in (quad.subject, quad.object)} - reached
    while waiting:
        reached |= waiting
        waiting = set().union(*(about[record] for record in waiting)) - reached
    return [q for q in authored if _record(q.subject) in reached and _record(q.object) in reached]


def _record(term: object) -> str:
    """Return the record of one of those kinds that a term belongs to, or nothing."""
    if not isinstance(term, NamedNode) or not term.value.startswith(BASE):
        return ""
    kind, _, rest = term.value.removeprefix(BASE).partition("/")
    return f"{kind}/{rest.split('/')[0]}" if kind in _MANY else ""
