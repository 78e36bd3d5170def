"""The graph for Python: `graph = myograph.open()`."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from myograph.build import Built, Progress, build, load, load_or_build
from myograph.card import Card, card
from myograph.check import Report, check, check_facts
from myograph.errors import StoreError
from myograph.explain import Explainer, explainer_of, statement_of
from myograph.files import Sources, find_sources
from myograph.library.answer import Answer
from myograph.library.asking import Ask
from myograph.library.picture import Picture
from myograph.library.why import Why
from myograph.names import Names
from myograph.picture.atlas import Atlas, load_atlas
from myograph.picture.subject import Subject, subject_of
from myograph.picture.svg import Wish, draw
from myograph.prefixes import prefix_map
from myograph.query import Rows, ask, run, select
from myograph.questions import Question, load_questions
from myograph.read import own_document

if TYPE_CHECKING:
    from rdflib import Graph as RdflibGraph

    from myograph.library.owl import Onto


def open(
    store: str | Path | None = None,
    *,
    sources: Sources | None = None,
    progress: Progress | None = None,
) -> "Graph":
    """Open the graph; where none is built, or its sources have changed, it is built first.

    Args:
        store: a build folder with another graph, as `myograph serve --store` takes it.
        sources: what the graph is made of; what the running package brings if not given.
        progress: is told each step of a build.

    Loading takes some seconds and some 600 MB, building about half a minute.

    Raises:
        StoreError: there is no graph in that folder.
        MyographError: a source file or a rule is not right; the message names it.
    """
    found = sources or find_sources()
    if store is None:
        return Graph(load_or_build(found, progress), found)
    if re.match("https?:", str(store)):
        raise StoreError(
            f"{store} is a store elsewhere, which is not loaded into this process.",
            f"Query it there, or put pages before it: myograph serve --store {store}.",
        )
    return Graph(load(found, Path(store)), found)


class Graph:
    """A graph of muscles, exercises and injuries, and what one may ask of it.

    Names are given as people say them: a label, Latin, a slug, `muscle:soleus` or an IRI.

    Attributes:
        built: the graph with its rules.
        sources: what it was made of.
    """

    def __init__(self, built: Built, sources: Sources) -> None:
        self.built = built
        self.sources = sources

    def __repr__(self) -> str:
        return f"<Myograph of {len(self.built.quads):,} statements>"

    @property
    def store(self) -> ox.Store:
        """The graph as a pyoxigraph store, with its named graphs; what one adds, answers show."""
        return self.built.store

    @cached_property
    def names(self) -> Names:
        """Finds records by what people call them."""
        return Names(self.built.quads)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Our prefixes, which queries need not declare."""
        return prefix_map(self.sources.ontology)

    @cached_property
    def ask(self) -> Ask:
        """The questions as functions: `graph.ask.exercises_for_muscle(muscle="soleus")`."""
        questions = load_questions(self.sources.queries)

        def put(question: Question, given: Mapping[str, str | Sequence[str]]) -> Rows:
            return ask(self.store, question, self.names, given)

        return Ask({question.name: question for question in questions}, put)

    def query(self, text: str) -> Answer | bool | list[ox.Triple]:
        """Run a SPARQL 1.1 query over all named graphs, https://www.w3.org/TR/sparql11-query/.

        Returns:
            Rows for SELECT, a truth value for ASK, triples for CONSTRUCT and DESCRIBE.

        Raises:
            QueryError: the query does not parse, or needs a function that the engine lacks.
        """
        answer = run(self.store, text, self.prefixes)
        return Answer.of(answer) if isinstance(answer, Rows) else answer

    def find(self, text: str, limit: int = 10) -> Answer:
        """Find records by name, the best first; typing errors are forgiven.

        Returns:
            Rows of `iri`, `label`, `kind` (such as muscle), `name` (the one that was found) and
            `score` (how like the text it is, from 0 to 100).
        """
        found = self.names.search(text, limit=limit)
        rows = [
            (m.record.iri.value, m.record.label, m.record.space, m.name, float(m.score))
            for m in found
        ]
        return Answer(("iri", "label", "kind", "name", "score"), rows)

    def show(self, name: str) -> Card:
        """Return what is known of a record, in words.

        Raises:
            UnknownNameError: there is no such record.
        """
        return card(self.built, self.names.find(name), self.names)

    @cached_property
    def _explainer(self) -> Explainer:
        return explainer_of(self.built, self.names)

    def explain(self, subject: str, predicate: str = "", value: str = "") -> Why:
        """Say why a statement holds: the rule, what it used, and the sources.

        Args:
            subject: a record; or the whole statement, as in `"soleus crosses ankle"`.
            predicate: a property, such as `crosses`.
            value: another record.

        Raises:
            UnknownNameError: there is no such record or property.
            NotInGraphError: the graph does not say so.
        """
        parts = [subject, predicate, value] if predicate else subject.split()
        statement = statement_of(parts, self.names, self.store)
        return Why(self._explainer.explain(*statement), self.built)

    def check(self, facts: str | Path | None = None) -> Report:
        """Hold facts of one's own, together with the graph, against the shapes.

        Args:
            facts: a Turtle file as a path, or Turtle as text; the graph itself if not given, which
                takes a minute.

        Raises:
            InputFileError: the file cannot be read.
            MalformedTurtleError, UnnamedNodeError, DuplicateFactError: it is not right.
        """
        if facts is None:
            return check(self.built, self.sources)
        if isinstance(facts, Path) or ("\n" not in facts and facts.endswith(".ttl")):
            # The commands are not loaded for who does not check.
            from myograph.commands.make import read_own

            own = read_own(Path(facts), self.sources)
        else:
            own = own_document(facts, "the text", self.sources)
        return check_facts(build(self.sources, own, whole=False), self.sources)

    @cached_property
    def _atlas(self) -> Atlas:
        return load_atlas(self._select)

    def _select(self, text: str) -> Rows:
        return select(self.store, text)

    def picture(
        self,
        name: str = "",
        *,
        view: str | None = None,
        peel: int = 0,
        theme: str = "light",
        whole: bool = False,
    ) -> Picture:
        """Draw the body, with the muscles that a record is about in colour.

        Args:
            name: a muscle, exercise, injury …; the whole body if not given.
            view: `front`, `back` or `side`; the one in which most is seen if not given.
            peel: layers of muscle to take off, 0 to 2.
            theme: `light` or `dark`.
            whole: the whole figure, where it would else be shown from near.

        Raises:
            UnknownNameError: there is no such record.
            PictureError: it cannot be drawn so.
        """
        subject = Subject("", "")
        if name:
            iri = self.names.find(name)
            subject = subject_of(self._select, iri.value, self.names.label(iri))
        return Picture(draw(self._atlas, subject, Wish(view, peel, theme, whole, None)))

    def rdflib(self, name: str | None = None, *, graph: str | None = None) -> "RdflibGraph":
        """Return the graph, or a part of it, as an rdflib graph that cannot be changed.

        Args:
            name: a record: what is said of it and its parts, and the labels of what it points to.
            graph: a named graph, such as `anatomy` or `inferred/crosses`.

        Without either it is the union of all named graphs, which takes about 1 GB and half a
        minute. `graph.rdflib("soleus") + rdflib.Graph()` is a copy that can be changed.

        Raises:
            UnknownNameError: there is no such record or named graph.
        """
        from myograph.library.parts import named_graph, neighbourhood
        from myograph.library.rdf import frozen

        quads = self.built.quads
        if name is not None:
            quads = neighbourhood(self.store, self.names.find(name))
        elif graph is not None:
            quads = named_graph(self.store, graph)
        return frozen(quads, self.prefixes)

    def owl(self) -> "Onto":
        """Return the graph as owlready2 objects: `graph.owl().soleus.produces`.

        What rules derived is in it. Making it takes some seconds and about 500 MB.

        Raises:
            MissingPackageError: owlready2 is not installed.
        """
        from myograph.library.owl import load_owl

        return load_owl(self.built.quads, self.names)
