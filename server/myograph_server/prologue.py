"""What the names of a query stand for: its PREFIX and BASE lines, and the escapes in IRIs."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from myograph.terms import BASE
from myograph_server.tokens import Token


class Prologue:
    """The prefixes and the base that hold at a place of a query.

    Args:
        prefixes: those that need no declaration.

    Attributes:
        declared: the prefixes that the query itself has declared so far.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.declared: set[str] = set()
        self._prefixes, self._base = dict(prefixes), BASE

    def take(self, token: Token, after: list[Token]) -> bool:
        """Take in a declaration, and tell whether it was one.

        Args:
            token: that may begin one.
            after: the two tokens behind it.
        """
        if token.upper == "PREFIX" and len(after) == 2:
            self._prefixes[after[0].prefix] = _resolve(after[1], {}, self._base)
            self.declared.add(after[0].prefix)
            return True
        if token.upper == "BASE" and after:
            self._base = _resolve(after[0], {}, self._base)
            return True
        return False

    def iri(self, token: Token) -> str:
        """Return what an IRI or a prefixed name stands for."""
        return _resolve(token, self._prefixes, self._base)


def _resolve(token: Token, prefixes: Mapping[str, str], base: str) -> str:
    if token.kind == "iri":
        iri = unescaped(token.text[1:-1])
        try:
            return urljoin(base, iri)
        except ValueError:
            # A host like `[x`: as it stands it is no graph of ours.
            return iri
    if token.kind == "name" and token.prefix in prefixes:
        return prefixes[token.prefix] + token.local
    return token.text


def unescaped(text: str) -> str:
    r"""Return an IRI with `\u0041` and `\U00000041` replaced by what they stand for."""
    return re.sub(
        r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})",
        lambda m: _character(int(m[1] or m[2], 16)),
        text,
    )


def _character(number: int) -> str:
    """Return a character, or U+FFFD where the number is none, as for half a surrogate pair."""
    return "\ufffd" if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF else chr(number)
