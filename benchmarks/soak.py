"""Eight ordinary clients while a hostile one sends the worst, over and over.

`python -m benchmarks.soak [seconds]`; ten minutes if not said. Each client has a loopback
address of its own, since no address gets more than half of the workers.
"""

import contextlib
import http.client
import socket
import sys
import threading
from collections import Counter
from urllib.parse import urlencode

from rich.table import Table

from benchmarks import servers
from benchmarks.load import Measured, get, run
from myograph.console import OUT

ORDINARY = (
    "SELECT ?label WHERE { muscle:soleus rdfs:label ?label }",
    "SELECT ?joint WHERE { muscle:gastrocnemius myo:crosses ?joint }",
    "SELECT ?m ?r { ?a myo:ofMovement movement:knee-flexion ; myo:role ?r . ?m myo:hasAction ?a }",
    "ASK { exercise:squat myo:trainsAsPrimeMover muscle:soleus }",
)
_DOUBLING = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
HOSTILE = {
    "cartesian count": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "cartesian order": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "path from everything": "SELECT * { ?a (rdf:type|!rdf:type)* ?b }",
    "huge construct": "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }",
    "regular expression": 'SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(STR(?f), "(a+)+(b+)+$")) }',
    "doubling": f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("aaaaaaaa" AS ?x0) {_DOUBLING} }}',
    "group of everything": "SELECT (GROUP_CONCAT(STR(?f)) AS ?all) { ?a ?b ?c . ?d ?e ?f }",
    "braces": "SELECT * " + "{" * 5000 + "}" * 5000,
    "parentheses": "SELECT (" + "(" * 20_000 + "1" + ")" * 20_000 + " AS ?x) {}",
    "deep path": "SELECT * { ?a " + "/".join(["(rdf:type|!rdf:type)*"] * 12) + " ?b }",
    "service": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "file": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
}
_ENEMY = ("127.9.9.9", 0)
_JSON = "application/sparql-results+json"


def main() -> None:
    """Run the soak and print what the ordinary clients saw, and what became of the hostile ones."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    answers: Counter[str] = Counter()
    memory: list[float] = []
    over = threading.Event()
    with servers.ours() as server:
        enemies = [threading.Thread(target=_attack, args=(server, over, answers)) for _ in range(2)]
        enemies.append(threading.Thread(target=_linger, args=(server, over)))
        enemies.append(threading.Thread(target=_weigh, args=(server, over, memory)))
        quiet = run(server.address, _ordinary(server), 8, 5.0, _own)
        for enemy in enemies:
            enemy.start()
        found = run(server.address, _ordinary(server), 8, seconds, _own)
        over.set()
        for enemy in enemies:
            enemy.join()
    _show(quiet, found, answers, memory)


def _ordinary(server: servers.Server):  # type: ignore[no-untyped-def]
    # A comment makes every query a new one, so that none is answered from the cache.
    return lambda n: get(server.path, f"# {n}\n{ORDINARY[n % len(ORDINARY)]}", _JSON)


def _own(number: int) -> str:
    return f"127.0.1.{number % 200 + 1}"


def _attack(server: servers.Server, over: threading.Event, answers: Counter[str]) -> None:
    while not over.is_set():
        for name, query in HOSTILE.items():
            if over.is_set():
                return
            connection = http.client.HTTPConnection(*server.address, 40, source_address=_ENEMY)
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            try:
                connection.request("POST", "/sparql", urlencode({"query": query}), kind)
                answers[f"{name}: {connection.getresponse().status}"] += 1
            except OSError as error:
                answers[f"{name}: {type(error).__name__}"] += 1
            finally:
                connection.close()


def _linger(server: servers.Server, over: threading.Event) -> None:
    """Keep half-sent bodies and unread answers open, and leave before answers come."""
    half = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    half += b"Content-Length: 1000\r\n\r\nSELECT"
    unread = get(server.path, "SELECT * { ?s ?p ?o } LIMIT 30000", _JSON)
    while not over.wait(1.0):
        kept = []
        for request in (half, unread) * 10:
            with contextlib.suppress(OSError):
                made = socket.create_connection(server.address, 5, source_address=_ENEMY)
                made.sendall(request)
                kept.append(made)
        over.wait(5.0)
        for made in kept:
            made.close()


def _weigh(server: servers.Server, over: threading.Event, memory: list[float]) -> None:
    while not over.wait(5.0):
        memory.append(server.memory())


def _show(quiet: Measured, found: Measured, answers: Counter[str], memory: list[float]) -> None:
    table = Table(title=f"eight ordinary clients for {found.seconds:.0f} s")
    for heading in ("", "answers a second", "p50, ms", "p99, ms", "failures"):
        table.add_column(heading, justify="right")
    for name, seen in (("before", quiet), ("under attack", found)):
        times = (f"{seen.quantile(0.5):.1f}", f"{seen.quantile(0.99):.1f}")
        table.add_row(name, f"{seen.rate:,.0f}", *times, str(seen.failures))
    OUT.print(table)
    attack = Table(title="what the hostile client was told")
    attack.add_column("query: status")
    attack.add_column("times", justify="right")
    for name, count in sorted(answers.items()):
        attack.add_row(name, str(count))
    OUT.print(attack)
    third = max(1, len(memory) // 3)
    OUT.print(
        f"memory: {sum(memory[:third]) / third:.0f} MB in the first third, "
        f"{sum(memory[-third:]) / third:.0f} MB in the last"
    )


if __name__ == "__main__":
    main()
