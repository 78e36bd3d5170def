"""The command `myograph`: one subcommand for each thing one can do with the graph.

Exit codes: 0 done; 1 the answer is no (a check found violations, nothing was found);
2 the command or its input is not right; 130 it was interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from myograph import commands
from myograph.console import complain
from myograph.errors import MyographError

_INTERRUPTED = 130  # as shells have it: 128 and the number of SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    Args:
        argv: the arguments; those of the process if not given.
    """
    parser = _parser()
    # A question's parameters are options of its own: --muscle soleus.
    args, rest = parser.parse_known_args(argv)
    if rest and not getattr(args, "takes_more", False):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    args.rest = rest
    try:
        return int(args.run(args))
    except MyographError as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        # Nothing is half done: what is written takes its place when it is whole.
        sys.stderr.write("Interrupted.\n")
        return _INTERRUPTED
    except BrokenPipeError:
        # Somebody piped into `head`; that is no error of ours.
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="myograph",
        description="A knowledge graph of how the human body moves. Education, not medical advice.",
    )
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in commands.ALL:
        add(subparsers)
    return parser
