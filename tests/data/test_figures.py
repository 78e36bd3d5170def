"""The figures of the real graph: all is drawn, where it belongs, and small enough to send."""

import xml.etree.ElementTree as ET
from functools import partial

import pytest

from myograph.build import Built
from myograph.picture.atlas import VIEWS, Atlas, load_atlas
from myograph.picture.drawing import order
from myograph.picture.faults import faults
from myograph.picture.subject import Subject
from myograph.picture.svg import Wish, draw
from myograph.query import select

LARGEST = 100_000  # bytes


@pytest.fixture(scope="module")
def atlas(built: Built) -> Atlas:
    return load_atlas(partial(select, built.store))


def test_nothing_is_misplaced_and_no_muscle_is_left_out(built: Built) -> None:
    assert [f"{f.iri}: {f.message}" for f in faults(partial(select, built.store))] == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_whole_figure_is_small_and_well_formed(atlas: Atlas, view: str) -> None:
    text = draw(atlas, Subject("", ""), Wish(view))
    assert len(text.encode()) < LARGEST
    names = [e.text for e in ET.fromstring(text).iter("{http://www.w3.org/2000/svg}title")]
    assert len(names) > 30
    assert all(names)


@pytest.mark.parametrize("view", VIEWS)
def test_a_muscle_lies_over_those_that_it_covers(atlas: Atlas, view: str) -> None:
    """Save where the course itself says that something hides it, or the facts go in a ring."""
    figure = atlas.views[view]
    place = {iri: i for i, iri in enumerate(order(atlas, figure, figure.courses))}
    wrong = [
        (high, low)
        for high, lows in atlas.over.items()
        for low in lows
        if high in place
        and low in place
        and place[high] < place[low]
        and not figure.courses[high].behind
        and high not in atlas.over.get(low, ())
    ]
    assert wrong == []


def test_each_leaf_has_a_picture_of_its_own(atlas: Atlas) -> None:
    for view in VIEWS:
        for leaf in atlas.views[view].courses:
            if leaf not in atlas.tissues:
                text = draw(atlas, Subject(leaf, "it", {leaf: "chosen"}), Wish(view))
                assert "muscle chosen" in text, leaf
