"""An ontology such as other people's are, of any size: written, not fetched.

Its terms have what those of the anatomy ontologies have: a name, a definition with its source,
synonyms, cross-references, parents and parts. Some of its terms are those that our exact links lead
to, so that the two graphs are joined as they are with a real one.
"""

import random
from pathlib import Path

_HEADER = "format-version: 1.2\ndata-version: generated\nontology: generated\n"
_RELATION = "\n[Typedef]\nid: part_of\nname: part of\nxref: BFO:0000050\nis_transitive: true\n"
_FIRST = 9_000_000  # of the identifiers that are not ours: far from any that is given out


def write_obo(path: Path, terms: int, linked: list[str], seed: int = 1) -> None:
    """Write an ontology in OBO format.

    Args:
        path: the file.
        terms: how many terms, those that are linked included; some 13 triples each.
        linked: identifiers such as `UBERON:0001389` that are to be among them.
        seed: of what is random in it.
    """
    chance = random.Random(seed)
    # What is linked comes last, with nothing below: else our records would be of many kinds.
    names = [*(f"GEN:{_FIRST + i:07}" for i in range(terms - len(linked))), *linked]
    with path.open("w", encoding="utf-8") as out:
        out.write(_HEADER)
        for number, name in enumerate(names):
            # Only to what came before, and never to what is linked: no term is above itself.
            above = min(number, terms - len(linked))
            out.write(_term(number, name, names, above, chance))
        out.write(_RELATION)


def _term(number: int, name: str, names: list[str], above: int, chance: random.Random) -> str:
    lines = [
        f"\n[Term]\nid: {name}\nname: generated structure {number}",
        f'def: "The structure of number {number}, as somebody describes it." [GEN:{number}]',
        *(f'synonym: "structure {number} by name {i}" EXACT []' for i in range(2)),
        *(f"xref: {system}:{number}" for system in ("FMA", "MA", "EMAPA")),
    ]
    if above:
        lines += [f"is_a: {names[chance.randrange(above)]}"]
        lines += [f"relationship: part_of {names[chance.randrange(above)]}"]
    return "\n".join(lines) + "\n"
