"""`export` and `reason`: hand the graph to somebody else, or to a stricter judge."""

import argparse
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rich.markup import escape

from myograph.archive import write_folder
from myograph.build import Built, load_or_build
from myograph.canonical import canonical
from myograph.check import load_shapes
from myograph.commands.ask import bound_question, query_text
from myograph.commands.outputs import write_out
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.context import context_document, make_context
from myograph.errors import BadRequestError, OutputFileError, UnknownFormatError
from myograph.export import KINDS, export_files, export_part
from myograph.files import Sources, find_sources
from myograph.names import Names
from myograph.prefixes import prefix_map
from myograph.query import Rows, run
from myograph.questions import load_questions
from myograph.reason import reason_dl
from myograph.results import ROW_FORMATS, write_rows
from myograph.selection import Selection, entity, named_graph, whole
from myograph.terms import BASE

_CONTEXT = "context"
_NAMES = {kind.ending: name for name, kind in KINDS.items()}
_ROW_ENDINGS = {"csv": "csv", "tsv": "tsv", "json": "json", "srj": "json", "srx": "xml"}


def add_export(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `export`."""
    parser = subcommand(
        subparsers, "export", _export,
        "Write the whole graph, a part of it or an answer in a format that others read.",
        "myograph export soleus --format jsonld --output soleus.jsonld",
    )  # fmt: skip
    parser.add_argument(
        "what",
        nargs="*",
        help="a record with what is next to it: a name, a slug, muscle:soleus; or the name of a "
        "question, whose parameters follow as options",
    )
    parser.add_argument("--graph", help="one named graph, such as anatomy or inferred/crosses")
    parser.add_argument("--query", help="the answer to a query, given as text or as a file")
    names = (*KINDS, _CONTEXT, *(name for name in ROW_FORMATS if name not in KINDS))
    parser.add_argument(
        "--format",
        choices=names,
        help="turtle, unless the output's name says otherwise; of rows csv",
    )
    parser.add_argument(
        "--output", type=Path,
        help="the file, or for several files a folder or a .zip; standard output if not given",
    )  # fmt: skip
    parser.set_defaults(takes_more=True)
    return parser


def add_reason(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `reason`."""
    parser = subcommand(
        subparsers, "reason", _reason,
        "Ask the OWL DL reasoner HermiT whether the graph is free of contradictions.",
        "myograph reason --dl",
    )  # fmt: skip
    parser.add_argument("--dl", action="store_true", help="by HermiT; the one reasoner there is")
    return parser


def _export(args: argparse.Namespace) -> int:
    sources = find_sources()
    what, rest = _split(args)
    question = "".join(what) if _is_question(what, sources) else ""
    if rest and not question:
        raise BadRequestError(f"'{rest[0]}' is no option.", "See: myograph export --help.")
    with progress("Loading the graph") as tell:
        built = load_or_build(sources, tell)
        tell("write")
        if question:
            text = bound_question(question, rest, built, sources)
            return _give_answer(args, text, question, built, sources)
        if args.query:
            return _give_answer(args, query_text(args.query), "answer", built, sources)
        format_ = args.format or _by_name(args.output, _NAMES, "turtle")
        if format_ == _CONTEXT:
            known = prefix_map(sources.ontology)
            terms = make_context(built.quads, known, load_shapes(sources.shapes))
            write_out(context_document(terms).encode(), args.output)
        else:
            _give(_selected(args, what, built), format_, sources, args.output)
    return 0


def _is_question(what: list[str], sources: Sources) -> bool:
    return len(what) == 1 and any(q.name == what[0] for q in load_questions(sources.queries))


def _split(args: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Return the words that name what is to be exported, and the options of a question.

    Raises:
        BadRequestError: more than one thing is named.
    """
    what, rest = list(args.what), list(args.rest)
    # argparse gives up on the words once an option came before them.
    while rest and not rest[0].startswith("-"):
        what.append(rest.pop(0))
    given = [name for name in ("graph", "query") if getattr(args, name)] + what[:1]
    if len(given) > 1:
        raise BadRequestError(
            "One thing is exported at a time.", f"Leave out one of: {', '.join(given)}."
        )
    return what, rest


def _selected(args: argparse.Namespace, what: list[str], built: Built) -> Selection:
    if args.graph:
        return named_graph(built, args.graph)
    if what:
        return entity(built, Names(built.quads).find(" ".join(what)))
    return whole(built)


def _give_answer(
    args: argparse.Namespace, text: str, name: str, built: Built, sources: Sources
) -> int:
    answer = run(built.store, text, prefix_map(sources.ontology))
    if isinstance(answer, Rows):
        format_ = args.format or _by_name(args.output, _ROW_ENDINGS, "csv")
        if format_ not in ROW_FORMATS:
            raise UnknownFormatError(
                f"Rows cannot be written as '{format_}'.", f"Choose {', '.join(ROW_FORMATS)}."
            )
        write_out(write_rows(answer, format_).encode(), args.output)
        return 0 if answer.rows else 1
    if isinstance(answer, bool):
        raise UnknownFormatError("A yes or a no is no export.", "Ask with: myograph query.")
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in answer]
    format_ = args.format or _by_name(args.output, _NAMES, "turtle")
    _give(Selection(canonical(quads), name), format_, sources, args.output)
    return 0 if answer else 1


def _by_name(output: Path | None, endings: dict[str, str], otherwise: str) -> str:
    """Return the format that the name of a file asks for."""
    name = output.name if output else ""
    found = (format_ for ending, format_ in endings.items() if name.endswith(f".{ending}"))
    return next(found, otherwise)


def _give(part: Selection, format_: str, sources: Sources, output: Path | None) -> None:
    kind = KINDS.get(format_)
    if kind is None or not kind.files or output is None or output.suffix == ".zip":
        write_out(export_part(part, format_, sources), output)
        return
    files = export_files(part, format_, sources)
    try:
        write_folder(files, output)
    except OSError as error:
        raise OutputFileError(
            f"{output} cannot be written: {error.strerror}.", "Name a folder that can be."
        ) from None
    OUT.print(f"Wrote {len(files)} files to {escape(str(output))}.")


def _reason(args: argparse.Namespace) -> int:
    with progress("Reasoning") as tell:
        built = load_or_build(find_sources(), tell)
        tell("HermiT")
        verdict = reason_dl(built.quads)
    seen = f"{verdict.classes} classes, {verdict.individuals} individuals"
    if verdict.passes:
        OUT.print(f"[green]Consistent[/], no unsatisfiable class: {seen}.")
        return 0
    if not verdict.consistent:
        OUT.print(f"[red]Inconsistent[/]: the facts contradict each other ({seen}).")
        OUT.print(
            "Look for a record or a mapping whose class is disjoint with another of its classes."
        )
    for iri in verdict.unsatisfiable:
        OUT.print(f"[red]Unsatisfiable:[/] {escape(iri.removeprefix(BASE))}")
    return 1
