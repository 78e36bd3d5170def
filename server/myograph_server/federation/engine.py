"""An engine whose queries may ask other endpoints."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from myograph.build import Version
from myograph.errors import QueryError, QueryTimedOutError, ServiceTimedOutError
from myograph.settings import SettingError
from myograph_server.engine import Caller, Engine
from myograph_server.federation.allowed import Allowed
from myograph_server.federation.asking import Asker, AskLimits
from myograph_server.federation.calls import placed_back, rewritten
from myograph_server.federation.gateway import Gateway, Ticket
from myograph_server.guard import SafeQuery
from myograph_server.remote.engine import RemoteEngine

_PLACE = re.compile(r"at (\d+):(\d+):")


@dataclass(frozen=True)
class FederatingEngine:
    """Answers like another engine, and lets SERVICE ask through a gateway.

    Attributes:
        inner: the other engine, on this machine.
        gateway: asks the hosts.
    """

    inner: Engine
    gateway: Gateway

    def run(self, query: SafeQuery, media: str, caller: Caller) -> bytes:
        """See `Engine`.

        Raises:
            ServiceRefusedError, ServiceFailedError, ServiceTimedOutError: another endpoint was
                asked in vain.
        """
        if not query.services:
            return self.inner.run(query, media, caller)
        with self.gateway.opened(query.services) as ticket:
            text = rewritten(query.text, query.services, ticket.addresses)
            asked = replace(query, text=text, services=())
            try:
                return self.inner.run(asked, media, caller)
            except QueryTimedOutError as error:
                if not ticket.asking:
                    raise
                raise ServiceTimedOutError(
                    f"{ticket.asking} was asked, and had not answered when the query's own time "
                    f"was over: {error.message}",
                    "Give the query more time with timeout, or ask less.",
                ) from None
            except QueryError as error:
                if ticket.failure is not None:
                    raise ticket.failure from None
                raise QueryError(_back(error.message, query, ticket), error.repair) from None

    @property
    def version(self) -> Version:
        """See `Engine`."""
        return self.inner.version

    @property
    def stored(self) -> Path | None:
        """See `Engine`."""
        return self.inner.stored

    @property
    def killed(self) -> Mapping[str, int]:
        """See `Engine`."""
        return self.inner.killed

    def close(self, patience: float = 0.0) -> None:
        """See `Engine`; the gateway listens until nothing runs."""
        self.inner.close(patience)
        self.gateway.close()


def inner_of(engine: Engine) -> Engine:
    """Return the engine that answers what asks no other endpoint."""
    return engine.inner if isinstance(engine, FederatingEngine) else engine


def federating(engine: Engine, chosen: Mapping[str, int | float | str]) -> Engine:
    """Return an engine that lets SERVICE ask the hosts of the settings; the same if there are none.

    Args:
        engine: answers queries.
        chosen: every setting.

    Raises:
        SettingError: the list of hosts is not right, or the engine asks a store elsewhere.
    """
    allowed = Allowed(str(chosen["services"]))
    if not allowed:
        return engine
    if isinstance(engine, RemoteEngine):
        # It would be that store which asks the others, with no gateway between.
        raise SettingError(
            "The setting services is for a graph that is on this machine.",
            "Leave it out, or serve without --store.",
        )
    limits = AskLimits(
        float(chosen["service_timeout"]),
        int(chosen["max_service_length"]),
        int(chosen["service_connections"]),
    )
    return FederatingEngine(engine, Gateway(Asker(allowed, limits)))


def _back(message: str, query: SafeQuery, ticket: Ticket) -> str:
    """Return what the engine says, with places and addresses as they are in the query itself."""

    def place(found: re.Match[str]) -> str:
        line, column = int(found[1]), int(found[2])
        own = placed_back(line, column, query.text, query.services, ticket.addresses)
        return f"at {line}:{own}:"

    told = _PLACE.sub(place, message)
    for call, address in zip(query.services, ticket.addresses, strict=True):
        told = told.replace(address, call.address)
    return told
