"""The changelog of a release, by subject."""

from pathlib import Path

from myograph import __version__
from myograph.commands.diff import summary, told
from myograph.diff import compare
from myograph.terms import BASE

_FIRST = (
    "This is the first release, or the one before was not given: there is nothing to compare.\n"
)


def changelog(before: Path | None, after: Path) -> str:
    """Return what changed since the release before, record by record, as Markdown.

    Args:
        before: the N-Quads file of that release; None if there is none.
        after: that of this one.
    """
    title = f"# Changes in {__version__}\n\n"
    if before is None:
        return title + _FIRST
    with before.open("rb") as old, after.open("rb") as new:
        changes = compare(old, new)
    parts = [title, summary(changes), "\n"]
    for change in changes:
        if not change.authored:
            continue
        parts.append(f"\n## {change.label}\n\n`{change.iri.removeprefix(BASE)}`\n\n")
        for sign, facts in (
            ("gone", change.removed),
            ("new", change.added),
            ("now", change.changed),
        ):
            parts += [f"- {sign}: {told(fact)}\n" for fact in facts]
    return "".join(parts)
