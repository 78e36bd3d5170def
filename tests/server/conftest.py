"""One graph and one application for all tests of the server."""

import shutil
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from myograph.build import Built
from myograph.files import Sources
from myograph_server.app import create_app
from tests.helpers import real_graph, sources
from tests.server.helpers import engine_of


@pytest.fixture(scope="session")
def built() -> Built:
    return real_graph()


@pytest.fixture(scope="session")
def app(built: Built) -> Flask:
    # A check may take long where many tests run at once.
    return create_app(engine_of(built), {"check_timeout": 300})


@pytest.fixture(scope="session")
def few_facts(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """Our sources with no facts but the list of sources.

    A document is held together with these in a fraction of the time, in the same steps.
    """
    root, ours = tmp_path_factory.mktemp("few"), sources()
    (root / "kg" / "data").mkdir(parents=True)
    # Copies: a link that leads out of the tree is refused.
    for name in ("ontology", "shapes", "kg/rules", "kg/queries"):
        shutil.copytree(ours.root / name, root / name)
    shutil.copy(ours.root / "kg" / "data" / "sources.ttl", root / "kg" / "data")
    return replace(ours, root=root)


@pytest.fixture(scope="session")
def checking_app(built: Built, few_facts: Sources) -> Flask:
    return create_app(engine_of(built), sources=few_facts)


@pytest.fixture
def checking(checking_app: Flask) -> FlaskClient:
    """A client whose documents are checked with few other facts."""
    return checking_app.test_client()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
