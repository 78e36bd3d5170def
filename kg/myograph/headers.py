"""The `#+ name: value` lines that begin a rule's or a question's file."""

import re

_LINE = re.compile(r"^#\+\s*(?P<name>[\w-]+):\s*(?P<value>.*\S)\s*$")
_MORE = re.compile(r"^#\+\s{2,}(?P<value>\S.*)$")


def headers(text: str) -> dict[str, list[str]]:
    """Return the values of each header, in the order of the file.

    A line that starts with `#+` and two blanks or more goes on with the value above it.
    """
    found: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in text.splitlines():
        if match := _LINE.match(line):
            last = found.setdefault(match["name"], [])
            last.append(match["value"])
        elif last and (match := _MORE.match(line)):
            last[-1] += " " + match["value"].strip()
    return found
