"""Times a call often enough to trust the best of the runs."""

import time
from collections.abc import Callable


def best(call: Callable[[], object], runs: int = 5) -> float:
    """Return the shortest of several runs, in seconds: the others were disturbed."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)
