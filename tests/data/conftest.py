"""What the tests of facts, rules and questions share: the graph as a build makes it now."""

import pytest

from myograph.build import Built
from tests.helpers import real_graph


@pytest.fixture(scope="session")
def built() -> Built:
    """The graph of this checkout, built once; tests look and never add."""
    return real_graph()
