"""What a release says of itself: the checks that were made, the files that there are."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from myograph import __version__
from myograph.check import Report
from myograph.metadata import DATASET, DCAT
from myograph.reason import Verdict
from myograph.terms import BASE, DCTERMS, RDF_TYPE, SH, XSD
from myograph.turtle import write_turtle

SPDX = "http://spdx.org/rdf/terms#"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_SEVERITIES = {"violation": "Violation", "warning": "Warning"}


def shacl_report(report: Report, prefixes: Mapping[str, str]) -> str:
    """Return what the shapes found, https://www.w3.org/TR/shacl/#validation-report, as Turtle."""
    top = ox.BlankNode("report")
    triples = [
        ox.Triple(top, RDF_TYPE, ox.NamedNode(SH + "ValidationReport")),
        ox.Triple(top, ox.NamedNode(SH + "conforms"), _boolean(report.conforms)),
    ]
    for number, finding in enumerate(report.findings):
        node = ox.BlankNode(f"result{number:06}")
        said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            ("resultMessage", ox.Literal(finding.message)),
            ("resultSeverity", ox.NamedNode(SH + _SEVERITIES[finding.severity])),
        ]
        if finding.focus:
            said.append(("focusNode", ox.NamedNode(finding.focus)))
        if finding.path:
            said.append(("resultPath", ox.NamedNode(finding.path)))
        triples.append(ox.Triple(top, ox.NamedNode(SH + "result"), node))
        triples.append(ox.Triple(node, RDF_TYPE, ox.NamedNode(SH + "ValidationResult")))
        triples += [ox.Triple(node, ox.NamedNode(SH + name), value) for name, value in said]
    return write_turtle(triples, prefixes)


def dl_report(verdict: Verdict) -> str:
    """Return what HermiT found, as JSON."""
    told = {
        "reasoner": "HermiT, by owlready2",
        "consistent": verdict.consistent,
        "unsatisfiableClasses": verdict.unsatisfiable,
        "classes": verdict.classes,
        "individuals": verdict.individuals,
        "detail": verdict.detail,
    }
    return json.dumps(told, indent=1) + "\n"


def dcat(folder: Path, media: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    """Return the release's files as DCAT, https://www.w3.org/TR/vocab-dcat-3/, with checksums.

    Args:
        folder: that the files are in.
        media: the media type of each file that is a distribution of the dataset, by its name.
        prefixes: that the document may use.
    """
    triples: list[ox.Triple] = []

    def say(
        subject: ox.NamedNode | ox.BlankNode, prop: str, value: ox.Literal | ox.NamedNode
    ) -> None:
        triples.append(ox.Triple(subject, ox.NamedNode(prop), value))

    triples.append(ox.Triple(DATASET, RDF_TYPE, ox.NamedNode(DCAT + "Dataset")))
    say(DATASET, DCAT + "version", ox.Literal(__version__))
    for name, kind in sorted(media.items()):
        node = ox.NamedNode(f"{BASE}release/{__version__}/{name}")
        say(DATASET, DCAT + "distribution", node)
        triples.append(ox.Triple(node, RDF_TYPE, ox.NamedNode(DCAT + "Distribution")))
        say(node, DCTERMS + "title", ox.Literal(name))
        say(node, DCAT + "mediaType", ox.NamedNode(_MEDIA + kind))
        size = ox.Literal(
            str((folder / name).stat().st_size), datatype=ox.NamedNode(XSD + "nonNegativeInteger")
        )
        say(node, DCAT + "byteSize", size)
        check = ox.BlankNode(hashlib.sha256(name.encode()).hexdigest()[:16])
        triples.append(ox.Triple(node, ox.NamedNode(SPDX + "checksum"), check))
        triples.append(ox.Triple(check, RDF_TYPE, ox.NamedNode(SPDX + "Checksum")))
        say(check, SPDX + "algorithm", ox.NamedNode(SPDX + "checksumAlgorithm_sha256"))
        say(check, SPDX + "checksumValue", ox.Literal(_sha256(folder / name)))
    return write_turtle(triples, {**prefixes, "spdx": SPDX})


def sums(folder: Path) -> str:
    """Return the checksums of the files in a folder as `sha256sum --check` reads them."""
    return "".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir()))


def citation(text: str, moment: int) -> str:
    """Return CITATION.cff with the version and the day, https://citation-file-format.github.io/.

    Args:
        text: the file, which has neither.
        moment: of the release, in seconds since 1970.
    """
    day = datetime.fromtimestamp(moment, UTC).date().isoformat()
    return f'{text.rstrip()}\nversion: "{__version__}"\ndate-released: "{day}"\n'


def void(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> str:
    """Return what the dataset says of itself, https://www.w3.org/TR/void/."""
    about = ox.NamedNode(BASE + "graph/metadata")
    return write_turtle((q.triple for q in quads if q.graph_name == about), prefixes, DATASET)


def _boolean(value: bool) -> ox.Literal:
    return ox.Literal(str(value).lower(), datatype=ox.NamedNode(XSD + "boolean"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
