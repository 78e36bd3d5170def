"""The tests of the authored files, run over files as a change leaves them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from benchmarks.mutations.facts import Change, Facts
from benchmarks.mutations.gate import Refusal
from myograph import sssom
from myograph.errors import MyographError
from myograph.sourcefile import read_source
from tests.data import authored, test_icd, test_links, test_sources

_TESTS: list[Callable[[], None]] = [
    test_sources.test_every_source_that_is_cited_is_defined,
    test_sources.test_every_source_that_is_defined_is_cited,
    test_sources.test_a_source_is_defined_once,
    test_sources.test_no_two_sources_have_one_address_and_title,
    test_sources.test_every_doi_isbn_and_year_is_one,
    test_sources.test_labels_are_unique_within_a_namespace,
    test_sources.test_definitions_end_with_a_full_stop_and_are_not_copied,
    test_sources.test_slugs_are_kebab_case,
    test_links.test_the_register_says_what_the_links_say,
    test_links.test_the_identifiers_of_snomed_ct_end_in_their_check_digits,
    test_links.test_no_identifier_is_the_exact_match_of_two_records,
    test_links.test_every_link_is_of_a_record_that_exists_under_the_label_it_has,
    test_links.test_every_link_has_a_predicate_and_a_justification_that_exist,
    *(lambda s=system: test_icd.test_every_code_exists_under_the_title_that_the_link_gives(s)
      for system in test_icd.SYSTEMS),
    *(lambda s=system: test_icd.test_no_code_is_that_of_a_neighbour(s)
      for system in test_icd.SYSTEMS),
]  # fmt: skip


def refusals(facts: Facts, change: Change) -> list[Refusal]:
    """Return the tests that fail over the files after a change.

    Those that need the tables beside a checkout are left out: not everybody has them.
    """
    found = []
    with changed(facts, change):
        for test in _TESTS:
            try:
                test()
            except (AssertionError, MyographError, ValueError) as error:
                name = getattr(test, "__name__", "test")
                found.append(Refusal(f"test:{name.removeprefix('test_')}", str(error)[:200]))
            except pytest.skip.Exception:
                continue
    return found


@contextmanager
def changed(facts: Facts, change: Change) -> Iterator[None]:
    """Let the tests see the files as a change leaves them."""
    gone = set(change.removed)
    files = {
        name: quads
        if name != change.file
        else [*(q for q in quads if q not in gone), *change.added]
        for name, quads in facts.files.items()
    }
    read, read_links = Path.read_text, read_source

    def changes(path: Path) -> bool:
        return bool(change.text) and path.as_posix().endswith(change.file)

    def reading(path: Path, *args: str, **kwargs: str) -> str:
        return change.text if changes(path) else read(path, *args, **kwargs)

    def reading_links(path: Path) -> str:
        return change.text if changes(path) else read_links(path)

    for kept in (authored.records, test_sources.cited, test_sources.defined_sources, test_icd.ours):
        kept.cache_clear()
    with (
        patch.object(authored, "data", lambda: files),
        patch.object(Path, "read_text", reading),
        patch.object(sssom, "read_source", reading_links),
    ):
        yield
    for kept in (authored.records, test_sources.cited, test_sources.defined_sources, test_icd.ours):
        kept.cache_clear()
