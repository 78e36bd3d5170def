"""Renders a document: CommonMark with tables, our look, links that lead to this server."""

import re
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# What a document writes as code and what is an address here: `/ask/exercises-for-muscle`.
_ADDRESS = re.compile(r"/[\w./?=&:%+~-]*", re.ASCII)
Resolve = Callable[[str], str | None]
Draw = Callable[[str], str]


@dataclass(frozen=True)
class Heading:
    """A heading that a list of contents may lead to."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """A document as HTML.

    Attributes:
        title: the first heading, which is left out of the HTML.
        html: the rest.
        headings: of the rest, in order.
    """

    title: str
    html: str
    headings: list[Heading]


def render(text: str, resolve: Resolve, root: str, draw: Draw) -> Rendered:
    """Render a document.

    Args:
        text: Markdown, https://spec.commonmark.org/, with GitHub's tables; HTML in it is text.
        resolve: gives the address that a link leads to; None leaves its words alone.
        root: what every address of this server begins with.
        draw: makes the SVG of a `diagram` block.
    """
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    tokens = parser.parse(text)
    title, tokens = _without_title(tokens)
    headings = _name_headings(tokens)
    _label_cells(tokens)
    for token in tokens:
        _lead(token.children or [], resolve, root)
    environment = {"root": root, "draw": draw}
    return Rendered(title, parser.renderer.render(tokens, parser.options, environment), headings)


class _Renderer(RendererHTML):
    """The renderer with our own fences, tables and addresses."""

    def fence(
        self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        """Return a block: a diagram as a picture, a query with a link that runs it."""
        token = tokens[idx]
        kind = token.info.strip()
        if kind == "diagram":
            return str(env["draw"](token.content))
        code = f'<pre tabindex="0"><code>{escape(token.content, quote=False)}</code></pre>\n'
        if kind != "sparql":
            return code
        run = f"{env['root']}/sparql?{urlencode({'query': token.content})}"
        return f'{code}<p class="run"><a href="{escape(run)}" rel="nofollow">Run it</a></p>\n'

    def table_open(self, *_: object) -> str:
        """Return the beginning of a table that scrolls by itself."""
        return '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>\n'

    def table_close(self, *_: object) -> str:
        """Return the end of a table."""
        return "</table></div>\n"


def anchor_of(text: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", text.lower())
    return kept.strip().replace(" ", "-")


def _without_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return _plain(tokens[at + 1]), tokens[:at] + tokens[at + 3 :]
    return "", tokens


def _name_headings(tokens: list[Token]) -> list[Heading]:
    found: list[Heading] = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            text = _plain(inline)
            anchor = base = anchor_of(text)
            number = 0
            while anchor in {heading.anchor for heading in found}:
                number += 1
                anchor = f"{base}-{number}"
            token.attrSet("id", anchor)
            found.append(Heading(int(token.tag[1]), anchor, text))
    return found


def _label_cells(tokens: list[Token]) -> None:
    """Let each cell say its column: on a narrow screen the headings are not shown."""
    heads: list[str] = []
    column = 0
    for token, inline in pairwise(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "th_open":
            heads.append(_plain(inline))
            token.attrSet("scope", "col")
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            token.attrSet("data-label", heads[column] if column < len(heads) else "")
            column += 1


def _lead(children: list[Token], resolve: Resolve, root: str) -> None:
    """Let the links and pictures of a paragraph lead to where they are on this server."""
    open_link: Token | None = None
    for token in children:
        if token.type == "link_open":
            open_link = token
            _lead_link(token, resolve(str(token.attrGet("href"))), root)
        elif token.type == "link_close":
            token.tag = open_link.tag if open_link else token.tag
            open_link = None
        elif token.type == "image":
            address = resolve(str(token.attrGet("src"))) or ""
            token.attrSet("src", _rooted(address, root))
        elif token.type == "code_inline" and not open_link and _ADDRESS.fullmatch(token.content):
            token.type = "html_inline"
            code = f"<code>{escape(token.content)}</code>"
            token.content = f'<a href="{escape(root + token.content)}">{code}</a>'


def _lead_link(token: Token, address: str | None, root: str) -> None:
    if address is None:
        # A file of the code: its name says where it is.
        token.tag, token.attrs = "span", {}
        return
    token.attrSet("href", _rooted(address, root))
    if re.match("https?:", address):
        token.attrSet("class", "out")
        token.attrSet("rel", "noopener")


def _rooted(address: str, root: str) -> str:
    return root + address if address.startswith("/") else address


def _plain(inline: Token) -> str:
    texts = [t.content for t in inline.children or [] if t.type in ("text", "code_inline")]
    return "".join(texts)
