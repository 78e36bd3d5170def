"""Endpoints side by side in one run: the same graph, the same queries, the same load."""

from collections.abc import Callable
from contextlib import ExitStack

from rich.table import Table

from benchmarks import servers
from benchmarks.load import Measured, get, run
from myograph.build import load_or_build
from myograph.console import OUT
from myograph.files import find_sources
from myograph.prefixes import prefix_lines

ACCEPT = "application/sparql-results+json"
QUERIES = {
    "label": "SELECT ?label WHERE { muscle:soleus rdfs:label ?label }",
    "path": "SELECT DISTINCT ?joint WHERE { muscle:soleus (myo:hasOrigin|myo:hasInsertion)/"
    "(myo:attachesTo|myo:via)/(myo:partOf|myo:movesWith|^myo:articulates)* ?joint . "
    "?joint a myo:KinematicJoint }",
    "path, all muscles": "SELECT DISTINCT ?muscle ?joint WHERE { ?muscle a myo:Muscle ; "
    "(myo:hasOrigin|myo:hasInsertion)/(myo:attachesTo|myo:via)/"
    "(myo:partOf|myo:movesWith|^myo:articulates)* ?joint . ?joint a myo:KinematicJoint }",
    "aggregate": "SELECT ?class (COUNT(?thing) AS ?n) WHERE { ?thing a ?class } GROUP BY ?class "
    "ORDER BY DESC(?n) LIMIT 10",
    "10,000 rows": "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 10000",
}
SECONDS = 2.0
MOST = 60.0  # seconds that a server gets for an answer to each client


def main() -> None:
    """Print the tables."""
    sources = find_sources()
    load_or_build(sources)
    queries = {name: prefix_lines(sources.ontology, q) + q for name, q in QUERIES.items()}
    results: dict[tuple[str, str, int], Measured] = {}
    memory: dict[str, float] = {}
    with ExitStack() as stack:
        running = [
            stack.enter_context(make())
            for make in (
                *(servers.ours, servers.hello, servers.oxigraph),
                *(servers.rdflib_endpoint, servers.virtuoso),
            )
        ]
        for server in filter(None, running):
            for name, text in queries.items():
                for clients in (1, 8, 64):
                    if server.name == "bare Flask" and name != "label":
                        continue
                    key = (server.name, name, clients)
                    results[key] = run(
                        server.address, _cold(server, text), clients, (SECONDS, MOST), _own
                    )
                    if server.name == "ours":
                        again = ("ours, cached", name, clients)
                        results[again] = run(
                            server.address, _same(server, text), clients, (SECONDS, MOST), _own
                        )
            memory[server.name] = server.memory()
    _show(results, memory)


def _own(number: int) -> str:
    # Each client has an address of its own: one address gets half of our workers at most.
    return f"127.0.{number // 200}.{number % 200 + 1}"


def _cold(server: servers.Server, text: str) -> Callable[[int], bytes]:
    # A comment makes every query a new one, so that no cache can answer.
    return lambda number: get(server.path, f"# {number}\n{text}", ACCEPT)


def _same(server: servers.Server, text: str) -> Callable[[int], bytes]:
    request = get(server.path, text, ACCEPT)
    return lambda number: request


def _show(results: dict[tuple[str, str, int], Measured], memory: dict[str, float]) -> None:
    for query in QUERIES:
        table = Table(title=f"{query}: answers a second (p50, p99 in ms)")
        table.add_column("server")
        for clients in (1, 8, 64):
            table.add_column(f"{clients} clients", justify="right")
        table.add_column("ours against it, at 8", justify="right")
        names = dict.fromkeys(name for name, asked, _ in results if asked == query)
        cold = results["ours", query, 8]
        for name in names:
            cells = []
            for clients in (1, 8, 64):
                found = results[name, query, clients]
                failed = f" {found.failures} failed" if found.failures else ""
                times = f"{found.quantile(0.5):.1f}, {found.quantile(0.99):.1f}"
                cells.append(f"{found.rate:,.0f} ({times}){failed}")
            theirs = results[name, query, 8]
            # The rate of the slow ones is only as good as the answers that they gave.
            ratio = f"{cold.rate / theirs.rate:.2f}" if theirs.times else "no answer"
            table.add_row(name, *cells, ratio)
        OUT.print(table)
    for name, megabytes in memory.items():
        OUT.print(f"memory of {name}: {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
