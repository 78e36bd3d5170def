"""A release: every file with its checksum, the same bytes each time, packages that serve."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from rdflib.namespace import SH

import hatch_build
from myograph import __version__
from myograph.build import Built
from myograph.check import Finding, Report
from myograph.errors import ReasonerError
from myograph.reason import Verdict
from myograph.terms import BASE
from release.__main__ import ReleaseError, main, release
from release.changes import changelog
from release.reports import citation, dcat, shacl_report, sums
from tests.helpers import REPOSITORY, facts

FACTS = 'muscle:a a myo:Muscle ; rdfs:label "a"@en ; myo:layer myo:Deep .'
PREFIXES = {"sh": str(SH)}


def small(turtle: str = FACTS) -> Built:
    quads = facts(turtle) + facts("myo:Muscle a owl:Class .", "ontology")
    store = ox.Store()
    store.extend(quads)
    return Built(quads, store, [], {}, "")


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = Verdict(True, [], 1, 1)
    monkeypatch.setattr("release.__main__.load_or_build", lambda *_: small())
    monkeypatch.setattr("release.__main__.check", lambda *_: Report(True))
    monkeypatch.setattr("release.__main__.reason_dl", lambda *_: verdict)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("_small")
def test_a_release_has_all_files_and_their_checksums(tmp_path: Path) -> None:
    release(tmp_path / "one", packages=False)
    files = contents(tmp_path / "one")
    endings = ("ttl", "jsonld", "nt", "rdf", "nq", "trig", "owl", "csv.zip", "sssom.zip")
    assert files.keys() >= {f"myograph.{ending}" for ending in endings}
    assert files.keys() >= {"ontology.ttl", "ontology.owl", "context.jsonld", "shapes.ttl"}
    assert files.keys() >= {"void.ttl", "dcat.ttl", "shacl-report.ttl", "dl-report.json"}
    assert files.keys() >= {"CHANGES.md", "CITATION.cff", "LICENSE", "LICENSE-DATA", "README.md"}
    listed = files["SHA256SUMS"].decode().splitlines()
    assert {line.split("  ")[1] for line in listed} == files.keys() - {"SHA256SUMS"}
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=tmp_path / "one", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0


@pytest.mark.usefixtures("_small")
def test_two_releases_have_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        release(tmp_path / name, packages=False)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.usefixtures("_small")
def test_what_does_not_conform_is_not_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("the release before")
    wrong = Report(False, [Finding("", "warned of", "x", "warning"), Finding("", "bad", "x")])
    monkeypatch.setattr("release.__main__.check", lambda *_: wrong)
    assert main(["--output", str(tmp_path / "out"), "--no-packages"]) == 2
    assert "does not conform: bad" in capsys.readouterr().err
    monkeypatch.setattr("release.__main__.check", lambda *_: Report(True))
    monkeypatch.setattr("release.__main__.reason_dl", lambda *_: Verdict(False, [], 1, 1))
    with pytest.raises(ReleaseError, match="contradicts"):
        release(tmp_path / "out", packages=False)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert contents(tmp_path / "out") == {"old": b"the release before"}


@pytest.mark.usefixtures("_small")
def test_a_reasoner_that_is_missing_is_left_out_and_one_that_fails_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> Verdict:
        raise ReasonerError("HermiT failed.", "Install 'myograph[dl]'.")

    monkeypatch.setattr("release.__main__.reason_dl", fails)
    monkeypatch.setattr("release.__main__.find_spec", lambda name: name)
    with pytest.raises(ReasonerError):
        release(tmp_path / "out", packages=False)
    monkeypatch.setattr("release.__main__.find_spec", lambda _: None)
    release(tmp_path / "out", packages=False)
    assert "dl-report.json" not in contents(tmp_path / "out")
    assert "myograph[dl]" in capsys.readouterr().out


def test_the_citation_has_version_and_day() -> None:
    text = (REPOSITORY / "CITATION.cff").read_text("utf-8")
    found = yaml.safe_load(citation(text, 1_700_000_000))
    assert found["version"] == __version__
    assert str(found["date-released"]) == "2023-11-14"
    assert found["title"].startswith("Myograph")


def test_the_shacl_report_is_one() -> None:
    finding = Finding(f"{BASE}muscle/a", "say what", "shape", "warning", f"{BASE}ontology/layer")
    text = shacl_report(Report(True, [finding, Finding("", "all of it", "x")]), PREFIXES)
    found = rdflib.Graph().parse(data=text)
    [report] = found.subjects(rdflib.RDF.type, SH.ValidationReport)
    assert [str(v) for v in found.objects(report, SH.conforms)] == ["true"]
    assert len(list(found.objects(report, SH.result))) == 2
    [result] = found.subjects(SH.focusNode, rdflib.URIRef(finding.focus))
    assert (result, SH.resultSeverity, SH.Warning) in found
    assert "_:" not in text


def test_each_file_has_its_size_and_checksum(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("abc")
    text = dcat(tmp_path, {"a.ttl": "text/turtle"}, {})
    assert sums(tmp_path).endswith("15ad  a.ttl\n")
    found = rdflib.Graph().parse(data=text)
    values = {str(value) for value in found.objects()}
    assert "3" in values
    assert "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" in values
    assert "https://www.iana.org/assignments/media-types/text/turtle" in values


def test_changes_are_told_by_subject(tmp_path: Path) -> None:
    before, after = tmp_path / "before.nq", tmp_path / "after.nq"
    for path, turtle in ((before, FACTS), (after, FACTS.replace("myo:Deep", "myo:Superficial"))):
        path.write_text("".join(f"{quad} .\n" for quad in facts(turtle)), "utf-8")
    text = changelog(before, after)
    assert text.startswith(f"# Changes in {__version__}\n\n1 record changed")
    assert "\n## a\n\n`muscle/a`\n" in text
    assert "Superficial" in text
    assert "first release" in changelog(None, after)


# --- packages ----------------------------------------------------------------------------------


@contextmanager
def served(python: Path, home: Path) -> Iterator[str]:
    """The address of a server that an installed package runs, with a cache of its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CACHE_HOME": str(home / "c")}
    with subprocess.Popen(
        [python.parent / "myograph", "serve", "--port", "0"],
        cwd=home, env=environment, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout
            lines = iter(process.stdout.readline, "")
            address = next(m[0] for line in lines if (m := re.search(r"http://[\d.]+:\d+", line)))
            yield address
        finally:
            process.terminate()
            process.wait(60)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
def test_wheel_and_sdist_install_and_serve_in_an_empty_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hatch_build.fetched():
        pytest.skip("the SPARQL editor has not been fetched: make editor")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for folder in ("one", "two"):
        hatchling = (sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path / folder))
        run(*hatchling, cwd=REPOSITORY)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    [sdist] = (tmp_path / "one").glob("*.tar.gz")
    [wheel] = (tmp_path / "one").glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    offline = ("--no-index", "--no-deps")
    run(*pip, "wheel", *offline, "--no-build-isolation", sdist, "-w", "again", cwd=tmp_path)
    assert (tmp_path / "again" / wheel.name).read_bytes() == wheel.read_bytes()
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    run(python, "-m", "pip", "install", *offline, wheel, cwd=tmp_path)
    # What it depends on is lent by this environment, so that nothing is fetched.
    where = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path
    )
    lent = Path(where.strip(), "lent.pth")
    lent.write_text(sysconfig.get_path("purelib") + "\n")
    assert run(python, "-c", "import myograph; print(myograph.__file__)", cwd=tmp_path).startswith(
        str(tmp_path / "empty")
    )
    with served(python, tmp_path) as address:
        with urllib.request.urlopen(f"{address}/muscle/soleus.jsonld") as answer:
            assert json.load(answer)["label"] == "soleus"
        with urllib.request.urlopen(f"{address}/context.jsonld") as answer:
            context = (REPOSITORY / "ontology" / "context.jsonld").read_bytes()
            assert answer.read() == context


@pytest.mark.slow
def test_two_releases_of_the_real_graph_have_the_same_bytes(tmp_path: Path) -> None:
    sums_of = []
    for name in ("one", "two"):
        run(sys.executable, "-m", "release", "--no-packages", "--output", tmp_path / name,
            cwd=REPOSITORY)  # fmt: skip
        sums_of.append((tmp_path / name / "SHA256SUMS").read_text())
    assert sums_of[0] == sums_of[1]
