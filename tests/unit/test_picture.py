"""Pictures: smooth lines, ribbons, what covers what, and what a drawing says."""

import xml.etree.ElementTree as ET
from functools import cache, partial
from itertools import pairwise

import pyoxigraph as ox
import pytest

from myograph.errors import PictureError
from myograph.files import find_sources
from myograph.picture.atlas import Atlas, load_atlas
from myograph.picture.drawing import course_ribbon, order, shapes_of
from myograph.picture.faults import faults
from myograph.picture.geometry import (
    clipped,
    front_of,
    ribbon,
    simplified,
    smooth,
    straight,
)
from myograph.picture.subject import Subject, subject_of
from myograph.picture.svg import Wish, best_view, draw
from myograph.query import select
from myograph.read import parse_turtle
from myograph.terms import BASE

SVG = "{http://www.w3.org/2000/svg}"
PREFIXES = {
    "": BASE + "ontology/",
    "m": BASE + "muscle/",
    "b": BASE + "bone/",
    "l": BASE + "landmark/",
    "n": BASE + "nerve/",
    "i": BASE + "injury/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}
# A shin with a deep muscle, one over it and one over both, all seen from behind.
WORLD = """
b:tibia a :Bone ; rdfs:label "tibia" ; :atlasOutline b:tibia-o .
b:tibia-o :inView :BackView ; :outline "60,50 64,50 64,90 60,90" ; :drawOrder 20 .
l:top a :Landmark ; rdfs:label "top of tibia" ; :partOf b:tibia ; :atlasPosition l:top-b , l:top-f .
l:top-b :inView :BackView ; :atX 62.0 ; :atY 52.0 ; :extent "61,52 63,52" .
l:top-f :inView :FrontView ; :atX 38.0 ; :atY 52.0 .
l:foot a :Landmark ; rdfs:label "foot of tibia" ; :partOf b:tibia ; :atlasPosition l:foot-b .
l:foot-b :inView :BackView ; :atX 62.0 ; :atY 88.0 .
m:low rdfs:label "low" ; :deepTo m:mid ; :layer :Deep .
m:mid rdfs:label "mid" ; :deepTo m:high ; :layer :IntermediateLayer .
m:high rdfs:label "high & mighty" ; :layer :Superficial .
m:low a :LeafMuscle ; :hasOrigin m:o ; :hasInsertion m:i .
m:mid a :LeafMuscle ; :hasOrigin m:o ; :hasInsertion m:i .
m:high a :LeafMuscle ; :hasOrigin m:o ; :hasInsertion m:i .
m:low :hasFactsOf m:low ; :leafOf m:low ; :atlasCourse m:low-c .
m:mid :hasFactsOf m:mid ; :leafOf m:mid ; :atlasCourse m:mid-c .
m:high :hasFactsOf m:high ; :leafOf m:high ; :atlasCourse m:high-c .
m:low-c :inView :BackView ; :bellyWidth 3.0 .
m:mid-c :inView :BackView ; :bellyWidth 4.0 ; :bellyFrom 0.1 ; :bellyTo 0.6 ; :tendonWidth 1.0 .
m:high-c :inView :BackView ; :bellyWidth 5.0 ; :through "63,60,4 63,70,5" .
m:o :attachesTo l:top . m:i :attachesTo l:foot .
m:high :hasInnervation m:inn . m:inn :nerve n:n . n:n rdfs:label "nerve" .
i:tear :affects m:mid ; :injurySite l:foot .
"""


@cache
def figures() -> list[ox.Quad]:
    text = (find_sources().ontology / "atlas.ttl").read_text("utf-8")
    return [q for q in parse_turtle(text, "atlas") if isinstance(q.subject, ox.NamedNode)]


def store(turtle: str = WORLD) -> ox.Store:
    made = ox.Store()
    made.extend([*figures(), *parse_turtle(turtle, "test", PREFIXES)])
    return made


def atlas(turtle: str = WORLD) -> Atlas:
    return load_atlas(partial(select, store(turtle)))


def drawn(iri: str, wish: Wish | None = None, turtle: str = WORLD) -> ET.Element:
    ask = partial(select, store(turtle))
    subject = subject_of(ask, BASE + iri, iri) if iri else Subject("", "")
    return ET.fromstring(draw(load_atlas(ask), subject, wish or Wish()))


def classes(picture: ET.Element) -> list[str]:
    return [e.get("class", "") for e in picture.iter() if e.tag in (f"{SVG}a", f"{SVG}g")]


def test_a_closed_line_comes_back_and_a_point_given_twice_is_a_corner() -> None:
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert smooth(square, closed=True).startswith("M0 0c")
    assert smooth(square, closed=True).endswith("z")
    corners = [p for p in square for _ in range(2)]
    # Between corners the line is straight: its control points lie on it.
    assert (
        smooth(corners, closed=True) == "M0 0c3 0 7 0 10 0c0 3 0 7 0 10c-3 0-7 0-10 0c0-3 0-7 0-10z"
    )


def test_straight_lines_skip_what_stays_where_it_is() -> None:
    assert straight([(0.2, 0.1), (5, 5), (5.3, 5.2)], (0, 0)) == "l5 5"


def test_a_line_is_cut_by_shares_of_its_length() -> None:
    line = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]
    assert clipped(line, 0.25, 0.75) == [(5.0, 0.0), (10.0, 0.0), (10.0, 5.0)]
    assert clipped([(1.0, 2.0)], 0.25, 0.75) == [(1.0, 2.0)]


def test_a_line_is_simplified_no_further_than_allowed() -> None:
    line = [(0.0, 0.0), (5.0, 0.4), (10.0, 0.0), (10.0, 9.0)]
    assert simplified(line, 1) == [(0.0, 0.0), (10.0, 0.0), (10.0, 9.0)]
    assert simplified(line, 0.1) == line


def test_the_edge_of_places_leaves_out_what_lies_ahead() -> None:
    down = (0.0, 1.0)
    assert front_of([(0, 0), (5, 3), (10, 0)], down) == [(10, 0), (0, 0)]
    assert front_of([(0, 0), (5, -3), (10, 0)], down) == [(10, 0), (5, -3), (0, 0)]


def test_a_ribbon_runs_from_end_to_end_as_wide_as_its_belly() -> None:
    band = ribbon([(0, 0), (40, 0)], [(20, 400)], [], (100, 10), (0, 0.5))
    assert (band.left[0], band.right[0]) == ((40, 0), (0, 0))
    widths = [a[0] - b[0] for a, b in zip(band.left, band.right, strict=True)]
    assert widths[0] == 40
    assert max(widths) > 95
    assert all(abs(width - 10) < 1 for width in widths[8:])
    assert all(a[1] < b[1] for a, b in pairwise(band.middle()))


def test_what_covers_is_drawn_after_what_it_covers() -> None:
    figure = atlas()
    view = figure.views["back"]
    found = [s.iri.rpartition("/")[2] for s in shapes_of(figure, view)]
    assert found == ["tibia", "low", "mid", "high"]
    assert [s.iri.rpartition("/")[2] for s in shapes_of(figure, view, 1)] == ["tibia", "low", "mid"]
    assert [s.iri.rpartition("/")[2] for s in shapes_of(figure, view, 2)] == ["tibia", "low"]


def test_what_passes_behind_a_bone_is_drawn_before_it() -> None:
    figure = atlas(WORLD + "m:mid-c :passesBehind b:tibia .")
    names = [f"{BASE}bone/tibia", *(f"{BASE}muscle/{n}" for n in ("low", "mid", "high"))]
    found = [n.rpartition("/")[2] for n in order(figure, figure.views["back"], names)]
    assert found == ["mid", "tibia", "low", "high"]


def test_what_passes_behind_a_muscle_that_a_bone_hides_is_hidden_too() -> None:
    # Else the fact that low lies under mid, or a bone's place, would have to give way.
    figure = atlas(WORLD + "m:mid-c :passesBehind b:tibia . m:low-c :passesBehind m:mid .")
    names = [f"{BASE}bone/tibia", *(f"{BASE}muscle/{n}" for n in ("high", "mid", "low"))]
    found = [n.rpartition("/")[2] for n in order(figure, figure.views["back"], iter(names))]
    assert found == ["low", "mid", "tibia", "high"]


def test_a_ring_of_covering_muscles_is_cut_and_not_endless() -> None:
    figure = atlas(WORLD + "m:high :deepTo m:low .")
    assert len(shapes_of(figure, figure.views["back"])) == 4


def test_a_drawing_tells_what_it_shows_and_escapes_names() -> None:
    picture = drawn("injury/tear")
    title, desc = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert title.text == "injury/tear, seen from behind"
    assert desc.text == "Injured: mid. Site of injury: foot of tibia."
    assert "muscle injured" in classes(picture)
    assert len([e for e in picture.iter() if e.get("class") == "site"]) == 1
    links = [e.get("href") for e in picture.iter(f"{SVG}a")]
    assert "/muscle/mid" in links
    names = [e.text for e in drawn("").iter(f"{SVG}title")]
    assert "high & mighty" in names


def test_what_covers_a_chosen_muscle_is_only_outlined() -> None:
    picture = drawn("muscle/mid")
    assert [e.get("class") for e in picture.iter(f"{SVG}path")].count("lifted") == 1
    assert "muscle chosen" in classes(picture)


def test_a_nerve_shows_the_muscles_that_it_drives() -> None:
    assert classes(drawn("nerve/n")).count("muscle chosen") == 1


def test_the_same_wish_gives_the_same_bytes_and_dark_gives_others() -> None:
    made = {draw(atlas(), Subject("", ""), Wish("back")) for _ in range(3)}
    assert len(made) == 1
    assert draw(atlas(), Subject("", ""), Wish("back", theme="dark")) not in made


def test_no_style_of_its_own_so_that_a_strict_policy_lets_it_be() -> None:
    text = draw(atlas(), Subject("", ""), Wish())
    assert not any(word in text for word in ("<style", "style=", "<script"))


@pytest.mark.parametrize("wish", [Wish("top"), Wish(theme="pink"), Wish(peel=3), Wish(peel=-1)])
def test_a_wish_for_what_there_is_none_of_is_refused(wish: Wish) -> None:
    with pytest.raises(PictureError, match=r"Take (one of|0, 1 or 2)"):
        draw(atlas(), Subject("", ""), wish)


def test_the_best_view_is_the_one_with_the_subject_in_it() -> None:
    assert best_view(atlas(), Subject("x", "x", {f"{BASE}muscle/mid": "chosen"})) == "back"
    front = atlas(WORLD.replace("m:mid-c :inView :BackView", "m:mid-c :inView :FrontView"))
    assert best_view(front, Subject("x", "x", {f"{BASE}muscle/mid": "chosen"})) == "front"


def test_points_that_are_none_are_refused() -> None:
    with pytest.raises(PictureError, match="no points"):
        atlas(WORLD.replace('"61,52 63,52"', '"61;52"'))


def found_faults(turtle: str) -> list[tuple[str, str]]:
    return [(f.iri.removeprefix(BASE), f.message) for f in faults(partial(select, store(turtle)))]


def test_a_sound_figure_has_no_fault() -> None:
    assert found_faults(WORLD) == []


@pytest.mark.parametrize(
    ("old", "new", "iri", "message"),
    [
        (":atX 62.0 ; :atY 88.0", ":atX 72.0 ; :atY 88.0", "landmark/foot", "outside its bone"),
        (":atX 38.0 ; :atY 52.0", ":atX 62.0 ; :atY 52.0", "landmark/top", "in the back view"),
        (
            "m:low :hasFactsOf m:low ; :leafOf m:low ; :atlasCourse m:low-c .",
            "",
            "muscle/low",
            "in no view",
        ),
        ("m:i :attachesTo l:foot .", "", "muscle/mid", "ends nowhere"),
        ("m:o :attachesTo l:top .", "", "muscle/mid", "begins nowhere"),
        (
            ':through "63,60,4 63,70,5"',
            ':toSlips true ; :through "63,60,4 63,70,5" ; :fromSlips true',
            "",
            "",
        ),
    ],
)
def test_what_is_misplaced_is_named_with_its_repair(
    old: str, new: str, iri: str, message: str
) -> None:
    assert old in WORLD
    found = found_faults(WORLD.replace(old, new))
    if not iri:
        assert found == []
        return
    assert any(name == iri and message in text for name, text in found)


def test_slips_part_where_the_course_says() -> None:
    course = (
        atlas(WORLD.replace(":through", ":toSlips true ; :through"))
        .views["back"]
        .courses[f"{BASE}muscle/high"]
    )
    band = course_ribbon(course)
    assert band.middle()[-1] == pytest.approx((63 * 12, 70 * 33), abs=1)
