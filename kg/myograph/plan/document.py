"""Reads a workout's text: JSON or Turtle in, one plain document out, checked by the schema.

Whatever is wrong is told with its place, all of it at once where that can be done.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from rapidfuzz import process

from myograph.errors import Fault, WorkoutError
from myograph.plan.turtle import plain_workout

SCHEMA = Path(__file__).with_name("workout.json")
MOST_CHARACTERS = 64_000
_FORMAT = "The format is at https://w3id.org/myograph/schema/workout.json."
MOST_FAULTS = 20
_SHOWN = 60  # characters of a value in a message
_KINDS = {
    "string": "a text",
    "object": "an object",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
Step = str | int


@dataclass(frozen=True)
class Document:
    """A workout as its author wrote it.

    Attributes:
        name: what to call the document in messages, such as its path.
        content: as the schema has it.
        lines: the line of each value by its path, where it is known.
    """

    name: str
    content: dict[str, Any]
    lines: Mapping[tuple[Step, ...], int]

    def fault(self, path: tuple[Step, ...], message: str, repair: str) -> Fault:
        """Return what is wrong at a path of the document."""
        return Fault(place_of(path), self.lines.get(path), message, repair)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a workout, https://json-schema.org/draft/2020-12."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return found


def read_document(text: str, syntax: str, name: str, prefixes: Mapping[str, str]) -> Document:
    """Read a workout.

    Args:
        text: the document.
        syntax: `json` or `turtle`.
        name: what to call it in messages.
        prefixes: that Turtle may use without declaring them.

    Raises:
        WorkoutError: it is no workout; the faults in it have their places.
        MalformedTurtleError: it does not parse, with line and column.
    """
    if len(text) > MOST_CHARACTERS:
        raise WorkoutError(f"{name} has {len(text):,} characters.", f"Keep to {MOST_CHARACTERS:,}.")
    if not text.strip():
        raise WorkoutError(f"{name} is empty.", _FORMAT)
    lines: Mapping[tuple[Step, ...], int] = {}
    if syntax == "turtle":
        content = plain_workout(text, name, dict(prefixes))
    else:
        content, lines = _json(text, name), _Lines(text)
    document = Document(name, content, lines)
    errors = Draft202012Validator(schema()).iter_errors(content)
    refuse(name, [_fault(document, error) for error, _ in zip(errors, range(99), strict=False)])
    return document


def refuse(name: str, faults: Iterable[Fault]) -> None:
    """Raise one error for the faults of a document, if it has any.

    Raises:
        WorkoutError: with each fault once, in the order of the document.
    """
    found = sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
    if not found:
        return
    if len(found) == 1:
        raise WorkoutError(f"{name}, {found[0].told}", found[0].repair, found)
    told = [f"{fault.told} {fault.repair}" for fault in found[:MOST_FAULTS]]
    more = len(found) - MOST_FAULTS
    if more > 0:
        told.append(f"… and {more} more.")
    listed = "".join(f"\n  {line}" for line in told)
    raise WorkoutError(f"{name} has {len(found)} errors:{listed}", f"Repair them. {_FORMAT}", found)


def place_of(path: tuple[Step, ...]) -> str:
    """Return a path as people read it: `exercises, entry 2, sets`."""
    return ", ".join(f"entry {step + 1}" if isinstance(step, int) else step for step in path)


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        line = text.splitlines()[error.lineno - 1 :][:1]
        raise WorkoutError(
            f"{name}, line {error.lineno}, column {error.colno}: {error.msg}.\n"
            f"    {line[0].strip()[:200] if line else ''}",
            'Repair that place: names and texts stand in "…", a comma between two values, none '
            "after the last.",
        ) from None
    except UnicodeEncodeError:
        raise WorkoutError(
            f"{name} has half a character in it.", r"Write \ud… escapes in pairs, or none."
        ) from None
    except RecursionError:
        raise WorkoutError(f"{name} is nested too deeply.", _FORMAT) from None
    except ValueError as error:
        raise WorkoutError(f"{name}: {error}", _FORMAT) from None
    if not isinstance(content, dict):
        raise WorkoutError(f"{name} holds {_kind(content)}, not an object.", _FORMAT)
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the name '{twice[:_SHOWN]}' twice.")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON.")


def _fault(document: Document, error: ValidationError) -> Fault:
    path = tuple(error.absolute_path)
    repair = str(error.schema.get("description", "")) if isinstance(error.schema, dict) else ""
    return document.fault(path, _reason(error), repair or _FORMAT)


def _reason(error: ValidationError) -> str:
    value: Any = error.instance
    wanted: Any = error.validator_value
    around: Any = error.schema
    match error.validator:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"{_kind(value)} stands where {' or '.join(_KINDS[k] for k in kinds)} belongs."
        case "required":
            missing = next(name for name in wanted if name not in value)
            return f"'{missing}' is missing."
        case "additionalProperties":
            known = list(around["properties"])
            return _unknown(next(name for name in value if name not in known), known)
        case "minimum" | "maximum":
            side = "less" if error.validator == "minimum" else "more"
            return f"{_shown(value)} is {side} than {wanted}."
        case "minItems" | "maxItems":
            return f"the list has {len(value)} entries."
        case "minLength" | "pattern":
            return "the text is empty."
        case "maxLength":
            return f"the text has {len(value)} characters."
    return f"{error.message[:200]}."


def _unknown(name: str, known: list[str]) -> str:
    near = process.extractOne(name[:_SHOWN], known, score_cutoff=60)
    meant = f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(known)}."
    return f"there is no '{name[:_SHOWN]}' here.{meant}"


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return f"{_shown(value)} (true or false)"
    for kind, name in (
        (str, "string"), (dict, "object"), (list, "array"), (int, "integer"), (float, "number"),
    ):  # fmt: skip
        if isinstance(value, kind):
            told = _KINDS[name]
            return told if isinstance(value, dict | list) else f"{_shown(value)} ({told})"
    return "null"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


class _Lines(dict[tuple[Step, ...], int]):
    """The line of each value of a JSON document, looked up when an error asks for one.

    JSON is YAML, and PyYAML says where a node begins, which Python's parser of JSON does not.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._read = False

    def get(self, path: tuple[Step, ...], default: Any = None) -> Any:
        """Return the line of the value at a path, from 1."""
        if not self._read:
            self._read = True
            try:
                # A tab may stand where YAML has none; a blank does as well there.
                root = yaml.compose(self._text.replace("\t", " "), yaml.CSafeLoader)
            except (yaml.YAMLError, RecursionError):
                root = None
            if root is not None:
                self._walk(root, ())
        return super().get(path, default)

    def _walk(self, node: yaml.Node, path: tuple[Step, ...]) -> None:
        self[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._walk(value, (*path, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                self._walk(value, (*path, place))
