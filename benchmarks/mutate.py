"""How many plausible wrong changes to the facts the build refuses, kind by kind.

`python -m benchmarks.mutate` makes a number of changes of each kind, one at a time, and puts each
before the gate (`benchmarks/mutations/gate.py`): reading, rules, shapes, figures; what these let
pass goes before the tests of the authored files too. The draw has a seed, so a run can be
repeated. Innocent changes are made as well: what refuses one is a false alarm.

    python -m benchmarks.mutate --each 6 --seed 1 --report docs/mutations.md
"""

import argparse
import math
import multiprocessing
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.mutations import anatomy, authored, function, records
from benchmarks.mutations.facts import Change, Facts, Kind
from benchmarks.mutations.gate import Delta, Gate, Refusal
from benchmarks.mutations.report import Outcome, written
from myograph.errors import MyographError
from myograph.files import find_sources

KINDS: list[Kind] = [*anatomy.kinds.found, *function.kinds.found, *records.kinds.found]
Verdict = tuple[tuple[str, ...], float, bool | None]
_TRIES = 400
_MOST = 20  # changes that are judged in one go
_FEWER = 5  # of those in what others are placed by, which many refusals can be about
_OPEN = 6  # groups that may still take one


@dataclass(frozen=True)
class Order:
    """What is asked of a run.

    Attributes:
        each: how many changes of each kind.
        seed: of the draw.
        sample: which share of what is refused among others is judged alone as well.
        minutes: after how many it ends, though not all is judged.
    """

    each: int
    seed: int
    sample: float = 0.0
    minutes: float = math.inf


@dataclass(frozen=True)
class Task:
    """One change to be judged.

    Attributes:
        kind: of which kind.
        change: the change.
        number: its place in the report.
        delta: what it does to the quads; nothing where they cannot be read any more.
        refused: why they cannot.
    """

    kind: Kind
    change: Change
    number: int
    delta: Delta | None
    refused: tuple[Refusal, ...] = ()


def draw(facts: Facts, kind: Kind, order: Order) -> list[Change]:
    """Return changes of a kind, all different, the same ones for the same seed."""
    dice = random.Random(f"{order.seed} {kind.name}")
    found: dict[str, Change] = {}
    for _ in range(_TRIES):
        change = kind.make(facts, dice)
        if change:
            found.setdefault(change.told, change)
        if len(found) == order.each:
            break
    return list(found.values())


def batches(tasks: list[Task]) -> list[list[Task]]:
    """Group changes that can be judged in one go: of different records, the frame apart."""
    alone = [[task] for task in tasks if task.delta is None]
    placed = [(task, task.delta) for task in tasks if task.delta]
    groups: list[tuple[list[Task], set[str]]] = []
    for in_frame, most in ((False, _MOST), (True, _FEWER)):
        begun = len(groups)
        for task, delta in placed:
            if delta.in_frame is not in_frame:
                continue
            for group, taken in groups[max(begun, len(groups) - _OPEN) :]:
                if len(group) < most and not taken & delta.records:
                    group.append(task)
                    taken |= delta.records
                    break
            else:
                groups.append(([task], set(delta.records)))
    return [group for group, _ in groups] + alone


def prepared(gate: Gate, kind: Kind, change: Change, number: int) -> Task:
    """Work out what a change does to the quads, which may be refused already."""
    try:
        return Task(kind, change, number, gate.delta(change))
    except MyographError as error:
        return Task(kind, change, number, None, (Refusal("read", str(error)),))


def judged(gate: Gate, tasks: list[Task], order: Order) -> list[Verdict]:
    """Put some changes before the gate, in one go.

    Returns:
        For each what refused it, seconds of processor time, and whether it is refused alone too.
    """
    started = time.process_time()
    deltas = [task.delta for task in tasks if task.delta]
    found = iter(gate.verdicts(deltas))
    refused = {task.number: next(found) if task.delta else list(task.refused) for task in tasks}
    passed = [task for task in tasks if task.delta and not refused[task.number]]
    for task in passed:
        refused[task.number] = authored.refusals(gate.facts, task.change)
    agrees = {
        task.number: bool(gate.verdicts([task.delta])[0])
        for task in tasks
        if len(tasks) > 1 and task.delta and task not in passed
        and random.Random(f"{order.seed} {task.number}").random() < order.sample
    }  # fmt: skip
    spent = (time.process_time() - started) / len(tasks)
    return [
        (
            tuple(dict.fromkeys(why.by for why in refused[task.number])),
            spent,
            agrees.get(task.number),
        )
        for task in tasks
    ]


def run(
    facts: Facts, kinds: list[Kind], order: Order, tell: Callable[[str], None]
) -> list[Outcome]:
    """Judge changes of every kind, on every processor that this process may use.

    Where the time is up, those of which the verdict is known are returned: a draw from all kinds.

    Raises:
        ValueError: the facts are refused as they are.
    """
    gate = Gate(facts)
    if gate.clean:
        raise ValueError(f"the facts are refused as they are: {gate.clean[:3]}")
    drawn = [(kind, change) for kind in kinds for change in draw(facts, kind, order)]
    tasks = [prepared(gate, kind, change, at) for at, (kind, change) in enumerate(drawn)]
    groups = batches(tasks)
    random.Random(order.seed).shuffle(groups)
    _SHARED[:] = [(gate, groups, order)]  # forked workers find it here: it cannot be sent
    found: dict[int, Outcome] = {}
    end = time.monotonic() + 60 * order.minutes
    with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as pool:
        for at, outcomes in pool.imap_unordered(_call, range(len(groups))):
            for task, verdicts in zip(groups[at], outcomes, strict=True):
                outcome = Outcome(task.kind, task.change.told, *verdicts)
                found[task.number] = outcome
                verdict = ", ".join(outcome.by[:3]) or "PASSED"
                tell(f"{len(found)}/{len(tasks)} {task.kind.name}: {outcome.told}: {verdict}")
            if time.monotonic() > end:
                break
    _SHARED.clear()
    return [found[task.number] for task in tasks if task.number in found]


_SHARED: list[tuple[Gate, list[list[Task]], Order]] = []


def _call(number: int) -> tuple[int, list[Verdict]]:
    [(gate, groups, order)] = _SHARED
    return number, judged(gate, groups[number], order)


def main(argv: list[str] | None = None) -> None:
    """Run, print each verdict, and write the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--each", type=int, default=12, help="changes of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", help="only kinds whose name holds this")
    parser.add_argument(
        "--sample", type=float, default=0.0, help="share of the refused ones judged alone as well"
    )
    parser.add_argument("--minutes", type=float, default=math.inf, help="when to end at the latest")
    parser.add_argument("--report", type=Path, help="a Markdown file to write")
    args = parser.parse_args(argv)
    wanted = [k for k in KINDS if not args.kind or any(part in k.name for part in args.kind)]
    order = Order(args.each, args.seed, args.sample, args.minutes)
    outcomes = run(Facts(find_sources()), wanted, order, partial(print, flush=True))
    options = f"--each {args.each} --seed {args.seed}"
    options += f" --sample {args.sample}" if args.sample else ""
    options += f" --minutes {args.minutes:g}" if args.minutes < math.inf else ""
    text = written(outcomes, f"python -m benchmarks.mutate {options}")
    print(text)
    if args.report:
        args.report.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
