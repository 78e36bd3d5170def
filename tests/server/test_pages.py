"""Pages: every IRI of ours answers, people read labels, what is dangerous comes first."""

import json
import random
import re
from collections import defaultdict
from functools import partial
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient

from myograph.build import Built
from myograph.names import Names
from myograph.query import select
from myograph.terms import graph
from myograph_server import schema_org
from myograph_server.facts import Facts
from tests.server.helpers import HTML

BASE = "https://w3id.org/myograph/"
ENDINGS = {
    "ttl": ("text/turtle", "turtle"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "xml"),
    "jsonld": ("application/ld+json", "json-ld"),
}


class Page(HTMLParser):
    """What a test needs to see of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fields: list[dict[str, str | None]] = []
        self.labels: set[str] = set()
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in ("input", "textarea", "select"):
            self.fields.append(given)
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag in ("script", "img", "iframe") and "src" in given:
            self.outside.append(given["src"] or "")
        if tag == "link" and given.get("rel") in ("stylesheet", "icon"):
            self.outside.append(given.get("href") or "")


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers=HTML)
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), address
    return answer.get_data(as_text=True)


def plain(text: str) -> str:
    """The words of a page, without marks and without the list of its sections."""
    text = re.sub(r'<nav class="toc".*?</nav>', " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


PAGES = [
    *("/", "/muscle", "/muscle/soleus", "/muscle/gastrocnemius", "/muscle/hamstrings"),
    *("/exercise/seated-calf-raise", "/activity/stair-climbing", "/injury/hamstring-strain"),
    *("/muscle/soleus/origin/soleal-line", "/bone/tibia", "/joint/knee", "/movement/knee-flexion"),
    *("/ontology/Muscle", "/ontology", "/graph/anatomy", "/redflag/palpable-gap", "/ask/"),
    *("/ask/exercises-for-muscle", "/sparql", "/check", "/docs", "/search?q=calf", "/source"),
    *("/explain?s=muscle:soleus&p=crosses&o=joint:ankle", "/injury", "/region/back-of-leg"),
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_whole(client: FlaskClient, address: str) -> None:
    text = page(client, address)
    seen = Page(text)
    assert text.count("<h1") == text.count("<main") == 1
    assert '<html lang="en">' in text
    assert "Education, not medical advice" in text
    assert len(seen.ids) == len(set(seen.ids)), "an id is used twice"
    named = [f for f in seen.fields if f.get("type") != "hidden"]
    assert all(f.get("id") in seen.labels for f in named), "a field has no label"
    assert all(urlsplit(src).netloc == "" for src in seen.outside), "fetched from elsewhere"
    # Our own IRIs lead to this host.
    assert not [link for link in seen.links if link.startswith(BASE)]
    assert "" not in seen.links


@pytest.mark.parametrize("most", [20, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("address", ["/", "/muscle/soleus", "/injury/hamstring-strain", "/ask/"])
def test_local_links_lead_somewhere(
    client: FlaskClient, built: Built, address: str, most: int
) -> None:
    """Some links to each kind of page, others whenever the graph has changed."""
    kinds: dict[str, list[str]] = defaultdict(list)
    links = {link for link in Page(page(client, address)).links if link.startswith("/")}
    assert len(links) > 20
    for link in sorted(links):
        kinds[urlsplit(link).path.split("/")[1]].append(link)
    kinds.pop("dump", None)
    chance = random.Random(built.fingerprint)
    chosen = [x for found in kinds.values() for x in chance.sample(found, min(most, len(found)))]
    assert [x for x in chosen if client.get(x, headers=HTML).status_code >= 400] == []


def test_every_record_answers(client: FlaskClient, built: Built) -> None:
    """A tenth of them each way; all of them would take a minute."""
    records = list(Names(built.quads).records)
    assert len(records) > 300
    for iri in records[::10]:
        path = "/" + iri.value.removeprefix(BASE)
        for headers in (HTML, {"Accept": "text/turtle"}):
            assert client.get(path, headers=headers).status_code == 200, path


def test_the_first_page(client: FlaskClient) -> None:
    text = plain(page(client, "/"))
    for words in ("soleus", "squat", "running", "hamstring strain", "knee joint", "tibial nerve"):
        assert words in text, words

    assert "Which exercises train soleus" in text


def test_a_muscle(client: FlaskClient) -> None:
    html = page(client, "/muscle/soleus")
    text = plain(html)
    for words in (
        *(
            "musculus soleus",
            "Attachments",
            "soleal line",
            "calcaneal tendon",
            "ankle plantarflexion",
        ),
        *("prime mover", "tibial nerve", "S1", "seated calf raise", "why?", "Sources"),
    ):
        assert words in text, words
    assert "/explain?s=muscle%3Asoleus&amp;p=myo%3Acrosses&amp;o=joint%3Aankle" in html
    assert 'href="/landmark/soleal-line"' in html


def test_a_muscle_shows_the_facts_of_its_heads(client: FlaskClient) -> None:
    text = plain(page(client, "/muscle/gastrocnemius"))
    assert "medial head of gastrocnemius" in text
    attachments = text.split("Attachments", 1)[1].split("Actions")[0]
    assert "medial head of gastrocnemius" in attachments


def test_an_exercise(client: FlaskClient) -> None:
    text = plain(page(client, "/exercise/seated-calf-raise"))
    for words in ("prime movers soleus", "Demands", "knee flexion 90°", "How to do it", "Phases"):
        assert words in text, words
    muscles = text.split(" Muscles ", 1)[1]
    assert "prime mover soleus why?" in muscles
    assert "actively insufficient" in muscles.split("gastrocnemius why?", 1)[1][:200]
    row = text.split("Who works", 1)[1].split(" medial head of gastrocnemius ", 1)[1][:120]
    assert "synergist" in row
    assert "actively insufficient" in row
    assert "by knee flexion at 90°" in row


def test_a_condition_begins_with_its_red_flags(client: FlaskClient) -> None:
    html = page(client, "/injury/hamstring-strain")
    text = plain(html).split("</title>")[-1]
    flags, stages = text.index("Get help if you see any of these"), text.index("Stages of recovery")
    symptoms = text.index("What is felt or seen")
    assert flags < symptoms < stages
    assert text.index("Education, not medical advice") < flags
    levels = [int(level) for level in re.findall(r'class="flag l(\d)"', html)]
    assert levels == sorted(levels)
    assert len(levels) >= 5
    assert "emergency" in text[flags : flags + 300]
    for words in ("Not yet", "eccentric", "Who can help", "physical therapist", "Sources"):
        assert words in text, words


def test_a_condition_says_what_waits_why_and_what_is_free(client: FlaskClient) -> None:
    text = plain(page(client, "/injury/hamstring-strain"))
    order = [
        "Get help if you see any of these",
        "What it is",
        "Stages of recovery",
        "Held back: loads it in a way that waits",
        "Held back: named by the stage",
        "What may still be done",
        "Not known to load it, at any stage",
        "Help and prevention",
    ]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert "no clearance" in text


def test_a_narrower_condition_shows_the_stages_of_the_wider_one(client: FlaskClient) -> None:
    text = plain(page(client, "/injury/anterior-talofibular-ligament-sprain"))
    assert "These are the stages of lateral ankle sprain" in text
    assert "Lateral ankle sprain, stage 1: protect" in text


def test_nothing_is_allowed_where_no_stages_are_known(client: FlaskClient) -> None:
    text = plain(page(client, "/injury/deep-vein-thrombosis"))
    assert "Ask a professional before any exercise" in text
    assert "Not known to load it" not in text


def test_a_reified_fact_leads_to_its_owner(client: FlaskClient) -> None:
    html = page(client, "/muscle/soleus/origin/soleal-line")
    assert 'href="/muscle/soleus"' in html
    assert "soleal line" in html


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize(
    "path", ["/muscle/soleus", "/muscle/soleus/origin/soleal-line", "/ontology/Muscle"]
)
@pytest.mark.parametrize(("ending", "media"), ENDINGS.items())
@pytest.mark.parametrize("way", ["ending", "format", "Accept"])
def test_rdf_of_a_resource(
    client: FlaskClient, path: str, ending: str, media: tuple[str, str], way: str
) -> None:
    address = {"ending": f"{path}.{ending}", "format": f"{path}?format={ending}"}.get(way, path)
    headers = {"Accept": media[0]} if way == "Accept" else HTML
    answer = client.get(address, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, media[0])
    assert "Accept" in answer.headers["Vary"]
    found = rdflib.Graph().parse(data=answer.get_data(), format=media[1])
    assert list(found.predicate_objects(rdflib.URIRef(BASE + path[1:])))


def test_rdf_of_a_muscle_has_its_facts_and_what_links_to_it(client: FlaskClient) -> None:
    found = rdflib.Graph().parse(data=client.get("/muscle/soleus.nt").get_data(), format="nt")
    soleus = rdflib.URIRef(BASE + "muscle/soleus")
    myo = rdflib.Namespace(BASE + "ontology/")
    origin = rdflib.URIRef(BASE + "muscle/soleus/origin/soleal-line")
    assert (soleus, myo.hasOrigin, origin) in found
    assert (origin, myo.attachesTo, rdflib.URIRef(BASE + "landmark/soleal-line")) in found
    assert (rdflib.URIRef(BASE + "muscle/triceps-surae"), myo.hasMember, soleus) in found


def test_rdf_of_a_graph_is_what_it_holds(client: FlaskClient) -> None:
    found = rdflib.Graph().parse(data=client.get("/graph/injury.nt").get_data(), format="nt")
    strain = rdflib.URIRef(BASE + "injury/hamstring-strain")
    assert (strain, rdflib.RDF.type, rdflib.URIRef(BASE + "ontology/MuscleStrain")) in found


def test_only_who_names_html_gets_it(client: FlaskClient) -> None:
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "text/*"}):
        assert client.get("/muscle/soleus", headers=headers).mimetype == "text/turtle"
    assert (
        client.get("/muscle/soleus", headers={"Accept": "text/html, */*"}).mimetype == "text/html"
    )


def test_alternates_are_announced(client: FlaskClient) -> None:
    answer = client.get("/muscle/soleus", headers=HTML)
    link, text = answer.headers["Link"], answer.get_data(as_text=True)
    for ending, (media, _) in ENDINGS.items():
        assert f'</muscle/soleus.{ending}>; rel="alternate"; type="{media}"' in link
        assert f'<link rel="alternate" type="{media}" href="/muscle/soleus.{ending}"' in text


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/muscle/soleus", "Muscle"),
        ("/injury/hamstring-strain", "MedicalCondition"),
        ("/bone/tibia", "Bone"),
        ("/exercise/seated-calf-raise", "ExercisePlan"),
        ("/ontology/Muscle", "DefinedTerm"),
    ],
)
def test_search_engines_are_told(client: FlaskClient, address: str, kind: str) -> None:
    text = page(client, address)
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    told = json.loads(block)
    assert told["@context"] == "https://schema.org"
    assert told["@type"] == kind
    assert told["@id"] == BASE + address[1:]
    assert "<" not in block


def test_no_label_ends_the_script_early() -> None:
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    iri = ox.NamedNode(BASE + "muscle/odd")
    quads = [ox.Quad(iri, label, ox.Literal("</script><b>", language="en"), graph("anatomy"))]
    store = ox.Store()
    store.extend(quads)
    text = str(schema_org.embedded(Facts(partial(select, store), Names(quads)), iri))
    assert "<" not in text
    assert json.loads(text)["name"] == "</script><b>"


def test_a_trailing_slash_does_no_harm(client: FlaskClient) -> None:
    assert client.get("/muscle/soleus/", headers=HTML).status_code == 200


def test_a_wrong_name_gets_suggestions(client: FlaskClient) -> None:
    answer = client.get("/muscle/soleos", headers=HTML)
    assert answer.status_code == 404
    assert 'href="/muscle/soleus"' in answer.get_data(as_text=True)


def test_markup_in_addresses_stays_text(client: FlaskClient) -> None:
    for address in ("/search?q=<script>alert(1)</script>", "/muscle/<script>x", "/ask/<b>x"):
        text = client.get(address, headers=HTML).get_data(as_text=True)
        assert "<script>alert" not in text
        assert "<script>x" not in text
        assert "<b>x" not in text
    policy = client.get("/", headers=HTML).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_an_explanation(client: FlaskClient) -> None:
    address = "/explain?s=muscle:soleus&p=crosses&o=joint:ankle"
    found = client.get(address).get_json(force=True)
    assert found["derived"] is True
    assert found["rule"] == "crosses"
    assert found["premises"]
    assert "On record, from" in plain(page(client, address))
    authored = client.get("/explain?s=muscle:soleus&p=layer&o=myo:IntermediateLayer")
    assert authored.get_json(force=True)["derived"] is False
    # Two of its sources have one title, and are told apart by who wrote them.
    extends = "/explain?s=muscle:gluteus-maximus&p=produces&o=movement:hip-extension"
    assert "Gluteus maximus (eptumed.com)" in plain(page(client, extends))


def test_derived_marks_lead_to_explanations(client: FlaskClient) -> None:
    for address in ("/muscle/soleus", "/exercise/seated-calf-raise", "/injury/hamstring-strain"):
        links = [x for x in Page(page(client, address)).links if x.startswith("/explain?")]
        assert len(links) > 3
        for link in links[::7]:
            assert client.get(link, headers=HTML).status_code == 200, link


def test_the_home_page_counts_every_derived_statement(client: FlaskClient, built: Built) -> None:
    # It once left out what is rolled up to muscles and groups.
    page = client.get("/", headers=HTML).get_data(as_text=True)
    assert f"{sum(built.made.values()):,}" in page
