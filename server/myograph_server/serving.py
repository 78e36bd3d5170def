"""Runs the application under waitress, from the socket to the graceful stop."""

import errno
import http.client
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask
from waitress.server import BaseWSGIServer, create_server

from myograph.build import (
    GRAPH_FILE,
    Progress,
    Ready,
    is_there,
    ready,
    ready_or_build,
    remove_old,
)
from myograph.errors import AddressInUseError, MyographError, NotBuiltError
from myograph.files import Sources, find_sources
from myograph.prefixes import prefix_map
from myograph.remote.client import client_for
from myograph.settings import settings
from myograph_server.app import create_app
from myograph_server.engine import Engine, WorkerEngine
from myograph_server.federation.engine import inner_of
from myograph_server.front import Front
from myograph_server.remote.engine import RemoteEngine, RemoteLimits
from myograph_server.site import EXTENSION, STOPPING, WATCH, Site, make_site
from myograph_server.stopping import run_until_stopped
from myograph_server.watch import Watch
from myograph_server.workers.pool import Pool, PoolLimits

LOG = logging.getLogger("myograph.server")
_LOG_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
_LATECOMERS = 1.0  # seconds
_RETRY = 2.0  # seconds between looks at a store that has no whole version
_ADDRESSES = ("http://", "https://")
Chosen = Mapping[str, int | float | str]
_FORWARDED = {"x-forwarded-for", "x-forwarded-proto"}


def serve(
    found: Ready | None,
    given: Mapping[str, object],
    sources: Sources,
    tell: Callable[[str], None],
) -> None:
    """Serve a graph until SIGTERM or SIGINT; SIGHUP puts a rebuilt graph in its place.

    Args:
        found: the graph, as `open_graph` returned it.
        given: settings, where they differ from the defaults.
        sources: of the graph.
        tell: is told the address once the server answers there.

    Raises:
        AddressInUseError: something else listens at the address.
        SettingError: a setting has a value that it cannot have.
    """
    chosen = settings(given)
    logging.basicConfig(level=str(chosen["log"]).upper(), format=_LOG_LINE)
    host, port = str(chosen["host"]), int(chosen["port"])
    # Before the graph is loaded a second time: a busy port is to be told at once.
    listener = listen(host, port)
    try:
        app = create_app(start_engine(found, sources, chosen), given, sources)
    except MyographError:
        listener.close()
        raise
    shared: Site = app.extensions[EXTENSION]
    shared.warm()
    watch: Watch = app.extensions[WATCH]
    count_kills(app)
    server = _server(Front(app, watch, shared.number("cache_size")), listener, shared)
    # A queue of one for a moment is no news; what waits long is what /health shows.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    _beside(_announce, host, listener.getsockname()[1], tell)
    _beside(_follow, app, given)
    patience = shared.seconds("timeout") + shared.seconds("patience")
    try:
        run_until_stopped(
            server,
            lambda: reload(app, given),
            app.extensions[STOPPING],
            shared.seconds("linger"),
            patience,
        )
    finally:
        server.close()
        app.extensions[EXTENSION].engine.close()


def _beside(work: Callable[..., None], *given: object) -> None:
    """Do something in a thread of its own, which ends with the server."""
    threading.Thread(target=work, args=given, daemon=True).start()


def count_kills(app: Flask) -> None:
    """Let the metrics of an application show which workers and checks were ended, and why."""
    watch: Watch = app.extensions[WATCH]
    now = app.extensions
    watch.of_kills(
        "myograph_workers_killed",
        "Workers ended, by reason.",
        lambda: now[EXTENSION].engine.killed,
    )
    watch.of_kills(
        "myograph_checks_killed",
        "Checks of documents ended, by reason.",
        lambda: now[EXTENSION].checker.killed,
    )


def _server(front: Front, listener: socket.socket, shared: Site) -> BaseWSGIServer:
    proxy = str(shared.settings["proxy"])
    made = create_server(
        front,
        sockets=[listener],
        threads=shared.number("threads"),
        max_request_body_size=shared.number("max_body_length") + 1,
        # Without looking ahead waitress does not see a client leave.
        channel_request_lookahead=1,
        # Above the longest answer, so that a slow reader never holds a thread.
        outbuf_high_watermark=4 * shared.number("max_answer_length"),
        connection_limit=2000,
        ident="myograph",
        # Whom a load balancer asks for; anybody else could write there what they like.
        trusted_proxy=proxy or None,
        trusted_proxy_headers=_FORWARDED if proxy else set(),
        clear_untrusted_proxy_headers=True,
    )
    if not isinstance(made, BaseWSGIServer):
        raise TypeError("there is one socket to listen at")
    return made


def open_graph(sources: Sources, chosen: Chosen, tell: Progress | None = None) -> Ready | None:
    """Return the graph that the settings name, built first if it is ours and has to be.

    Args:
        sources: of the graph.
        chosen: every setting.
        tell: is told each step of a build.

    Returns:
        The graph, or nothing where another's store holds it.

    Raises:
        StoreError: the folder that the settings name has no graph that can be served.
        MyographError: our graph cannot be built.
    """
    store, most = str(chosen["store"]), int(chosen["disk_above"])
    if store.startswith(_ADDRESSES):
        return None
    return ready(sources, Path(store), most) if store else ready_or_build(sources, tell, most)


def start_engine(found: Ready | None, sources: Sources, chosen: Chosen) -> Engine:
    """Start what answers from the graph that `open_graph` returned.

    Raises:
        RemoteStoreError: the other's store is not there, or does not hold that graph.
    """
    if found:
        return start_workers(found, sources, chosen)
    limits = RemoteLimits(
        int(chosen["workers"]),
        int(chosen["queue"]),
        float(chosen["patience"]),
        float(chosen["timeout"]),
        int(chosen["max_answer_length"]),
    )
    client = client_for(str(chosen["store"]))
    return RemoteEngine(client, prefix_map(sources.ontology), limits, sources.fingerprint)


def start_workers(found: Ready, sources: Sources, chosen: Chosen) -> WorkerEngine:
    """Start workers over a graph.

    Raises:
        NotBuiltError: a build has put another in its place meanwhile, and the workers have that.
    """
    limits = PoolLimits(
        workers=int(chosen["workers"]),
        waiting=int(chosen["queue"]),
        memory=int(chosen["max_memory"]),
        patience=float(chosen["patience"]),
    )
    pool = Pool(found.disk or found.folder / GRAPH_FILE, prefix_map(sources.ontology), limits)
    if not is_there(found):
        pool.close()
        raise NotBuiltError(
            "Another graph took the place of the one that was being loaded.",
            "Start the server again, or send it SIGHUP once more.",
        )
    return WorkerEngine(
        pool,
        int(chosen["max_answer_length"]),
        float(chosen["timeout"]),
        int(chosen["max_cpu"]),
        found.version,
        found.disk.graph if found.disk else None,
    )


def reload(app: Flask, given: Mapping[str, object]) -> None:
    """Put the graph as it is built now in the place of the one that is served.

    Requests under way end with the graph that they began with; none is dropped. Where the new
    graph cannot be built, the old one stays and the log says why.

    Args:
        app: the application.
        given: settings, as it was started with.
    """
    try:
        sources = find_sources()
        chosen = settings(given)
        found = open_graph(sources, chosen)
        fresh = make_site(start_engine(found, sources, chosen), given, sources)
        fresh.warm()
    except MyographError as error:
        LOG.error("The graph was not reloaded: %s", error)
        return
    old: Site = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = fresh
    names = fresh.version.fingerprint, old.version.fingerprint
    LOG.info("The graph %s is served in place of %s.", *names)
    # Who looked at the old one a moment ago may not have reached its workers yet.
    time.sleep(_LATECOMERS)
    old.engine.close(float(old.settings["timeout"]) + float(old.settings["patience"]))
    if found and found.disk:
        remove_old(found.folder)


def _follow(app: Flask, given: Mapping[str, object]) -> None:
    """Take each new version that another's store gets, once it is whole."""
    while True:
        engine = inner_of(app.extensions[EXTENSION].engine)
        if not isinstance(engine, RemoteEngine):
            return
        engine.changed.wait()
        reload(app, given)
        if inner_of(app.extensions[EXTENSION].engine) is engine:
            time.sleep(_RETRY)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address.

    Raises:
        AddressInUseError: something else does, or the address is not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        reason = "something listens there already" if taken else str(error.strerror or error)
        raise AddressInUseError(
            f"The server cannot listen at {host} port {port}: {reason}.",
            f"Stop that, or take another port: myograph serve --port {port + 1 if port else 0}."
            if taken
            else "Give an address of this machine with --host and a free port with --port.",
        ) from None
    except OverflowError:
        listener.close()
        raise AddressInUseError(
            f"There is no port {port}.", "Give --port a number from 0 to 65535."
        ) from None
    return listener


def _announce(host: str, port: int, tell: Callable[[str], None]) -> None:
    """Tell the address once a request there has been answered."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(local, port, timeout=30)
    try:
        connection.request("GET", "/health")
        answered = connection.getresponse().status == 200
    except OSError:
        return
    finally:
        connection.close()
    if answered:
        tell(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
