"""Questions that people ask: one SPARQL query a file, with its parameters and expected answer.

A question's file begins with header lines and runs as it stands, in any store::

    #+ question: Which exercises train {muscle}?
    #+ param: muscle myo:MuscularStructure
    #+ expect: seated calf raise, prime mover
    #+ tags: exercise, muscle
    SELECT … WHERE { VALUES ?muscle { muscle:soleus } … }

The one VALUES block of a parameter holds its default. A value that somebody gives takes the
block's place as a serialised term; text never reaches the query.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from myograph.errors import QuestionError
from myograph.headers import headers

_PREFIX = re.compile(
    r"^\s*PREFIX\s+(?P<name>[\w-]*):\s*<(?P<iri>[^>]*)>", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class Parameter:
    """What a question asks for.

    Attributes:
        name: the variable, without its question mark.
        kind: the class that the value is an instance of, or an XSD datatype.
        default: the term in the query as it stands.
    """

    name: str
    kind: NamedNode
    default: NamedNode | Literal

    @property
    def is_literal(self) -> bool:
        """Whether the value is a string or a number, not a record."""
        return self.kind.value.startswith("http://www.w3.org/2001/XMLSchema#")


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        name: the file's name without its ending; also the page's and the command's.
        question: the sentence, with parameters in braces.
        params: in the order of the header.
        expect: for each `#+ expect:` line the texts that some row of the default answer holds.
        absent: for each `#+ absent:` line the texts that no row may hold together.
        tags: what it is about.
        text: the SPARQL query with its defaults.
    """

    name: str
    question: str
    params: tuple[Parameter, ...]
    expect: tuple[tuple[str, ...], ...]
    absent: tuple[tuple[str, ...], ...]
    tags: tuple[str, ...]
    text: str

    def bind(self, values: Mapping[str, NamedNode | Literal]) -> str:
        """Return the query with these values in place of the defaults.

        Raises:
            QuestionError: a value is given for a parameter that the question does not have.
        """
        names = [param.name for param in self.params]
        for name in values:
            if name not in names:
                known = ", ".join(names) or "none"
                raise QuestionError(
                    f"The question {self.name} has no parameter '{name}'.",
                    repair=f"Its parameters are: {known}.",
                )

        def given(block: re.Match[str]) -> str:
            value = values.get(block["name"])
            return block[0] if value is None else f"VALUES ?{block['name']} {{ {value} }}"

        # All at once: a second pass would find blocks within the text of a value just given.
        return _block(r"\w+").sub(given, self.text)


def load_questions(folder: Path) -> list[Question]:
    """Read every question of a folder, by name.

    Raises:
        QuestionError: a file is not of the form that questions have; the message names it.
    """
    return [read_question(path) for path in sorted(folder.glob("*.rq"))]


def read_question(path: Path) -> Question:
    """Read one question.

    Raises:
        QuestionError: the file is not of the form that questions have.
    """
    text = path.read_text("utf-8")
    found = headers(text)
    if "question" not in found:
        raise QuestionError(
            f"{path.name} asks nothing.", repair="Begin it with '#+ question: <sentence>'."
        )
    prefixes = {match["name"]: match["iri"] for match in _PREFIX.finditer(text)}
    return Question(
        name=path.stem,
        question=found["question"][0],
        params=tuple(
            _parameter(line, text, prefixes, path.name) for line in found.get("param", ())
        ),
        expect=tuple(_texts(line) for line in found.get("expect", ())),
        absent=tuple(_texts(line) for line in found.get("absent", ())),
        tags=tuple(tag for line in found.get("tags", ()) for tag in _texts(line)),
        text=text,
    )


def _parameter(line: str, text: str, prefixes: Mapping[str, str], file: str) -> Parameter:
    name, _, kind = line.partition(" ")
    blocks = [block["default"] for block in _block(re.escape(name)).finditer(text)]
    if len(blocks) != 1:
        raise QuestionError(
            f"{file} has {len(blocks)} VALUES blocks for ?{name}.",
            repair=f"Write its default once: VALUES ?{name} {{ … }}.",
        )
    default = _term(blocks[0].strip(), prefixes, file)
    return Parameter(name, _iri(kind.strip(), prefixes, file), default)


def _term(text: str, prefixes: Mapping[str, str], file: str) -> NamedNode | Literal:
    if text.startswith('"') and text.endswith('"'):
        return Literal(text[1:-1])
    if re.fullmatch(r"-?\d+", text):
        return Literal(int(text))
    return _iri(text, prefixes, file)


def _iri(text: str, prefixes: Mapping[str, str], file: str) -> NamedNode:
    if text.startswith("<") and text.endswith(">"):
        return NamedNode(text[1:-1])
    prefix, colon, local = text.partition(":")
    xsd = {"xsd": "http://www.w3.org/2001/XMLSchema#"} | dict(prefixes)
    if not colon or prefix not in xsd:
        raise QuestionError(
            f"{file}: '{text}' is no term of a prefix that the file declares.",
            repair='Write prefix:name with a PREFIX line, <IRI>, a number or a "string".',
        )
    return NamedNode(xsd[prefix] + local.replace("\\", ""))


def _block(name: str) -> re.Pattern[str]:
    block = r"VALUES\s+\?(?P<name>" + name + r")\s*\{(?P<default>[^{}]*)\}"
    return re.compile(block, re.IGNORECASE)


def _texts(line: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in line.split(",") if text.strip())
