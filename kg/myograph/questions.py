"""Questions that people ask: one SPARQL query a file, with its parameters and expected answer.

A question's file begins with header lines and runs as it stands, in any store::

    #+ question: Which exercises train {muscle}?
    #+ param: muscle myo:MuscularStructure
    #+ expect: seated calf raise, prime mover
    #+ tags: exercise, muscle
    SELECT … WHERE { VALUES ?muscle { muscle:soleus } … }

The one VALUES block of a parameter holds its default. A value that somebody gives takes the
block's place as a serialised term; text never reaches the query. After the kind of a parameter
may stand `several`, if it takes more than one value, and `optional`, if it is a filter: its block
is `VALUES ?equipment { UNDEF }`, and the query sees to it that what is unbound lets all pass.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode
from rapidfuzz import process

from myograph.errors import QuestionError
from myograph.headers import headers
from myograph.sourcefile import files_below, read_source

# Goes with every answer about an injury, in whatever format.
DISCLAIMER = "Education, not medical advice."
Value = NamedNode | Literal
_FLAGS = frozenset({"optional", "several"})
_LEAST_SIMILAR = 60  # of 100

_PREFIX = re.compile(
    r"^\s*PREFIX\s+(?P<name>[\w-]*):\s*<(?P<iri>[^>]*)>", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class Parameter:
    """What a question asks for.

    Attributes:
        name: the variable, without its question mark.
        kind: the class that the value is an instance of, or an XSD datatype.
        defaults: the terms in the query as it stands; none of a filter.
        optional: whether it is a filter, which lets everything pass when it is left out.
        several: whether it takes more than one value.
        choices: a query for the values that it may have; "" where any of its kind will do.
    """

    name: str
    kind: NamedNode
    defaults: tuple[Value, ...]
    optional: bool = False
    several: bool = False
    choices: str = ""

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

    @property
    def careful(self) -> bool:
        """Whether an answer goes with the disclaimer."""
        return "injury" in self.tags

    def param(self, name: str) -> Parameter:
        """Return a parameter by its name.

        Raises:
            QuestionError: there is none; the message has those that there are.
        """
        for param in self.params:
            if param.name == name:
                return param
        names = [param.name for param in self.params]
        near = process.extractOne(name, names, score_cutoff=_LEAST_SIMILAR)
        known = f"Its parameters are: {', '.join(names) or 'none'}."
        raise QuestionError(
            f"The question {self.name} has no parameter '{name}'.",
            repair=f"Did you mean {near[0]}? {known}" if near else known,
        )

    def bind(self, values: Mapping[str, Value | Sequence[Value]]) -> str:
        """Return the query with these values in place of the defaults.

        Raises:
            QuestionError: a value is given for a parameter that the question does not have, or
                several for one that takes one.
        """
        given = {name: _several(self.param(name), value) for name, value in values.items()}

        def block(found: re.Match[str]) -> str:
            terms = given.get(found["name"])
            if not terms:
                return found[0]
            return f"VALUES ?{found['name']} {{ {' '.join(map(str, terms))} }}"

        # All at once: a second pass would find blocks within the text of a value just given.
        return _block(r"\w+").sub(block, self.text)


def _several(param: Parameter, value: Value | Sequence[Value]) -> list[Value]:
    """Return the values given for a parameter, each once."""
    terms = [value] if isinstance(value, NamedNode | Literal) else list(dict.fromkeys(value))
    if len(terms) > 1 and not param.several:
        raise QuestionError(
            f"The parameter '{param.name}' takes one value, and {len(terms)} are given.",
            repair=f"Give {param.name} once.",
        )
    return terms


def load_questions(folder: Path) -> list[Question]:
    """Read every question of a folder, by name.

    Raises:
        QuestionError: a file is not of the form that questions have; the message names it.
    """
    return [read_question(path) for path in files_below(folder, ".rq")]


def read_question(path: Path) -> Question:
    """Read one question.

    Raises:
        QuestionError: the file is not of the form that questions have.
    """
    text = read_source(path)
    found = headers(text)
    if "question" not in found:
        raise QuestionError(
            f"{path.name} asks nothing.", repair="Begin it with '#+ question: <sentence>'."
        )
    prefixes = {match["name"]: match["iri"] for match in _PREFIX.finditer(text)}
    choices = dict(line.split(None, 1) for line in found.get("choices", ()) if " " in line)
    params = tuple(
        _parameter(line, text, prefixes, choices, path.name) for line in found.get("param", ())
    )
    if unknown := choices.keys() - {param.name for param in params}:
        raise QuestionError(
            f"{path.name} gives choices for {', '.join(sorted(unknown))}, which is no parameter.",
            repair="Write '#+ choices: <parameter> <graph pattern>' below its '#+ param:'.",
        )
    return Question(
        name=path.stem,
        question=found["question"][0],
        params=params,
        expect=tuple(_texts(line) for line in found.get("expect", ())),
        absent=tuple(_texts(line) for line in found.get("absent", ())),
        tags=tuple(tag for line in found.get("tags", ()) for tag in _texts(line)),
        text=text,
    )


def _parameter(
    line: str, text: str, prefixes: Mapping[str, str], choices: Mapping[str, str], file: str
) -> Parameter:
    name, kind, *flags = line.split() if " " in line else (line, "")
    if unknown := set(flags) - _FLAGS:
        raise QuestionError(
            f"{file}: a parameter is not '{min(unknown)}'.",
            repair="After its kind may stand optional, several or both.",
        )
    blocks = [block["default"] for block in _block(re.escape(name)).finditer(text)]
    if len(blocks) != 1:
        raise QuestionError(
            f"{file} has {len(blocks)} VALUES blocks for ?{name}.",
            repair=f"Write its default once: VALUES ?{name} {{ … }}.",
        )
    terms = re.findall(r'"[^"]*"|<[^>]*>|[^\s"<>]+', blocks[0])
    optional, several = "optional" in flags, "several" in flags
    if optional != (terms == ["UNDEF"]):
        raise QuestionError(
            f"{file}: ?{name} is {'a filter' if optional else 'no filter'}, and its block holds "
            f"{blocks[0].strip() or 'nothing'}.",
            repair="A filter is marked 'optional' and holds UNDEF; any other parameter a default.",
        )
    if not terms or (len(terms) > 1 and not several):
        raise QuestionError(
            f"{file}: ?{name} has {len(terms)} defaults.",
            repair="Give it one, or mark it 'several' and give it some.",
        )
    return Parameter(
        name,
        _iri(kind, prefixes, file),
        () if optional else tuple(_term(term, prefixes, file) for term in terms),
        optional,
        several,
        _choosing(name, choices.get(name, ""), prefixes),
    )


def _choosing(name: str, pattern: str, prefixes: Mapping[str, str]) -> str:
    """Return the query that lists what a parameter may be, or "" where there is no pattern."""
    if not pattern:
        return ""
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items())
    return f"{declared}SELECT DISTINCT ?{name} WHERE {{ {pattern} }} ORDER BY ?{name}"


def _term(text: str, prefixes: Mapping[str, str], file: str) -> Value:
    if text.startswith('"') and text.endswith('"'):
        return Literal(text[1:-1])
    # As many digits as fit into what the engine counts with.
    if re.fullmatch(r"-?[0-9]{1,18}", text):
        return Literal(int(text))
    return _iri(text, prefixes, file)


def _iri(text: str, prefixes: Mapping[str, str], file: str) -> NamedNode:
    prefix, colon, local = text.partition(":")
    known = {"xsd": "http://www.w3.org/2001/XMLSchema#"} | dict(prefixes)
    try:
        if text.startswith("<") and text.endswith(">"):
            return NamedNode(text[1:-1])
        if colon and prefix in known:
            return NamedNode(known[prefix] + local.replace("\\", ""))
    except ValueError as error:
        raise QuestionError(
            f"{file}: '{text[:200]}' makes no IRI: {str(error)[:200]}.",
            repair="Correct it, or the PREFIX line of its prefix.",
        ) from None
    raise QuestionError(
        f"{file}: '{text[:200]}' is no term of a prefix that the file declares.",
        repair='Write prefix:name with a PREFIX line, <IRI>, a number or a "string".',
    )


def _block(name: str) -> re.Pattern[str]:
    block = r"VALUES\s+\?(?P<name>" + name + r")\s*\{(?P<default>[^{}]*)\}"
    return re.compile(block, re.IGNORECASE)


def _texts(line: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in line.split(",") if text.strip())
