"""`/check` in a process of its own: what is right, what is wrong, and what would take too much."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from myograph import errors
from myograph.build import Built
from myograph.files import Sources, find_sources
from myograph_server.app import create_app
from myograph_server.checker import Checker, CheckLimits
from myograph_server.checking import Task, reply
from myograph_server.engine import Caller
from tests.server.helpers import HTML, assert_problem, engine_of
from tests.server.test_files import GOOD

BAD = GOOD.replace('rdfs:label "test sled"@en ;', "")
TURTLE = "text/turtle"
LIMITS = CheckLimits(at_once=2, timeout=60, memory=1_000_000_000, max_bytes=10_000_000)


def checks_of(parent: int) -> list[int]:
    """The processes of checks below a process, those that ended and were not reaped among them."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status = (path / "stat").read_text().rsplit(")", 1)[1].split()
            command = (path / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if int(status[1]) == parent and (b"checking" in command or status[0] == "Z"):
            found.append(int(path.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return b"checking" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def wait_for(holds: Callable[[], object], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = checks_of(os.getpid())
    yield
    assert checks_of(os.getpid()) == before


@pytest.fixture
def running() -> Iterator[Callable[..., None]]:
    """Starts checks that run until the test ends, each with its own address."""
    over, threads = threading.Event(), []

    def start(checker: Checker, address: str) -> None:
        def run() -> None:
            with pytest.raises(errors.ClientGoneError):
                checker.check(GOOD, "turtle", Caller(address, over.is_set))

        count = len(checks_of(os.getpid()))
        threads.append(threading.Thread(target=run))
        threads[-1].start()
        assert wait_for(lambda: len(checks_of(os.getpid())) == count + 1)

    yield start
    over.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def task(text: str, sources: Sources, max_bytes: int = 10_000_000) -> Task:
    """A task for this process: it gets no limits."""
    return Task(text, "turtle", str(sources.root), str(sources.package), True, 10**9, 0, max_bytes)


def test_what_is_right_conforms(client: FlaskClient) -> None:
    report = client.post("/check", data=GOOD, content_type=TURTLE).get_json(force=True)
    assert report == {"conforms": True, "findings": []}


def test_what_is_wrong_is_reported(checking: FlaskClient) -> None:
    report = checking.post("/check", data=BAD, content_type=TURTLE).get_json(force=True)
    assert report["conforms"] is False
    (finding,) = [f for f in report["findings"] if f["property"].endswith("#label")]
    assert finding["focus"] == "https://w3id.org/myograph/equipment/test-sled"
    assert finding["path"] == "/equipment/test-sled"
    assert (finding["severity"], bool(finding["message"])) == ("violation", True)


def test_what_a_document_makes_wrong_elsewhere_is_reported(client: FlaskClient) -> None:
    # The fault is soleus's: the document only adds a second definition to it.
    data = 'muscle:soleus skos:definition "Another."@en .'
    report = client.post("/check", data=data, content_type=TURTLE).get_json(force=True)
    assert report["conforms"] is False
    assert {f["focus"].rsplit("/", 1)[1] for f in report["findings"]} == {"soleus"}


def test_what_does_not_parse_has_its_place(client: FlaskClient) -> None:
    answer = client.post("/check", data="muscle:x a myo:Muscle .\n  nonsense", content_type=TURTLE)
    problem = assert_problem(answer, 400, "Your document, line 2, column ", "nonsense")
    assert problem["type"].endswith("#problem-malformed-turtle")


def test_a_long_document_is_read_to_its_end(client: FlaskClient) -> None:
    text = GOOD + "# nothing\n" * 90_000 + "nonsense"
    place = f"line {text.count(chr(10)) + 1},"
    assert_problem(client.post("/check", data=text, content_type=TURTLE), 400, place)


@pytest.mark.parametrize("wrong", [True, False])
def test_jsonld(checking: FlaskClient, wrong: bool) -> None:
    base = "https://w3id.org/myograph/"
    document: dict[str, object] = {
        "@id": base + "equipment/test-sled",
        "@type": base + "ontology/Equipment",
        "http://www.w3.org/2004/02/skos/core#definition": {"@value": "A sled.", "@language": "en"},
        "http://purl.org/dc/terms/source": {"@id": base + "source/article-back-of-leg"},
    }
    if not wrong:
        label = "http://www.w3.org/2000/01/rdf-schema#label"
        document[label] = {"@value": "test sled", "@language": "en"}
    media = "application/ld+json"
    report = checking.post("/check", data=json.dumps(document), content_type=media)
    assert report.get_json(force=True)["conforms"] is not wrong


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("muscle:x myo:note [ ] .", "UnnamedNodeError", "blank node"),
        ("<a> <b> <<( <c> <d> <e> )>> .", "MalformedTurtleError", "RDF 1.1"),
        (
            "muscle:x " + "myo:hasOrigin [ myo:attachesTo landmark:x ; " * 2000 + "]" * 2000 + " .",
            "MalformedTurtleError",
            "nested more than 100 deep",
        ),
    ],
)
def test_errors_of_a_document_are_told(text: str, kind: str, words: str) -> None:
    found = json.loads(reply(task(text, find_sources())))["error"]
    assert found[0] == kind
    assert words in found[1] + found[2]


def test_a_report_that_is_too_long_is_refused(few_facts: Sources) -> None:
    name, message, _ = json.loads(reply(task(BAD, few_facts, max_bytes=100)))["error"]
    assert (name, "100 bytes" in message) == ("AnswerTooLargeError", True)


@pytest.mark.parametrize("checked", ["time", "memory"])
def test_what_takes_too_much_is_killed_and_the_server_goes_on(built: Built, checked: str) -> None:
    given = {"time": ("check_timeout", 0.7), "memory": ("check_memory", 30_000_000)}[checked]
    client = create_app(engine_of(built), dict([given])).test_client()
    for _ in range(3):  # more than may run at once: each frees its place
        started = time.monotonic()
        answer = client.post("/check", data=GOOD, content_type=TURTLE)
        if checked == "time":
            problem = assert_problem(answer, 504, "0.7 seconds", "myograph check")
            assert problem["type"].endswith("#problem-check-timed-out")
            assert time.monotonic() - started < 3
        else:
            problem = assert_problem(answer, 422, "30,000,000 bytes of memory", "myograph check")
            assert problem["type"].endswith("#problem-check-failed")
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        b"memory allocation of 8 bytes failed",
        b"AttributeError: 'str' object has no attribute 'read'",
        b"thread panicked",
    ],
)
def test_a_process_that_dies_is_told_from_one_that_was_full(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    code = f"import os; os.write(2, {said!r}); os.abort()"
    monkeypatch.setattr("myograph_server.checker._COMMAND", [sys.executable, "-c", code])
    full = b"panicked" not in said
    checker = Checker(find_sources(), LIMITS)
    with pytest.raises(errors.CheckFailedError, match="bytes of mem" if full else "ended the proc"):
        checker.check("x" * 1_000_000, "turtle", Caller())
    assert checker.killed == {"memory" if full else "crash": 1}


def test_a_process_that_listens_to_nothing_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(20)"]
    monkeypatch.setattr("myograph_server.checker._COMMAND", command)
    started = time.monotonic()
    checker = Checker(find_sources(), replace(LIMITS, timeout=0.3))
    with pytest.raises(errors.CheckTimedOutError, match=r"0\.3 seconds"):
        checker.check("x", "turtle", Caller())
    assert checker.killed == {"time": 1}
    assert time.monotonic() - started < 5


def test_as_many_run_at_once_as_may(running: Callable[..., None]) -> None:
    checker = Checker(find_sources(), LIMITS)
    running(checker, "192.0.2.1")
    with pytest.raises(errors.BusyError, match="Your last check still runs"):
        checker.check(GOOD, "turtle", Caller("192.0.2.1"))
    running(checker, "192.0.2.2")
    with pytest.raises(errors.BusyError, match="Other documents are being checked"):
        checker.check(GOOD, "turtle", Caller("192.0.2.3"))


@pytest.mark.parametrize("headers", [{}, HTML], ids=["program", "browser"])
def test_who_comes_too_many_is_told_when_to_come_again(
    built: Built, running: Callable[..., None], headers: dict[str, str]
) -> None:
    app = create_app(engine_of(built), {"checks": 1})
    running(app.extensions["myograph"].checker, "192.0.2.1")
    answer = app.test_client().post("/check", data={"data": GOOD}, headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    if headers:
        assert "A sled that is pushed." in answer.get_data(as_text=True)
    else:
        assert_problem(answer, 503, "being checked")


def test_a_client_that_leaves_frees_its_place(client: FlaskClient) -> None:
    over = time.monotonic() + 0.5
    environ = {"waitress.client_disconnected": lambda: time.monotonic() > over}
    for _ in range(3):
        answer = client.post(
            "/check", data=GOOD, content_type=TURTLE, environ_overrides=dict(environ)
        )
        assert_problem(answer, 499)
    assert time.monotonic() - over < 3


def test_a_check_ends_with_a_server_that_is_killed() -> None:
    # Long enough that it would not have ended by itself.
    code = (
        "from myograph.files import Sources, find_sources\n"
        "from myograph_server.checker import *\n"
        "text = ''.join(f'equipment:x{i} a myo:Equipment .' for i in range(20_000))\n"
        "Checker(find_sources(), CheckLimits(1, 300, 10**9, 10**7)).check(text, 'turtle', Caller())"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as server:
        assert wait_for(lambda: checks_of(server.pid))
        (check,) = checks_of(server.pid)
        time.sleep(1.5)  # it has its task and is at it
        server.kill()
    try:
        assert wait_for(lambda: not is_alive(check))
    finally:
        if is_alive(check):
            os.kill(check, signal.SIGKILL)
