"""What each kind of page must have: the way to it, its query, its answers, what is not known."""

import gzip
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import myograph_server
from myograph.build import Built
from myograph.terms import RDF_TYPE
from tests.server.helpers import HTML

STATIC = Path(myograph_server.__file__).parent / "static"
BUDGET = 150_000  # bytes, compressed


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def plain(text: str) -> str:
    text = re.sub(r'<nav class="toc".*?</nav>', " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize(
    ("address", "steps"),
    [
        ("/muscle/gastrocnemius-medial-head", ["Muscles", "Gastrocnemius"]),
        ("/landmark/soleal-line", ["Landmarks", "Posterior surface of the tibia"]),
        ("/movement/knee-flexion", ["Movements", "Knee joint"]),
        ("/muscle/soleus/origin/soleal-line", ["Muscles", "Soleus"]),
        ("/ontology/Muscle", ["Vocabulary", "Anatomical structure", "Muscular structure"]),
        ("/ask/joints-crossed", ["Questions"]),
        ("/source", []),
    ],
)
def test_breadcrumbs(client: FlaskClient, address: str, steps: list[str]) -> None:
    text = page(client, address)
    (trail,) = re.findall(r'<nav class="crumbs" aria-label="Breadcrumb">(.*?)</nav>', text, re.S)
    found = re.findall(r'<li><a href="[^"]+">([^<]+)</a></li>', trail)
    assert found[0] == "Myograph"
    if address == "/landmark/soleal-line":
        found = [found[1], found[-1]]
        assert found[0] == "Landmarks"
        assert found[1] in ("Posterior surface of the tibia", "Tibia")
    else:
        assert found[1:] == steps
    assert 'aria-current="page"' in trail


def test_search_engines_learn_the_way(client: FlaskClient) -> None:
    (block,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>',
        page(client, "/muscle/gastrocnemius-medial-head"),
        re.DOTALL,
    )
    way = json.loads(block)["subjectOf"]["breadcrumb"]["itemListElement"]
    assert [step["position"] for step in way] == [1, 2, 3, 4]
    assert way[2]["name"] == "Gastrocnemius"
    assert way[2]["item"] == "http://localhost/muscle/gastrocnemius"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/joint/knee", ["knee flexion 0° to 135° biceps femoris", "Muscles that cross it"]),
        ("/nerve/common-fibular", ["What it drives", "tibialis anterior", "What is lost with it",
                                   "ankle dorsiflexion paralysed", "Which skin it feels"]),
        ("/root/S1", ["What it drives", "soleus"]),
        ("/movement/knee-flexion", ["0° to 135°", "prime mover", "Eccentric", "Nordic hamstring"]),
        ("/region/posterior-leg", ["Muscles", "soleus", "Layers, from the skin inwards"]),
        ("/region/anterior-compartment-of-leg", ["Walls", "crural fascia", "tibialis anterior"]),
        ("/bone/tibia", ["What is attached to it", "soleus", "Landmarks"]),
        ("/landmark/soleal-line", ["What is attached to it", "soleus"]),
        ("/tissue/calcaneal-tendon", ["Muscles that pull on it", "gastrocnemius", "insertion"]),
        ("/artery/posterior-tibial", ["What it feeds", "soleus"]),
        ("/source/grays-1918-page-256", ["Henry Gray", "What rests on it", "tibia", "cite"]),
        ("/symptom/bruising", ["What it may be a sign of", "hamstring strain"]),
        ("/ontology/crosses", ["Derived by", "crosses {joint}", "For example"]),
        ("/exercise/squat", ["Substitutes", "leg press", "Cautions", "What is lost are the prime"]),
        ("/activity/stair-climbing", ["Phases", "prime mover gluteus maximus"]),
    ],
)  # fmt: skip
def test_a_kind_of_page_answers_what_people_come_for(
    client: FlaskClient, address: str, words: list[str]
) -> None:
    text = plain(page(client, address))
    for each in words:
        assert each in text, each


def test_a_section_leads_to_its_question_and_its_query(client: FlaskClient) -> None:
    text = page(client, "/nerve/tibial")
    assert 'href="/ask/nerve-lesion?nerve=nerve%3Atibial"' in text
    assert 'href="/sparql?example=nerve-lesion&amp;nerve=nerve%3Atibial"' in text
    told = page(client, "/sparql?example=nerve-lesion&nerve=nerve:tibial")
    assert "VALUES ?nerve { &lt;https://w3id.org/myograph/nerve/tibial&gt; }" in told
    assert "flexor digitorum brevis" in told


@pytest.mark.parametrize("name", ["muscle:soleus", "exercise:squat", "joint:knee"])
def test_the_query_of_a_page_finds_what_it_is_made_of(
    client: FlaskClient, built: Built, name: str
) -> None:
    """The record's statements and those of its facts, neither more nor less."""
    text = page(client, f"/sparql?about={name}")
    (query,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)
    query = query.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')
    answer = client.post(
        "/sparql", data={"query": query.replace("&amp;", "&")}, headers={"Accept": "text/csv"}
    )
    iri = "https://w3id.org/myograph/" + name.replace(":", "/")
    expected = [
        q for q in built.quads
        if str(q.subject) == f"<{iri}>" or str(q.subject).startswith(f"<{iri}/")
    ]  # fmt: skip
    rows = answer.get_data(as_text=True).splitlines()[1:]
    assert len({row.split(",")[0] for row in rows}) == len({str(q.subject) for q in expected})
    # Labels in two languages make two rows of one statement.
    assert len(rows) >= len(expected)


def test_an_unknown_example_is_told(client: FlaskClient) -> None:
    answer = client.get("/sparql?example=no-such", headers=HTML)
    assert answer.status_code == 404
    assert "no example" in answer.get_data(as_text=True)
    assert client.get("/sparql?about=muscle:no-such", headers=HTML).status_code == 404


def test_the_editor_is_told_our_names(client: FlaskClient) -> None:
    told = client.get("/sparql/names.json").get_json(force=True)
    assert told["prefixes"]["muscle"] == "https://w3id.org/myograph/muscle/"
    assert ["myo:crosses", "crosses"] in told["property"]
    assert ["myo:Muscle", "muscle"] in told["class"]
    assert ["joint:knee", "knee joint"] in told["record"]


def test_the_vocabulary_reads_as_documentation(client: FlaskClient) -> None:
    text = plain(page(client, "/ontology"))
    for words in (
        "myo:Muscle muscle A skeletal muscle that anatomists name as one.",
        "myo:crosses crosses Links a muscle to a joint",
        "from muscular structure to kinematic joint",
        "derived by crosses",
        "transitive",
    ):
        assert words in text, words
    assert client.get("/ontology", headers={"Accept": "text/turtle"}).mimetype == "text/turtle"


def test_every_source_is_listed(client: FlaskClient, built: Built) -> None:
    listed = client.get("/source").get_json(force=True)["records"]
    kind = "<https://w3id.org/myograph/ontology/Source>"
    typed = {q.subject for q in built.quads if q.predicate == RDF_TYPE and str(q.object) == kind}
    assert len(listed) == len(typed)
    assert page(client, "/source").count('<li><a href="/source/') == len(listed)


def test_what_is_not_known_is_said(client: FlaskClient) -> None:
    text = plain(page(client, "/nerve/sural"))
    gaps = text.split("What is not known", 1)[1].split("Sources")[0]
    assert "Any muscle of ours that it drives." in gaps
    assert "What is not known" not in plain(page(client, "/exercise/squat"))
    quiet = plain(page(client, "/muscle/articularis-genus"))
    assert "no model that we read has it" in quiet


def test_results_of_a_search_are_grouped_by_kind(client: FlaskClient) -> None:
    found = client.get("/search?q=achiles&limit=12").get_json(force=True)["results"]
    assert {"Soft tissue", "Injuries and mimics"} <= {result["group"] for result in found}
    text = page(client, "/search?q=achiles")
    assert re.search(r"<h2[^>]*>Soft tissue</h2>", text)
    assert text.count('role="search"') == 1
    assert 'role="search"' in page(client, "/muscle/soleus"), "not in the header"


@pytest.mark.parametrize(
    "address",
    ["/", "/muscle/soleus", "/exercise/squat", "/injury/hamstring-strain", "/joint/knee",
     "/movement/knee-flexion", "/nerve/tibial"],
)  # fmt: skip
def test_a_picture_has_its_place(client: FlaskClient, address: str) -> None:
    assert page(client, address).count('<figure class="picture"') == 1
    assert '<figure class="picture"' not in page(client, "/treatment/warm-up")


# --- weight ------------------------------------------------------------------------------------


def weight(client: FlaskClient, address: str) -> tuple[int, int]:
    """The bytes of a page with what it loads, compressed, and how many requests that takes."""
    text = page(client, address)
    needed = re.findall(
        r'<(?:link rel="(?:stylesheet|icon)"|script)[^>]*(?:href|src)="([^"]+)"', text
    )
    files = [STATIC / path.removeprefix("/static/") for path in needed]
    bodies = [text.encode(), *(file.read_bytes() for file in files)]
    return sum(len(gzip.compress(body, 5)) for body in bodies), len(bodies)


@pytest.mark.parametrize("address", ["/", "/muscle/soleus", "/injury/hamstring-strain"])
def test_a_page_is_light(client: FlaskClient, address: str) -> None:
    size, requests = weight(client, address)
    assert 4_000 < size < BUDGET
    assert requests <= 6


def test_no_page_but_the_query_page_loads_the_editor(app: Flask, client: FlaskClient) -> None:
    assert "vendor" not in page(client, "/muscle/soleus")
    assert ("vendor/yasqe.min.js" in page(client, "/sparql")) == (
        STATIC / "vendor" / "yasqe.min.js"
    ).is_file()


def test_the_policy_is_strict_on_the_query_page_too(client: FlaskClient) -> None:
    answer = client.get("/sparql", headers=HTML)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    text = answer.get_data(as_text=True)
    assert " style=" not in text
    assert re.findall(r"<script(?![^>]*src=)", text) == []
