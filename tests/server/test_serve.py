"""`myograph serve`: tells its address when it answers, refuses a taken port, stops when told."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

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


def test_a_taken_port_ends_the_command_with_two_before_a_graph_is_looked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*SERVE, "--port", port, "--store", "nowhere"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "something listens there" in ended.stderr


@pytest.mark.parametrize("command", [[*SERVE, "--port", "0"], [*SERVE[:-1], "check"]])
@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_ctrl_c_while_others_work_for_it_ends_all_processes_without_a_traceback(
    command: list[str], seconds: float
) -> None:
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        process_group=0, preexec_fn=heed_ctrl_c,
    ) as process:  # fmt: skip
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None and not children.read_text("ascii"):
            time.sleep(0.01)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        # Its pipe ends with the last process that has it.
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    assert "Traceback" not in errors


def heed_ctrl_c() -> None:
    """A shell lets what it starts in its background ignore Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_every_setting_is_an_option() -> None:
    ended = subprocess.run([*SERVE, "--help"], capture_output=True, text=True, timeout=60)
    for setting in SETTINGS:
        assert "--" + setting.name.replace("_", "-") in ended.stdout


def test_a_wrong_setting_is_told() -> None:
    ended = subprocess.run([*SERVE, "--port", "http"], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "port cannot be 'http'" in ended.stderr
