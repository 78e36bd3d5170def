"""The questions as functions: `graph.ask.exercises_for_muscle(muscle="soleus")`."""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter as Argument
from inspect import Signature

from rapidfuzz import process

from myograph.errors import QuestionError
from myograph.library.answer import Answer
from myograph.query import Rows
from myograph.questions import DISCLAIMER, Parameter, Question

Given = str | int | float | Sequence[str | int | float]
Put = Callable[[Question, Mapping[str, str | Sequence[str]]], Rows]


class Ask:
    """One function for each question; `dir()` lists them, `help()` of one says what it takes.

    Args:
        questions: by name.
        put: puts a question with its values, as text, to the graph.
    """

    def __init__(self, questions: Mapping[str, Question], put: Put) -> None:
        self._questions = {name.replace("-", "_"): q for name, q in questions.items()}
        self._put = put

    def __dir__(self) -> list[str]:
        return sorted(self._questions)

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        if name.startswith("__"):
            # Python itself looks for these, to copy or to show an object.
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Callable[..., Answer]:
        """Return the function of a question by its name, with hyphens or without.

        Raises:
            QuestionError: there is no such question; the repair has the closest ones.
        """
        wanted = name.replace("-", "_")
        if wanted not in self._questions:
            near = [found for found, *_ in process.extract(wanted, dir(self), limit=3)]
            raise QuestionError(
                f"There is no question '{name}'.",
                f"Did you mean {', '.join(near)}? List them all with: dir(graph.ask).",
            )
        return self._function(wanted, self._questions[wanted])

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {q.question}" for name, q in sorted(self._questions.items()))

    def _function(self, name: str, question: Question) -> Callable[..., Answer]:
        def asked(**given: Given | None) -> Answer:
            texts = {key: _texts(value) for key, value in given.items() if value is not None}
            rows = self._put(question, texts)
            return Answer.of(rows, DISCLAIMER if question.careful else "")

        asked.__name__ = asked.__qualname__ = name
        asked.__doc__ = _documentation(question)
        asked.__signature__ = Signature(  # type: ignore[attr-defined]
            [
                Argument(p.name, Argument.KEYWORD_ONLY, default=None, annotation=_annotation(p))
                for p in question.params
            ],
            return_annotation=Answer,
        )
        return asked


def _texts(value: Given) -> str | list[str]:
    if isinstance(value, str | int | float):
        return str(value)
    return [str(one) for one in value]


def _annotation(param: Parameter) -> object:
    return str | Sequence[str] | None if param.several else str | None


def _documentation(question: Question) -> str:
    lines = [question.question, ""]
    if question.params:
        lines.append("Args:")
    for param in question.params:
        kind = param.kind.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        default = ", ".join(_last(term.value) for term in param.defaults)
        what = f"a name or IRI of a {kind}" if not param.is_literal else f"a {kind}"
        several = "; several may be given" if param.several else ""
        left_out = "lets all pass" if param.optional else f"is {default}"
        lines.append(f"    {param.name}: {what}{several}. Left out, it {left_out}.")
    raises = "QuestionError, UnknownNameError, QueryError: a parameter or its value is not right."
    lines += ["", "Raises:", f"    {raises}"]
    return "\n".join([*lines, *(["", DISCLAIMER] if question.careful else [])])


def _last(text: str) -> str:
    return text.rsplit("/", 1)[-1]
