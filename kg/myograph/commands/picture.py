"""`picture`: draw what a record is about."""

import argparse
from pathlib import Path
from typing import Any

from myograph.commands.outputs import write_out
from myograph.commands.parser import subcommand
from myograph.console import progress
from myograph.library import open
from myograph.picture.atlas import VIEWS
from myograph.picture.svg import THEMES


def add_picture(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `picture`."""
    parser = subcommand(
        subparsers, "picture", _picture,
        "Draw the body as SVG, with the muscles that a record is about in colour.",
        "myograph picture soleus --view back --output soleus.svg",
    )  # fmt: skip
    parser.add_argument("name", nargs="*", help="a muscle, exercise, injury …; none: the whole")
    parser.add_argument("--view", choices=VIEWS, help="the one in which most is seen if not given")
    parser.add_argument("--peel", type=int, default=0, help="layers to take off: 0, 1 or 2")
    parser.add_argument("--theme", choices=tuple(THEMES), default="light")
    parser.add_argument("--whole", action="store_true", help="the whole figure, not from near")
    parser.add_argument("--output", type=Path, help="the file; standard output if not given")
    return parser


def _picture(args: argparse.Namespace) -> int:
    with progress("Loading the graph") as tell:
        graph = open(progress=tell)
        tell("draw")
        picture = graph.picture(
            " ".join(args.name),
            view=args.view,
            peel=args.peel,
            theme=args.theme,
            whole=args.whole,
        )
    write_out(picture.encode(), args.output)
    return 0
