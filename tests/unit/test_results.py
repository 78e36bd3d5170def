"""Rows in the result formats of SPARQL, read back by parsers that are not ours."""

import csv
import io
import json
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from myograph.errors import UnknownFormatError
from myograph.query import Rows
from myograph.results import ROW_FORMATS, TRIPLE_FORMATS, write_rows, write_triples
from myograph.terms import XSD
from tests.helpers import facts

HARD = 'comma, "quote"\r\nline \\ tab\t<&> ü'
ROWS = Rows(
    ("zeta", "alpha", "mid"),
    [
        (ox.NamedNode("http://e/a?b&c"), ox.Literal(HARD), None),
        (
            ox.Literal("1.50", datatype=ox.NamedNode(XSD + "decimal")),
            ox.Literal("bonjour", language="fr"),
            ox.BlankNode("b1"),
        ),
    ],
)
SPARQL = "{http://www.w3.org/2005/sparql-results#}"


def test_json_keeps_the_order_of_the_variables_and_leaves_out_what_is_unbound() -> None:
    answer = json.loads(write_rows(ROWS, "json"))
    assert answer["head"]["vars"] == ["zeta", "alpha", "mid"]
    first, second = answer["results"]["bindings"]
    assert first == {
        "zeta": {"type": "uri", "value": "http://e/a?b&c"},
        "alpha": {"type": "literal", "value": HARD},
    }
    assert second["zeta"] == {"type": "literal", "value": "1.50", "datatype": XSD + "decimal"}
    assert second["alpha"] == {"type": "literal", "value": "bonjour", "xml:lang": "fr"}
    assert second["mid"] == {"type": "bnode", "value": "b1"}


def test_csv_quotes_what_needs_it_and_ends_lines_as_the_standard_wants() -> None:
    text = write_rows(ROWS, "csv")
    header, first, second = list(csv.reader(io.StringIO(text, newline="")))
    assert header == ["zeta", "alpha", "mid"]
    assert first == ["http://e/a?b&c", HARD, ""]
    assert second[:2] == ["1.50", "bonjour"]
    assert text.startswith("zeta,alpha,mid\r\n")
    assert text.endswith("\r\n")


def test_tsv_writes_terms_as_turtle_does_a_row_a_line() -> None:
    lines = write_rows(ROWS, "tsv").split("\n")
    assert lines[0] == "?zeta\t?alpha\t?mid"
    assert lines[1].split("\t") == [
        "<http://e/a?b&c>",
        '"comma, \\"quote\\"\\r\\nline \\\\ tab\\t<&> ü"',
        "",
    ]
    assert '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>' in lines[2]
    assert '"bonjour"@fr' in lines[2]
    assert lines[3:] == [""]


def test_xml_keeps_carriage_returns_and_escapes_markup() -> None:
    root = ElementTree.fromstring(write_rows(ROWS, "xml"))
    names = [node.get("name") for node in root.iter(f"{SPARQL}variable")]
    assert names == ["zeta", "alpha", "mid"]
    first, second = root.iter(f"{SPARQL}result")
    assert [node.get("name") for node in first] == ["zeta", "alpha"]
    assert first.findtext(f".//{SPARQL}uri") == "http://e/a?b&c"
    assert first.findtext(f".//{SPARQL}literal") == HARD
    [number, word] = second.iter(f"{SPARQL}literal")
    assert number.get("datatype") == XSD + "decimal"
    assert word.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"


@pytest.mark.parametrize("format_", ROW_FORMATS)
def test_no_rows_are_an_answer_too(format_: str) -> None:
    text = write_rows(Rows(("a", "b"), []), format_)
    assert "a" in text
    assert "b" in text


@pytest.mark.parametrize("format_", ["json", "xml", "tsv"])
def test_another_engine_reads_the_same_rows(format_: str) -> None:
    formats = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    read = ox.parse_query_results(write_rows(ROWS, format_), format=formats[format_])
    assert isinstance(read, ox.QuerySolutions)
    assert [variable.value for variable in read.variables] == list(ROWS.columns)
    assert [tuple(solution)[:2] for solution in read] == [row[:2] for row in ROWS.rows]


@pytest.mark.parametrize("format_", TRIPLE_FORMATS)
def test_triples_parse_back(format_: str) -> None:
    triples = [
        ox.Triple(q.subject, q.predicate, q.object)
        for q in facts('muscle:a rdfs:label "two\\nlines\\r\\n & more"@en ; myo:deepTo muscle:b .')
    ]
    text = write_triples(triples, format_, {"ex": "http://example.org/"})
    found = ox.parse(text.encode("utf-8"), format=TRIPLE_FORMATS[format_])
    assert {q.triple for q in found} == set(triples)


def test_an_unknown_format_of_triples_is_an_error() -> None:
    with pytest.raises(UnknownFormatError, match="csv"):
        write_triples([], "csv", {})


def test_turtle_declares_the_prefixes_that_it_uses_in_order() -> None:
    prefixes = {"zoo": "http://z/", "ex": "http://e/", "unused": "http://u/"}
    triple = ox.Triple(ox.NamedNode("http://z/a"), ox.NamedNode("http://e/p"), ox.Literal("x"))
    text = write_triples([triple], "turtle", prefixes)
    assert text == '@prefix ex: <http://e/> .\n@prefix zoo: <http://z/> .\nzoo:a ex:p "x" .\n'
