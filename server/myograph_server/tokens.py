"""The tokens of a SPARQL query, by the terminals of its grammar.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar. A word inside a string, an IRI, a
comment or a prefixed name is no keyword; this is what tells them apart. The lexer takes
more than the grammar does where the engine would refuse the query anyway.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = "\u00b7\u0300-\u036f\u203f-\u2040"
_U = f"[{_BASE}_]"
_CHARS = f"[{_BASE}_0-9{_MORE}-]"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL_FIRST = f"(?:[{_BASE}_0-9:]|{_PLX})"
_LOCAL_NEXT = f"(?:[{_BASE}_0-9:{_MORE}-]|{_PLX})"
_TERMINALS = {
    "blank": r"[ \t\r\n]+|#[^\r\n]*",
    "iri": r'<[^<>"{}|^`\\\x00-\x20]*(?:\\u[0-9A-Fa-f]{4}[^<>"{}|^`\\\x00-\x20]*'
    r'|\\U[0-9A-Fa-f]{8}[^<>"{}|^`\\\x00-\x20]*)*>',
    "variable": f"[?$][{_BASE}_0-9][{_BASE}_0-9{_MORE}]*",
    "language": r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?",
    "node": rf"_:[{_BASE}_0-9]{_CHARS}*(?:\.+{_CHARS}+)*",
    "name": rf"(?P<prefix>(?:[{_BASE}]{_CHARS}*+(?:\.++{_CHARS}++)*+)?):"
    rf"(?P<local>(?:{_LOCAL_FIRST}{_LOCAL_NEXT}*(?:\.+{_LOCAL_NEXT}+)*)?)",
    "number": r"(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+",
    "word": r"[A-Za-z][A-Za-z0-9_]*",
    "open": r"[({\[]",
    "close": r"[)}\]]",
    "operator": r"<<|>>|&&|\|\||!=|<=|>=|\^\^|.",
}
_TOKEN, _NO_NAME = (
    re.compile(
        "|".join(f"(?P<{k}>{pattern})" for k, pattern in _TERMINALS.items() if k != without),
        re.DOTALL,
    )
    for without in ("", "name")
)
# What could be a name, were there a colon behind it.
_RUN = re.compile(rf"[{_BASE}][{_BASE}_0-9{_MORE}.-]*")
# What may stand in a string, by the quotation marks round it.
_INSIDE = {
    mark: re.compile(pattern.replace("Q", mark[0]), re.DOTALL)
    for mark, pattern in (
        *((mark, r"(?:[^Q\\]|\\.|Q(?!QQ))*+") for mark in ('"""', "'''")),
        *((mark, r"(?:[^Q\\\r\n]|\\.)*+") for mark in ('"', "'")),
    )
}
# From where to where it is known that no name, or no string with such marks, comes to its end:
# one that is looked for anew at each place would take time squared.
_Barren = dict[str, tuple[int, int]]
_OPERANDS = frozenset({"iri", "string", "variable", "language", "name", "number", "close"})


@dataclass(frozen=True)
class Token:
    """One token.

    Attributes:
        kind: `iri`, `string`, `variable`, `language`, `node`, `name`, `number`, `word`,
            `open`, `close` or `operator`.
        text: as it stands in the query.
        start: where it begins, from 0.
        ambiguous: an IRI that could as well be a `<` and what is compared.
    """

    kind: str
    text: str
    start: int
    ambiguous: bool = False

    @property
    def end(self) -> int:
        """The position after its last character."""
        return self.start + len(self.text)

    @property
    def upper(self) -> str:
        """Its text in capitals, for keywords, which have no case."""
        return self.text.upper()

    @property
    def prefix(self) -> str:
        """The part of a prefixed name before its first colon."""
        return self.text.partition(":")[0]

    @property
    def local(self) -> str:
        """The part of a prefixed name after its first colon, escapes undone."""
        return re.sub(r"\\(.)", r"\1", self.text.partition(":")[2])


def tokens(
    text: str, start: int = 0, *, comparing: bool = False, barren: _Barren | None = None
) -> Iterator[Token]:
    """Yield the tokens of a query, without blanks and comments.

    Between parentheses and after an operand, `<?b)…>` may be an IRI or a comparison, which
    only a parser could tell; such an IRI is marked `ambiguous`.

    Args:
        text: the query.
        start: where to begin.
        comparing: read the `<` at `start` as an operator, and any later one as doubtful.
        barren: what earlier readings of the same text found out.
    """
    position, before, open_ = start, "", ["("] if comparing else [""]
    barren = {} if barren is None else barren
    if comparing:
        yield Token("operator", "<", start)
        position, before = start + 1, "operator"
    while position < len(text):
        begin = position
        kind, position = _next(text, begin, barren)
        if kind == "blank":
            continue
        doubtful = kind == "iri" and before in _OPERANDS and (comparing or open_[-1] == "(")
        found = text[begin:position]
        yield Token(kind, found, begin, doubtful)
        if kind == "open":
            open_.append(found)
        elif kind == "close" and len(open_) > 1:
            open_.pop()
        before = kind


def _next(text: str, start: int, barren: _Barren) -> tuple[str, int]:
    """Return the kind of the token at a place, and where it ends."""
    if text[start] in "\"'":
        end = _end_of_string(text, start, barren)
        return ("string", end) if end else ("operator", start + 1)
    nameless = _known(barren, "name", start)
    found = (_NO_NAME if nameless else _TOKEN).match(text, start)
    if found is None:  # pragma: no cover - the last pattern takes any character
        return "operator", start + 1
    # The last group to close: the names inside the pattern of `name` are groups as well.
    kind = found.lastgroup or "operator"
    if kind in ("word", "operator") and not nameless:
        run = _RUN.match(text, start)
        if run and run.end() > found.end():
            barren["name"] = start, run.end()
    return kind, found.end()


def _end_of_string(text: str, start: int, barren: _Barren) -> int:
    """Return where the string that begins at a place ends, or 0 where it does not."""
    for mark in (text[start] * 3, text[start]):
        if not text.startswith(mark, start) or _known(barren, mark, start):
            continue
        inside = _INSIDE[mark].match(text, start + len(mark))
        end = inside.end() if inside else start
        if text.startswith(mark, end):
            return end + len(mark)
        barren[mark] = start, end
    return 0


def _known(barren: _Barren, what: str, place: int) -> bool:
    begin, end = barren.get(what, (0, 0))
    return begin <= place < end


def readings(text: str) -> Iterator[list[Token]]:
    """Yield the tokens as the grammar's terminals have them, then each other way to read a `<`.

    The further readings stop where they meet one that went before.
    """
    barren: _Barren = {}
    first = list(tokens(text, barren=barren))
    yield first
    met = {token.start for token in first}
    waiting = [token.start for token in first if token.ambiguous]
    while waiting:
        reading: list[Token] = []
        for token in tokens(text, waiting.pop(), comparing=True, barren=barren):
            if reading and token.start in met:
                # One token more, for those who look at what follows a keyword.
                reading.append(token)
                break
            met.add(token.start)
            reading.append(token)
            if token.ambiguous:
                waiting.append(token.start)
        yield reading
