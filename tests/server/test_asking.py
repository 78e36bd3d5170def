"""Questions and search, for people and for programs."""

import pytest
from flask.testing import FlaskClient

from myograph.files import find_sources
from myograph.questions import load_questions
from tests.server.helpers import HTML, assert_problem
from tests.server.test_pages import Page, page, plain

QUESTIONS = load_questions(find_sources().queries)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_a_question_answers_as_it_stands(client: FlaskClient, question: object) -> None:
    name = getattr(question, "name", "")
    rows = client.get(f"/ask/{name}").get_json(force=True)["results"]["bindings"]
    assert rows
    text = page(client, f"/ask/{name}")
    assert "<table" in text
    if "injury" in getattr(question, "tags", ()):
        main = plain(text.split("<main", 1)[1].split("</main>")[0])
        assert "Education, not medical advice" in main


@pytest.mark.parametrize("format_", ["json", "csv", "tsv", "xml"])
def test_programs_are_told_that_it_is_education(client: FlaskClient, format_: str) -> None:
    about = client.get(f"/ask/injury-card?format={format_}")
    assert about.headers["Disclaimer"] == "Education, not medical advice."
    assert "emergency" in about.get_data(as_text=True).casefold()
    assert "Disclaimer" not in client.get(f"/ask/deep-to?format={format_}").headers


def test_the_first_row_about_an_injury_is_a_red_flag(client: FlaskClient) -> None:
    given = {"exercise": "squat", "injury": "calf strain", "stage": "1", "format": "csv"}
    lines = client.get("/ask/is-this-safe-with", query_string=given).get_data(as_text=True)
    first, second = lines.splitlines()[:2]
    assert first.startswith("section,")
    assert second.startswith('"red flag, emergency"')


def test_a_question_takes_names_as_people_say_them(client: FlaskClient) -> None:
    for name in ("soleus", "muscle:soleus", "https://w3id.org/myograph/muscle/soleus", "Soleus"):
        rows = client.get("/ask/exercises-for-muscle", query_string={"muscle": name})
        labels = {
            r["exerciseLabel"]["value"] for r in rows.get_json(force=True)["results"]["bindings"]
        }
        assert "seated calf raise" in labels


def test_the_form_has_what_was_asked(client: FlaskClient) -> None:
    text = page(client, "/ask/exercises-for-muscle?muscle=gastrocnemius")
    seen = Page(text)
    (field,) = [f for f in seen.fields if f.get("name") == "muscle"]
    assert field["value"] == "gastrocnemius"
    assert '<option value="soleus">' in text
    assert "Which exercises train gastrocnemius" in plain(text)
    assert 'href="/exercise/standing-calf-raise"' in text


def test_an_empty_field_keeps_the_default(client: FlaskClient) -> None:
    assert client.get("/ask/exercises-for-muscle?muscle=").status_code == 200


def names(client: FlaskClient, address: str, column: str) -> set[str]:
    rows = client.get(address).get_json(force=True)["results"]["bindings"]
    return {row[column]["value"] for row in rows}


def test_filters_and_several_values_in_the_address(client: FlaskClient) -> None:
    asked = "/ask/exercises-for-muscle?muscle=hamstrings"
    every = names(client, asked, "exerciseLabel")
    one = names(client, f"{asked}&equipment=barbell", "exerciseLabel")
    two = names(client, f"{asked}&equipment=barbell&equipment=dumbbell&position=", "exerciseLabel")
    assert one < two < every
    assert names(client, f"{asked}&difficulty=&contraction=", "exerciseLabel") == every
    both = names(client, "/ask/compare-exercises?exercise=squat&exercise=leg+curl", "roles")
    assert any("squat: " in text and "leg curl: " in text for text in both)


def test_the_form_has_a_field_for_each_value_and_one_more(client: FlaskClient) -> None:
    text = page(client, "/ask/compare-exercises?exercise=squat&exercise=leg+curl&exercise=")
    found = [f.get("value") for f in Page(text).fields if f.get("name") == "exercise"]
    assert found == ["squat", "leg curl", ""]
    assert "What do squat and leg curl have in common" in plain(text)
    assert "?exercise=squat&amp;exercise=leg%20curl&amp;format=csv" in text
    text = page(client, "/ask/exercises-for-muscle?muscle=soleus&difficulty=beginner")
    found = [f.get("value") for f in Page(text).fields if f.get("name") == "difficulty"]
    assert found == ["beginner", ""]
    assert "any, if left open" in plain(text)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("exercises-for-muscle?equipment=barbel", 404, "barbell (barbell)"),
        ("exercises-for-muscle?muscle=soleus&muscle=psoas+major", 400, "takes one value"),
        ("exercises-for-muscle?muscles=soleus", 400, "Did you mean muscle?"),
        ("muscles-in-gait-phase?phase=pushoff", 404, "push-off"),
        ("exercises-for-muscle?difficulty=xyzzy", 404, "advanced, beginner, intermediate"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_near(
    client: FlaskClient, address: str, status: int, words: str
) -> None:
    assert_problem(client.get(f"/ask/{address}"), status, words)
    assert client.get(f"/ask/{address}", headers=HTML).status_code == status


def test_filters_and_several_values_are_described(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json(force=True)["paths"]
    by_name = {p["name"]: p for p in paths["/ask/exercises-for-muscle"]["get"]["parameters"]}
    assert by_name["equipment"]["schema"]["type"] == "array"
    assert by_name["equipment"]["explode"] is True
    assert "Left out, it lets everything pass." in by_name["equipment"]["description"]
    assert by_name["muscle"]["schema"] == {"type": "string"}
    several = paths["/ask/compare-exercises"]["get"]["parameters"][0]
    assert several["example"] == ["seated calf raise", "standing calf raise"]
    listed = client.get("/ask/").get_json(force=True)["questions"]
    (found,) = [q for q in listed if q["name"] == "exercises-for-muscle"]
    flags = {p["name"]: (p["optional"], p["several"]) for p in found["parameters"]}
    assert flags["muscle"] == (False, False)
    assert flags["equipment"] == (True, True)


def test_an_answer_as_csv_and_tsv(client: FlaskClient) -> None:
    for name, media in (("csv", "text/csv"), ("tsv", "text/tab-separated-values")):
        answer = client.get(f"/ask/exercises-for-muscle?muscle=soleus&format={name}")
        assert answer.mimetype == media
        assert "seated calf raise" in answer.get_data(as_text=True)
    assert client.get("/ask/deep-to", headers={"Accept": "text/csv"}).mimetype == "text/csv"


def test_a_wrong_name_stays_on_the_form(client: FlaskClient) -> None:
    answer = client.get("/ask/exercises-for-muscle?muscle=soleos", headers=HTML)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert 'value="soleos"' in text
    assert "Did you mean" in text


def test_text_never_reaches_the_query(client: FlaskClient) -> None:
    given = {"muscle": "soleus } ?s ?p ?o { "}
    assert_problem(client.get("/ask/exercises-for-muscle", query_string=given), 404)


def test_the_list_of_questions(client: FlaskClient) -> None:
    listed = client.get("/ask/").get_json(force=True)["questions"]
    assert [q["name"] for q in listed] == [q.name for q in QUESTIONS]
    links = Page(page(client, "/ask/")).links
    assert all(q["path"] in links for q in listed)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("soleus", "soleus"),
        ("musculus soleus", "soleus"),
        ("achilles", "calcaneal tendon"),
        ("pulled hamstring", "hamstring strain"),
        ("gastrocnemus", "gastrocnemius"),
        ("GASTROC", "gastrocnemius"),
    ],
)
def test_search(client: FlaskClient, text: str, label: str) -> None:
    found = client.get("/search", query_string={"q": text})
    assert found.mimetype == "application/json"
    results = found.get_json(force=True)["results"]
    assert label in [result["label"] for result in results]
    assert client.get(results[0]["path"]).status_code == 200
    assert label in page(client, f"/search?q={text.replace(' ', '+')}")


def test_search_for_nothing(client: FlaskClient) -> None:
    assert client.get("/search?q=").get_json(force=True)["results"] == []
    assert client.get("/search?q=xyzzyqwertz").get_json(force=True)["results"] == []
    assert "Nothing found" in page(client, "/search?q=xyzzyqwertz")


def test_search_takes_a_limit(client: FlaskClient) -> None:
    assert len(client.get("/search?q=tibi&limit=2").get_json(force=True)["results"]) == 2
    assert len(client.get("/search?q=tibi").get_json(force=True)["results"]) <= 10


def test_the_query_page_answers_with_links(client: FlaskClient) -> None:
    query = "SELECT ?m ?mLabel { VALUES ?m { muscle:soleus } ?m rdfs:label ?mLabel }"
    text = client.get("/sparql", query_string={"query": query}, headers=HTML).get_data(as_text=True)
    assert '<a href="/muscle/soleus">soleus</a>' in text
    assert "1 row" in text
    assert "format=csv" in text


def test_the_query_page_loads_examples(client: FlaskClient) -> None:
    text = page(client, "/sparql?example=deep-to")
    assert "#+ question:" in text


def test_the_query_page_shows_truth_and_triples(client: FlaskClient) -> None:
    for query, words in (("ASK {}", " Yes "), ("DESCRIBE muscle:soleus", "triples")):
        answer = client.get("/sparql", query_string={"query": query}, headers=HTML)
        assert words in plain(answer.get_data(as_text=True))


def test_a_question_is_a_record_too(client: FlaskClient) -> None:
    answer = client.get("/ask/deep-to", headers={"Accept": "text/turtle"})
    assert answer.mimetype == "text/turtle"
    assert "SPARQLSelectExecutable" in answer.get_data(as_text=True)
