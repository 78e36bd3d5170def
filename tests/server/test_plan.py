"""`/plan`: a workout held against the graph over HTTP, and the schema of one."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from myograph.build import Built
from myograph.errors import QueryTimedOutError
from myograph_server.app import create_app
from myograph_server.engine import Caller, InProcessEngine
from myograph_server.guard import SafeQuery
from myograph_server.site import EXTENSION
from tests.server.helpers import HTML, assert_problem, engine_of
from tests.server.test_pages import Page, page, plain

TURTLE = "<#mine> a myo:Workout ; myo:includesExercise exercise:squat , exercise:leg-curl ."


def post(client: FlaskClient, **content: Any) -> TestResponse:
    return client.post("/plan", json=content)


def test_a_workout_in_json(client: FlaskClient) -> None:
    answer = post(client, name="Legs", exercises=["squat", {"exercise": "leg curl", "sets": 3}])
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    report = answer.get_json()
    assert (report["ok"], report["name"]) == (True, "Legs")
    trained = {each["muscle"]["label"]: each for each in report["trained"]}
    assert trained["hamstrings"]["parts"]["prime mover"] == ["leg curl"]
    assert "tibialis anterior" in [each["muscle"]["label"] for each in report["missed"]]
    assert report["advice"] == "Education, not medical advice."


def test_a_workout_in_turtle_says_the_same(client: FlaskClient) -> None:
    answer = client.post("/plan", data=TURTLE, content_type="text/turtle")
    assert answer.get_json() == post(client, exercises=["squat", "leg curl"]).get_json()


def test_an_injury_holds_back(client: FlaskClient) -> None:
    injury = {"name": "hamstring strain", "stage": 1}
    report = post(client, exercises=["leg curl"], injury=injury).get_json()
    (held,) = report["held_back"]
    assert held["exercise"]["label"] == "leg curl"
    assert held["reasons"]
    assert report["ok"] is False


def test_the_page_has_a_form_that_answers(client: FlaskClient) -> None:
    shown = page(client, "/plan")
    assert "/schema/workout.json" in Page(shown).links
    data = {"data": json.dumps({"exercises": ["leg curl", "squat"], "injury": "hamstring strain"})}
    answer = client.post("/plan", data=data, headers=HTML)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'href="/muscle/hamstrings"' in text
    assert "eccentric load on" in plain(text)
    assert "Education, not medical advice" in plain(text)
    assert "hamstring strain" in text.split("</textarea>")[0]
    turtle = client.post("/plan", data={"data": TURTLE}, headers=HTML)
    assert 'href="/muscle/hamstrings"' in turtle.get_data(as_text=True)


def test_the_form_keeps_a_workout_that_is_not_right(client: FlaskClient) -> None:
    data = {"data": '{"exercises": ["squat",\n"<b>leg crul"]}'}
    answer = client.post("/plan", data=data, headers=HTML)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Line 2: exercises, entry 2" in text
    assert "leg crul" in text.split("</textarea>")[0]
    assert "<b>" not in text


def test_an_error_has_its_place(client: FlaskClient) -> None:
    body = '{"exercises": ["squat",\n"leg crul"]}'
    answer = client.post("/plan", data=body, content_type="application/json")
    problem = assert_problem(answer, 400, "Your workout, line 2, exercises, entry 2", "leg curl")
    assert problem["type"].endswith("#problem-workout")
    (error,) = problem["errors"]
    assert (error["line"], error["place"]) == (2, "exercises, entry 2")


@pytest.mark.parametrize(
    ("body", "media", "status", "words"),
    [
        ('{"exercises": [', "application/json", 400, "line 1, column 16"),
        ("", "application/json", 400, "empty"),
        ("[]", "application/json", 400, "a list, not an object"),
        ("{}", "application/json", 400, "'exercises' is missing"),
        (b"\xff", "application/json", 400, "not UTF-8"),
        ("[" * 60_000, "application/json", 400, "nested too deeply"),
        (" " * 70_000, "application/json", 400, "70,000 characters"),
        ("<#a> nonsense", "text/turtle", 400, "line 1, column"),
        ("[" * 60_000, "text/turtle", 400, "line 1: brackets are nested"),
        (TURTLE, "application/xml", 415, "application/json or text/turtle"),
        ("x" * 1_100_000, "application/json", 413, ""),
    ],
)
def test_what_is_no_workout_is_refused(
    client: FlaskClient, body: str | bytes, media: str, status: int, words: str
) -> None:
    assert_problem(client.post("/plan", data=body, content_type=media), status, words)


def test_nothing_to_check_by_get(client: FlaskClient) -> None:
    assert_problem(client.get("/plan"), 400, "POST")


def test_the_schema_is_published(client: FlaskClient) -> None:
    answer = client.get("/schema/workout.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/schema+json")
    assert answer.get_json(force=True)["$id"].endswith("/schema/workout.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    described = client.get("/openapi.json").get_json(force=True)["paths"]
    assert described["/plan"]["post"]["requestBody"]["required"] is True


def test_all_its_queries_together_have_the_time_of_one(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    class Slow(InProcessEngine):
        def run(self, query: SafeQuery, media: str, caller: Caller) -> bytes:
            if "?s ?p ?o" in query.text:
                return super().run(query, media, caller)  # The names are read without haste.
            given.append(caller.timeout or 0)
            raise QueryTimedOutError("It took too long.", "Ask for less.")

    app = create_app(Slow(*vars(engine_of(built)).values()), {"timeout": 3})
    assert_problem(post(app.test_client(), exercises=["squat"]), 504, "too long")
    assert len(given) == 1
    assert 0 < given[0] <= 3


def test_each_query_passes_the_guard(app: Flask, client: FlaskClient) -> None:
    exercises = [r.slug for r in app.extensions[EXTENSION].names.records.values()
                 if r.space == "exercise"]  # fmt: skip
    most = {"exercises": [exercises[n % len(exercises)] for n in range(200)]}
    assert post(client, **most).status_code == 200
