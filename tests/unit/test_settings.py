"""Each setting comes from option, environment or default, and the documentation lists each."""

import re

import pytest

from myograph.settings import SETTINGS, SettingError, settings
from tests.helpers import REPOSITORY

ROW = re.compile(r"^\| `(\w+)` \| `([^`]*)` \| (.*) \|$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv("MYOGRAPH_" + setting.name.upper(), raising=False)


def test_the_documentation_lists_each_setting_as_it_is() -> None:
    listed = ROW.findall((REPOSITORY / "docs/settings.md").read_text("utf-8"))
    assert listed == [(s.name, str(s.default), s.help) for s in SETTINGS], (
        "docs/settings.md and kg/myograph/settings.py differ: correct the table"
    )


def test_names_are_unique_and_each_has_one_line_of_help() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", setting.name)
        assert re.fullmatch(r"[A-Z].*\.", setting.help)


def test_defaults_stand_where_nothing_is_given() -> None:
    assert settings() == {setting.name: setting.default for setting in SETTINGS}
    assert settings({"port": None})["port"] == 8000


def test_the_option_beats_the_environment_and_that_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MYOGRAPH_PORT", "81")
    assert settings()["port"] == 81
    assert settings({"port": "82"})["port"] == 82
    assert settings({"port": 0})["port"] == 0


def test_a_value_of_the_wrong_kind_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MYOGRAPH_THREADS", "many")
    with pytest.raises(SettingError, match="threads cannot be 'many'") as caught:
        settings()
    assert "80" in caught.value.repair


def test_a_setting_that_does_not_exist_is_an_error_that_lists_those_that_do() -> None:
    with pytest.raises(SettingError, match="colour") as caught:
        settings({"colour": "red"})
    assert "max_answer_length" in caught.value.repair
