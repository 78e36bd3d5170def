"""The W3C SPARQL tests, where they lie beside the checkout; what fails is listed with its cause."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from myograph.build import Built

HERE = Path(__file__).parent
SUITE = HERE.parent.parent.parent / "shared" / "w3c"
KNOWN = HERE / "w3c-known-failures.txt"

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="../shared/w3c has no W3C suite")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "sparql_suite.py", "--suite", "rdf-tests", "-q"]
    return subprocess.run(
        [*command, "--allow-fail", str(KNOWN), *options],
        cwd=SUITE,
        env={"PYTHONPATH": str(HERE.parent.parent), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_worker_answers_as_the_standard_has_it() -> None:
    ended = run("--callable", "tests.server.w3c_adapter:run")
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-2000:]
    assert re.search(r"query-eval +508 ", ended.stdout), "the suite did not run"


@pytest.fixture
def address(built: Built) -> Iterator[str]:
    command = [sys.executable, "-m", "myograph", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://[\d.]+:\d+/", process.stdout.readline())
            assert found
            yield found[0]
        finally:
            process.terminate()
            process.wait(20)


def test_the_endpoint_speaks_the_protocol(address: str) -> None:
    ended = run("--query-url", address + "sparql", "--syntax-empty-dataset")
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-2000:]
    assert re.search(r"protocol-query +\d+ ", ended.stdout), "the suite did not run"
    assert "0 failures outside" in ended.stdout


def test_every_known_failure_has_its_cause() -> None:
    for line in KNOWN.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, cause = line.partition("  ")
            assert "#" in name, line
            assert len(cause.strip()) > 10, f"say why {name} fails"
