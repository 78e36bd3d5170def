"""`query` and `ask`: SPARQL of one's own, and the questions people ask."""

import argparse
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rapidfuzz import process
from rich.markup import escape
from rich.table import Table

from myograph.build import Built, load_or_build
from myograph.commands.inputs import read_text
from myograph.commands.parser import subcommand
from myograph.console import ERR, OUT, progress
from myograph.errors import QuestionError, UnknownFormatError
from myograph.files import Sources, find_sources
from myograph.names import Names
from myograph.prefixes import converter, prefix_map
from myograph.query import Rows, ask, run, select, values_of
from myograph.questions import DISCLAIMER, Parameter, Question, load_questions
from myograph.results import ROW_FORMATS, TRIPLE_FORMATS, write_rows, write_triples


def add_query(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `query`."""
    parser = subcommand(
        subparsers,
        "query",
        _query,
        "Run a SPARQL query, given as text, as a file or on standard input.",
        "myograph query 'SELECT ?m WHERE { ?m myo:crosses joint:knee }'",
    )
    parser.add_argument(
        "query", nargs="?", help="the query or the file that holds it; else standard input"
    )
    parser.add_argument(
        "--format", default="table", help="table, " + ", ".join((*ROW_FORMATS, *TRIPLE_FORMATS))
    )
    return parser


def add_ask(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `ask`."""
    parser = subcommand(
        subparsers,
        "ask",
        _ask,
        "Ask one of the questions; without a name, list them.",
        "myograph ask exercises-for-muscle --muscle soleus",
    )
    parser.add_argument("question", nargs="?", help="its name; its parameters follow as options")
    parser.add_argument("--format", default="table", help="table, " + ", ".join(ROW_FORMATS))
    parser.set_defaults(takes_more=True)
    return parser


def _query(args: argparse.Namespace) -> int:
    sources = find_sources()
    text = query_text(args.query)
    with progress("Loading the graph") as tell:
        built = load_or_build(sources, tell)
    answer = run(built.store, text, prefix_map(sources.ontology))
    if isinstance(answer, Rows):
        show_rows(answer, args.format)
        return 0 if answer.rows else 1
    if isinstance(answer, bool):
        OUT.print("yes" if answer else "no")
        return 0 if answer else 1
    sys.stdout.write(
        write_triples(
            answer,
            "turtle" if args.format == "table" else args.format,
            prefix_map(sources.ontology),
        )
    )
    return 0 if answer else 1


def query_text(given: str | None) -> str:
    """Return a query that was given as text, as the file that holds it, or on standard input.

    Raises:
        InputFileError: the file cannot be read as UTF-8 text.
    """
    if given is None:
        return sys.stdin.read()
    path = Path(given)
    if given.endswith((".rq", ".sparql")) or (len(given) < 200 and path.is_file()):
        return read_text(path)
    return given


def _ask(args: argparse.Namespace) -> int:
    sources = find_sources()
    if args.question is None:
        _list(load_questions(sources.queries))
        return 0
    question = find_question(args.question, sources)
    given = _parameters(args.rest, question)
    with progress("Loading the graph") as tell:
        built = load_or_build(sources, tell)
    rows = ask(built.store, question, Names(built.quads), given)
    show_rows(rows, args.format)
    if question.careful:
        # Beside an answer for a program, not within it.
        (OUT if args.format == "table" else ERR).print(f"[yellow]{DISCLAIMER}[/]")
    return 0 if rows.rows else 1


def find_question(name: str, sources: Sources) -> Question:
    """Return the question of that name.

    Raises:
        QuestionError: there is none; the message has those of like names.
    """
    questions = {question.name: question for question in load_questions(sources.queries)}
    if name in questions:
        return questions[name]
    near = [found for found, *_ in process.extract(name, list(questions), limit=3)]
    raise QuestionError(
        f"There is no question '{name}'.",
        f"Did you mean {', '.join(near)}? List them all with: myograph ask.",
    )


def bound_question(name: str, rest: list[str], built: Built, sources: Sources) -> str:
    """Return the query of a question with the values that somebody gave as options.

    Raises:
        QuestionError: there is no such question, or it has no such parameter.
        UnknownNameError: no record of a parameter's class has that name.
        QueryError: a number was wanted.
    """
    question = find_question(name, sources)
    given = _parameters(rest, question)

    def answer(text: str) -> Rows:
        return select(built.store, text)

    return question.bind(values_of(question, given, Names(built.quads), answer))


def _parameters(rest: list[str], question: Question) -> dict[str, list[str]]:
    parser = argparse.ArgumentParser(
        prog=f"myograph ask {question.name}", description=question.question, allow_abbrev=False
    )
    for param in question.params:
        parser.add_argument(
            f"--{param.name}", action="append", default=[], metavar="VALUE", help=_help(param)
        )
    given, unknown = parser.parse_known_args(rest)
    for word in unknown:
        # An option that there is not, or a value that belongs to none.
        question.param(word.removeprefix("--").partition("=")[0])
        raise QuestionError(f"'{word}' belongs to no parameter.", "Write --parameter value.")
    return {name: values for name, values in vars(given).items() if values}


def _help(param: Parameter) -> str:
    kind = param.kind.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    more = " May be given several times." if param.several else ""
    return f"{kind}.{' Left out, it lets all pass.' if param.optional else ''}{more}"


def _list(questions: list[Question]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("question")
    for question in questions:
        table.add_row(question.name, escape(question.question))
    OUT.print(table)


def show_rows(rows: Rows, format_: str) -> None:
    """Print rows as a table for people, or in a result format of SPARQL.

    Raises:
        UnknownFormatError: there is no such format.
    """
    if format_ != "table":
        if format_ not in ROW_FORMATS:
            raise UnknownFormatError(
                f"Rows cannot be written as '{format_}'.",
                f"Choose table, {', '.join(ROW_FORMATS)}.",
            )
        sys.stdout.write(write_rows(rows, format_))
        return
    # A column of IRIs with a column of their labels beside it says the same twice to a person.
    shown = [i for i, c in enumerate(rows.columns) if f"{c}Label" not in rows.columns]
    table = Table(box=None, pad_edge=False)
    for i in shown:
        table.add_column(rows.columns[i].removesuffix("Label"), overflow="fold")
    for row in rows.rows:
        table.add_row(*(escape(shown_term(row[i])) for i in shown))
    OUT.print(table if rows.rows else "Nothing found.")


def shown_term(term: object) -> str:
    """Return a term as people read it: a compact name, or the text of a literal."""
    if isinstance(term, ox.NamedNode):
        return str(converter(find_sources().ontology).compress(term.value) or term.value)
    if isinstance(term, ox.Literal):
        return term.value
    return "" if term is None else str(term)
