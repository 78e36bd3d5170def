"""Runs parts of a test in processes of their own, which may be ended or have fewer rights."""

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

NOBODY = 65534


def run_apart(task: Callable[[], None]) -> int:
    """Run something in a forked process, and return its exit code, negative for a signal."""
    child = os.fork()
    if not child:
        code = 1
        # A shell lets what runs in its background ignore Ctrl-C, and so would this.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            task()
            code = 0
        except BaseException:  # noqa: BLE001 - whatever it is, the parent goes on
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def as_nobody(task: Callable[[], None], path: Path) -> int:
    """Run something without the rights of root, which no permission of a file holds back.

    Args:
        task: what to run.
        path: what has to be reached; the folders above it are opened for that.
    """
    if os.geteuid() != 0:
        return run_apart(task)
    for folder in path.parents:
        if folder.owner() == path.owner() and not folder.stat().st_mode & 1:
            folder.chmod(folder.stat().st_mode | 1)

    def without_rights() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        task()

    return run_apart(without_rights)
