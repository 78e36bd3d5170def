"""How a subcommand declares itself."""

import argparse
from collections.abc import Callable
from typing import Any


def subcommand(
    subparsers: Any, name: str, run: Callable[[argparse.Namespace], int], help_: str, example: str
) -> argparse.ArgumentParser:
    """Declare a subcommand.

    Args:
        subparsers: what `add_subparsers` returned.
        name: the word on the command line.
        run: takes the parsed arguments and returns the exit code.
        help_: one line.
        example: a command line that works as it stands.
    """
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=help_,
        description=help_,
        epilog=f"Example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, example=example)
    return parser
