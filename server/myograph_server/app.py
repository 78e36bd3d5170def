"""The application: `create_app` puts the parts together; importing this does no work."""

import threading
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, send_from_directory

from myograph import __version__
from myograph.files import Sources
from myograph.questions import DISCLAIMER
from myograph_server import (
    ask,
    check_page,
    dumps,
    explain_page,
    home,
    links,
    meta,
    picture,
    plan_page,
    problems,
    resources,
    search,
    sparql,
    web,
)
from myograph_server.documentation import pages as documentation
from myograph_server.engine import Engine
from myograph_server.site import EXTENSION, STOPPING, WATCH, make_site, site
from myograph_server.watch import Watch

# Fetched when the package is built (hatch_build.py); without it /sparql has a plain field.
EDITOR = ("vendor", "yasqe.min.js")


def create_app(
    engine: Engine,
    config: Mapping[str, object] | None = None,
    sources: Sources | None = None,
) -> Flask:
    """Return the application that serves a graph.

    Args:
        engine: answers queries over the graph.
        config: settings, where they differ from the defaults.
        sources: of the graph; those of the running code if not given.

    Raises:
        SettingError: a setting has a value that it cannot have.
    """
    app = Flask(__name__)
    shared = make_site(engine, config, sources)
    app.extensions[EXTENSION] = shared
    app.extensions[WATCH] = Watch()
    app.extensions[STOPPING] = threading.Event()
    app.config["MAX_CONTENT_LENGTH"] = shared.number("max_body_length")
    app.config["MAX_FORM_MEMORY_SIZE"] = shared.number("max_body_length")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = False
    app.jinja_env.globals.update(
        href=links.href,
        disclaimer=DISCLAIMER,
        version=__version__,
        shown=links.shown,
        graph_version=lambda: site().version.fingerprint,
        editor=Path(str(app.static_folder), *EDITOR).is_file(),
    )
    # Without Flask's own entity tags: `web` tags these files like all else.
    app.view_functions["static"] = lambda filename: _static(app, filename)
    web.install(app)
    problems.install(app)
    # The resources go last: their rule takes any path that nothing else does.
    pages = (home, search, sparql, ask, check_page, plan_page, explain_page, dumps, meta, picture)
    for module in (*pages, documentation, resources):
        app.register_blueprint(module.blueprint)
    return app


def _static(app: Flask, filename: str) -> Response:
    return send_from_directory(
        str(app.static_folder), filename, conditional=False, etag=False, max_age=None
    )
