"""What the dataset says of itself: VoID, DCAT and the questions as executable examples."""

from collections import Counter
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad

from myograph import __version__
from myograph.files import Sources
from myograph.prefixes import prefix_map
from myograph.questions import Question
from myograph.terms import BASE, DCTERMS, LABEL, MYO, ONTOLOGY, RDF_TYPE, RDFS, SH, SKOS, XSD, graph

VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
DATASET = NamedNode(BASE + "dataset")
_LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")
_MEDIA = "https://www.iana.org/assignments/media-types/"
_KEYWORDS = ("anatomy", "muscle", "exercise", "injury", "biomechanics", "knowledge graph")
# The endings of the whole graph's files, their media types, and whether they are RDF. A test holds
# them against the formats that there are: this module is part of what makes the graph.
DISTRIBUTIONS = (
    ("ttl", "text/turtle", True),
    ("jsonld", "application/ld+json", True),
    ("nt", "application/n-triples", True),
    ("rdf", "application/rdf+xml", True),
    ("nq", "application/n-quads", True),
    ("trig", "application/trig", True),
    ("owl", "application/rdf+xml", False),
    ("csv.zip", "application/zip", False),
    ("parquet.zip", "application/zip", False),
    ("sssom.zip", "application/zip", False),
)
_COMMENTS = {
    "ontology": "The vocabulary.",
    "anatomy": "Authored facts of anatomy.",
    "exercise": "Authored facts of exercises, stretches and activities.",
    "injury": "Authored facts of injuries and what mimics them.",
    "mapping": "Links to other systems.",
    "bridge": "What those links mean to a reasoner.",
    "source": "The sources that facts cite.",
    "rolled-up": "What holds of muscles and groups because it holds of their parts.",
    "metadata": "What the dataset says of itself.",
    "examples": "The questions, as queries that run.",
}


def describe(quads: Iterable[Quad], questions: list[Question], sources: Sources) -> list[Quad]:
    """Return the quads of `graph:metadata` and `graph:examples` for a graph with these quads.

    The descriptions follow https://www.w3.org/TR/void/ and https://www.w3.org/TR/vocab-dcat-3/;
    the examples are `sh:SPARQLExecutable`, https://www.w3.org/TR/shacl-af/.
    """
    about = graph("metadata")
    examples = [quad for question in questions for quad in _example(question, sources)]
    counts = Counter(q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode))
    counts[graph("examples").value] = len(examples)
    described: list[Quad] = _of_the_dataset()

    def say(subject: NamedNode, predicate: str, value: NamedNode | Literal) -> None:
        described.append(Quad(subject, NamedNode(predicate), value, about))

    for iri, count in sorted(counts.items()):
        part = NamedNode(iri)
        name = iri.removeprefix(graph("").value)
        say(DATASET, VOID + "subset", part)
        described.append(Quad(part, RDF_TYPE, NamedNode(VOID + "Dataset"), about))
        say(part, VOID + "triples", Literal(str(count), datatype=NamedNode(XSD + "integer")))
        say(part, RDFS + "comment", Literal(_comment(name), language="en"))
    return described + examples


def _of_the_dataset() -> list[Quad]:
    """Return what is said of the dataset as a whole and of its files."""
    about = graph("metadata")
    described: list[Quad] = []

    def say(subject: NamedNode, predicate: str, value: NamedNode | Literal) -> None:
        described.append(Quad(subject, NamedNode(predicate), value, about))

    for kind in (VOID + "Dataset", DCAT + "Dataset"):
        described.append(Quad(DATASET, RDF_TYPE, NamedNode(kind), about))
    say(DATASET, DCTERMS + "title", Literal("Myograph", language="en"))
    say(
        DATASET,
        DCTERMS + "description",
        Literal(
            "A knowledge graph of how the human body moves. Education, not medical advice.",
            language="en",
        ),
    )
    say(DATASET, DCTERMS + "license", _LICENCE)
    say(DATASET, DCAT + "version", Literal(__version__))
    say(DATASET, VOID + "uriSpace", Literal(BASE))
    say(DATASET, VOID + "sparqlEndpoint", NamedNode(BASE + "sparql"))
    say(DATASET, DCTERMS + "creator", Literal("The Myograph authors"))
    say(DATASET, DCTERMS + "language", Literal("en"))
    say(DATASET, DCTERMS + "conformsTo", NamedNode(ONTOLOGY))
    say(DATASET, DCAT + "landingPage", NamedNode(BASE))
    for word in _KEYWORDS:
        say(DATASET, DCAT + "keyword", Literal(word, language="en"))
    say(DATASET, VOID + "exampleResource", NamedNode(BASE + "muscle/soleus"))
    for vocabulary in (MYO, SKOS, DCTERMS):
        say(DATASET, VOID + "vocabulary", NamedNode(vocabulary))
    for ending, media, is_rdf in DISTRIBUTIONS:
        dump = NamedNode(f"{BASE}dump/myograph.{ending}")
        if is_rdf:
            say(DATASET, VOID + "dataDump", dump)
        say(DATASET, DCAT + "distribution", dump)
        described.append(Quad(dump, RDF_TYPE, NamedNode(DCAT + "Distribution"), about))
        say(dump, DCAT + "downloadURL", dump)
        say(dump, DCAT + "mediaType", NamedNode(_MEDIA + media))
        say(dump, DCTERMS + "license", _LICENCE)
    return described


def _comment(name: str) -> str:
    if name.startswith("inferred/"):
        return f"What the rule {name.removeprefix('inferred/')} derives."
    if name.startswith("violation/"):
        return f"What the rule {name.removeprefix('violation/')} finds wrong."
    return _COMMENTS.get(name, "")


def _example(question: Question, sources: Sources) -> Iterable[Quad]:
    node, home = NamedNode(f"{BASE}ask/{question.name}"), graph("examples")
    select = any(line.lstrip().upper().startswith("SELECT") for line in question.text.splitlines())
    kind = "SPARQLSelectExecutable" if select else "SPARQLConstructExecutable"
    for name in ("SPARQLExecutable", kind):
        yield Quad(node, RDF_TYPE, NamedNode(SH + name), home)
    yield Quad(node, LABEL, Literal(question.name.replace("-", " "), language="en"), home)
    yield Quad(node, NamedNode(RDFS + "comment"), Literal(question.question, language="en"), home)
    text = NamedNode(SH + ("select" if select else "construct"))
    yield Quad(node, text, Literal(question.text), home)
    for tag in question.tags:
        yield Quad(node, NamedNode("https://schema.org/keywords"), Literal(tag), home)
    for prefix in prefix_map(sources.ontology):
        if f"{prefix}:" in question.text:
            declared = NamedNode(f"{BASE}ontology/prefix/{prefix}")
            yield Quad(node, NamedNode(SH + "prefixes"), declared, home)
