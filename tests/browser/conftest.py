"""A real server at a free port and a real browser, one of each for the whole run."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.helpers import real_graph

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
# Nothing but the pages: no updates, no reports, no first-run pages.
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a server with workers, as people start it."""
    # So that it need not build, and no two do at once.
    real_graph()
    command = [sys.executable, "-m", "myograph", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found, "the server did not start"
            yield found[0]
            process.terminate()
            process.wait(timeout=15)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not BROWSER:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        except Error as error:
            pytest.skip(f"chromium does not start: {error.message.splitlines()[0]}")
        yield found
        found.close()
