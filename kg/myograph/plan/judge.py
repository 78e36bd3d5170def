"""Says where a workout overloads and where it is one-sided.

The definitions are simple on purpose, and docs/plan.md tells them to those who plan:

- *in a row*: a muscle is a prime mover in `IN_A_ROW` strength or plyometric exercises or more
  that follow each other on one day, nothing else between them;
- *day after day*: it is one in such exercises on days that follow each other, which leaves less
  than the 48 hours that are commonly advised between sessions for the same muscles;
- *one-sided*: of two opposite movements one is trained by at least `MORE` exercises more than the
  other, and by at least twice as many.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby

from myograph.plan.report import OneSided, Overload, Planned, Thing, Trained

IN_A_ROW = 4
MORE = 2


def in_a_row(planned: list[Planned], trained: list[Trained]) -> list[Overload]:
    """Return the muscles that are prime movers in many exercises without another between."""
    found: dict[tuple[int, tuple[str, ...]], list[Thing]] = defaultdict(list)
    for muscle, primes in _primes(trained):
        for day, entries in groupby(planned, key=lambda entry: entry.day):
            works = groupby(entries, key=lambda e: e.loads and e.exercise.label in primes)
            for working, run in works:
                names = tuple(entry.exercise.label for entry in run)
                if working and len(names) >= IN_A_ROW:
                    found[day, names].append(muscle)
    return [
        Overload(
            muscles,
            "in a row",
            [day],
            list(names),
            f"{_named(muscles)}: prime mover in {len(names)} exercises in a row on day {day} "
            f"({', '.join(names)}).",
        )
        for (day, names), muscles in found.items()
    ]


def next_days(planned: list[Planned], trained: list[Trained]) -> list[Overload]:
    """Return the muscles that are prime movers on days that follow each other."""
    found: dict[tuple[tuple[int, ...], tuple[str, ...]], list[Thing]] = defaultdict(list)
    for muscle, primes in _primes(trained):
        works = [e for e in planned if e.loads and e.exercise.label in primes]
        days = sorted({entry.day for entry in works})
        # Days that follow each other keep their distance to their place in the list.
        for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
            run_of_days = tuple(day for _, day in run)
            if len(run_of_days) > 1:
                names = dict.fromkeys(e.exercise.label for e in works if e.day in run_of_days)
                found[run_of_days, tuple(names)].append(muscle)
    return [
        Overload(
            muscles,
            "day after day",
            list(days),
            list(names),
            f"{_named(muscles)}: prime mover on days {days[0]} to {days[-1]} without a day between "
            f"({', '.join(names)}).",
        )
        for (days, names), muscles in found.items()
    ]


def one_sided(rows: Iterable[Mapping[str, str]]) -> list[OneSided]:
    """Return the pairs of movements of which a workout trains one far more.

    Args:
        rows: of the question balance-of-workout.
    """
    found = []
    for row in rows:
        here, there = int(row["count"]), int(row["oppositeCount"])
        sides = [
            (Thing(row[side], row[f"{side}Label"]), [n for n in row[names].split("; ") if n])
            for side, names in (("movement", "exercises"), ("opposite", "oppositeExercises"))
        ]
        if here < there:
            here, there = there, here
            sides.reverse()
        if here - there < MORE or here < 2 * there:
            continue
        (more, most), (less, few) = sides
        says = f"{more.label} in {here} exercises, {less.label} in {there or 'none'}."
        joint = Thing(row["joint"], row["jointLabel"])
        found.append(OneSided(joint, more, most, less, few, says))
    return found


def _primes(trained: list[Trained]) -> Iterable[tuple[Thing, list[str]]]:
    for one in trained:
        if one.kind == "muscle" and "prime mover" in one.parts:
            yield one.muscle, one.parts["prime mover"]


def _named(muscles: list[Thing]) -> str:
    return ", ".join(muscle.label for muscle in muscles)
