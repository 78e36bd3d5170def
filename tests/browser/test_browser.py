"""The pages in a real browser: they work, complain of nothing and stay at home."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser
PAGES = (
    *("/", "/muscle/soleus", "/exercise/seated-calf-raise", "/injury/hamstring-strain", "/sparql"),
    *("/ask/exercises-for-muscle", "/check", "/docs", "/search?q=calf"),
)


def log(driver: webdriver.Chrome, kind: str) -> list[dict[str, str]]:
    """What the browser has logged since it was last asked."""
    found: list[dict[str, str]] = driver.get_log(kind)  # type: ignore[no-untyped-call]
    return found


def hosts(driver: webdriver.Chrome) -> set[str]:
    """The hosts that the browser has sent requests to since it was last asked."""
    sent = set()
    for entry in log(driver, "performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = urlsplit(message["params"]["request"]["url"])
            if url.scheme in ("http", "https", "ws", "wss"):
                sent.add(url.hostname or "")
    return sent


def complaints(driver: webdriver.Chrome) -> list[str]:
    return [str(entry["message"]) for entry in log(driver, "browser")]


@pytest.fixture
def browser(driver: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """A browser that must not have complained, or gone elsewhere, when the test ends."""
    log(driver, "browser")
    log(driver, "performance")
    yield driver
    assert complaints(driver) == []
    assert hosts(driver) <= {"127.0.0.1"}


def wait(driver: webdriver.Chrome) -> WebDriverWait[webdriver.Chrome]:
    return WebDriverWait(driver, 10)


def test_search_finds_while_one_types(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address + "/")
    field = browser.find_element(By.ID, "home-q")
    field.send_keys("achilles")
    wait(browser).until(lambda d: d.find_elements(By.CSS_SELECTOR, "#home-q-found a"))
    first = browser.find_elements(By.CSS_SELECTOR, "#home-q-found a")
    assert any("chilles" in link.text or "calcaneal tendon" in link.text for link in first)
    field.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    wait(browser).until(lambda d: d.current_url != address + "/")
    assert "chilles" in browser.page_source or "calcaneal" in browser.page_source


def test_search_works_by_its_button(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address + "/")
    browser.find_element(By.ID, "home-q").send_keys("pulled hamstring")
    browser.find_element(By.CSS_SELECTOR, "form.search button").click()
    wait(browser).until(lambda d: "/search" in d.current_url)
    assert browser.find_elements(By.LINK_TEXT, "hamstring strain")


def test_a_question_is_asked_by_its_form(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address + "/ask/exercises-for-muscle")
    field = browser.find_element(By.NAME, "muscle")
    field.clear()
    field.send_keys("gastrocnemius", Keys.ENTER)
    wait(browser).until(lambda d: "gastrocnemius" in d.find_element(By.TAG_NAME, "h1").text)
    assert browser.find_elements(By.LINK_TEXT, "standing calf raise")


def test_a_muscle_shows_and_explains(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address + "/muscle/soleus")
    assert browser.find_element(By.TAG_NAME, "h1").text == "Soleus"
    browser.find_element(By.CSS_SELECTOR, "a.why").click()
    wait(browser).until(lambda d: "/explain" in d.current_url)
    assert browser.find_elements(By.CSS_SELECTOR, ".proof li")


def test_a_query_is_run(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address + "/sparql")
    browser.find_element(By.ID, "query").send_keys(Keys.CONTROL, Keys.ENTER)
    wait(browser).until(lambda d: "query=" in d.current_url)
    assert browser.find_elements(By.LINK_TEXT, "gastrocnemius")


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_its_window(
    browser: webdriver.Chrome, address: str, page: str, width: int
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(address + page)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= width


def test_the_checks_notice(driver: webdriver.Chrome, address: str) -> None:
    """A complaint and a request elsewhere are seen: without this the fixture could be blind."""
    driver.get(address + "/docs")
    log(driver, "browser")
    log(driver, "performance")
    driver.execute_script("console.error('planted')")
    # The same server under another name; a script could not go there, by the page's policy.
    driver.get(address.replace("127.0.0.1", "localhost") + "/docs")
    assert "localhost" in hosts(driver)
    assert any("planted" in text for text in complaints(driver))
    log(driver, "performance")
