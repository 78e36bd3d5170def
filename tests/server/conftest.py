"""One graph and one application for all tests of the server."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from myograph.build import Built
from myograph_server.app import create_app
from tests.helpers import real_graph


@pytest.fixture(scope="session")
def built() -> Built:
    return real_graph()


@pytest.fixture(scope="session")
def app(built: Built) -> Flask:
    return create_app(built)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
