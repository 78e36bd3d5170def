"""Asks the graph: SPARQL in, rows or triples out, for the commands and the pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from myograph.errors import QueryError
from myograph.names import Names
from myograph.questions import Parameter, Question

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


def ask(store: ox.Store, question: Question, names: Names, given: Mapping[str, str]) -> Rows:
    """Answer a question.

    Args:
        store: the graph.
        question: what is asked.
        names: finds a record by what the asker calls it.
        given: the asker's values, as text; a parameter that is left out keeps its default.

    Raises:
        QuestionError: the question has no such parameter.
        UnknownNameError: no record of the parameter's class has that name.
    """
    params = {param.name: param for param in question.params}
    values = {
        name: value_of(params[name], text, names) if name in params else ox.Literal(text)
        for name, text in given.items()
    }
    answer = run(store, question.bind(values))
    if not isinstance(answer, Rows):
        raise QueryError(f"The question {question.name} is no SELECT.", "Write SELECT.")
    return answer


def value_of(param: Parameter, text: str, names: Names) -> ox.NamedNode | ox.Literal:
    """Return the term for what somebody gave as a parameter's value.

    Raises:
        UnknownNameError: no record of the parameter's class has that name.
        QueryError: a number was wanted.
    """
    if not param.is_literal:
        return names.find(text, param.kind)
    if number := _NUMBERS.get(param.kind.value.rpartition("#")[2]):
        if not re.fullmatch(number, text.strip(), re.ASCII):
            raise QueryError(f"'{text}' is no number.", f"Give {param.name} a number.")
        return ox.Literal(text.strip(), datatype=param.kind)
    return ox.Literal(text)
