"""The report of a run: the share that is refused, kind by kind, and what passed."""

from collections import Counter
from dataclasses import dataclass

from benchmarks.mutations.facts import Kind


@dataclass(frozen=True)
class Outcome:
    """The verdict on one change.

    Attributes:
        kind: of which kind it is.
        told: the change in words.
        by: what refused it; nothing if it passed.
        seconds: of processor time.
        agrees: whether it is refused when judged alone too; nothing if that was not asked.
    """

    kind: Kind
    told: str
    by: tuple[str, ...]
    seconds: float = 0.0
    agrees: bool | None = None

    @property
    def refused(self) -> bool:
        """Whether anything refused the change."""
        return bool(self.by)


def share(outcomes: list[Outcome]) -> float:
    """Return the share of some changes that was refused, from 0 to 1."""
    return sum(o.refused for o in outcomes) / len(outcomes) if outcomes else 1.0


def written(outcomes: list[Outcome], command: str) -> str:
    """Return the report as Markdown.

    Args:
        outcomes: of a run.
        command: what made it.
    """
    wrong = [o for o in outcomes if not o.kind.innocent]
    safety = [o for o in wrong if o.kind.safety]
    innocent = [o for o in outcomes if o.kind.innocent]
    alarms = [o for o in innocent if o.refused]
    asked = [o for o in outcomes if o.agrees is not None]
    kinds = len({o.kind.name for o in wrong})
    names = list(dict.fromkeys(o.kind.name for o in outcomes))
    lines = [
        "# What the gates catch",
        "",
        f"`{command}`: {len(wrong)} wrong changes of {kinds} kinds, one at a time.",
        f"Refused: {share(wrong):.1%}.",
        f"Of those that somebody could be hurt by: {share(safety):.1%} of {len(safety)}.",
        f"Innocent changes that were refused: {len(alarms)} of {len(innocent)}.",
        f"Processor time: {sum(o.seconds for o in outcomes):.0f} s.",
    ]
    if asked:
        same = sum(bool(o.agrees) for o in asked)
        lines.append(f"Refused among others and alone alike: {same} of {len(asked)} in a sample.")
    lines += ["", "| kind | refused | of | by |", "|---|---|---|---|"]
    for name in names:
        lines.append(_row([o for o in outcomes if o.kind.name == name]))
    lines += ["", "## What passed", ""]
    lines += [f"- {o.kind.name}: {o.told}" for o in wrong if not o.refused] or ["Nothing."]
    lines += ["", "## False alarms", ""]
    lines += [f"- {o.kind.name}: {o.told} ({', '.join(o.by)})" for o in alarms] or ["None."]
    return "\n".join(lines) + "\n"


def _row(outcomes: list[Outcome]) -> str:
    kind = outcomes[0].kind
    mark = " (safety)" if kind.safety else " (innocent)" if kind.innocent else ""
    by = Counter(o.by[0] for o in outcomes if o.refused)
    told = ", ".join(f"{name} {times}" for name, times in by.most_common(4))
    refused = sum(o.refused for o in outcomes)
    return f"| {kind.name}{mark} | {refused} | {len(outcomes)} | {told} |"
