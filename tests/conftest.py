"""How tests are shared out among processes, and how many examples hypothesis tries.

`make test` runs as many processes as there are processors (pytest-xdist). A file's tests stay
together, so that what they share is made once; some say below that they need not, some that they
must not run beside others.
"""

from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Servers with short deadlines: at most one of these files runs at a time.
TIMED = frozenset(
    [
        *(
            f"tests/server/test_{name}.py"
            for name in ("front", "plan", "replicas", "serve", "survival", "w3c", "workers")
        ),
        "tests/store/test_faults.py",
    ]
)
# What takes longest comes first, so that no process is left with it at the end. The tests of
# these files share little, so each goes to whoever is free.
ALONE = (
    "tests/data/test_oracles.py",
    "tests/unit/test_cli.py",
    "tests/unit/test_export.py",
    "tests/server/test_check.py",
    "tests/server/test_files.py",
)
FIRST = ("timed", "tests/server/test_fuzz.py")

settings.register_profile("thorough", derandomize=False, database=None)


def unit(nodeid: str) -> str:
    """The name of the tests that go to one process together with a test."""
    file = nodeid.partition("::")[0]
    if file in TIMED:
        return "timed"
    return nodeid if file in ALONE else file


def place(nodeid: str) -> tuple[int, int]:
    """Where a test's turn is: what takes longest first."""
    found = unit(nodeid)
    long = [number for number, name in enumerate((*ALONE, *FIRST)) if found.startswith(name)]
    return (0, long[0]) if long else (1, 0)


class Units(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out units of tests."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    # Else the unit with the most tests comes first, and those are quick ones.
    config.option.loadscopereorder = False
    return Units(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: place(item.nodeid))


def pytest_configure(config: pytest.Config) -> None:
    for file in (*TIMED, *ALONE):
        if not (Path(config.rootpath) / file).is_file():
            raise pytest.UsageError(f"tests/conftest.py names {file}, which is not there")
