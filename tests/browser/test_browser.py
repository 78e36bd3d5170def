"""The pages in a real browser: they work, complain of nothing and stay at home."""

import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
# One of each kind of page; small ones, since axe takes its time over large ones.
PAGES = (
    *("/", "/muscle/soleus", "/exercise/seated-calf-raise", "/injury/calf-strain", "/ask/"),
    *("/joint/subtalar", "/nerve/deep-fibular", "/redflag/palpable-gap", "/search?q=calf"),
    *("/sparql?example=joints-crossed", "/ask/joints-crossed", "/ontology/crosses", "/root"),
)
MORE = (
    *("/injury/deep-vein-thrombosis", "/movement/subtalar-eversion", "/region/posterior-leg"),
    *("/bone/cuboid", "/artery/fibular", "/region/posterior-compartment-of-leg", "/ontology"),
    *("/landmark/soleal-line", "/tissue/calcaneal-tendon", "/symptom/bruising", "/docs"),
    *("/source/grays-1918-page-256", "/graph/inferred/crosses", "/nothing/here", "/check", "/plan"),
    *("/muscle/soleus/origin/soleal-line", "/ask/when-to-seek-help", "/sparql"),
    *("/docs/model", "/docs/tutorial", "/docs/rules/crosses"),
    "/explain?s=muscle:soleus&p=crosses&o=joint:ankle",
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# All pairs of the whole graph: no machine finishes it in the time that a query has.
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . FILTER(?c != ?f) }"


class Watched:
    """What went on in the pages of a test."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", lambda m: self._heard(m.type, m.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda r: self._asked(r.url))

    def _heard(self, kind: str, text: str) -> None:
        # An answer that is no page of ours is what some tests ask for.
        if kind in ("error", "warning") and "status of 404" not in text:
            self.complaints.append(text)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss"):
            self.hosts.add(parts.hostname or "")


@pytest.fixture
def go(chromium: Browser, address: str) -> Iterator[Open]:
    """Opens a page in a window of its own; the test fails if any complained or left the host."""
    contexts, watched = [], []

    def go(path: str, *, width: int = 1200, dark: bool = False, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watched.append(Watched(page))
        page.goto(address + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert [text for one in watched for text in one.complaints] == []
    assert {host for one in watched for host in one.hosts} <= {"127.0.0.1"}


def test_search_by_keyboard_leads_to_the_page(go: Open) -> None:
    page = go("/docs")
    field = page.get_by_role("combobox")
    field.fill("achiles tendn")
    option = page.get_by_role("option", name=re.compile("calcaneal tendon", re.IGNORECASE)).first
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    assert page.get_by_role("listbox").get_by_role("group").count() >= 2, "no kinds"
    field.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]").get_attribute("href") or "?"
    field.press("Enter")
    page.wait_for_url(f"**{chosen}")


def test_why_opens_in_place_and_closes_again(go: Open) -> None:
    page = go("/muscle/soleus")
    link = page.locator("a.why", has_text="ankle joint").first
    link.click()
    box = page.get_by_role("region", name="Why?")
    expect(box).to_contain_text("crosses")
    expect(box.locator(".proof .proof li").first).to_be_visible()
    assert urlsplit(page.url).path == "/muscle/soleus"
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(link).to_be_focused()


def test_why_of_another_version_of_the_graph_has_a_page_of_its_own(go: Open) -> None:
    page = go("/muscle/soleus")

    def as_of_another(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
            return
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "graph-version": "another"})

    page.route("**/explain?*", as_of_another)
    page.locator("a.why", has_text="ankle joint").first.click()
    page.wait_for_url("**/explain?*")
    expect(page.locator("#because")).to_be_visible()


def test_a_table_sorts_both_ways(go: Open) -> None:
    page = go("/ask/exercises-for-muscle")
    names = page.locator("table.sorts tbody tr td:first-child")
    before = names.all_inner_texts()
    button = page.get_by_role("button", name="Exercise")
    button.click()
    upward = names.all_inner_texts()
    # The browser's order of hyphens and capitals is its own; the ends are the same in any.
    least, most = min(before, key=str.casefold), max(before, key=str.casefold)
    assert (upward[0], upward[-1]) == (least, most)
    button.click()
    heading = page.locator("th", has=button)
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert names.all_inner_texts()[-1] == upward[0]


def test_a_question_is_asked_by_its_form(go: Open) -> None:
    page = go("/ask/exercises-for-muscle")
    page.get_by_label("Muscle").fill("gastrocnemius")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("h1")).to_contain_text("gastrocnemius")
    expect(page.get_by_role("link", name="standing calf raise").first).to_be_visible()


def test_the_editor_completes_and_answers(go: Open) -> None:
    page = go("/sparql")
    if not page.locator(".CodeMirror").count():
        pytest.skip("the editor was not fetched: `make editor`")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?m WHERE { ?m ")
    for typed, name in (("myo:cro", "myo:crosses"), ("joint:kn", "joint:knee")):
        page.keyboard.type(typed)
        expect(page.locator(".CodeMirror-hint-active", has_text=name)).to_be_visible()
        page.wait_for_timeout(300)  # each key opens the list anew; nobody picks sooner than that
        page.keyboard.press("Enter")
        expect(page.locator(".CodeMirror-line").first).to_contain_text(name)
        page.keyboard.type(" ")
    page.keyboard.type("}")
    expect(page.locator(".parseErrorIcon")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result h2")).to_contain_text("rows")
    expect(page.locator("#result").get_by_role("link", name="soleus")).to_have_count(0)
    expect(page.locator("#result").get_by_role("link", name="popliteus")).to_be_visible()
    # The address is the link to share: another window shows the same.
    again = go(page.url.removeprefix(page.url.split("/sparql")[0]))
    expect(again.locator("#result h2")).to_have_text(page.locator("#result h2").inner_text())
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()


def killed(address: str) -> float:
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.search(r'workers_killed_total\{reason="gone"\} ([\d.]+)', text)
    assert found
    return float(found[1])


def test_cancel_frees_the_worker(go: Open, address: str) -> None:
    before = killed(address)
    page = go("/sparql")
    page.evaluate("text => editor ? editor.setValue(text) : field.value = text", SLOW)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("status").filter(has_text="Running")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#result")).to_contain_text("Cancelled after")
    until = time.monotonic() + 5
    while killed(address) == before and time.monotonic() < until:
        time.sleep(0.1)
    assert killed(address) == before + 1


def test_without_script_everything_is_there(go: Open) -> None:
    page = go("/muscle/soleus", script=False)
    page.locator("input[name=q]").fill("pulled hamstring")
    page.locator("input[name=q]").press("Enter")
    page.get_by_role("link", name="hamstring strain", exact=True).click()
    expect(page.locator("h1")).to_have_text("Hamstring strain")
    page.goto(page.url.split("/injury")[0] + "/muscle/soleus")
    page.locator("a.why").first.click()
    expect(page.locator(".proof li").first).to_be_visible()
    page.goto(page.url.split("/explain")[0] + "/sparql")
    page.get_by_label("Query", exact=True).fill("ASK { muscle:soleus myo:crosses joint:ankle }")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#result h2")).to_have_text("Yes")


def test_a_page_leads_to_its_query(go: Open) -> None:
    page = go("/joint/knee")
    page.get_by_role("link", name="Query this").click()
    expect(page.locator("#result")).to_contain_text("bicondylar joint")


# --- the picture -------------------------------------------------------------------------------

# A place within the muscle where nothing else lies over it.
SPOT = """link => {
  const box = link.getBoundingClientRect();
  for (let i = 1; i < 12; i++) for (let j = 1; j < 12; j++) {
    const [x, y] = [box.x + box.width * i / 12, box.y + box.height * j / 12];
    if (document.elementFromPoint(x, y)?.closest("a") === link) return [x, y];
  }
}"""


def test_the_picture_leads_to_a_muscle_by_mouse(go: Open) -> None:
    page = go("/")
    link = page.locator("svg[data-view=back] a[href$='/muscle/gastrocnemius-medial-head']")
    link.scroll_into_view_if_needed()
    x, y = link.evaluate(SPOT)
    page.mouse.click(x, y)
    page.wait_for_url("**/muscle/gastrocnemius-medial-head")
    expect(page.locator("h1")).to_have_text("Medial head of gastrocnemius")


def test_the_picture_leads_to_a_muscle_by_keyboard(go: Open) -> None:
    page = go("/exercise/seated-calf-raise")
    page.locator(".canvas a[tabindex='0']").first.focus()
    told = page.locator(".picture [role=status]").inner_text()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".picture [role=status]")).not_to_have_text(told)
    name = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{name}")


def test_a_view_of_another_version_of_the_graph_is_not_mixed_in(go: Open) -> None:
    page = go("/muscle/soleus")
    page.evaluate("window.before = true")
    page.get_by_role("link", name="Front").click()
    expect(page.locator("svg[data-view=front]")).to_be_visible()
    assert page.evaluate("window.before")

    def another(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers=answer.headers | {"graph-version": "another"})

    page.route("**/*.svg?*", another)
    with page.expect_event("load"):
        page.get_by_role("link", name="Side").click()
    assert not page.evaluate("window.before")
    assert urlsplit(page.url).path == "/muscle/soleus"


def test_an_exercise_is_coloured_by_role(go: Open) -> None:
    page = go("/exercise/seated-calf-raise")
    fill = "link => getComputedStyle(link.querySelector('.belly')).fill"
    colours = {
        page.locator(f".canvas a[href$='/muscle/{name}'] >> nth=0").evaluate(fill)
        for name in ("soleus", "gastrocnemius-medial-head", "popliteus")
    }
    assert len(colours) == 3, "prime mover, synergist and the rest look alike"


# --- every kind of page ------------------------------------------------------------------------


def test_every_kind_of_page_is_accessible_and_fits(go: Open, address: str) -> None:
    """By axe in both colour schemes, one of them in a narrow window."""
    axe, found = Axe(), []
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    for width, dark in ((1200, False), (360, True)):
        page = go("/", width=width, dark=dark)
        for path in (*PAGES, *MORE) if dark else PAGES:
            page.goto(address + path)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{path} is wider than {width}")
            for violation in axe.run(page, options=options).response["violations"]:
                nodes = [node["html"][:120] for node in violation["nodes"][:3]]
                found.append(f"{path} {width}: {violation['id']} {nodes}")
    assert found == []


def test_axe_notices(go: Open) -> None:
    """Without this the check above could be blind."""
    page = go("/docs", dark=True)
    page.evaluate(
        "document.querySelector('main').innerHTML += '<input><p id=p>Too dim to read.</p>'"
    )
    page.evaluate("Object.assign(document.getElementById('p').style, {color: '#333'})")
    options = {"runOnly": {"type": "tag", "values": WCAG}}
    found = {v["id"] for v in Axe().run(page, options=options).response["violations"]}
    assert {"label", "color-contrast"} <= found


def test_dark_is_dark(go: Open) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light = go("/").evaluate(colour)
    dark = go("/", dark=True).evaluate(colour)
    assert light == "rgb(251, 250, 247)"
    assert dark == "rgb(24, 23, 21)"


def test_the_first_page_is_light(go: Open, chromium: Browser, address: str) -> None:
    """Bytes as they travel, and requests; only the editor may weigh more."""
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    page.goto(address + "/", wait_until="networkidle")
    context.close()
    assert 2 <= len(sizes) <= 8
    assert sum(sizes) < 150_000


def test_the_checks_notice(chromium: Browser, address: str) -> None:
    """A complaint and a request elsewhere are seen: without this the fixture could be blind."""
    context = chromium.new_context()
    page = context.new_page()
    watched = Watched(page)
    page.goto(address.replace("127.0.0.1", "localhost") + "/docs")
    page.evaluate("console.error('planted')")
    page.wait_for_timeout(50)
    context.close()
    assert watched.hosts == {"localhost"}
    assert watched.complaints == ["planted"]
