"""Writes the reference from the sources into `build/docs`: `make docs`.

Terms, rules and questions are described where they are defined; this only puts them in order.
"""

from pathlib import Path

from pyoxigraph import Literal, NamedNode

from myograph.build import load_or_build
from myograph.console import OUT
from myograph.files import find_sources
from myograph.query import Rows, run
from myograph.questions import load_questions
from myograph.rules import load_rules

_TERMS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX graph: <https://w3id.org/myograph/graph/>
SELECT ?term ?label ?definition WHERE {
  GRAPH graph:ontology { ?term rdfs:label ?label ; skos:definition ?definition }
} ORDER BY LCASE(?label)
"""


def main() -> None:
    """Write the three pages."""
    sources = find_sources()
    built = load_or_build(sources)
    folder = sources.root / "build" / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    rules = [f"## {r.name}\nStratum {r.stratum}. {r.says}\n" for r in load_rules(sources.rules)]
    questions = [
        f"## {q.name}\n{q.question}\n\n`myograph ask {q.name}`\n"
        for q in load_questions(sources.queries)
    ]
    answer = run(built.store, _TERMS)
    if not isinstance(answer, Rows):
        raise TypeError("the query for the terms is no SELECT")
    terms = [_term(row) for row in answer.rows]
    for name, title, parts in (
        ("terms", "Terms of the ontology", terms),
        ("rules", "Rules", rules),
        ("questions", "Questions", questions),
    ):
        _write(folder / f"{name}.md", title, parts)


def _term(row: tuple[object, ...]) -> str:
    term, label, definition = row
    iri = term.value if isinstance(term, NamedNode) else str(term)
    words = [text.value for text in (label, definition) if isinstance(text, Literal)]
    return f"**{words[0]}** `{iri.rsplit('/', 1)[-1]}` — {words[-1]}\n"


def _write(path: Path, title: str, parts: list[str]) -> None:
    path.write_text(f"# {title}\n\n" + "\n".join(parts), "utf-8")
    OUT.print(f"Wrote {path.name}, {len(parts)} entries.")


if __name__ == "__main__":
    main()
