"""Looks at a query before the engine does: what it asks for, and whether a reader may.

The engine would send a SERVICE request to any address, and dies of deep nesting. Its grammar
lets keywords touch what stands beside them (`SERVICE:x`, `1SERVICE<…>`, `FROMNAMED:g`), so
these forms count as keywords here too.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from myograph.errors import QueryError, QueryRefusedError
from myograph.terms import BASE
from myograph_server.federation.allowed import Allowed
from myograph_server.federation.calls import (
    ServiceCall,
    insist_on_clear,
    refuse_services,
    services_of,
)
from myograph_server.prologue import Prologue
from myograph_server.tokens import Token, readings

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = frozenset(
    ["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"]
)
_FROM = re.compile(r"(?:ASK|CONSTRUCT|SELECT|\d+)?FROM(?P<named>NAMED)?", re.IGNORECASE)
_NAMES_SOMETHING = re.compile("from|service|\\\\", re.IGNORECASE)
# Whole declarations with what surely follows them: what is cut off hides nothing.
_PROLOGUE = re.compile(
    r'(?:\s+|PREFIX\s+[A-Za-z][\w-]*:\s*<[^<>"{}|^`\\\x00-\x20]*>(?=\s)|#[^\r\n]*[\r\n])*',
    re.IGNORECASE | re.ASCII,
)
# Without one of these nothing can be refused but for its size.
_DOUBTFUL = re.compile(r"service|from|\\", re.IGNORECASE)
_FORM = re.compile(r"(?:SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s*?${(<])", re.IGNORECASE)
_NO_OPERATORS = frozenset({",", ";", "."})
_GLANCE = 10_000  # characters
_VALUES = frozenset({"UNDEF", "TRUE", "FALSE", "A"})


@dataclass(frozen=True)
class Limits:
    """How large a query may be.

    Attributes:
        length: in characters.
        nesting: of braces, parentheses and brackets together.
        operators: operators and keywords, since long chains of them exhaust the stack too.
    """

    length: int
    nesting: int
    operators: int


@dataclass(frozen=True)
class Dataset:
    """The graphs that a query is about, https://www.w3.org/TR/sparql11-protocol/#dataset.

    Attributes:
        default: the graphs whose union is the default graph.
        named: the graphs that GRAPH reaches.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default or self.named)


@dataclass(frozen=True)
class SafeQuery:
    """A query that the engine may see.

    Attributes:
        text: as it was sent.
        form: one of `FORMS`.
        dataset: the graphs it is about, or None for the union of all.
        services: the endpoints that it asks besides.
    """

    text: str
    form: str
    dataset: Dataset | None
    services: tuple[ServiceCall, ...] = ()


class Guard:
    """Decides which queries the engine may see.

    Args:
        graphs: the IRIs of our graphs.
        prefixes: those that a query may use without declaring them.
        limits: how large a query may be.
        allowed: the hosts that SERVICE may ask; none if not given.
    """

    def __init__(
        self,
        graphs: Collection[str],
        prefixes: Mapping[str, str],
        limits: Limits,
        allowed: Allowed | None = None,
    ) -> None:
        self._graphs, self._prefixes, self._limits = graphs, prefixes, limits
        self._allowed = allowed

    def admit(self, text: str, given: Dataset | None = None) -> SafeQuery:
        """Return the query with its form and its dataset.

        Args:
            text: the query.
            given: the dataset of the request, which replaces the query's own.

        Raises:
            QueryRefusedError: it names a graph that is not ours, or by SERVICE a host that this
                endpoint does not ask.
            QueryError: it is too large, or an update.
        """
        if len(text) > self._limits.length:
            raise QueryError(
                f"The query has {len(text):,} characters; the limit is {self._limits.length:,}.",
                "Send a shorter one.",
            )
        form = self.form_at_a_glance(text)
        if form:
            return SafeQuery(text, form, given or None)
        # Most of a long query are declarations of prefixes; only these need to know them.
        plain = _NAMES_SOMETHING.search(text) is None
        start = _PROLOGUE.match(text).end() if plain else 0  # type: ignore[union-attr]
        first, *others = readings(text[start:])
        self._measure(first)
        services = self._services(first, others)
        form = _form(first)
        # Graphs of the request replace FROM. One that is not ours is empty there, as the protocol's
        # own tests want it; nothing is fetched either way.
        dataset = given or self._own_dataset(first)
        for iri in () if given else (*dataset.default, *dataset.named):
            if iri not in self._graphs:
                raise QueryRefusedError(
                    f"<{iri}> is none of the graphs of this endpoint, and it fetches none.",
                    "Name a graph of ours, such as "
                    f"<{BASE}graph/anatomy>, or leave FROM out to ask them all.",
                )
        return SafeQuery(text, form, dataset or None, services)

    def form_at_a_glance(self, text: str) -> str:
        """Return the form of a query so small and plain that no token of it can be refused.

        Most queries are; the tokens of the others are looked at one by one.
        """
        if len(text) > _GLANCE or _DOUBTFUL.search(text):
            return ""
        start = _PROLOGUE.match(text).end()  # type: ignore[union-attr]
        opened = sum(text.count(mark, start) for mark in "({[<")
        if opened > self._limits.nesting or len(text) - start > self._limits.operators:
            return ""
        form = _FORM.match(text, start)
        return form[0].upper() if form else ""

    def _measure(self, found: Iterable[Token]) -> None:
        depth = operators = 0
        for token in found:
            if token.kind == "open" or token.text == "<<":
                depth += 1
            elif token.kind == "close" or token.text == ">>":
                depth -= 1
            elif token.kind == "word":
                operators += token.upper not in _VALUES
            elif token.kind == "operator":
                operators += token.text not in _NO_OPERATORS
            if depth > self._limits.nesting:
                raise QueryError(
                    f"The query is nested more than {self._limits.nesting} deep.",
                    "Take away brackets that group nothing.",
                )
        if operators > self._limits.operators:
            raise QueryError(
                f"The query has {operators:,} operators and keywords; "
                f"the limit is {self._limits.operators:,}.",
                "List values with VALUES, which counts none, or ask in parts.",
            )

    def _services(self, first: list[Token], others: list[list[Token]]) -> tuple[ServiceCall, ...]:
        if not self._allowed:
            for reading in (first, *others):
                refuse_services(reading)
            return ()
        for reading in others:
            insist_on_clear(reading)
        return services_of(first, self._prefixes, self._allowed)

    def _own_dataset(self, found: list[Token]) -> Dataset:
        """Return what FROM and FROM NAMED name, with prefixes and BASE applied."""
        prologue, depth = Prologue(self._prefixes), 0
        default: dict[str, None] = {}
        named: dict[str, None] = {}
        for i, token in enumerate(found):
            depth += (token.kind == "open") - (token.kind == "close")
            after = found[i + 1 : i + 3]
            if depth:
                continue
            if not prologue.take(token, after):
                clause = _from(token, after, prologue.declared)
                if clause:
                    (named if clause[1] else default)[prologue.iri(clause[0])] = None
        return Dataset(tuple(default), tuple(named))


def _from(token: Token, after: list[Token], declared: set[str]) -> tuple[Token, bool] | None:
    """Return the token that names a graph and whether it was NAMED, if this begins a FROM."""
    if token.kind == "word" and after:
        clause = _FROM.fullmatch(token.text)
        if clause is None:
            return None
        if clause["named"]:
            return after[0], True
        if after[0].upper == "NAMED" and len(after) > 1:
            return after[1], True
        if after[0].kind == "name" and after[0].prefix.upper() == "NAMED" and after[0].local:
            return _unglued(after[0]), True
        return after[0], False
    if token.kind == "name" and token.prefix not in declared:
        clause = _FROM.fullmatch(token.prefix)
        if clause:
            return _unglued(token), bool(clause["named"])
    return None


def _unglued(token: Token) -> Token:
    """Return `:g` for `FROM:g`, which the engine reads as a keyword and a name."""
    return Token("name", ":" + token.text.partition(":")[2], token.start + len(token.prefix))


def _form(found: list[Token]) -> str:
    """Return the query's form, from the first keyword after the prologue."""
    for i, token in enumerate(found):
        declared = i and found[i - 1].upper == "PREFIX"
        if token.kind not in ("word", "name") or declared:
            continue
        word = (token.prefix if token.kind == "name" else token.text).upper()
        if word in ("PREFIX", "BASE", "VERSION"):
            continue
        for form in FORMS:
            if word.startswith(form):
                return form
        if token.kind == "word" and word in UPDATES:
            # By the protocol that is no query at all, hence a 400 and not a refusal.
            raise QueryError(
                f"{word} is an update, and this endpoint is read-only.",
                "Write SELECT, ASK, CONSTRUCT or DESCRIBE.",
            )
        if token.kind == "word":
            break
    return ""
