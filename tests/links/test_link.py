"""Other people's ontologies: read, held against ours, put beside it, taken away again."""

import csv
import io
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.build import GRAPH_FILE, Built, own_quads, write
from myograph.cli import main
from myograph.errors import (
    InputFileError,
    MyographError,
    OntologyConflictError,
    OntologyFileError,
    UnknownOntologyError,
)
from myograph.files import Sources
from myograph.link.compare import Comparison, compare
from myograph.link.conflicts import conflicts
from myograph.link.coverage import candidates, coverage, differences
from myograph.link.external import added, fingerprint_with, is_external, prepare, remove
from myograph.link.index import Index, index
from myograph.link.reading import OntologyFile
from myograph.link.tables import read_table
from myograph.names import Names
from myograph.terms import OWL, RDF_TYPE
from tests.helpers import iri
from tests.links.small import EXCERPT, small

OBO = "http://purl.obolibrary.org/obo/"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return small(tmp_path_factory.mktemp("links"))


@pytest.fixture(scope="module")
def theirs() -> Index:
    return index(OntologyFile(EXCERPT).triples())


def as_file(folder: Path, ending: str) -> Path:
    """The excerpt in another format, by way of its triples."""
    formats = {".owl": ox.RdfFormat.RDF_XML, ".ttl": ox.RdfFormat.TURTLE}
    path = folder / f"excerpt{ending}"
    ox.serialize(OntologyFile(EXCERPT).triples(), path, formats[ending])
    return path


# ---------------------------------------------------------------- reading


def test_an_obo_file_says_what_its_stanzas_say(theirs: Index) -> None:
    soleus = OBO + "UBERON_0001389"
    assert theirs.iri == OBO + "uberon.owl"
    assert theirs.version == "uberon/releases/2026-04-01/uberon.obo"
    assert theirs.labels[soleus] == "soleus muscle"
    assert theirs.parents[soleus] == {OBO + "UBERON_0001383"}
    # The genus of a definition is above the class: a muscle of the leg is a muscle organ.
    assert OBO + "UBERON_0001630" in theirs.above(soleus)
    stated = {(r.property, r.target): r.sources for r in theirs.relations[soleus]}
    assert stated[OBO + "RO_0002372", OBO + "UBERON_0001446"] == ("dbpedia",)
    assert frozenset((OBO + "UBERON_0001474", OBO + "UBERON_0001630")) in theirs.disjoint


@pytest.mark.parametrize("ending", [".owl", ".ttl"])
def test_the_same_ontology_in_owl_says_the_same(ending: str, tmp_path: Path, theirs: Index) -> None:
    assert index(OntologyFile(as_file(tmp_path, ending)).triples()) == theirs


def test_what_only_holds_in_another_animal_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "taxa.obo"
    path.write_text(
        'format-version: 1.2\nontology: t\n\n[Term]\nid: T:1\nname: one\nsynonym: "uno" EXACT []\n'
        'relationship: part_of T:2 {gci_relation="part_of", gci_filler="NCBITaxon:9606"}\n'
        "relationship: part_of T:3\n\n[Term]\nid: T:4\nis_obsolete: true\n",
        "utf-8",
    )
    found = index(OntologyFile(path).triples())
    assert [r.target for r in found.relations[OBO + "T_1"]] == [OBO + "T_3"]
    assert found.obsolete == {OBO + "T_4"}
    assert found.synonyms[OBO + "T_1"] == {"uno"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("broken.obo", "format-version: 1.2\n\n[Term]\nid: A:1\nname\n", "line 5"),
        ("broken.ttl", "<a> <b> .\n", "line 1"),
        ("broken.owl", "<rdf:RDF><a></rdf:RDF>", "broken.owl"),
        ("functional.ofn", "Ontology()", "'.ofn' is not read"),
        ("gone.obo", None, "cannot be read"),
        ("empty.ttl", "", "declares no class"),
    ],
)
def test_a_file_that_is_no_ontology_is_named_with_its_fault(
    name: str, text: str | None, message: str, tmp_path: Path, ours: Built
) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(OntologyFileError, match=message) as caught:
        prepare(path, "one", ours.quads, tmp_path)
    assert caught.value.repair
    assert not list((tmp_path / "links").iterdir())


def importing(folder: Path, name: str, *others: str) -> Path:
    head = "".join(
        f"<o/{name}> <{OWL}imports> <http://example.org/{other}> .\n" for other in others
    )
    path = folder / name
    path.write_text(f"{head}<c/{name}> a <{OWL}Class> .\n", "utf-8")
    return path


def test_imports_are_read_from_beside_the_file_once_and_never_fetched(tmp_path: Path) -> None:
    importing(tmp_path, "c.ttl")
    importing(tmp_path, "b.ttl", "c.ttl")
    file = OntologyFile(importing(tmp_path, "a.ttl", "b.ttl", "c.ttl", "far.ttl"))
    declared = [t.subject for t in file.triples() if t.predicate == RDF_TYPE]
    assert [str(one).rsplit("/", 1)[1] for one in declared] == ["a.ttl>", "b.ttl>", "c.ttl>"]
    assert file.missing == ["http://example.org/far.ttl"]


def test_imports_in_a_circle_are_told(tmp_path: Path) -> None:
    importing(tmp_path, "b.ttl", "a.ttl")
    with pytest.raises(OntologyFileError, match=r"a\.ttl → b\.ttl → a\.ttl"):
        list(OntologyFile(importing(tmp_path, "a.ttl", "b.ttl")).triples())


# ---------------------------------------------------------------- contradictions


def test_an_ontology_that_fits_ours_has_no_conflict(ours: Built, theirs: Index) -> None:
    assert conflicts(ours.quads, theirs) == []


def test_a_muscle_that_is_linked_to_a_bone_is_refused(tmp_path: Path, theirs: Index) -> None:
    wrong = {"muscle:sartorius": ("0002446", "patella")}
    [found] = conflicts(small(tmp_path, wrong).quads, theirs)
    assert found.startswith("muscle:sartorius is linked to patella, and would then be both")
    with pytest.raises(OntologyConflictError, match="muscle:sartorius"):
        prepare(EXCERPT, "uberon", small(tmp_path, wrong).quads, tmp_path)
    assert added(tmp_path) == []


def test_a_class_that_nothing_can_be_of_is_refused(tmp_path: Path, ours: Built) -> None:
    path = tmp_path / "mad.obo"
    text = EXCERPT.read_text("utf-8")
    path.write_text(
        text.replace("name: soleus muscle\n", "name: soleus muscle\nis_a: UBERON:0001474\n"),
        "utf-8",
    )
    assert any(
        "soleus" in one for one in conflicts(ours.quads, index(OntologyFile(path).triples()))
    )


# ---------------------------------------------------------------- in the graph and out of it


@pytest.fixture
def folder(tmp_path: Path, ours: Built) -> Path:
    write(ours, tmp_path)
    return tmp_path


def stored(folder: Path) -> list[ox.Quad]:
    return list(ox.parse(path=folder / GRAPH_FILE, format=ox.RdfFormat.N_QUADS))


def test_an_ontology_goes_into_graphs_of_its_own_and_out_again(folder: Path, ours: Built) -> None:
    before = set(stored(folder))
    found = prepare(EXCERPT, "uberon", ours.quads, folder)
    assert (found.name, found.classes, found.linked) == ("uberon", 84, 13)
    write(ours, folder)
    after = stored(folder)
    assert set(after) > before
    triples = [(q.subject, q.predicate, q.object) for q in after]
    assert len(triples) == len(set(triples)), "a triple in two graphs is counted twice"
    assert {q.graph_name.value for q in set(after) - before} == {  # type: ignore[union-attr]
        "https://w3id.org/myograph/graph/external/uberon",
        "https://w3id.org/myograph/graph/external/uberon/bridge",
    }
    assert fingerprint_with("small", folder) != "small"
    assert remove("uberon", folder).version == found.version
    write(ours, folder)
    assert set(stored(folder)) == before
    assert fingerprint_with("small", folder) == "small"
    with pytest.raises(UnknownOntologyError, match="uberon"):
        remove("uberon", folder)


def test_one_query_uses_both_vocabularies(folder: Path, ours: Built) -> None:
    query = """SELECT ?name WHERE {
        ?muscle a obo:UBERON_0001383 ; rdfs:label ?name ; myo:produces movement:plantarflexion ;
            obo:RO_0002372/obo:BFO_0000050 bone:fibula }"""
    prefixes = "".join(
        f"PREFIX {name}: <{iri(name + ':').value}>\n"
        for name in ("obo", "rdfs", "myo", "movement", "bone")
    )
    store = ox.Store()
    store.extend(stored(folder))
    assert len(list(store.query(prefixes + query, use_default_graph_as_union=True))) == 0  # type: ignore[arg-type]
    prepare(EXCERPT, "uberon", ours.quads, folder)
    write(ours, folder)
    store = ox.Store()
    store.extend(stored(folder))
    answers = store.query(prefixes + query, use_default_graph_as_union=True)
    assert [row["name"].value for row in answers] == ["soleus"]  # type: ignore[union-attr]


def test_a_failed_addition_leaves_the_one_before(folder: Path, ours: Built) -> None:
    prepare(EXCERPT, "uberon", ours.quads, folder)
    broken = folder / "broken.obo"
    broken.write_text("format-version: 1.2\n\n[Term]\nname\n", "utf-8")
    with pytest.raises(MyographError):
        prepare(broken, "uberon", ours.quads, folder)
    assert [one.classes for one in added(folder)] == [84]


def test_what_is_written_is_not_written_twice(folder: Path, ours: Built) -> None:
    prepare(EXCERPT, "uberon", ours.quads, folder)
    write(ours, folder)
    once = stored(folder)
    again = Built(once, ox.Store(), [], {}, "small")
    assert not any(is_external(quad.graph_name) for quad in own_quads(again))
    write(again, folder)
    assert sorted(map(str, stored(folder))) == sorted(map(str, once))


# ---------------------------------------------------------------- comparing


@pytest.fixture(scope="module")
def compared(ours: Built, theirs: Index) -> dict[tuple[str, str, str], Comparison]:
    found = compare(ours.quads, Names(ours.quads), theirs)
    return {(one.muscle, one.what, one.verdict): one for one in found}


@pytest.mark.parametrize(
    ("muscle", "what", "verdict", "their_label", "our_label"),
    [
        ("soleus", "nerve", "agreement", "tibial nerve", "tibial nerve"),
        ("soleus", "insertion", "agreement", "calcaneal tendon", "heel"),
        ("soleus", "origin", "ours finer", "fibula", "head of the fibula"),
        ("soleus", "origin", "theirs lacks", "fibula", "soleal line"),
        ("gluteus medius", "origin", "ours coarser", "ilium", "pelvis"),
        ("flexor hallucis longus", "origin", "agreement", "fibula", "fibula"),
        # Theirs has the two ends of the muscle the other way round.
        ("popliteus", "origin", "contradiction", "tibia", "popliteal groove"),
        ("popliteus", "insertion", "not linked", "condyle of femur", "soleal line"),
        ("biceps femoris", "nerve", "theirs lacks", "tibial nerve", "common fibular nerve"),
        ("pectineus", "nerve", "ours lacks", "obturator nerve", "femoral nerve"),
    ],
)
def test_both_sides_are_compared_statement_by_statement(
    compared: dict[tuple[str, str, str], Comparison],
    muscle: str,
    what: str,
    verdict: str,
    their_label: str,
    our_label: str,
) -> None:
    found = compared[muscle, what, verdict]
    assert their_label in [label for label, _ in found.theirs]
    assert our_label in [label for label, _ in found.ours]


def test_a_comparison_names_the_sources_of_both_sides(
    compared: dict[tuple[str, str, str], Comparison],
) -> None:
    row = compared["soleus", "origin", "ours finer"].row()
    assert (row["their source"], row["our source"]) == ("dbpedia", "source:a")
    assert row["their term"] == OBO + "UBERON_0001446"
    assert row["our record"] == "landmark:head-of-fibula"


# ---------------------------------------------------------------- counting


def test_coverage_counts_each_record_once(ours: Built) -> None:
    rows = {(one.kind, one.system): one for one in coverage(ours.quads)}
    assert (rows["Muscle", "UBERON"].records, rows["Muscle", "UBERON"].exact) == (7, 6)
    assert rows["Bone", "UBERON"].row() == {
        "class": "Bone", "system": "UBERON", "records": "5", "exact": "3", "near": "0",
        "none": "0", "not looked for": "2",
    }  # fmt: skip


def test_labels_that_differ_and_terms_that_are_gone_are_found(
    tmp_path: Path, theirs: Index
) -> None:
    changed = {
        "bone:femur": ("0000981", "thigh bone"),
        "bone:pelvis": ("9999999", "pelvis"),
    }
    found = differences(small(tmp_path, changed).quads, theirs)
    assert [(one.record.rsplit("/", 1)[1], one.what, one.theirs) for one in found] == [
        ("femur", "label differs", "femur"),
        ("pelvis", "not there", ""),
    ]


def test_what_may_be_the_same_and_is_not_linked_is_found(ours: Built, theirs: Index) -> None:
    found = {
        one.record.rsplit("/", 1)[1]: one
        for one in candidates(ours.quads, Names(ours.quads), theirs)
    }
    assert found["femur"].theirs == "femur"
    assert found["common-fibular"].term == OBO + "UBERON_0001324"
    assert "tibia" not in found


def test_a_table_serves_like_an_ontology(tmp_path: Path, ours: Built) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("uberon_id\tlabel\tsynonyms\nUBERON:0000981\tthighbone\tfemur|os\n", "utf-8")
    terms = read_table(path)
    [found] = candidates(ours.quads, Names(ours.quads), terms)
    assert (found.label, found.theirs) == ("femur", "thighbone")
    assert {one.what for one in differences(ours.quads, terms)} == {"not there"}
    path.write_text("a\tb\n1\t2\n", "utf-8")
    with pytest.raises(InputFileError, match="no columns of identifiers"):
        read_table(path)


# ---------------------------------------------------------------- the command


def test_the_command_adds_compares_and_removes(
    folder: Path, ours: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Sources, "build_folder", property(lambda _: folder))
    monkeypatch.setattr("myograph.commands.link.load_or_build", lambda *_: ours)
    assert main(["link", "add", str(EXCERPT), "--name", "uberon"]) == 0
    assert "84 classes, of which 13 are the same" in capsys.readouterr().out
    assert main(["link", "list"]) == 0
    assert "uberon-excerpt.obo" in capsys.readouterr().out
    assert main(["link", "compare", "uberon", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["muscle"] for row in rows if row["verdict"] == "contradiction"] == ["popliteus"]
    assert main(["link", "report", "--against", str(EXCERPT)]) == 0
    out = capsys.readouterr().out
    assert "What may be the same and is not linked" in out
    assert main(["link", "remove", "uberon"]) == 0
    assert main(["link", "remove", "uberon"]) == 2
    assert "No ontology called 'uberon' was added." in capsys.readouterr().err
