"""The register of links: what differs from it is refused, and it is written anew on demand."""

from pathlib import Path

import pytest

from myograph.errors import MappingError
from myograph.files import Sources
from myograph.link.register import check_register, linked, register_path, register_text, registered
from myograph.read import read_mappings

TABLE = """#curie_map:
#  muscle: https://w3id.org/myograph/muscle/
#  UBERON: http://purl.obolibrary.org/obo/UBERON_
#  semapv: https://w3id.org/semapv/vocab/
#  skos: http://www.w3.org/2004/02/skos/core#
#  sssom: https://w3id.org/sssom/
#  OBO: http://purl.obolibrary.org/obo/
#object_source: OBO:uberon.owl
subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tmapping_date
muscle:soleus\tskos:exactMatch\tUBERON:0001389\tsoleus muscle\tsemapv:ManualMappingCuration\t
muscle:plantaris\tskos:closeMatch\tUBERON:0001388\tplantaris\tsemapv:ManualMappingCuration\t
muscle:calf\tskos:exactMatch\tsssom:NoTermFound\t\tsemapv:ManualMappingCuration\t2026-11-25
"""


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """A folder with one file of links and its register."""
    found = Sources(tmp_path, tmp_path, True)
    table_of(found).parent.mkdir(parents=True)
    table_of(found).write_text(TABLE, "utf-8")
    register_path(found).write_text(register_text(linked(found)), "utf-8")
    return found


def table_of(sources: Sources) -> Path:
    return sources.data / "mappings" / "uberon.sssom.tsv"


def test_links_that_the_register_bears_out_are_read(sources: Sources) -> None:
    assert read_mappings(sources)
    assert registered(sources) == {
        "UBERON:0001388": ("plantaris", "muscle:plantaris"),
        "UBERON:0001389": ("soleus muscle", "muscle:soleus"),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("0001389", "0001379", id="a digit off"),
        pytest.param("0001389\tsoleus muscle", "0001388\tplantaris", id="that of a neighbour"),
        pytest.param("soleus muscle", "soleus", id="label"),
        pytest.param("muscle:plantaris\t", "muscle:popliteus\t", id="record"),
    ],
)
def test_a_link_that_differs_from_the_register_is_refused(
    old: str, new: str, sources: Sources
) -> None:
    assert TABLE.count(old) == 1
    table_of(sources).write_text(TABLE.replace(old, new), "utf-8")
    with pytest.raises(MappingError, match="and their register") as caught:
        read_mappings(sources)
    assert "myograph link register" in caught.value.repair
    register_path(sources).write_text(register_text(linked(sources)), "utf-8")
    check_register(sources)


def test_a_lost_register_is_refused(sources: Sources) -> None:
    register_path(sources).unlink()
    with pytest.raises(MappingError):
        check_register(sources)


def test_one_identifier_under_two_labels_is_refused(sources: Sources) -> None:
    table_of(sources).write_text(TABLE.replace("0001389", "0001388"), "utf-8")
    with pytest.raises(MappingError, match="'plantaris', and 'soleus muscle'"):
        linked(sources)
