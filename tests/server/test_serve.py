"""`myograph serve`: tells its address when it answers, refuses a taken port, stops when told."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from myograph.errors import AddressInUseError
from myograph.settings import SETTINGS
from myograph_server.serving import listen

# So that no server has to build, and no two do at once.
pytestmark = pytest.mark.usefixtures("built")
SERVE = [sys.executable, "-m", "myograph", "serve"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_stops(how: signal.Signals) -> None:
    with subprocess.Popen(
        [*SERVE, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            assert found
            with urllib.request.urlopen(found[0] + "health", timeout=10) as answer:
                assert answer.status == 200
            process.send_signal(how)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_a_taken_port_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUseError, match=f"port {port}: something listens there"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 99_999)])
def test_an_address_that_cannot_be_had(host: str, port: int) -> None:
    with pytest.raises(AddressInUseError):
        listen(host, port)


def test_a_taken_port_ends_the_command_with_two() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run([*SERVE, "--port", port], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "something listens there" in ended.stderr


def test_every_setting_is_an_option() -> None:
    ended = subprocess.run([*SERVE, "--help"], capture_output=True, text=True, timeout=60)
    for setting in SETTINGS:
        assert "--" + setting.name.replace("_", "-") in ended.stdout


def test_a_wrong_setting_is_told() -> None:
    ended = subprocess.run([*SERVE, "--port", "http"], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "port cannot be 'http'" in ended.stderr
