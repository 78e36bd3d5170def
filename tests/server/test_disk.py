"""A graph on disk: the same answers as in memory, versions that change under load, clear errors."""

import gzip
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from myograph.build import GRAPH_FILE, REPORT_FILE, Built, load, on_disk, ready, remove_old, write
from myograph.disk import FOLDER, hold, keep
from myograph.errors import QueryFailedError, QueryTimedOutError, StoreError
from myograph.query import run
from myograph.rules import load_rules
from myograph.settings import settings
from myograph_server.app import create_app
from myograph_server.serving import reload, start_workers
from myograph_server.site import EXTENSION, Site
from myograph_server.workers.pool import Pool, PoolLimits
from myograph_server.workers.wire import Job
from tests.helpers import facts, sources
from tests.server.helpers import assert_problem

JSON = "application/sparql-results+json"
LABELS = """SELECT ?label WHERE {
  ?muscle a <https://w3id.org/myograph/ontology/Muscle> ;
    <http://www.w3.org/2000/01/rdf-schema#label> ?label } ORDER BY ?label"""
CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def small(name: str = "soleus", many: int = 400) -> Built:
    """A graph of one muscle with many notes, and literals that a store would write otherwise."""
    turtle = f"muscle:{name} a myo:Muscle ; rdfs:label '{name}'@en ; myo:share 1.50 .\n"
    turtle += "".join(f"muscle:{name} myo:note 'note {i} of {name}' .\n" for i in range(many))
    quads, store = facts(turtle), ox.Store()
    store.extend(quads)
    return Built(quads, store, load_rules(sources().rules), {}, f"{name:0<16}"[:16])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(small(), tmp_path, most=100)
    return tmp_path


@pytest.fixture
def pool(folder: Path) -> Iterator[Pool]:
    held = on_disk(folder, 100)
    assert held
    made = Pool(held, {}, PoolLimits(workers=2, memory=200_000_000))
    yield made
    made.close()


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / FOLDER).iterdir() if path.is_dir()}


def test_a_graph_above_the_size_is_kept_on_disk_and_one_below_is_not(tmp_path: Path) -> None:
    built = small()
    assert write(built, tmp_path, most=len(built.quads)) is None
    assert load(sources(), tmp_path, most=len(built.quads)).disk is None
    held = write(built, tmp_path, most=len(built.quads) - 1)
    assert held
    assert names(tmp_path) == {held.name}
    held.release()
    # Now it is small again for somebody else, and nobody needs what is on disk.
    assert write(built, tmp_path, most=len(built.quads)) is None
    assert names(tmp_path) == set()


def test_on_disk_answers_and_quads_are_those_in_memory(folder: Path) -> None:
    built, stored = small(), load(sources(), folder, most=100)
    assert stored.disk
    assert set(stored.quads) == set(built.quads)
    assert len(stored.quads) == len(built.quads)
    assert next(iter(built.quads)) in stored.quads
    # As it was written, where a store would say 1.5.
    assert any(getattr(quad.object, "value", "") == "1.50" for quad in stored.quads)
    assert run(stored.store, LABELS) == run(built.store, LABELS)
    with pytest.raises(RuntimeError, match="read-write"):
        stored.store.add(next(iter(built.quads)))


def test_workers_open_the_store_after_their_fork(pool: Pool) -> None:
    reply = pool.run(Job(LABELS, JSON), 10)
    assert [row["label"]["value"] for row in json.loads(reply.body)["results"]["bindings"]] == [
        "soleus"
    ]
    # The zygote forks: it must have one thread, and so no store.
    tasks = Path(f"/proc/{pool._zygote.pid}/task")
    assert len(list(tasks.iterdir())) == 1
    descriptors = Path(f"/proc/{pool._zygote.pid}/fd")
    assert not [link for link in descriptors.iterdir() if ".sst" in str(link.resolve())]


def test_the_limits_of_workers_hold_on_disk(pool: Pool) -> None:
    with pytest.raises(QueryTimedOutError):
        pool.run(Job(CROSS, JSON), 0.3)
    rows = "SELECT ?a ?d ?o WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?o } ORDER BY ?o ?d ?a"
    with pytest.raises(QueryFailedError, match="200,000,000 bytes"):
        pool.run(Job(rows, JSON), 60)
    assert pool.run(Job(LABELS, JSON), 10).outcome == "ok"


def test_a_version_goes_when_its_last_reader_goes(folder: Path) -> None:
    old = on_disk(folder, 100)
    assert old
    again = old.again()
    fresh = write(small("plantaris"), folder, most=100)
    assert fresh
    assert names(folder) == {old.name, fresh.name}
    old.release()
    remove_old(folder)
    assert names(folder) == {old.name, fresh.name}, "somebody still reads it"
    assert run(again.open(), LABELS) == run(small().store, LABELS)
    again.release()
    remove_old(folder)
    assert names(folder) == {fresh.name}
    assert not (folder / FOLDER / f"{old.name}.lock").exists()
    assert hold(folder, old.name) is None
    with pytest.raises(StoreError, match="removed"):
        old.again()


def test_a_reader_that_is_killed_holds_nothing(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from myograph.build import on_disk;"
        "held = on_disk(Path(sys.argv[1]), 100); print(held.name, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        read = reader.stdout.readline().strip()
        fresh = write(small("plantaris"), folder, most=100)
        assert fresh
        assert names(folder) == {read, fresh.name}
        reader.kill()
    remove_old(folder)
    assert names(folder) == {fresh.name}


def test_what_a_dead_writer_left_goes(folder: Path) -> None:
    (folder / FOLDER / "half-written").mkdir()
    kept = names(folder) - {"half-written"}
    remove_old(folder)
    assert names(folder) == kept


def test_a_version_that_somebody_deleted_is_made_again(folder: Path) -> None:
    shutil.rmtree(folder / FOLDER)
    held = on_disk(folder, 100)
    assert held
    assert json.loads((folder / REPORT_FILE).read_text("utf-8"))["disk"] == held.name
    assert run(held.open(), LABELS) == run(small().store, LABELS)


def test_a_graph_that_changes_while_it_is_put_on_disk_is_not_mixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(small(), tmp_path, most=1000)

    def slow(graph: Path, folder: Path, fingerprint: str) -> object:
        made = keep(graph, folder, fingerprint)
        if fingerprint.startswith("soleus"):
            write(small("plantaris"), tmp_path, most=1000)
        return made

    monkeypatch.setattr("myograph.build.keep", slow)
    held = on_disk(tmp_path, 100)
    assert held
    assert held.name.startswith("plantaris")
    assert run(held.open(), LABELS) == run(small("plantaris").store, LABELS)
    assert names(tmp_path) == {held.name}


@pytest.fixture
def served(folder: Path) -> Iterator[Flask]:
    chosen = settings(given(folder))
    found = ready(sources(), folder, 100)
    app = create_app(start_workers(found, sources(), chosen), chosen, sources())
    yield app
    app.extensions[EXTENSION].engine.close()


def given(folder: Path) -> dict[str, object]:
    return {"store": str(folder), "disk_above": 100, "workers": 2}


def test_a_new_version_is_served_without_a_failed_request(
    folder: Path, served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The figures, which this graph does not have, are no matter here.
    monkeypatch.setattr(Site, "warm", lambda _: None)
    answers: list[str] = []
    failures: list[str] = []
    over = threading.Event()

    def ask() -> None:
        client, number = served.test_client(), 0
        while not over.is_set():
            number += 1
            # A comment of its own, so that no answer is one that was kept.
            text = f"# {number} {threading.get_ident()}\n{LABELS}"
            found = client.post("/sparql", data={"query": text}, headers={"Accept": "text/csv"})
            told = found.get_data(as_text=True)
            (answers if found.status_code == 200 else failures).append(told.split()[-1])

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    before = names(folder)
    fresh = write(small("plantaris"), folder, most=100)
    assert fresh
    fresh.release()
    assert names(folder) == {fresh.name, *before}, "what is served is not removed"
    reload(served, given(folder))
    over.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(answers) == {"soleus", "plantaris"}
    assert names(folder) == {fresh.name}


def test_a_folder_that_is_missing_or_empty_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no folder .*nowhere"):
        load(sources(), tmp_path / "nowhere")
    with pytest.raises(StoreError, match="no built graph in"):
        load(sources(), tmp_path)
    (tmp_path / REPORT_FILE).write_text("[]", "utf-8")
    with pytest.raises(StoreError, match="no built graph in"):
        load(sources(), tmp_path)


def test_a_store_of_another_engine_is_an_error_that_names_both(folder: Path) -> None:
    written = (folder / GRAPH_FILE).read_text("utf-8")
    mine, another = (f'"engine": "{version}"' for version in (ox.__version__, "0.1.2"))
    assert mine in written
    (folder / GRAPH_FILE).write_text(written.replace(mine, another), "utf-8")
    with pytest.raises(
        StoreError, match=rf"engine 0\.1\.2, and this is {ox.__version__}"
    ) as caught:
        load(sources(), folder, 100)
    assert "Build it again" in caught.value.repair


def test_a_store_of_somebody_else_is_an_error_and_one_in_use_says_so(tmp_path: Path) -> None:
    ox.Store(str(tmp_path / "theirs")).flush()
    with pytest.raises(StoreError, match="did not make"):
        load(sources(), tmp_path / "theirs")
    # In another process, as a lock of our own would not be seen.
    code = "import sys, time, pyoxigraph as ox; s = ox.Store(sys.argv[1]); print(1, flush=True)"
    command = [sys.executable, "-c", f"{code}; time.sleep(60)", str(tmp_path / "theirs")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        writer.stdout.readline()
        with pytest.raises(StoreError, match="another process writes to"):
            load(sources(), tmp_path / "theirs")
        writer.kill()


def test_a_damaged_store_is_an_error_that_names_it(folder: Path) -> None:
    (version,) = names(folder)
    (folder / FOLDER / version / "store" / "CURRENT").write_text("nothing", "utf-8")
    with pytest.raises(StoreError, match="cannot be opened"):
        load(sources(), folder, 100)


def test_a_full_disk_leaves_no_half_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("myograph.disk.Store", full)
    with pytest.raises(StoreError, match="No space left on device") as caught:
        write(small(), tmp_path, most=100)
    assert "disk_above" in caught.value.repair
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_the_command_says_where_the_graph_is_kept_or_that_there_is_none(folder: Path) -> None:
    command = [sys.executable, "-m", "myograph", "serve", "--port", "0", "--store", str(folder)]
    with subprocess.Popen(
        [*command, "--disk-above", "100"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        assert f"kept on disk, in {folder}" in process.stdout.readline()
        process.kill()
    command[-1] = str(folder / "none")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "There is no folder" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def large(folder: Path) -> Iterator[FlaskClient]:
    """A server over a graph on disk that its dumps are too large for."""
    found = ready(sources(), folder, most=100)
    engine = start_workers(found, sources(), settings({"disk_above": 100}))
    yield create_app(engine, {"disk_above": 100}).test_client()
    engine.close()


def test_a_large_dump_is_handed_on_line_by_line(large: FlaskClient, folder: Path) -> None:
    quads = large.get("/dump/myograph.nq", buffered=True)
    assert quads.get_data() == (folder / GRAPH_FILE).read_bytes().partition(b"\n# build ")[0]
    assert "Content-Length" not in quads.headers, "then it was put together"
    triples = large.get("/dump/anatomy.nt", buffered=True).get_data()
    assert set(ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)) == {
        ox.Quad(*quad.triple) for quad in small().quads
    }
    assert large.get("/dump/anatomy.nq", buffered=True).get_data() == quads.get_data()


def test_a_large_dump_is_compressed_and_not_sent_again(large: FlaskClient) -> None:
    plain, packed = (
        large.get("/dump/anatomy.nt", buffered=True, headers={"Accept-Encoding": encoding})
        for encoding in ("identity", "gzip")
    )
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for answer in (plain, packed):
        asked = {"If-None-Match": answer.headers["ETag"]}
        encoding = answer.headers.get("Content-Encoding", "identity")
        again = large.get(
            "/dump/anatomy.nt", buffered=True, headers=asked | {"Accept-Encoding": encoding}
        )
        assert (again.status_code, again.get_data()) == (304, b"")
    assert large.head("/dump/anatomy.nt", buffered=True).status_code == 200


def test_what_a_large_graph_cannot_be_dumped_as_says_what_can(large: FlaskClient) -> None:
    text = "Take /dump/anatomy.nt or /dump/anatomy.nq"
    assert_problem(
        large.get("/dump/anatomy.ttl", buffered=True), 422, "403 triples, too many for ttl", text
    )
    assert_problem(
        large.get("/dump/none.ttl", buffered=True), 404, "There is no named graph 'none'"
    )
