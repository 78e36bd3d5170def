"""The subcommands, a module for each kind of work; each `add_…` declares one and its help."""

import argparse
from collections.abc import Callable
from typing import Any

from myograph.commands.ask import add_ask, add_query
from myograph.commands.diff import add_diff
from myograph.commands.give import add_export, add_reason
from myograph.commands.link import add_link
from myograph.commands.look import add_explain, add_show, add_stats
from myograph.commands.make import add_build, add_check
from myograph.commands.picture import add_picture
from myograph.commands.plan import add_plan
from myograph.commands.publish import add_publish
from myograph.commands.serve import add_serve
from myograph.commands.sources import add_sources

Subparsers = Any  # argparse keeps the type of what add_subparsers returns to itself
ALL: tuple[Callable[[Subparsers], argparse.ArgumentParser], ...] = (
    add_build,
    add_check,
    add_reason,
    add_query,
    add_ask,
    add_show,
    add_explain,
    add_export,
    add_diff,
    add_stats,
    add_sources,
    add_picture,
    add_plan,
    add_link,
    add_serve,
    add_publish,
)
