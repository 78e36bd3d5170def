"""What the documents show runs, and answers what they show: commands, queries, Python, notebook.

`console` blocks hold commands (`$ myograph …`, `$ curl …`) with some of their output, `sparql`
blocks queries, with a `text` block below where the answer is shown, `python` blocks of one document
are one program. What needs a network or a fresh machine stands in `sh` blocks, which do not run.
"""

import ast
import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient

from myograph.cli import main
from myograph.commands.ask import show_rows
from myograph.names import Names
from myograph.prefixes import prefix_map
from myograph.query import Rows, run
from myograph_server.app import create_app
from tests.docs.documents import Block, Command, blocks, commands, documents, missing
from tests.helpers import REPOSITORY, real_graph, real_names, sources
from tests.server.helpers import engine_of

ALL = [block for path in documents() for block in blocks(path)]
COMMANDS = [c for block in ALL if block.kind == "console" for c in commands(block)]
# These take many seconds of their own; what they need is tested elsewhere.
SLOW = re.compile(r"graph\.check\(|graph\.owl\(|\bonto\b|\breport\b")


@pytest.fixture(autouse=True)
def one_graph(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every command finds the graph loaded, in a folder with the examples."""
    monkeypatch.setattr("myograph.build.load", lambda *_, **__: real_graph())
    for name, module in list(sys.modules.items()):
        ours = name.startswith("myograph.") and name != "myograph.names"
        if ours and getattr(module, "Names", None) is Names:
            monkeypatch.setattr(module, "Names", lambda _: real_names())
    shutil.copytree(REPOSITORY / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(engine_of(real_graph())).test_client()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_there_are_examples() -> None:
    kinds = [block.kind for block in ALL]
    assert {"console", "sparql", "python", "diagram"} <= set(kinds)
    assert len(COMMANDS) > 8 < len(QUERIES)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.place)
def test_a_command_answers_what_is_shown(
    command: Command, client: FlaskClient, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    for block in ALL:
        # A query that a document shows may be the file that its next command names.
        if block.kind == "sparql" and command.place.startswith(f"{block.file}:"):
            for name in re.findall(r"@(\w+\.rq)", command.line):
                (folder / name).write_text(block.text, "utf-8")
    words = shlex.split(command.line)
    if words[0] == "curl":
        code, told = 0, curl(words[1:], client, folder)
    else:
        assert words[0] == "myograph", "write commands of other programs into a block of kind sh"
        code = main(words[1:])
        seen = capsys.readouterr()
        told = seen.out + seen.err
    assert code == command.code
    assert missing(command.shown, told) == "", told[:700]


def curl(words: list[str], client: FlaskClient, folder: Path) -> str:
    """Do with a client of the application what curl would do with the server."""
    headers: list[tuple[str, str]] = []
    data: list[str] = []
    media = "application/x-www-form-urlencoded"
    address = ""
    left = iter(words)
    for word in left:
        if word in ("-H", "--header"):
            name, _, value = next(left).partition(":")
            headers.append((name, value.strip()))
        elif word == "--data-urlencode":
            name, mark, value = re.split(r"([=@])", next(left), maxsplit=1)
            text = (folder / value).read_text("utf-8") if mark == "@" else value
            data.append(f"{name}={quote(text)}")
        elif word == "--json":
            data, media = [next(left)], "application/json"
        elif word != "-s":
            assert not word.startswith("-"), f"curl {word} is not known here: teach it"
            address = word
    parts = urlsplit(address if "//" in address else f"http://{address}")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    if not data:
        answer = client.get(target, headers=headers)
    else:
        answer = client.post(target, headers=headers, data="&".join(data), content_type=media)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True).replace("\r", "")


# Each query with the answer that is shown below it, or nothing.
QUERIES = [
    (block, below.text if below and below.kind == "text" else "")
    for block, below in zip(ALL, [*ALL[1:], None], strict=True)
    if block.kind == "sparql"
]


@pytest.mark.parametrize(("block", "shown"), QUERIES, ids=lambda value: str(value)[:30])
def test_a_query_answers_what_is_shown(
    block: Block, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = run(real_graph().store, block.text, prefix_map(sources().ontology))
    assert isinstance(answer, Rows)
    assert answer.rows, "the query finds nothing"
    show_rows(answer, "table")
    assert missing(tuple(shown.splitlines()), capsys.readouterr().out) == ""


def statements(code: str, *, slow: bool) -> ast.Module:
    """The program, without what takes long if that is not wanted."""
    tree = ast.parse(code)
    tree.body = [s for s in tree.body if slow or not SLOW.search(ast.unparse(s))]
    return tree


def programs() -> dict[str, str]:
    """The Python of each document that has any."""
    found: dict[str, str] = {}
    for block in ALL:
        if block.kind == "python":
            found[block.file] = found.get(block.file, "import rdflib\n") + block.text
    return found


@pytest.mark.parametrize("file", programs())
def test_the_python_of_a_document_runs(file: str) -> None:
    exec(compile(statements(programs()[file], slow=False), file, "exec"), {})


@pytest.mark.slow
@pytest.mark.parametrize("file", programs())
def test_all_the_python_of_a_document_runs(file: str) -> None:
    exec(compile(statements(programs()[file], slow=True), file, "exec"), {})


def test_the_notebook_runs_and_holds_no_outputs() -> None:
    book = json.loads((REPOSITORY / "docs" / "notebook.ipynb").read_text("utf-8"))
    space: dict[str, object] = {}
    shown = []
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, cell["id"], "exec"), space)
        if isinstance(last, ast.Expr):
            # What a notebook shows below a cell.
            value = eval(compile(ast.Expression(last.value), cell["id"], "eval"), space)
            shown.append(repr(value))
            for show in ("_repr_html_", "_repr_svg_"):
                assert getattr(value, show, lambda: "shown")()
    told = "\n".join(shown)
    reduced = "('gastrocnemius', 'synergist', 'actively insufficient: knee flexion held at 90°')"
    for wanted in ("triceps surae", "knee joint", reduced, "emergency"):
        assert wanted in told, told[:3000]


@pytest.mark.parametrize(
    ("shown", "told", "lacks"),
    [
        ("a  b", "a  x  b", ""),
        ("a  b", "b  a", "a  b"),
        ("a\n…\nc", "a\nb\nc", ""),
        ("c\na", "a\nb\nc", "a"),
        ("Wrote … bytes", "Wrote 12 bytes", ""),
        ("Wrote … bytes", "Read 12 bytes", "Wrote … bytes"),
        ("an ox", "an oxer", "an ox"),
    ],
)
def test_the_comparison_sees_what_is_missing(shown: str, told: str, lacks: str) -> None:
    assert missing(tuple(shown.splitlines()), told) == lacks
