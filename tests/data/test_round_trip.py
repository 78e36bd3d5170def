"""SSSOM to graph and back: nothing that a row or a header says is lost."""

import pytest

from myograph.sssom import read_mapping
from myograph.sssom_write import mapping_converter, write_mappings
from tests.helpers import sources

FILES = sorted((sources().data / "mappings").glob("*.sssom.tsv"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(".")[0])
def test_a_file_read_and_written_is_the_same_file(path) -> None:  # type: ignore[no-untyped-def]
    written = write_mappings(read_mapping(path, path.name), mapping_converter(sources()))
    assert written == {path.name.split(".")[0]: path.read_text("utf-8")}
