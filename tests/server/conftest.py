"""One graph and one application for all tests of the server."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from myograph.build import Built, build
from myograph.files import find_sources
from myograph_server.app import create_app


@pytest.fixture(scope="session")
def built() -> Built:
    return build(find_sources())


@pytest.fixture(scope="session")
def app(built: Built) -> Flask:
    return create_app(built)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
