"""`plan`: hold a workout against the graph."""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from myograph.build import load_or_build
from myograph.commands.inputs import read_text
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.files import find_sources
from myograph.names import Names
from myograph.plan.document import SCHEMA, read_document
from myograph.plan.report import ADVICE, Missed, Report, for_people
from myograph.plan.review import review
from myograph.plan.workout import workout_of
from myograph.prefixes import prefix_map
from myograph.query import select
from myograph.questions import load_questions

_TURTLE = (".ttl", ".turtle", ".n3")
_MOST_NAMES = 6
_WORKS = ("prime mover", "synergist")


def add_plan(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `plan`."""
    parser = subcommand(
        subparsers,
        "plan",
        _plan,
        "Say what a workout trains, misses and overloads, and what an injury holds back.",
        "myograph plan check my-workout.json",
    )
    parser.add_argument(
        "action", choices=("check", "schema"), help="check a file, or print the schema of one"
    )
    parser.add_argument(
        "file", nargs="?", type=Path, help="the workout, .json or .ttl; else standard input"
    )
    parser.add_argument("--format", choices=("card", "json"), default="card")
    return parser


def _plan(args: argparse.Namespace) -> int:
    if args.action == "schema":
        sys.stdout.write(SCHEMA.read_text("utf-8"))
        return 0
    given = args.file is not None and str(args.file) != "-"
    text = read_text(args.file) if given else sys.stdin.read()
    turtle = args.file.suffix in _TURTLE if given else not text.lstrip().startswith(("{", "["))
    sources = find_sources()
    document = read_document(
        text,
        "turtle" if turtle else "json",
        str(args.file) if given else "The workout",
        prefix_map(sources.ontology),
    )
    with progress("Loading the graph") as tell:
        built = load_or_build(sources, tell)
    names = Names(built.quads)
    questions = {question.name: question for question in load_questions(sources.queries)}
    report = review(
        workout_of(document, names), questions, names, lambda text: select(built.store, text)
    )
    if args.format == "json":
        sys.stdout.write(json.dumps(report.plain(), ensure_ascii=False, indent=2) + "\n")
    else:
        show_review(report)
    return 1 if report.remarks else 0


def show_review(report: Report) -> None:
    """Print what the check of a workout found."""
    days = len({entry.day for entry in report.exercises})
    OUT.print(
        f"[bold]{escape(report.name or 'Workout')}[/]  [dim]{_count(report.exercises, 'exercise')}"
        f", {days} {'day' if days == 1 else 'days'}[/]"
    )
    _show_trained(report)
    _show_missed(report)
    _show_lines("Overloads", [found.says for found in report.overloads])
    _show_lines("One-sided", [f"{found.joint.label}: {found.says}" for found in report.one_sided])
    _show_lines(
        "Not at hand",
        [f"{found.exercise.label} uses {', '.join(found.equipment)}." for found in report.needed],
    )
    if report.injury:
        # Where a stage is named, the heading has it already.
        held = [
            f"{found.exercise.label}{_at(found.stage, report.injury)}: {why}"
            for found in report.held_back
            for why in found.reasons
        ]
        _show_lines(f"Held back with {report.injury}", held)
        if not held:
            OUT.print(f"\n[green]Nothing is held back with {escape(report.injury)}.[/]")
        if report.stage_exercises:
            OUT.print(f"[dim]The stage's own: {escape(report.stage_exercises)}[/]")
    if not report.remarks:
        OUT.print("\n[green]No overload, nothing one-sided, nothing held back.[/]")
    OUT.print(f"\n[dim]{ADVICE}[/]")


def _show_trained(report: Report) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("trains", overflow="fold")
    table.add_column("prime mover in", overflow="fold")
    table.add_column("sets", justify="right")
    table.add_column("helps in", overflow="fold")
    shown = for_people(report.trained)
    primes = [each for each in shown if each.role == _WORKS[0]]
    for each in primes:
        label = each.muscle.label
        if each.kind == "group":
            label += f" ({each.as_prime_mover} of {each.muscles})"
        prime, helping = (each.parts.get(role, []) for role in _WORKS)
        sets = str(each.sets) if each.sets else ""
        table.add_row(escape(label), escape(_few(prime)), sets, escape(_few(helping)))
    OUT.print()
    OUT.print(table if primes else "[yellow]No muscle on record is a prime mover in it.[/]")
    for title, names in (
        ("Helping only", [each.muscle.label for each in shown if each.role == _WORKS[1]]),
        ("Held steady", [each.muscle.label for each in shown if "steadies" in each.parts]),
        ("Stretched", [each.muscle.label for each in shown if "stretched" in each.parts]),
    ):
        if names:
            OUT.print(f"[cyan]{title}:[/] {escape(', '.join(names))}")


def _show_missed(report: Report) -> None:
    where = ", ".join(region.label for region in report.regions)
    if not report.missed:
        OUT.print(f"\n[green]It trains every muscle on record of: {escape(where)}.[/]")
        return
    OUT.print(f"\n[bold]Misses[/] [dim]of {escape(where)}[/]")
    by_group: dict[str, list[Missed]] = defaultdict(list)
    for each in report.missed:
        by_group[each.groups[0] if each.groups else ""].append(each)
    for group, members in by_group.items():
        for each in members if not group else ():
            more = f" ({each.although})" if each.although else ""
            example = f", for example by {each.example}" if each.example else ""
            OUT.print(f"  {escape(each.muscle.label + more + example)}")
        if group:
            names = ", ".join(each.muscle.label for each in members)
            OUT.print(f"  {escape(group)}: {escape(names)}")


def _show_lines(title: str, lines: list[str]) -> None:
    if lines:
        OUT.print(f"\n[bold yellow]{escape(title)}[/]")
        for line in lines:
            OUT.print(f"  {escape(line)}")


def _at(stage: str, heading: str) -> str:
    return f" ({stage})" if stage not in ("", heading) else ""


def _few(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _count(things: list[Any], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
