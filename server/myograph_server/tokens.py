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
    "string": r'"""(?:[^"\\]|\\.|"(?!""))*"""' + r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\r\n]|\\.)*"' + r"|'(?:[^'\\\r\n]|\\.)*'",
    "variable": f"[?$][{_BASE}_0-9][{_BASE}_0-9{_MORE}]*",
    "language": r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?",
    "node": rf"_:[{_BASE}_0-9]{_CHARS}*(?:\.+{_CHARS}+)*",
    "name": rf"(?P<prefix>(?:[{_BASE}]{_CHARS}*(?:\.+{_CHARS}+)*)?):"
    rf"(?P<local>(?:{_LOCAL_FIRST}{_LOCAL_NEXT}*(?:\.+{_LOCAL_NEXT}+)*)?)",
    "number": r"(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+",
    "word": r"[A-Za-z][A-Za-z0-9_]*",
    "open": r"[({\[]",
    "close": r"[)}\]]",
    "operator": r"<<|>>|&&|\|\||!=|<=|>=|\^\^|.",
}
_TOKEN = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TERMINALS.items()), re.DOTALL
)
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


def tokens(text: str, start: int = 0, *, comparing: bool = False) -> Iterator[Token]:
    """Yield the tokens of a query, without blanks and comments.

    Between parentheses and after an operand, `<?b)…>` may be an IRI or a comparison, which
    only a parser could tell; such an IRI is marked `ambiguous`.

    Args:
        text: the query.
        start: where to begin.
        comparing: read the `<` at `start` as an operator, and any later one as doubtful.
    """
    position, before, open_ = start, "", ["("] if comparing else [""]
    if comparing:
        yield Token("operator", "<", start)
        position, before = start + 1, "operator"
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:  # pragma: no cover - the last pattern takes any character
            return
        position = found.end()
        # The names inside the pattern of `name` are groups as well; this is the outermost.
        kind = next(name for name in _TERMINALS if found.start(name) >= 0)
        if kind == "blank":
            continue
        doubtful = kind == "iri" and before in _OPERANDS and (comparing or open_[-1] == "(")
        yield Token(kind, found[0], found.start(), doubtful)
        if kind == "open":
            open_.append(found[0])
        elif kind == "close" and len(open_) > 1:
            open_.pop()
        before = kind


def readings(text: str) -> Iterator[list[Token]]:
    """Yield the tokens as the grammar's terminals have them, then each other way to read a `<`.

    The further readings stop where they meet one that went before.
    """
    first = list(tokens(text))
    yield first
    met = {token.start for token in first}
    waiting = [token.start for token in first if token.ambiguous]
    while waiting:
        reading: list[Token] = []
        for token in tokens(text, waiting.pop(), comparing=True):
            if reading and token.start in met:
                # One token more, for those who look at what follows a keyword.
                reading.append(token)
                break
            met.add(token.start)
            reading.append(token)
            if token.ambiguous:
                waiting.append(token.start)
        yield reading
