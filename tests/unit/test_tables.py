"""Tables of records: which table, which columns, and the statements got back from them."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.archive import epoch, write_folder, zipped
from myograph.export import KINDS, export_part
from myograph.framing import frame_of
from myograph.metadata import DISTRIBUTIONS
from myograph.parquet import write_parquet
from myograph.selection import Selection, entity, whole
from myograph.tables import joined, write_tables
from myograph.terms import GRAPH
from tests.helpers import facts, iri, real_graph, sources

FACTS = """
muscle:soleus a myo:Muscle , myo:MuscularStructure ; rdfs:label "soleus, the"@en ;
    skos:altLabel "a|b"@en , "c\\\\d"@en , "Wade"@de ; myo:deepTo muscle:plantaris , muscle:x ;
    myo:hasArchitecture [ myo:key "m" ; myo:maxIsometricForce 1.50 ] ;
    myo:hasAction [ myo:ofMovement movement:a ; myo:role myo:PrimeMover ] .
muscle:plantaris a myo:Muscle ; skos:definition "two\\nlines"@en .
exercise:e myo:order 7 ; myo:takesImpact true .
"""


def small() -> list[ox.Quad]:
    return (
        facts(FACTS)
        + facts("muscle:soleus a myo:ALeafMuscle .", "inferred/leaf")
        + facts("<muscle/soleus/architecture/m> a myo:Architecture .", "inferred/owl-range")
    )


def read(files: dict[str, bytes]) -> set[ox.Triple]:
    """The statements that tables hold, by what their description says of the columns."""
    frame = frame_of(sources())
    terms = {name: ox.NamedNode(iri_) for iri_, name in frame.keys.items()}

    def node(text: str) -> ox.NamedNode:
        if text in terms:
            return terms[text]
        prefix, _, local = text.partition(":")
        return ox.NamedNode(frame.prefixes[prefix] + local if prefix in frame.prefixes else text)

    found = set()
    for resource in json.loads(files["datapackage.json"])["resources"]:
        text = files[resource["path"]].decode()
        header, *rows = list(csv.reader(io.StringIO(text, newline="")))
        fields = resource["schema"]["fields"]
        assert header == [field["name"] for field in fields]
        for row in rows:
            for field, cell in zip(fields[1:], row[1:], strict=True):
                values = [cell]
                if field["type"] == "list":
                    assert field["delimiter"] == "|"
                    parts = re.findall(r"((?:[^|\\]|\\.)*)(?:\||$)", cell, re.DOTALL)
                    values = [re.sub(r"\\(.)", r"\1", part) for part in parts]
                prop = ox.NamedNode(field["property"])
                for value in filter(None, values):
                    found.add(ox.Triple(node(row[0]), prop, term(field, value, node)))
    return found


def term(
    field: dict[str, str], text: str, node: Callable[[str], ox.NamedNode]
) -> ox.NamedNode | ox.Literal:
    if "language" in field:
        return ox.Literal(text, language=field["language"])
    if "datatype" in field:
        return ox.Literal(text, datatype=ox.NamedNode(field["datatype"]))
    return node(text)


def test_the_statements_can_be_got_back() -> None:
    kept = ("muscle/soleus", "muscle/plantaris", "muscle/soleus/architecture/m")
    subjects = {iri(path) for path in kept}
    wanted = {q.triple for q in small() if q.subject in subjects}
    assert read(write_tables(small(), frame_of(sources()))) == wanted


def test_a_record_is_in_the_table_of_the_class_it_was_given() -> None:
    files = write_tables(small(), frame_of(sources()))
    assert files.keys() == {"Architecture.csv", "Muscle.csv", "datapackage.json"}
    rows = list(csv.DictReader(io.StringIO(files["Muscle.csv"].decode(), newline="")))
    plantaris, soleus = rows
    assert list(soleus)[:4] == ["id", "type", "label", "altLabel"]
    assert soleus["type"] == "myo:ALeafMuscle|Muscle|MuscularStructure"
    assert soleus["altLabel"] == "a\\|b|c\\\\d"
    assert soleus["altLabel_de"] == "Wade"
    assert soleus["deepTo"] == "muscle:plantaris|muscle:x"
    assert plantaris["definition"] == "two\nlines"
    assert b"1.50" in files["Architecture.csv"]


def test_columns_are_described() -> None:
    package = json.loads(write_tables(small(), frame_of(sources()))["datapackage.json"])
    [muscle] = [r for r in package["resources"] if r["path"] == "Muscle.csv"]
    assert muscle["title"] == "muscle"
    assert muscle["rdfType"] == "https://w3id.org/myograph/ontology/Muscle"
    fields = {field["name"]: field for field in muscle["schema"]["fields"]}
    assert fields["label"]["language"] == "en"
    assert fields["deepTo"]["type"] == "list"
    assert muscle["schema"]["primaryKey"] == ["id"]


def test_bars_within_values_are_told_from_those_between_them() -> None:
    assert joined(["a|b", "c\\"]) == "a\\|b|c\\\\"


def test_the_tables_of_a_real_record() -> None:
    part = entity(real_graph(), iri("muscle:soleus"))
    found = read(write_tables(part.quads, frame_of(sources())))
    own = {q.triple for q in part.quads if q.subject == part.about}
    assert own <= found


@pytest.mark.slow
def test_the_tables_of_the_whole_graph_hold_every_statement_of_their_records() -> None:
    quads = whole(real_graph()).quads
    found = read(write_tables(quads, frame_of(sources())))
    subjects = {triple.subject for triple in found}
    assert found == {q.triple for q in quads if q.subject in subjects}
    assert len(subjects) > 40_000


# --- archives and Parquet ----------------------------------------------------------------------


def test_an_archive_has_the_same_bytes_and_the_time_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {"b.txt": b"2", "a.txt": b"1"}
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert zipped(files) == zipped(dict(reversed(files.items())))
    early = zipfile.ZipFile(io.BytesIO(zipped(files)))
    assert early.namelist() == ["a.txt", "b.txt"]
    assert early.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert epoch() == 1_700_000_000
    late = zipfile.ZipFile(io.BytesIO(zipped(files)))
    assert late.infolist()[0].date_time[:3] == (2023, 11, 14)
    assert late.read("b.txt") == b"2"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert epoch() == 0


def test_files_go_to_a_folder_of_their_own(tmp_path: Path) -> None:
    write_folder({"a.csv": b"x"}, tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder" / "a.csv").read_bytes() == b"x"


def test_numbers_are_numbers_in_parquet() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    files = write_parquet(small(), frame_of(sources()))
    [row] = parquet.read_table(io.BytesIO(files["Architecture.parquet"])).to_pylist()
    assert row["maxIsometricForce"] == 1.5
    [_, soleus] = parquet.read_table(io.BytesIO(files["Muscle.parquet"])).to_pylist()
    assert soleus["deepTo"] == ["muscle:plantaris", "muscle:x"]
    assert files == write_parquet(small(), frame_of(sources()))


def test_the_dataset_names_every_file_that_there_is() -> None:
    assert {(ending, media) for ending, media, _ in DISTRIBUTIONS} == {
        (kind.ending, kind.media) for kind in KINDS.values()
    }


def test_mappings_are_those_of_the_record() -> None:
    part = entity(real_graph(), iri("muscle:soleus"))
    archive = zipfile.ZipFile(io.BytesIO(export_part(part, "sssom", sources())))
    text = archive.read("uberon.sssom.tsv").decode()
    rows = [line for line in text.splitlines() if not line.startswith("#")][1:]
    assert rows
    assert all(row.startswith("muscle:soleus\t") for row in rows)


def test_all_mappings_are_the_files_they_were_read_from() -> None:
    mapping = [q for q in real_graph().quads if q.graph_name == ox.NamedNode(GRAPH + "mapping")]
    part = Selection(mapping, "mapping", mappings=mapping)
    archive = zipfile.ZipFile(io.BytesIO(export_part(part, "sssom", sources())))
    for path in (sources().data / "mappings").glob("*.sssom.tsv"):
        assert archive.read(path.name).decode() == path.read_text("utf-8")
