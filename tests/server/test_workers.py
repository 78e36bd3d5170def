"""The pool of killable workers: each limit is met, and the pool goes on afterwards."""

import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from myograph.build import Version
from myograph.errors import BusyError, ClientGoneError, QueryFailedError, QueryTimedOutError
from myograph_server.engine import Caller, WorkerEngine
from myograph_server.guard import SafeQuery
from myograph_server.workers.pool import Pool, PoolLimits
from myograph_server.workers.wire import Job

JSON = "application/sparql-results+json"
CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ONE = "SELECT ?o WHERE { ex:s0 ex:p ?o }"


@pytest.fixture(scope="module")
def graph_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "graph.nq"
    lines = (
        f"<http://e/s{i}> <http://e/p> <http://e/o{i}> <http://e/g{i % 2}> .\n" for i in range(400)
    )
    path.write_text("".join(lines), "utf-8")
    return path


@pytest.fixture
def pool(graph_file: Path) -> Iterator[Pool]:
    made = Pool(
        graph_file,
        {"ex": "http://e/"},
        PoolLimits(workers=2, waiting=1, memory=200_000_000, patience=0.3),
    )
    yield made
    made.close()
    gc.collect()


def alive(pool: Pool) -> None:
    assert b"http://e/o0" in pool.run(Job(ONE, JSON), 5.0).body


def killed(pool: Pool, query: str, deadline: float = 5.0) -> str:
    with pytest.raises((QueryTimedOutError, QueryFailedError)):
        pool.run(Job(query, JSON), deadline)
    alive(pool)
    (reason,) = pool.counters.killed
    return reason


def test_an_answer_comes_whole(pool: Pool) -> None:
    reply = pool.run(Job("SELECT ?s WHERE { ?s ex:p ?o }", "text/csv"), 5.0)
    assert reply.outcome == "ok"
    assert len(reply.body.splitlines()) == 401


def test_a_worker_is_used_again(pool: Pool) -> None:
    alive(pool)
    first = pool._idle[0].pid
    alive(pool)
    assert [worker.pid for worker in pool._idle] == [first]


def test_the_deadline_ends_a_query(pool: Pool) -> None:
    started = time.monotonic()
    assert killed(pool, CROSS, deadline=0.3) == "time"
    assert time.monotonic() - started < 3
    assert pool.counters.killed["time"] == 1


def test_processor_time_is_bounded(pool: Pool) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimedOutError, match="1 seconds of processor time"):
        pool.run(Job(CROSS, JSON, cpu_seconds=1), 120.0)
    assert time.monotonic() - started < 60  # a busy machine gives it a second but slowly
    alive(pool)
    assert pool.counters.killed["time"] == 1


def test_what_the_server_reads_at_its_start_may_take_longer(pool: Pool) -> None:
    engine = WorkerEngine(pool, 10**6, 0.03, 1, Version("few", {}))
    text = (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ex:p ?h FILTER(STRLEN(STR(?g)) = 11) }"
    )
    many = SafeQuery(text, "SELECT", None)
    with pytest.raises(QueryTimedOutError):
        engine.run(many, JSON, Caller())
    assert b"1600000" in engine.run(many, JSON, Caller(starting=True))


def test_memory_is_bounded(pool: Pool) -> None:
    doubling = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
    query = f'SELECT (STRLEN(?x40) AS ?n) WHERE {{ BIND("aaaaaaaa" AS ?x0) {doubling} }}'
    # Far more time than it takes, so that it is not what runs out on a busy machine.
    assert killed(pool, query, 60.0) == "memory"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE {" + "{" * 20_000 + "}" * 20_000 + "}",
        "SELECT (" + "(" * 40_000 + "1" + ")" * 40_000 + " AS ?x) {}",
    ],
    ids=["braces", "parentheses"],
)
def test_a_crash_of_the_engine_is_survived(pool: Pool, query: str) -> None:
    assert killed(pool, query) == "crash"


def test_an_answer_that_is_too_large_is_an_error_not_a_part(pool: Pool) -> None:
    reply = pool.run(Job("SELECT * WHERE { ?s ?p ?o }", JSON, max_bytes=1000), 5.0)
    assert (reply.outcome, reply.body) == ("too-large", b"")
    graph = pool.run(Job("CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle", max_bytes=1000), 5.0)
    assert (graph.outcome, graph.body) == ("too-large", b"")


def test_errors_of_the_query_do_not_cost_the_worker(pool: Pool) -> None:
    assert pool.run(Job("SELEC ?x", JSON), 5.0).outcome == "syntax"
    assert pool.run(Job("SELECT (<http://e/f>(1) AS ?x) {}", JSON), 5.0).outcome == "engine"
    assert not pool.counters.killed


def test_graphs_bound_what_is_seen(pool: Pool) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    reply = pool.run(Job(count, "text/csv", default=["http://e/g0"], named=[]), 5.0)
    assert reply.body.split() == [b"n", b"200"]


def test_a_client_that_leaves_frees_its_worker(pool: Pool) -> None:
    left = threading.Event()
    threading.Timer(0.2, left.set).start()
    with pytest.raises(ClientGoneError):
        pool.run(Job(CROSS, JSON), 30.0, is_gone=left.is_set)
    alive(pool)


def test_nobody_gets_more_than_half_of_the_workers(pool: Pool) -> None:
    def occupy() -> None:
        with pytest.raises(QueryTimedOutError):
            pool.run(Job(CROSS, JSON), 1.5, "a")

    busy = threading.Thread(target=occupy)
    busy.start()
    time.sleep(0.2)
    with pytest.raises(BusyError):
        pool.run(Job(ONE, JSON), 1.0, "a")
    assert pool.run(Job(ONE, JSON), 1.0, "b").outcome == "ok"
    busy.join()


def test_the_queue_is_bounded(pool: Pool) -> None:
    def occupy(client: str) -> None:
        with pytest.raises((QueryTimedOutError, BusyError)):
            pool.run(Job(CROSS, JSON), 1.5, client)

    threads = [threading.Thread(target=occupy, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    started = time.monotonic()
    with pytest.raises(BusyError):
        pool.run(Job(ONE, JSON), 1.0, "d")
    assert time.monotonic() - started < 0.2
    for thread in threads:
        thread.join()


def test_nothing_is_left_behind(graph_file: Path) -> None:
    pool = Pool(graph_file, {"ex": "http://e/"}, PoolLimits())
    alive(pool)
    pids = [pool._zygote.pid, pool._idle[0].pid]

    def occupy() -> None:
        with pytest.raises(QueryFailedError):
            pool.run(Job(CROSS, JSON), 30.0)

    # One worker is idle and one, once, was left at work for nobody.
    busy = threading.Thread(target=occupy)
    busy.start()
    alive(pool)
    time.sleep(0.3)
    children = Path(f"/proc/{pids[0]}/task/{pids[0]}/children").read_text("ascii")
    pids += [int(child) for child in children.split()]
    assert len(pids) >= 4
    pool.close()
    busy.join(10)
    until = time.monotonic() + 5
    while any(_runs(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(_runs(pid) for pid in pids)


def test_a_graph_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(QueryFailedError):
        Pool(tmp_path / "none.nq", {}, PoolLimits())


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text("ascii").split()[2] != "Z"
