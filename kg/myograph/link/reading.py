"""Reads another's ontology from a file: OBO, RDF/XML, Turtle or N-Triples, a triple at a time.

What it imports is read from the folder of the file, by the last part of the import's address, and
never fetched: https://www.w3.org/TR/owl2-syntax/#Imports.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from myograph.errors import OntologyFileError
from myograph.terms import OWL

Progress = Callable[[str], None]
IMPORTS = NamedNode(OWL + "imports")
_FORMATS = {
    ".owl": RdfFormat.RDF_XML,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
}
_STEP = 50_000


class OntologyFile:
    """One ontology and what it imports.

    Attributes:
        path: the file.
        missing: the addresses of imports that no file beside it has; known once it is read.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.path = path
        self.missing: list[str] = []
        self._tell = progress or (lambda _: None)
        self._read: set[Path] = set()
        self._count = 0

    def triples(self) -> Iterator[Triple]:
        """Yield every triple of the file and of its imports, which are read once each.

        Raises:
            OntologyFileError: a file cannot be read or does not parse, or imports itself.
        """
        self.missing.clear()
        self._read.clear()
        self._count = 0
        yield from self._file(self.path, ())

    def _file(self, path: Path, above: tuple[Path, ...]) -> Iterator[Triple]:
        imported: list[str] = []
        self._read.add(path.resolve())
        try:
            for triple in _parsed(path):
                self._count += 1
                if self._count % _STEP == 0:
                    self._tell(f"{path.name}: {self._count:,} statements")
                if triple.predicate == IMPORTS and isinstance(triple.object, NamedNode):
                    imported.append(triple.object.value)
                yield _apart(triple, len(self._read)) if above else triple
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            where = f"{path}, line {line}" if line else str(path)
            raise OntologyFileError(
                f"{where}: {str(error).split(' (')[0]}.",
                "Give a whole file in OBO, RDF/XML (.owl), Turtle (.ttl) or N-Triples (.nt).",
            ) from None
        except OSError as error:
            raise OntologyFileError(
                f"{path} cannot be read: {error.strerror or error}.", "Give the path of a file."
            ) from None
        for address in imported:
            yield from self._import(address, (*above, path))

    def _import(self, address: str, above: tuple[Path, ...]) -> Iterator[Triple]:
        path = above[-1].parent / address.rstrip("/").rsplit("/", 1)[-1]
        if path.resolve() in {one.resolve() for one in above}:
            circle = " → ".join(one.name for one in (*above, path))
            raise OntologyFileError(
                f"The imports go round in a circle: {circle}.",
                "Remove one of the imports, or merge the files (robot merge does that).",
            )
        if not path.is_file():
            self.missing.append(address)
        elif path.resolve() not in self._read:
            yield from self._file(path, above)


def _parsed(path: Path) -> Iterator[Triple]:
    if path.suffix == ".obo":
        # Its parser takes a moment to load, which no other command should wait for.
        from myograph.link.obo import OboReader

        yield from OboReader(path).triples()
        return
    if path.suffix not in _FORMATS:
        raise OntologyFileError(
            f"{path}: an ontology in a file that ends in '{path.suffix}' is not read.",
            "Convert it to OBO, RDF/XML (.owl), Turtle (.ttl) or N-Triples (.nt).",
        )
    with path.open("rb") as file:
        for quad in parse(file, format=_FORMATS[path.suffix], base_iri="http://localhost/"):
            yield Triple(quad.subject, quad.predicate, quad.object)


def _apart(triple: Triple, number: int) -> Triple:
    """Keep the blank nodes of an imported file apart from those of the others."""

    def renamed(term: object) -> object:
        return BlankNode(f"i{number}-{term.value}") if isinstance(term, BlankNode) else term

    return Triple(renamed(triple.subject), triple.predicate, renamed(triple.object))  # type: ignore[arg-type]
