"""Pictures over HTTP: addresses, wishes, refusals, and what they say."""

import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

SVG = "{http://www.w3.org/2000/svg}"


def picture(client: FlaskClient, path: str) -> ET.Element:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert answer.headers["ETag"]
    return ET.fromstring(answer.text)


def classes(drawn: ET.Element, tag: str = "a") -> list[str]:
    return [e.get("class", "") for e in drawn.iter(f"{SVG}{tag}")]


def test_a_muscle_is_shown_in_colour_among_the_others(client: FlaskClient) -> None:
    drawn = picture(client, "/muscle/soleus.svg")
    assert drawn.get("data-view") == "back"
    assert classes(drawn).count("muscle chosen") == 1
    assert "muscle" in classes(drawn)


def test_an_exercise_shows_roles_and_says_them(client: FlaskClient) -> None:
    drawn = picture(client, "/exercise/seated-calf-raise.svg")
    assert "muscle prime" in classes(drawn)
    desc = drawn.find(f"{SVG}desc")
    assert desc is not None
    assert "Prime mover: soleus" in str(desc.text)
    assert next(e.text for e in drawn.iter(f"{SVG}text")) == "prime mover"


def test_an_injury_marks_what_is_hurt(client: FlaskClient) -> None:
    assert "muscle injured" in classes(picture(client, "/injury/hamstring-strain.svg"))


@pytest.mark.parametrize(
    "path",
    ["/body.svg", "/muscle/hamstrings.svg", "/movement/knee-flexion.svg", "/nerve/tibial.svg",
     "/joint/knee.svg", "/bone/femur.svg", "/region/posterior-compartment-of-leg.svg"],
)  # fmt: skip
def test_what_has_muscles_has_a_picture(client: FlaskClient, path: str) -> None:
    assert "muscle" in classes(picture(client, path))[0]


@pytest.mark.parametrize("view", ["back", "front", "side"])
def test_a_view_may_be_chosen(client: FlaskClient, view: str) -> None:
    assert picture(client, f"/body.svg?view={view}&theme=dark").get("data-view") == view


def test_layers_come_off(client: FlaskClient) -> None:
    counts = [len(classes(picture(client, f"/body.svg?view=back&peel={n}"))) for n in (0, 1, 2)]
    assert counts == sorted(counts, reverse=True)
    assert counts[2] > 0


@pytest.mark.parametrize("wish", ["view=top", "theme=pink", "peel=7", "peel=x", "peel=-1"])
def test_a_wish_for_what_there_is_none_of_is_a_clear_400(client: FlaskClient, wish: str) -> None:
    answer = client.get(f"/muscle/soleus.svg?{wish}")
    assert answer.status_code == 400
    assert answer.get_json()["repair"]


@pytest.mark.parametrize("path", ["/source/rajagopal-2016.svg", "/muscle/none.svg", "/%00.svg"])
def test_what_cannot_be_drawn_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_picture_on_its_page_says_in_a_table_what_its_colours_say(client: FlaskClient) -> None:
    page = client.get("/exercise/seated-calf-raise", headers={"Accept": "text/html"}).text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert 'data-src="/exercise/seated-calf-raise.svg"' in page
    assert "In the picture" in page
