"""Asks the graph: SPARQL in, rows or triples out, for the commands and the pages."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from rapidfuzz import process

from myograph.errors import QueryError, UnknownNameError
from myograph.names import Names, folded
from myograph.questions import Parameter, Question, Value

# As XML Schema writes them, which is stricter than what Python takes for one.
_NUMBERS = {"integer": r"[+-]?\d+", "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)"}
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True)
class Rows:
    """The answer to a SELECT.

    Attributes:
        columns: the variables as projected, without question marks.
        rows: one tuple a solution; None where a variable is unbound.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    def dicts(self) -> list[dict[str, Term | None]]:
        """Return each row as a dictionary."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run(
    store: ox.Store, text: str, prefixes: Mapping[str, str] | None = None
) -> Rows | bool | list[ox.Triple]:
    """Run a query over the union of all named graphs.

    Args:
        store: the graph.
        text: a SPARQL 1.1 query, https://www.w3.org/TR/sparql11-query/.
        prefixes: that the query may use without declaring them.

    Returns:
        Rows for SELECT, a truth value for ASK, triples for CONSTRUCT and DESCRIBE.

    Raises:
        QueryError: the query does not parse or asks for a function that the engine lacks.
    """
    try:
        answer = store.query(text, prefixes=dict(prefixes or {}), use_default_graph_as_union=True)
        if isinstance(answer, ox.QuerySolutions):
            columns = tuple(variable.value for variable in answer.variables)
            return Rows(columns, [tuple(solution) for solution in answer])
        if isinstance(answer, ox.QueryTriples):
            return list(answer)
        return bool(answer)
    except (SyntaxError, RuntimeError) as error:
        raise QueryError(f"The query cannot be answered: {error}", "Repair the query.") from None


def select(store: ox.Store, text: str, bindings: Mapping[str, Term] | None = None) -> Rows:
    """Run a SELECT of our own, with some of its variables bound beforehand.

    Raises:
        QueryError: the query does not parse, or is no SELECT.
    """
    substitutions = {ox.Variable(name): term for name, term in (bindings or {}).items()}
    try:
        answer = store.query(text, use_default_graph_as_union=True, substitutions=substitutions)
    except SyntaxError as error:
        raise QueryError(f"The query cannot be answered: {error}", "Repair the query.") from None
    if not isinstance(answer, ox.QuerySolutions):
        raise QueryError("The query is no SELECT.", "Write SELECT.")
    columns = tuple(variable.value for variable in answer.variables)
    return Rows(columns, [tuple(solution) for solution in answer])


def ask(
    store: ox.Store, question: Question, names: Names, given: Mapping[str, str | Sequence[str]]
) -> Rows:
    """Answer a question.

    Args:
        store: the graph.
        question: what is asked.
        names: finds a record by what the asker calls it.
        given: the asker's values, as text; a parameter that is left out keeps its default, and a
            filter lets everything pass.

    Raises:
        QuestionError: the question has no such parameter, or it takes one value.
        UnknownNameError: no record of the parameter's class has that name.
        QueryError: a number was wanted.
    """

    def answer(text: str) -> Rows:
        return select(store, text)

    return answer(question.bind(values_of(question, given, names, answer)))


def values_of(
    question: Question,
    given: Mapping[str, str | Sequence[str]],
    names: Names,
    answer: Callable[[str], Rows],
) -> dict[str, list[Value]]:
    """Return the terms for what somebody gave as parameters of a question.

    Args:
        question: what is asked.
        given: one text or several for each parameter.
        names: finds a record by what the asker calls it.
        answer: runs a SELECT; where the values of a parameter are listed by a query, by this.

    Raises:
        QuestionError: the question has no such parameter.
        UnknownNameError: no record of the parameter's class has that name.
        QueryError: a number was wanted.
    """
    found: dict[str, list[Value]] = {}
    for name, value in given.items():
        param = question.param(name)
        texts = [value] if isinstance(value, str) else value
        known = choices_of(param, answer) if param.choices else None
        found[name] = [value_of(param, text, names, known) for text in texts]
    return found


def choices_of(param: Parameter, answer: Callable[[str], Rows]) -> list[str]:
    """Return the texts that a parameter may have, where a query lists them."""
    rows = answer(param.choices).rows
    return [row[0].value for row in rows if isinstance(row[0], ox.Literal)]


def value_of(
    param: Parameter, text: str, names: Names, choices: Sequence[str] | None = None
) -> Value:
    """Return the term for what somebody gave as a parameter's value.

    Raises:
        UnknownNameError: no record of the parameter's class has that name, or it is none of the
            choices.
        QueryError: a number was wanted.
    """
    if not param.is_literal:
        return names.find(text, param.kind)
    if choices is not None:
        return ox.Literal(_chosen(param.name, text, choices))
    if number := _NUMBERS.get(param.kind.value.rpartition("#")[2]):
        if not re.fullmatch(number, text.strip(), re.ASCII):
            raise QueryError(f"'{text}' is no number.", f"Give {param.name} a number.")
        return ox.Literal(text.strip(), datatype=param.kind)
    return ox.Literal(text)


def _chosen(name: str, text: str, choices: Sequence[str]) -> str:
    plain = {folded(choice): choice for choice in choices}
    if folded(text) in plain:
        return plain[folded(text)]
    near = [plain[match] for match, *_ in process.extract(folded(text), list(plain), limit=5)]
    raise UnknownNameError(
        f"There is no {name} called '{text}'.",
        f"Did you mean {', '.join(near)}?" if near else "The graph has none.",
    )
