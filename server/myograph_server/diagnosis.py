"""Says what is wrong with a query that the engine refused: where, and what to do.

The engine says "expected OPTIONAL" of most mistakes. What people get wrong most often, a
prefix or a keyword, a bracket or a quotation mark, is found here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process

from myograph.terms import BASE
from myograph_server.tokens import Token, tokens

_PLACE = re.compile(r"at (\d+):(\d+): (.*)", re.DOTALL)
_PAIRS = {"(": ")", "{": "}", "[": "]"}
_KEYWORDS = frozenset(
    [
        "ABS",
        "ADD",
        "ALL",
        "AS",
        "ASC",
        "ASK",
        "AVG",
        "BASE",
        "BIND",
        "BNODE",
        "BOUND",
        "BY",
        "CEIL",
        "COALESCE",
        "CONCAT",
        "CONSTRUCT",
        "CONTAINS",
        "COUNT",
        "DATATYPE",
        "DAY",
        "DESC",
        "DESCRIBE",
        "DISTINCT",
        "ENCODE_FOR_URI",
        "EXISTS",
        "FALSE",
        "FILTER",
        "FLOOR",
        "FROM",
        "GRAPH",
        "GROUP",
        "GROUP_CONCAT",
        "HAVING",
        "HOURS",
        "IF",
        "IN",
        "IRI",
        "ISBLANK",
        "ISIRI",
        "ISLITERAL",
        "ISNUMERIC",
        "ISURI",
        "LANG",
        "LANGMATCHES",
        "LCASE",
        "LIMIT",
        "MAX",
        "MD5",
        "MIN",
        "MINUS",
        "MINUTES",
        "MONTH",
        "NAMED",
        "NOT",
        "NOW",
        "OFFSET",
        "OPTIONAL",
        "ORDER",
        "PREFIX",
        "RAND",
        "REDUCED",
        "REGEX",
        "REPLACE",
        "ROUND",
        "SAMETERM",
        "SAMPLE",
        "SECONDS",
        "SELECT",
        "SEPARATOR",
        "SERVICE",
        "SHA1",
        "SHA256",
        "SHA384",
        "SHA512",
        "SILENT",
        "STR",
        "STRAFTER",
        "STRBEFORE",
        "STRDT",
        "STRENDS",
        "STRLANG",
        "STRLEN",
        "STRSTARTS",
        "STRUUID",
        "SUBSTR",
        "SUM",
        "TIMEZONE",
        "TRUE",
        "TZ",
        "UCASE",
        "UNDEF",
        "UNION",
        "URI",
        "UUID",
        "VALUES",
        "WHERE",
        "YEAR",
        "A",
        "ADJUST",
        "TRIPLE",
        "SUBJECT",
        "PREDICATE",
        "OBJECT",
        "ISTRIPLE",
        "VERSION",
        "LATERAL",
        "LANGDIR",
        "STRLANGDIR",
        "HASLANG",
        "HASLANGDIR",
    ]
)


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a query.

    Attributes:
        message: what it is.
        repair: what to do.
        line: the line, from 1, or 0 where the place is not known.
        column: the column, from 1.
        excerpt: that line of the query.
    """

    message: str
    repair: str
    line: int = 0
    column: int = 0
    excerpt: str = ""

    @property
    def caret(self) -> str:
        """The line with a caret below the place."""
        # Tabs stay, so that the caret stands below its place however wide they are.
        pad = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.column - 1])
        return f"{self.excerpt}\n{pad}^" if self.line else ""


def diagnose(text: str, complaint: str, prefixes: Mapping[str, str]) -> Diagnosis:
    """Return what is wrong with a query.

    Args:
        text: the query.
        complaint: what the engine said.
        prefixes: those known without declaring them.
    """
    found = list(tokens(text))
    place = _PLACE.search(complaint)
    own = _unknown_prefix(found, prefixes) or _unclosed(found) or _no_keyword(found)
    if place is None:
        what = complaint.removeprefix("The query cannot be answered: ").rstrip(".")
        return Diagnosis(f"{what}.", "See which functions SPARQL 1.1 has.")
    if own:
        token, message, repair = own
        line = text.count("\n", 0, token.start) + 1
        column = token.start - (text.rfind("\n", 0, token.start) + 1) + 1
    else:
        line, column = int(place[1]), int(place[2])
        reason = re.split(r"[,\[]", place[3].removeprefix("expected one of "), maxsplit=1)[0]
        known = reason if reason[:1].isupper() and " " in reason else ""
        message = f"{known.strip()}." if known else "The query stops making sense here."
        repair = "Look at this place, and at what stands just before it."
    lines = text.split("\n")
    excerpt = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    return Diagnosis(message, repair, line, column, excerpt)


def _unknown_prefix(
    found: list[Token], prefixes: Mapping[str, str]
) -> tuple[Token, str, str] | None:
    known = set(prefixes)
    for before, token in zip([None, *found], found, strict=False):
        if token.kind != "name":
            continue
        if before is not None and before.upper == "PREFIX":
            known.add(token.prefix)
        elif token.prefix not in known:
            near = process.extractOne(token.prefix, list(prefixes), score_cutoff=70)
            hint = (
                f"Did you mean {near[0]}: <{prefixes[near[0]]}>?"
                if near
                else f"Declare it: PREFIX {token.prefix}: <…>."
            )
            ours = [name for name, iri in prefixes.items() if iri.startswith(BASE)]
            known_here = ", ".join(f"{name}:" for name in ours)
            return (
                token,
                f"The prefix {token.prefix}: is not declared and is none of ours.",
                f"{hint} Known without declaring: {known_here} and more.",
            )
    return None


def _unclosed(found: list[Token]) -> tuple[Token, str, str] | None:
    open_: list[Token] = []
    for token in found:
        if token.kind == "open":
            open_.append(token)
        elif token.kind == "close":
            if not open_ or _PAIRS[open_[-1].text] != token.text:
                return token, f"This {token.text} closes nothing.", "Take it away, or open it."
            open_.pop()
        elif token.kind == "operator" and token.text in "\"'":
            return token, "This string is not closed.", f"End it with {token.text}."
    if open_:
        wanted = _PAIRS[open_[-1].text]
        return open_[-1], f"This {open_[-1].text} is not closed.", f"Close it with {wanted}."
    return None


def _no_keyword(found: list[Token]) -> tuple[Token, str, str] | None:
    for token in found:
        if token.kind == "word" and token.upper not in _KEYWORDS:
            near = process.extractOne(token.upper, sorted(_KEYWORDS), score_cutoff=50)
            hint = f"Did you mean {near[0]}?" if near else "A variable begins with ?."
            return token, f"{token.text} is no keyword of SPARQL.", hint
    return None
