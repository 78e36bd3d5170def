"""Every setting in one table: its name, its default and one line of help.

The server takes each as an option (`--query-timeout`) and as an environment variable
(`MYOGRAPH_QUERY_TIMEOUT`); `docs/settings.md` lists them, and a test holds the two together.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from myograph.errors import MyographError


class SettingError(MyographError):
    """A setting has a value that it cannot have."""


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: in snake case.
        default: its value where none is given; its type is the setting's.
        help: one line.
    """

    name: str
    default: int | float | str
    help: str


SETTINGS = (
    Setting("host", "127.0.0.1", "Address that the server listens on."),
    Setting("port", 8000, "Port that the server listens on; 0 takes a free one."),
    Setting("proxy", "", "Address of a load balancer that says for whom it asks; none if empty."),
    Setting("linger", 0.0, "Seconds to go on after SIGTERM, with /health at 503."),
    Setting("threads", 80, "Threads that answer requests; more than workers and queue together."),
    Setting("workers", 4, "Queries that run at once, each in a process that can be killed."),
    Setting("queue", 64, "Queries that may wait for a worker; beyond that the answer is 503."),
    Setting("timeout", 10.0, "Seconds that a query may run; a request may ask for less."),
    Setting("max_cpu", 10, "Seconds of processor time that a query may use."),
    Setting("patience", 5.0, "Seconds that a query waits for a worker before it is told to go."),
    Setting("max_memory", 512_000_000, "Bytes that a worker may take beyond the graph it shares."),
    Setting("checks", 2, "Documents that /check checks at once; beyond that the answer is 503."),
    Setting("check_timeout", 60.0, "Seconds that the check of a document may take."),
    Setting("check_memory", 1_000_000_000, "Bytes that the check of a document may take."),
    Setting("cache_size", 64_000_000, "Bytes of answers that are kept for those who ask again."),
    Setting("max_query_length", 100_000, "Longest SPARQL query, in characters."),
    Setting("max_body_length", 1_000_000, "Longest request body, in bytes."),
    Setting("max_nesting", 200, "Deepest nesting of braces and of parentheses in a query."),
    Setting("max_operators", 1000, "Most operators and keywords in a query."),
    Setting("max_answer_length", 32_000_000, "Longest answer to a query, in bytes."),
    Setting("services", "", "Hosts that SERVICE may ask, with commas between; none if empty."),
    Setting("service_timeout", 5.0, "Seconds that such a host has for an answer."),
    Setting("service_connections", 2, "Queries that may ask other hosts at once."),
    Setting("max_service_length", 10_000_000, "Longest answer of such a host, in bytes."),
    Setting(
        "store",
        "",
        "Build folder or SPARQL endpoint to serve; this checkout's if empty.",
    ),
    Setting("disk_above", 2_000_000, "Triples above which a graph is kept on disk, not in memory."),
    Setting("max_source_length", 20_000_000, "Largest file that is read as facts, in bytes."),
    Setting("log", "warning", "Least level of what is logged; info logs each query as JSON."),
    Setting("search_limit", 10, "Most results of a search by name."),
)


def settings(given: Mapping[str, object] | None = None) -> dict[str, int | float | str]:
    """Return every setting: what is given first, then the environment, then the default.

    Raises:
        SettingError: a value does not fit its setting, or there is no such setting.
    """
    chosen = {k: v for k, v in (given or {}).items() if v is not None}
    unknown = sorted(chosen.keys() - {setting.name for setting in SETTINGS})
    if unknown:
        names = ", ".join(setting.name for setting in SETTINGS)
        raise SettingError(f"There is no setting {unknown[0]!r}.", f"The settings are: {names}.")
    found: dict[str, int | float | str] = {}
    for setting in SETTINGS:
        raw = chosen.get(setting.name, os.environ.get("MYOGRAPH_" + setting.name.upper()))
        if raw is None:
            found[setting.name] = setting.default
            continue
        kind = type(setting.default)
        try:
            found[setting.name] = kind(str(raw))
        except ValueError:
            raise SettingError(
                f"The setting {setting.name} cannot be {raw!r}.",
                f"Give it a value like its default, {setting.default!r}.",
            ) from None
    return found
