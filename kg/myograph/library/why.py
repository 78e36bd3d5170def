"""An explanation that Python users can print, walk through and keep as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from myograph.build import Built
from myograph.card import source_label
from myograph.explain import Explanation
from myograph.provenance import as_json

_FEW = 2  # sources of one statement that are printed


@dataclass(frozen=True)
class Why:
    """Why a statement holds; `print` shows the whole proof.

    Attributes:
        found: the explanation.
        built: the graph that it is of.
    """

    found: Explanation
    built: Built

    @property
    def text(self) -> str:
        """The statement in words."""
        return self.found.text

    @property
    def rule(self) -> str:
        """The name of the rule that derived it; "" if somebody wrote it down."""
        return self.found.rule

    @property
    def says(self) -> str:
        """What the rule says of this case; "" if somebody wrote it down."""
        return self.found.says

    @cached_property
    def premises(self) -> tuple["Why", ...]:
        """What the rule used, each with its own reasons."""
        return tuple(Why(premise, self.built) for premise in self.found.premises)

    @property
    def sources(self) -> list[str]:
        """The titles of the sources that all of it rests on, each once."""
        cited = (source for fact in self.found.authored() for source in fact.sources)
        return [source_label(self.built, source) for source in dict.fromkeys(cited)]

    def to_dict(self) -> dict[str, object]:
        """Return it as `myograph explain --format json` writes it."""
        return as_json(self.found)

    def __str__(self) -> str:
        return "\n".join(self._lines(self.found, 0, set()))

    __repr__ = __str__

    def _lines(self, found: Explanation, depth: int, told: set[str]) -> Iterator[str]:
        indent = "  " * depth
        yield f"{indent}{found.text}"
        if found.derived:
            yield f"{indent}  because: {found.says} (rule {found.rule})"
        else:
            yield f"{indent}  source: {self._cited(found)}"
        known = str(found.statement) in told
        told.add(str(found.statement))
        if known and found.premises:
            yield f"{indent}  as above"
        elif not known:
            for premise in found.premises:
                yield from self._lines(premise, depth + 1, told)

    def _cited(self, found: Explanation) -> str:
        titles = [source_label(self.built, source) for source in found.sources[:_FEW]]
        more = len(found.sources) - len(titles)
        told = [*titles, f"{more} more"] if more > 0 else titles
        return "; ".join(told) or f"stated in {found.graph}"
