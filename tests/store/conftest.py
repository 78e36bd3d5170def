"""A part of the graph for the tests of stores; the whole of it for those that are slow."""

import hashlib
from dataclasses import replace

import pyoxigraph as ox
import pytest

from myograph.build import Built
from myograph.terms import BASE, GRAPH
from tests.helpers import real_graph

# What the questions ask about as they stand, as far as pages of every kind need it.
_ALWAYS = (
    *("muscle/soleus", "muscle/gastrocnemius", "exercise/squat", "exercise/seated-calf-raise"),
    *("injury/hamstring-strain", "joint/knee", "joint/ankle", "movement/knee-flexion"),
    *("nerve/tibial", "bone/tibia", "landmark/soleal-line", "tissue/calcaneal-tendon"),
    *("region/posterior-leg", "artery/posterior-tibial", "root/S1", "activity/walking"),
)


def part_of(built: Built, share: str = "0") -> Built:
    """Return some of the records of a graph with all that is said of them, and the vocabulary."""

    def wanted(quad: ox.Quad) -> bool:
        home = str(quad.graph_name)[1:-1].removeprefix(GRAPH)
        if home in ("ontology", "metadata", "examples"):
            return True
        owner = "/".join(str(quad.subject)[1:-1].removeprefix(BASE).split("/")[:2])
        return owner in _ALWAYS or hashlib.sha256(owner.encode()).hexdigest()[0] in share

    quads = [quad for quad in built.store if wanted(quad)]
    store = ox.Store()
    store.extend(quads)
    return replace(built, quads=quads, store=store, fingerprint=f"{built.fingerprint}-{share}")


@pytest.fixture(scope="session")
def part() -> Built:
    return part_of(real_graph())
