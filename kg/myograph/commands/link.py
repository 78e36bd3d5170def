"""`link`: our links to other systems, and other people's ontologies beside our graph."""

import argparse
import csv
import io
import json
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from myograph.build import load_or_build, own_quads, write
from myograph.commands.outputs import tell_of_disk, write_out
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.errors import InputFileError
from myograph.files import find_sources
from myograph.link.compare import COLUMNS, Comparison, compare
from myograph.link.coverage import Coverage, candidates, coverage, differences
from myograph.link.external import External, added, prepare, read_index, remove
from myograph.link.index import Index, index
from myograph.link.reading import OntologyFile
from myograph.link.register import differences as changes
from myograph.link.register import linked, register_path, register_text, registered
from myograph.link.tables import read_table
from myograph.names import Names

_SHOWN = 40


def add_link(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `link` and what it can do."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "link", help="Links to other systems, and other ontologies beside the graph.",
        description="Links to other systems, and other ontologies beside the graph.",
        epilog="Example: myograph link report",
    )  # fmt: skip
    parser.set_defaults(example="myograph link report")
    inner = parser.add_subparsers(title="what to do", required=True, metavar="WHAT")
    one = subcommand(
        inner, "report", _report,
        "Count the links of each class to each system; hold them against a table or an ontology.",
        "myograph link report --against uberon.obo",
    )  # fmt: skip
    one.add_argument(
        "--against", type=Path, help="a table (.tsv) or an ontology (.obo, .owl, .ttl)"
    )
    one.add_argument("--format", choices=("table", "csv", "json"), default="table")
    one = subcommand(
        inner,
        "add",
        _add,
        "Bring another's ontology into the graph.",
        "myograph link add uberon.obo",
    )
    one.add_argument("file", type=Path, help="in OBO, RDF/XML (.owl), Turtle (.ttl) or N-Triples")
    one.add_argument("--name", help="what to call it; the file's name if not given")
    one.add_argument("--dl", action="store_true", help="let HermiT look for contradictions as well")
    one = subcommand(
        inner, "remove", _remove,
        "Take an ontology out of the graph.",
        "myograph link remove uberon",
    )  # fmt: skip
    one.add_argument("name")
    subcommand(
        inner, "register", _register,
        "Write the register of identifiers anew from the links, and show what changes.",
        "myograph link register",
    )  # fmt: skip
    subcommand(inner, "list", _list, "List the ontologies in the graph.", "myograph link list")
    one = subcommand(
        inner, "compare", _compare,
        "Hold origins, insertions and nerves of our muscles against another's.",
        "myograph link compare uberon --format csv",
    )  # fmt: skip
    one.add_argument("ontology", help="the name of one that was added, or a file")
    one.add_argument("--format", choices=("table", "csv", "json"), default="table")
    one.add_argument("--output", type=Path, help="the file; standard output if not given")
    return parser


def _add(args: argparse.Namespace) -> int:
    sources = find_sources()
    name = args.name or args.file.name.split(".")[0].lower()
    if not name.replace("-", "").isalnum():
        raise InputFileError(
            f"'{name}' cannot be the name of an ontology.",
            "Give one of letters, digits and hyphens with --name.",
        )
    with progress("Bringing in " + args.file.name) as tell:
        built = load_or_build(sources, tell)
        before = {one.name: one for one in added(sources.build_folder)}.get(name)
        own = own_quads(built)
        found = prepare(args.file, name, own, sources.build_folder, tell, dl=args.dl)
        tell("write")
        held = write(built, sources.build_folder, sources.fingerprint)
    _tell(found, before)
    tell_of_disk(held)
    return 0


def _tell(found: External, before: External | None) -> None:
    was = f", in place of {before.version or before.added}" if before else ""
    OUT.print(
        f"Added [bold]{escape(found.name)}[/], version {escape(found.version or 'not stated')}"
        f"{escape(was)}: {found.triples:,} triples, {found.classes:,} classes, of which "
        f"{found.linked} are the same as a record of ours."
    )
    OUT.print(
        f"It lies in graph:external/{escape(found.name)}, what it means for our records in "
        f"graph:external/{escape(found.name)}/bridge."
    )
    for address in found.missing:
        OUT.print(f"[yellow]Not read:[/] {escape(address)}, which it imports; no file beside it.")
    if not found.linked:
        OUT.print("[yellow]No link leads to a class of it, so it says nothing of our records.[/]")


def _remove(args: argparse.Namespace) -> int:
    sources = find_sources()
    with progress("Removing " + args.name) as tell:
        built = load_or_build(sources, tell)
        gone = remove(args.name, sources.build_folder)
        write(built, sources.build_folder, sources.fingerprint)
    OUT.print(f"Removed {escape(gone.name)}, version {escape(gone.version or 'not stated')}.")
    return 0


def _register(args: argparse.Namespace) -> int:
    sources = find_sources()
    entries = linked(sources)
    for _, line in changes(entries, registered(sources)):
        OUT.print(escape(line))
    register_path(sources).write_text(register_text(entries), "utf-8")
    OUT.print(f"{len(entries)} identifiers are registered.")
    return 0


def _list(args: argparse.Namespace) -> int:
    found = added(find_sources().build_folder)
    table = Table(box=None, pad_edge=False)
    for column in ("name", "version", "added", "triples", "classes", "linked", "file"):
        table.add_column(column)
    for one in found:
        table.add_row(
            one.name, escape(one.version), one.added, f"{one.triples:,}", f"{one.classes:,}",
            str(one.linked), escape(one.file),
        )  # fmt: skip
    OUT.print(table if found else "No ontology was added.")
    return 0


def _index(given: Path, tell: Any) -> Index:
    if given.suffix == ".tsv":
        return read_table(given)
    return index(OntologyFile(given, tell).triples())


def _report(args: argparse.Namespace) -> int:
    with progress("Counting links") as tell:
        built = load_or_build(find_sources(), tell)
        quads = own_quads(built)
        counted = coverage(quads)
        theirs = _index(args.against, tell) if args.against else None
    if args.format != "table":
        _write([one.row() for one in counted], Coverage.COLUMNS, args.format, None)
    else:
        _show_coverage(counted)
    if theirs is None:
        return 0
    tables = {
        "What is wrong with our links": [d.row() for d in differences(quads, theirs)],
        "What may be the same and is not linked": [
            c.row() for c in candidates(quads, Names(quads), theirs)
        ],
    }
    for title, rows in tables.items():
        _show_rows(title, rows, args.format)
    return 0


def _show_coverage(counted: list[Coverage]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in Coverage.COLUMNS:
        table.add_column(column, justify="left" if column in ("class", "system") else "right")
    for one in counted:
        table.add_row(*(escape(value) for value in one.row().values()))
    OUT.print(table)


def _show_rows(title: str, rows: list[dict[str, str]], format_: str) -> None:
    if format_ != "table":
        _write(rows, tuple(rows[0]) if rows else (), format_, None)
        return
    OUT.print(f"\n[bold]{title}[/]: {len(rows) or 'nothing'}")
    table = Table(box=None, pad_edge=False)
    for column in rows[0] if rows else ():
        table.add_column(column, overflow="fold")
    for row in rows[:_SHOWN]:
        table.add_row(*(escape(value) for value in row.values()))
    if rows:
        OUT.print(table)
    if len(rows) > _SHOWN:
        OUT.print(f"… and {len(rows) - _SHOWN} more; --format csv gives all.")


def _compare(args: argparse.Namespace) -> int:
    sources = find_sources()
    with progress("Comparing") as tell:
        built = load_or_build(sources, tell)
        names = {one.name for one in added(sources.build_folder)}
        if args.ontology in names:
            theirs = read_index(args.ontology, sources.build_folder)
        else:
            theirs = _index(Path(args.ontology), tell)
        quads = own_quads(built)
        found = compare(quads, Names(quads), theirs)
    if args.format == "table":
        _show_comparison(found)
    else:
        _write([one.row() for one in found], COLUMNS, args.format, args.output)
    return 0


def _show_comparison(found: list[Comparison]) -> None:
    counts: dict[str, int] = {}
    for one in found:
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    table = Table(box=None, pad_edge=False)
    for column in ("muscle", "what", "verdict", "theirs", "ours"):
        table.add_column(column, overflow="fold")
    for one in found:
        colour = {"contradiction": "red", "agreement": "green"}.get(one.verdict, "yellow")
        row = one.row()
        table.add_row(
            escape(row["muscle"]), row["what"], f"[{colour}]{one.verdict}[/]",
            escape(row["theirs"]), escape(row["ours"]),
        )  # fmt: skip
    OUT.print(table if found else "Neither states anything that the other states too.")
    OUT.print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))


def _write(
    rows: list[dict[str, str]], columns: tuple[str, ...], format_: str, output: Path | None
) -> None:
    text = io.StringIO(newline="")
    if format_ == "json":
        text.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        writer = csv.DictWriter(text, columns, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    write_out(text.getvalue().encode(), output)
