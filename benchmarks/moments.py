"""Holds the graph's actions against moment arms of published leg models.

`python -m benchmarks.moments` prints where they differ, `--all` everything that was compared, and
`--passages` the passages, as Turtle, of leaves of which the graph states none at a joint.
`--table` names the table of paths, which lies beside the checkout. See `benchmarks/paths.py`.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
from rich.table import Table

from benchmarks.paths import FREEDOMS, Freedom, Model, MusclePath, moment_arm, read_models
from myograph.build import load_or_build
from myograph.console import OUT
from myograph.files import find_sources

TABLE = Path("../shared/reference/muscle_paths.tsv")
# In metres: from where a path pulls at all, clearly pulls the other way, passes on a side, and asks
# for an action. At the toes the models' tendons run a few millimetres from the axis.
LEVER, OPPOSED, PASSES, GAP = 0.002, 0.005, 0.010, 0.015

# Where the name of a path is not that of a leaf: the leaves that it stands for, several lines where
# the graph may divide a muscle in several ways. The first whose leaves are all there counts.
LEAVES: dict[str, tuple[str, ...]] = {
    "gluteus medius part 1": ("gluteus-medius-anterior-part",),
    "gluteus medius part 2": ("gluteus-medius-middle-part",),
    "gluteus medius part 3": ("gluteus-medius-posterior-part",),
    "gluteus minimus part 1": ("gluteus-minimus-anterior-part", "gluteus-minimus"),
    "gluteus minimus part 2": ("gluteus-minimus-middle-part", "gluteus-minimus"),
    "gluteus minimus part 3": ("gluteus-minimus-posterior-part", "gluteus-minimus"),
    "gluteus maximus part 1": ("gluteus-maximus-superior-part", "gluteus-maximus"),
    "gluteus maximus part 2": ("gluteus-maximus",),
    "gluteus maximus part 3": ("gluteus-maximus-inferior-part", "gluteus-maximus"),
    "adductor magnus superior part": ("adductor-minimus", "adductor-magnus-adductor-part"),
    "adductor magnus proximal part": ("adductor-minimus", "adductor-magnus-adductor-part"),
    "adductor magnus middle part": ("adductor-magnus-adductor-part",),
    "adductor magnus distal part": ("adductor-magnus-adductor-part",),
    "adductor magnus ischial (hamstring) part": ("adductor-magnus-hamstring-part",),
    "adductor magnus inferior (ischial) part": ("adductor-magnus-hamstring-part",),
    "gastrocnemius medial head": ("gastrocnemius-medial-head",),
    "gastrocnemius lateral head": ("gastrocnemius-lateral-head",),
    "biceps femoris long head": ("biceps-femoris-long-head",),
    "biceps femoris short head": ("biceps-femoris-short-head",),
    "vastus medialis": ("vastus-medialis-longus vastus-medialis-obliquus", "vastus-medialis"),
    "gemelli (superior+inferior, lumped)": ("superior-gemellus inferior-gemellus",),
    "erector spinae (lumped)": ("iliocostalis-lumborum longissimus-thoracis",),
}
# Where the models are simpler than the body: leaf and joint of the models, and why.
SIMPLER = {
    ("gluteus-maximus", "knee"): "the models end it on the femur; the tract takes it to the tibia",
    ("gluteus-maximus-superior-part", "knee"): "the models end it on the femur, the tract does not",
    ("gluteus-maximus-inferior-part", "knee"): "the models end it on the femur, the tract does not",
    ("psoas-major", "back"): "the models begin it on the pelvis",
}
# What the graph states against the models: leaf and movement, and why.
DISPUTED: dict[tuple[str, str], str] = {}
_JOINTS = {"back": "lumbar-spine"}


@dataclass
class Stated:
    """What the graph says of one leaf, by slugs.

    Attributes:
        crosses: the joints that it crosses.
        actions: its movements, each with whether a posture decides.
        variants: movements that a variant is about.
        passages: the joints past which it states a side.
    """

    crosses: set[str] = field(default_factory=set)
    actions: dict[str, bool] = field(default_factory=dict)
    variants: set[str] = field(default_factory=set)
    passages: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Compared:
    """One leaf at one freedom of one joint.

    Attributes:
        leaf: its slug.
        freedom: of the models' joint.
        arms: the moment arm in metres of each path that stands for the leaf, with the model's name.
        movement: the movement, as a slug, that is acted or that the paths ask for.
        verdict: `agrees`, `contradiction`, `no lever`, `gap`, `variant` or `near the axis`.
    """

    leaf: str
    freedom: Freedom
    arms: tuple[tuple[str, float], ...]
    movement: str
    verdict: str


def leaves_of(path: MusclePath, known: Iterable[str]) -> tuple[str, ...]:
    """Return the slugs of the leaves that a path stands for, as far as the graph has them."""
    there = set(known)
    whole = f"{path.muscle} {path.part}".strip()
    for line in LEAVES.get(whole, (whole.replace(" ", "-"),)):
        if set(line.split()) <= there:
            return tuple(line.split())
    return ()


def joints_of(joint: str, crossed: set[str]) -> list[str]:
    """Return the joints of the graph that a joint of the models stands for in a leaf."""
    if joint == "mtp":
        return sorted(name for name in crossed if name.startswith("metatarsophalangeal-"))
    return [_JOINTS.get(joint, joint)]


def compare(models: list[Model], graph: dict[str, Stated]) -> list[Compared]:
    """Compare every path with what the graph states of its leaf."""
    arms: dict[tuple[str, Freedom], list[tuple[str, float]]] = defaultdict(list)
    for model in models:
        for path in model.paths:
            for leaf in leaves_of(path, graph):
                for freedom in FREEDOMS:
                    if freedom.joint in path.joints:
                        arm = moment_arm(path, freedom, model.centres)
                        arms[leaf, freedom].append((model.name, arm))
    return [
        row
        for (leaf, freedom), found in arms.items()
        for row in _judged(leaf, freedom, tuple(found), graph[leaf])
    ]


def _movements(freedom: Freedom, ending: str, stated: Stated) -> list[str]:
    prefix = "lumbar" if freedom.joint == "back" else None
    return [f"{prefix or joint}-{ending}" for joint in joints_of(freedom.joint, stated.crosses)]


def _judged(
    leaf: str, freedom: Freedom, arms: tuple[tuple[str, float], ...], stated: Stated
) -> Iterable[Compared]:
    acted = False
    values = [arm for _, arm in arms]
    for sign, ending in ((1, freedom.positive), (-1, freedom.negative)):
        toward = [sign * value for value in values]
        names = _movements(freedom, ending, stated)
        for movement in [name for name in names if name in stated.actions]:
            acted = True
            if stated.actions[movement]:
                verdict = "in a posture"
            elif max(toward) <= -OPPOSED:
                verdict = "contradiction"
            else:
                verdict = "agrees" if max(toward) >= LEVER else "no lever"
            yield Compared(leaf, freedom, arms, movement, verdict)
        missing = not any(name in stated.actions for name in names)
        if names and missing and min(toward) >= GAP:
            acted = True
            told = any(name in stated.variants for name in names)
            yield Compared(leaf, freedom, arms, names[0], "variant" if told else "gap")
    if not acted:
        yield Compared(leaf, freedom, arms, "", "near the axis")


def crossing_faults(models: list[Model], graph: dict[str, Stated]) -> list[str]:
    """Return, as sentences, where a path crosses other joints than its leaf does in the graph."""
    known = {joint for freedom in FREEDOMS for joint in [freedom.joint]}
    faults = set()
    for model in models:
        for path in model.paths:
            for leaf in leaves_of(path, graph):
                crossed = graph[leaf].crosses
                there = {joint for joint in known if set(joints_of(joint, crossed)) & crossed}
                for joint in set(path.joints) ^ there:
                    if (leaf, joint) not in SIMPLER:
                        who = "the models say" if joint in path.joints else "the graph says"
                        faults.add(f"{leaf}: only {who} that it crosses the joint '{joint}'")
    return sorted(faults)


def passages(compared: list[Compared], graph: dict[str, Stated]) -> list[tuple[str, str, str, str]]:
    """Return the passages that all models show and the graph does not state.

    Returns:
        Leaf, joint, side, and the movement that the graph lacks of that side, or nothing.
    """
    found = []
    for row in {(row.leaf, row.freedom): row for row in compared}.values():
        sides, values = row.freedom.sides, [arm for _, arm in row.arms]
        both = len({model for model, _ in row.arms}) > 1
        if not sides or not both or min(abs(v) for v in values) < PASSES:
            continue
        if min(values) * max(values) < 0:
            continue
        stated = graph[row.leaf]
        at = 0 if values[0] > 0 else 1
        ending = (row.freedom.positive, row.freedom.negative)[at]
        names = _movements(row.freedom, ending, stated)
        joints = joints_of(row.freedom.joint, stated.crosses)
        for joint, movement in zip(joints, names, strict=True):
            told = movement in stated.actions or movement in stated.variants
            if joint not in stated.passages:
                found.append((row.leaf, joint, sides[at], "" if told else movement))
    return found


def stated_in(store: ox.Store) -> dict[str, Stated]:
    """Read what a built graph says of each leaf."""
    parts = {
        "crosses": "?leaf myo:crosses ?value",
        "actions": "?whole myo:hasAction ?action . ?action myo:ofMovement ?value "
        "OPTIONAL { ?action myo:onlyWhen ?posture }",
        "variants": "?whole myo:hasVariant ?variant . ?variant myo:ofMovement ?value",
        "passages": "?whole myo:hasPassage ?passage . ?passage myo:pastJoint ?value",
    }
    graph: dict[str, Stated] = defaultdict(Stated)
    for name, pattern in parts.items():
        rows = store.query(
            "PREFIX myo: <https://w3id.org/myograph/ontology/> SELECT ?leaf ?value ?posture "
            f"WHERE {{ ?leaf a myo:LeafMuscle ; myo:hasFactsOf ?whole . {pattern} }}",
            use_default_graph_as_union=True,
        )
        assert isinstance(rows, ox.QuerySolutions)
        for row in rows:
            leaf, value = _slug(row["leaf"]), _slug(row["value"])
            if name == "actions":
                graph[leaf].actions[value] = row["posture"] is not None
            else:
                getattr(graph[leaf], name).add(value)
    return graph


def _slug(term: object) -> str:
    assert isinstance(term, ox.NamedNode)
    return term.value.rsplit("/", 1)[-1]


def show(compared: list[Compared], faults: list[str], everything: bool) -> None:
    """Print what was compared."""
    table = Table(box=None, pad_edge=False)
    for heading in ("leaf", "movement", "moment arm toward it, mm", "verdict"):
        table.add_column(heading)
    dull = {"agrees", "near the axis", "in a posture", "variant"}
    for row in sorted(compared, key=lambda row: (row.verdict, row.leaf)):
        if everything or row.verdict not in dull:
            sign = -1 if row.movement.endswith(row.freedom.negative) else 1
            arms = defaultdict(list)
            for model, arm in row.arms:
                arms[model].append(f"{sign * arm * 1000:+.0f}")
            told = ", ".join(f"{model} {' '.join(found)}" for model, found in arms.items())
            movement = row.movement or f"({row.freedom.joint}-{row.freedom.positive})"
            table.add_row(row.leaf, movement, told, row.verdict)
    OUT.print(table)
    tally = Counter(row.verdict for row in compared)
    OUT.print(", ".join(f"{count} {verdict}" for verdict, count in tally.items()))
    for fault in faults:
        OUT.print(f"crossing: {fault}")


def show_passages(found: list[tuple[str, str, str, str]]) -> None:
    """Print passages as Turtle; those of which no action is on record as comments."""
    by_leaf = defaultdict(list)
    for leaf, joint, side, missing in found:
        by_leaf[leaf].append((joint, side, missing))
    for leaf, facts in sorted(by_leaf.items()):
        for joint, side, missing in facts:
            if missing:
                print(f"# muscle:{leaf} passes joint:{joint} on myo:{side}; no action of {missing}")
        lines = [
            f"[ myo:pastJoint joint:{joint} ; myo:side myo:{side} ; "
            "dcterms:source source:rajagopal-2016 , source:delp-1990 ]"
            for joint, side, missing in facts
            if not missing
        ]
        if lines:
            print(f"muscle:{leaf} myo:hasPassage\n    " + " ,\n    ".join(lines) + " .")


def main() -> None:
    """Read, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--all", action="store_true", help="show what agrees, too")
    parser.add_argument("--passages", action="store_true", help="print passages as Turtle")
    args = parser.parse_args()
    models = read_models(args.table)
    graph = stated_in(load_or_build(find_sources()).store)
    compared = compare(models, graph)
    if args.passages:
        show_passages(passages(compared, graph))
    else:
        show(compared, crossing_faults(models, graph), args.all)


if __name__ == "__main__":
    main()
