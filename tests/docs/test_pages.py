"""The pages below /docs: all are listed, lead somewhere, and their diagrams are true."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from myograph.errors import DocumentError, QueryTimedOutError
from myograph.files import Sources
from myograph.query import Rows, run
from myograph_server.app import create_app
from myograph_server.documentation.diagram import Diagram, draw_diagram, read_diagram
from myograph_server.documentation.freeze import file_of, write_site
from myograph_server.documentation.markdown import anchor_of, render
from myograph_server.documentation.shelf import CONTENTS, Shelf
from myograph_server.site import Site
from tests.docs.documents import blocks, documents, lost_links
from tests.helpers import REPOSITORY, real_graph, sources
from tests.server.helpers import engine_of

HTML = {"Accept": "text/html"}
# Besides the documents in files.
MADE = ("/docs", "/docs/server", "/docs/decisions", "/docs/questions", "/docs/rules")
DIAGRAMS = [b for b in blocks(REPOSITORY / "docs" / "model.md") if b.kind == "diagram"]


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(engine_of(real_graph()))


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def pages(client: FlaskClient) -> dict[str, str]:
    """Every page of the documentation but those of single rules."""
    names = [f"/docs/{name}" for name in Shelf(sources()).pages if name != CONTENTS]
    found = {}
    for address in (*MADE, *names):
        answer = client.get(address, headers=HTML)
        assert (answer.status_code, answer.mimetype) == (200, "text/html"), address
        found[address] = answer.get_data(as_text=True)
    return found


def targets(text: str) -> list[str]:
    return [unescape(target) for target in re.findall(r'(?:href|src)="([^"]*)"', text)]


def test_every_document_is_in_the_contents() -> None:
    shelf = Shelf(sources())
    titles = [title for title, _ in shelf.contents]
    listed = {entry.name for _, entries in shelf.contents for entry in entries}
    assert "More" not in titles, "add the document to docs/README.md"
    assert {"start", "tutorial", "library", "notebook", "contributing"} <= listed
    assert len(shelf.decisions) > 15


def test_what_the_contents_do_not_name_comes_last(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text("# D\n\n## A\n- [One](one.md): first.\n")
    for name in ("one", "two"):
        (tmp_path / "docs" / f"{name}.md").write_text(f"# The {name}\n")
    shelf = Shelf(Sources(tmp_path, tmp_path, True))
    assert [(t, [e.title for e in entries]) for t, entries in shelf.contents] == [
        ("A", ["One"]),
        ("More", ["The two"]),
    ]
    assert [e.address for _, entries in shelf.contents for e in entries] == [
        "/docs/one",
        "/docs/two",
    ]


def test_pages_are_whole(pages: dict[str, str]) -> None:
    for address, text in pages.items():
        assert text.count("<h1") == text.count("<main") == 1, address
        ids = re.findall(r'\bid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), address
        assert "<pre><code>" not in text, f"{address}: a block that the keyboard cannot scroll"
        for target in targets(text):
            if re.match("https?:", target):
                assert f'src="{target}"' not in text, f"{address} takes {target} from elsewhere"


def test_links_to_files_lead_somewhere() -> None:
    decided = sorted((REPOSITORY / "docs" / "decisions").glob("*.md"))
    for path in (*documents(), *decided):
        assert lost_links(path, path.read_text("utf-8")) == [], path
    [lost] = lost_links(REPOSITORY / "README.md", "[a](docs/plan.md#x) ![b](docs/gone.png) [c](#d)")
    assert lost == "docs/gone.png"


def test_links_between_the_pages_lead_somewhere(pages: dict[str, str], client: FlaskClient) -> None:
    lost = []
    for address, text in pages.items():
        for target in targets(text):
            parts = urlsplit(target)
            path = unquote(parts.path) or address
            if parts.scheme or not path.startswith("/docs") or path.startswith("/docs/rules/"):
                continue
            known = path in pages or client.get(path).status_code == 200
            anchor = f'id="{unquote(parts.fragment)}"' if parts.fragment else ""
            if not known or anchor not in pages.get(path, ""):
                lost.append((address, target))
    assert lost == []


@pytest.mark.slow
def test_all_other_links_lead_somewhere(pages: dict[str, str], client: FlaskClient) -> None:
    found = {target for text in pages.values() for target in targets(text)}
    ours = {t for t in found if t.startswith("/") and not t.startswith(("/docs", "/dump"))}
    assert len(ours) > 100
    # As a browser asks; what needs to be told more says so in words.
    browser = {"Accept": "text/html,*/*;q=0.8"}
    asks_for_more = {"/explain": 400}
    lost = [
        target
        for target in sorted(ours)
        if client.get(target, headers=browser, buffered=True).status_code
        != asks_for_more.get(target, 200)
    ]
    assert lost == []


def test_a_document_that_there_is_not_is_told(client: FlaskClient) -> None:
    for name in ("nothing", "../README.md", "__main__.py", "rules/nothing", "README"):
        assert client.get(f"/docs/{name}", headers=HTML).status_code == 404, name
    moved = client.get("/docs/plan.md")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/docs/plan")
    assert client.get("/docs/body.png").mimetype == "image/png"


def test_a_rule_has_its_reason_and_an_example(client: FlaskClient) -> None:
    page = client.get("/docs/rules/biarticular", headers=HTML).get_data(as_text=True)
    assert "reaches the tibia by the iliotibial tract" in page, "the comment of the rule"
    assert "is a biarticular muscle" in page, "what it derived"
    assert "/explain?s=muscle%3A" in page
    refuses = client.get("/docs/rules/violation-self-antagonist", headers=HTML)
    assert "a graph in which this rule finds something is refused" in refuses.get_data(as_text=True)


def test_a_rule_that_takes_too_long_has_a_page_without_an_example(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(shared: Site, text: str) -> list[ox.Triple]:
        raise QueryTimedOutError("It took too long.", "Ask for less.")

    monkeypatch.setattr(Site, "triples", too_long)
    page = client.get("/docs/rules/rollup-most", headers=HTML)
    assert page.status_code == 200
    assert "The whole proof" not in page.get_data(as_text=True)


@pytest.mark.slow
def test_every_rule_that_derives_has_an_example(app: Flask, client: FlaskClient) -> None:
    without = []
    for rule in real_graph().rules:
        page = client.get(f"/docs/rules/{rule.name}", headers=HTML).get_data(as_text=True)
        assert rule.name in page
        if not rule.finds_violations and "The whole proof" not in page:
            without.append(rule.name)
    # What these look for does not occur in the graph now.
    made = real_graph().made
    assert [name for name in without if made.get(name)] == []


# --- diagrams ------------------------------------------------------------------------------------


def faults(diagram: Diagram) -> list[str]:
    """The arrows that the ontology does not have so."""
    wrong = []
    for arrow in diagram.arrows:
        for name in arrow.properties:
            for way, end in (("domain", arrow.start), ("range", arrow.end)):
                # Of a union each part will do, and of a property without one any class.
                answer = run(
                    real_graph().store,
                    f"""SELECT ?kind WHERE {{
                      {{ myo:{name} rdfs:{way} ?kind FILTER(isIRI(?kind)) }}
                      UNION {{ myo:{name} rdfs:{way}/owl:unionOf/rdf:rest*/rdf:first ?kind }}
                    }}""",
                    {
                        "myo": "https://w3id.org/myograph/ontology/",
                        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
                        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
                        "owl": "http://www.w3.org/2002/07/owl#",
                    },
                )
                assert isinstance(answer, Rows)
                kinds = [str(row[0]).strip("<>").rsplit("/", 1)[-1] for row in answer.rows]
                known = run(
                    real_graph().store,
                    f"ASK {{ myo:{name} ?p ?o . myo:{end} ?q ?r }}",
                    {"myo": "https://w3id.org/myograph/ontology/"},
                )
                if not known or (kinds and not any(_near(kind, end) for kind in kinds)):
                    wrong.append(f"{arrow.start} {name} {arrow.end}: {way} is {kinds}")
    return wrong


def _near(one: str, other: str) -> bool:
    """Whether one class is the other, or wider, or narrower."""
    above = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
    base = "https://w3id.org/myograph/ontology/"
    a, b = f"<{base}{one}>", f"<{base}{other}>"
    asked = f"ASK {{ {{ {a} <{above}>* {b} }} UNION {{ {b} <{above}>* {a} }} }}"
    return bool(run(real_graph().store, asked))


@pytest.mark.parametrize("block", DIAGRAMS, ids=str)
def test_a_diagram_says_what_the_ontology_says(block: object) -> None:
    diagram = read_diagram(getattr(block, "text", ""))
    assert len(diagram.arrows) > 5
    assert faults(diagram) == []


def test_a_wrong_arrow_is_seen() -> None:
    good = "Muscle | Origin\nMuscle hasOrigin Origin"
    assert faults(read_diagram(good)) == []
    for wrong in ("Origin hasOrigin Muscle", "Muscle hasOrigins Origin", "Muscle urgency Origin"):
        assert faults(read_diagram(f"Muscle | Origin\n{wrong}")), wrong
    with pytest.raises(DocumentError):
        read_diagram("Muscle | Origin\nMuscle hasOrigin Insertion")


def test_what_only_rules_state_is_drawn_as_such(client: FlaskClient) -> None:
    page = client.get("/docs/model", headers=HTML).get_data(as_text=True)
    assert re.search(r'<text class="made"[^>]*>crosses</text>', page)
    assert re.search(r'<text class="given"[^>]*>has origin</text>', page)
    assert page.count("<svg viewBox") >= 4
    svg = draw_diagram(read_diagram("A | B\nA x B"), lambda name: f"<{name}>", lambda _: True, "")
    assert "&lt;A&gt;" in svg
    assert "<A>" not in svg


# --- Markdown ------------------------------------------------------------------------------------


def test_a_document_becomes_a_page() -> None:
    text = (
        "# Title\n\n## One `two` three!\n\n## One two three\n\n"
        "[a](b.md) [gone](x.py) `/ask/x?a=1` [`/no`](b.md) <b>&\n\n"
        "| h | i |\n|---|---|\n| c | d |\n\n```sparql\nASK {}\n```\n\n```console\n$ <x>\n```\n"
    )
    answers = {"b.md": "/docs/b", "x.py": None}
    done = render(text, answers.get, "/root", lambda block: block)
    assert done.title == "Title"
    assert [h.anchor for h in done.headings] == ["one-two-three", "one-two-three-1"]
    assert '<a href="/root/docs/b">a</a> <span>gone</span>' in done.html
    assert '<a href="/root/ask/x?a=1"><code>/ask/x?a=1</code></a>' in done.html
    assert '<a href="/root/docs/b"><code>/no</code></a>' in done.html
    assert "&lt;b&gt;&amp;" in done.html
    assert '<td data-label="i">d</td>' in done.html
    assert '<a href="/root/sparql?query=ASK+%7B%7D%0A" rel="nofollow">Run it</a>' in done.html
    assert "$ &lt;x&gt;" in done.html
    assert anchor_of("What's new, in 1.2?") == "whats-new-in-12"


# --- as files ------------------------------------------------------------------------------------


def test_a_page_becomes_a_file() -> None:
    assert file_of("/docs") == "index.html"
    assert file_of("/docs/decisions/0001-x") == "decisions/0001-x.html"
    assert file_of("/docs/body.png") == "body.png"
    assert file_of("/ontology/Muscle") == "ontology/Muscle.html"
    assert file_of("/static/site.css") == "static/site.css"


def small_site() -> Flask:
    """An application with three pages that lead to one another."""
    small = Flask(__name__, static_folder=None)
    small.add_url_rule("/docs", view_func=lambda: '<a href="/docs/a/b#c">b</a>', endpoint="one")
    small.add_url_rule(
        "/docs/a/b",
        view_func=lambda: '<a href="/docs">c</a> <a href="/muscle/soleus?x=1&amp;y=2">s</a>',
        endpoint="two",
    )
    return small


def test_files_lead_to_one_another_and_to_the_server(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "old.html").touch()
    assert write_site(small_site(), folder, "http://s") == 2
    assert (folder / "index.html").read_text() == '<a href="a/b.html#c">b</a>'
    assert (folder / "a/b.html").read_text() == (
        '<a href="../index.html">c</a> <a href="http://s/muscle/soleus?x=1&amp;y=2">s</a>'
    )
    assert [path.name for path in tmp_path.iterdir()] == ["docs"]
    assert not (folder / "old.html").exists()


def test_a_lost_link_stops_the_writing_and_leaves_what_was_there(tmp_path: Path) -> None:
    small = small_site()
    small.add_url_rule("/docs/d", view_func=lambda: ("", 404), endpoint="three")
    small.view_functions["two"] = lambda: '<a href="/docs/d">d</a>'
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "old.html").touch()
    with pytest.raises(DocumentError, match="/docs/a/b leads to /docs/d"):
        write_site(small, folder, "http://s")
    assert (folder / "old.html").exists()


@pytest.mark.slow
def test_the_whole_site_is_written(app: Flask, tmp_path: Path) -> None:
    assert write_site(app, tmp_path / "docs", "http://127.0.0.1:8000") > 500
    for name in ("index", "model", "ontology/Muscle", "rules/crosses"):
        text = (tmp_path / "docs" / f"{name}.html").read_text("utf-8")
        for target in targets(text):
            parts = urlsplit(target)
            if not parts.scheme and parts.path:
                file = tmp_path / "docs" / Path(name).parent / unquote(parts.path)
                assert file.is_file(), (name, target)
