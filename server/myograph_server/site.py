"""What all pages share: the graph, its names, the questions, the guard and the engine."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import pyoxigraph as ox
from flask import current_app, g, has_request_context, request
from rdflib import Graph

from myograph.build import Version
from myograph.check import load_shapes
from myograph.errors import QueryError
from myograph.explain import Explainer
from myograph.files import Sources, find_sources
from myograph.names import CLASSES_PATTERN, NAMES_PATTERN, Names
from myograph.picture.atlas import Atlas, load_atlas
from myograph.picture.drawing import shapes_of
from myograph.prefixes import prefix_map
from myograph.query import Rows
from myograph.questions import Question, load_questions
from myograph.rules import Rule, load_rules
from myograph.settings import settings
from myograph.terms import graph
from myograph_server.checker import Checker, CheckLimits
from myograph_server.diagnosis import Diagnosis, diagnose
from myograph_server.documentation.shelf import Shelf
from myograph_server.engine import Answer, Caller, Engine, answer_of
from myograph_server.facts import Facts, sliced
from myograph_server.federation.allowed import Allowed
from myograph_server.federation.engine import federating
from myograph_server.guard import Dataset, Guard, Limits, SafeQuery

EXTENSION = "myograph"
WATCH = "myograph-watch"
STOPPING = "myograph-stopping"
_ALWAYS = (
    *("ontology", "anatomy", "exercise", "injury", "mapping", "bridge", "source", "metadata"),
    *("examples", "rolled-up"),
)

_USES = "SELECT ?g ?p (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ?p"


class QuerySyntaxError(QueryError):
    """A query that the engine refused, with what is wrong with it.

    Attributes:
        diagnosis: where and what.
    """

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__(diagnosis.message, diagnosis.repair)
        self.diagnosis = diagnosis


@dataclass(frozen=True)
class Site:
    """What all pages share.

    Attributes:
        engine: answers queries.
        version: of the graph.
        sources: of the graph.
        settings: every setting by name.
        checker: checks documents.
    """

    engine: Engine
    version: Version
    sources: Sources
    settings: dict[str, int | float | str]
    checker: Checker

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Our prefixes, which queries need not declare."""
        return prefix_map(self.sources.ontology)

    @cached_property
    def namespaces(self) -> list[tuple[str, str]]:
        """The IRIs that our prefixes stand for, in order, each with its prefix."""
        return sorted((iri, prefix) for prefix, iri in self.prefixes.items())

    @cached_property
    def names(self) -> Names:
        """The names of the records."""
        quads = (
            ox.Quad(subject, predicate, value)
            for pattern in (NAMES_PATTERN, CLASSES_PATTERN)
            for subject, predicate, value in sliced(self.rows, "?s ?p ?o", pattern, "?s")
            if isinstance(subject, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and value is not None
        )
        return Names(quads)

    @property
    def facts(self) -> Facts:
        """The statements that the request has asked for, and may yet."""
        if not has_request_context():
            return Facts(self.rows, self.names)
        if "facts" not in g:
            g.facts = Facts(self.rows, self.names)
        return cast(Facts, g.facts)

    @cached_property
    def atlas(self) -> Atlas:
        """The figures that pictures are drawn from."""
        return load_atlas(self.rows)

    def rows(self, text: str) -> Rows:
        """Return the rows of a SELECT of our own, under the limits of all queries.

        Raises:
            QueryError: it gave no rows.
            MyographError: as `Engine.run` has it.
        """
        # What is ours needs no guard, and may be longer than what a reader sends.
        answer = answer_of(self.engine, SafeQuery(text, "SELECT", None), _caller())
        if not isinstance(answer, Rows):
            raise QueryError("A query of ours gave no rows.", "Tell us; this is our mistake.")
        return answer

    def triples(self, text: str) -> list[ox.Triple]:
        """Return what a CONSTRUCT of our own makes, under the limits of all queries.

        Raises:
            MyographError: as `Engine.run` has it.
        """
        answer = answer_of(self.engine, SafeQuery(text, "CONSTRUCT", None), _caller())
        assert isinstance(answer, list)
        return answer

    @cached_property
    def shelf(self) -> Shelf:
        """The documentation."""
        return Shelf(self.sources)

    def explainer(self) -> Explainer:
        """Return what says why statements hold, for one request: it keeps what it learns."""
        return Explainer(self.rows, self.rules, self.names)

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that derived what was derived."""
        return load_rules(self.sources.rules)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions by name."""
        return {question.name: question for question in load_questions(self.sources.queries)}

    @cached_property
    def graphs(self) -> frozenset[str]:
        """The IRIs of our graphs; a rule's is one even while the rule finds nothing."""
        always = {graph(name).value for name in _ALWAYS}
        return frozenset(always.union(self.version.graphs, (r.target.value for r in self.rules)))

    @cached_property
    def uses(self) -> dict[ox.NamedNode, dict[str, int]]:
        """How many statements there are with each property, by the IRI of their graph."""
        found: dict[ox.NamedNode, dict[str, int]] = defaultdict(dict)
        for place, name, number in self.rows(_USES).rows:
            if isinstance(name, ox.NamedNode) and isinstance(place, ox.NamedNode):
                found[name][place.value] = (
                    int(number.value) if isinstance(number, ox.Literal) else 0
                )
        return found

    @cached_property
    def rules_by_property(self) -> dict[ox.NamedNode, list[Rule]]:
        """The rules that derive statements with each property; what is rolled up left out."""
        found: dict[ox.NamedNode, list[Rule]] = {}
        for predicate, homes in self.uses.items():
            makers = [r for r in self.rules if not r.single_pass and r.target.value in homes]
            if makers:
                found[predicate] = makers
        return found

    @cached_property
    def shapes(self) -> Graph:
        """The SHACL shapes."""
        return load_shapes(self.sources.shapes)

    @cached_property
    def guard(self) -> Guard:
        """Decides which queries the engine may see."""
        limits = Limits(
            *(self.number(f"max_{name}") for name in ("query_length", "nesting", "operators"))
        )
        return Guard(self.graphs, self.prefixes, limits, self.services)

    @cached_property
    def services(self) -> Allowed:
        """The hosts that SERVICE may ask."""
        return Allowed(str(self.settings["services"]))

    def number(self, name: str) -> int:
        """Return a setting that is a whole number."""
        return int(self.settings[name])

    def seconds(self, name: str) -> float:
        """Return a setting that is a time."""
        return float(self.settings[name])

    def admit(self, text: str, dataset: Dataset | None = None) -> SafeQuery:
        """Return a query as the guard lets it through.

        Raises:
            QueryRefusedError: it asks for what a reader may not do.
            QueryError: it is too large.
        """
        return self.guard.admit(text, dataset)

    def answer(self, query: SafeQuery) -> Answer:
        """Return the answer to a query as objects, for a page.

        Raises:
            QuerySyntaxError: it does not parse, or needs a function that there is not.
            MyographError: as `Engine.run` has it.
        """
        try:
            return answer_of(self.engine, query, Caller.of(request.environ))
        except QueryError as error:
            raise QuerySyntaxError(diagnose(query.text, error.message, self.prefixes)) from None

    def run(self, query: SafeQuery, media: str, caller: Caller) -> bytes:
        """Return the answer to a query, serialised.

        Raises:
            QuerySyntaxError: it does not parse, or needs a function that there is not.
            MyographError: as `Engine.run` has it.
        """
        try:
            return self.engine.run(query, media, caller)
        except QueryError as error:
            raise QuerySyntaxError(diagnose(query.text, error.message, self.prefixes)) from None

    def warm(self) -> None:
        """Work out now what the first visitor would otherwise wait for."""
        _ = (self.names.search("soleus"), self.questions, self.guard)
        for view in self.atlas.views.values():
            shapes_of(self.atlas, view)


def _caller() -> Caller:
    """Return whom a query of our own is for: who sent the request, or the server that starts."""
    return Caller.of(request.environ) if has_request_context() else Caller(starting=True)


def make_site(
    engine: Engine, config: Mapping[str, object] | None = None, sources: Sources | None = None
) -> Site:
    """Return what the pages share.

    Args:
        engine: answers queries.
        config: settings, where they differ from the defaults.
        sources: of the graph; those of the running code if not given.

    Raises:
        SettingError: a setting has a value that it cannot have.
    """
    found, chosen = sources or find_sources(), settings(config)
    limits = CheckLimits(
        int(chosen["checks"]),
        float(chosen["check_timeout"]),
        int(chosen["check_memory"]),
        int(chosen["max_answer_length"]),
    )
    answering = federating(engine, chosen)
    return Site(answering, engine.version, found, chosen, Checker(found, limits))


def site() -> Site:
    """Return what the pages of the running application share.

    One request sees one graph, though another may take its place meanwhile.
    """
    if "site" not in g:
        g.site = current_app.extensions[EXTENSION]
    return cast(Site, g.site)
