"""Where muscle-tendon paths of published leg models run, and the moment arms that follow.

The table `muscle_paths.tsv` gives each path as points in metres (anterior, superior, right; the
body upright in the models' neutral pose) and the joint centres of one model. It does not say to
which bone a point is tied, so the straight piece of a path that spans a joint is taken to be the
one nearest to the joint's centre. Where others come about as near, the weakest of their moment
arms counts, and none if they pull opposite ways: what is left is what the model clearly says.
Surfaces that paths wrap round are not in the table; a path that a model holds behind the knee by
such a surface alone can come out in front of it, so a verdict needs all models.
"""

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

Vector = tuple[float, float, float]

# What counts as about as near as the nearest piece.
_NEAR = 1.3

# The table has the joint centres of Rajagopal2016 alone. These are the joints of gait2392 (Delp et
# al. 1990, doi 10.1109/10.102791) in the table's frame: the model's offsets, added up from the
# pelvis; the points of glut_med1, soleus, tib_ant, ext_hal and ercspn in the table agree to 0.1 mm.
_GAIT2392: dict[str, Vector] = {
    "hip": (-0.0707, 0.8839, 0.0835),
    "knee": (-0.0752, 0.4881, 0.0835),
    "ankle": (-0.0752, 0.0581, 0.0835),
    "subtalar": (-0.1240, 0.0162, 0.0914),
    "mtp": (0.0548, 0.0142, 0.0925),
    "back": (-0.1007, 1.0315, 0.0),
}
_CENTRES_OF_TABLE = {
    "joint centre hip": "hip",
    "joint centre walker_knee": "knee",
    "joint centre ankle": "ankle",
    "joint centre subtalar": "subtalar",
    "joint centre mtp": "mtp",
    "joint centre back": "back",
}
# The axes of ankle and subtalar joint that both models use, for the right foot.
_ANKLE_AXIS: Vector = (-0.10501355, -0.17402245, 0.97912632)
_SUBTALAR_AXIS: Vector = (0.78717961, 0.60474746, -0.12094949)


@dataclass(frozen=True)
class Freedom:
    """One way in which a joint of the models turns.

    Attributes:
        joint: the joint of the models.
        axis: turning the bone farther from the pelvis about it by the right hand is `positive`.
        positive: the end of a movement's slug in the graph, after the joint's.
        negative: the same of the opposite movement.
        sides: of the axis, where muscles make the positive and the negative movement; empty for
            rotation about the long axis, which no side decides.
    """

    joint: str
    axis: Vector
    positive: str
    negative: str
    sides: tuple[str, str] | tuple[()] = ()


FREEDOMS = (
    Freedom("hip", (0, 0, 1), "flexion", "extension", ("AnteriorSide", "PosteriorSide")),
    Freedom("hip", (1, 0, 0), "adduction", "abduction", ("MedialSide", "LateralSide")),
    Freedom("hip", (0, 1, 0), "medial-rotation", "lateral-rotation"),
    Freedom("knee", (0, 0, 1), "extension", "flexion", ("AnteriorSide", "PosteriorSide")),
    Freedom(
        "ankle", _ANKLE_AXIS, "dorsiflexion", "plantarflexion", ("AnteriorSide", "PosteriorSide")
    ),
    Freedom("subtalar", _SUBTALAR_AXIS, "inversion", "eversion", ("MedialSide", "LateralSide")),
    Freedom("mtp", (0, 0, 1), "extension", "flexion", ("AnteriorSide", "PosteriorSide")),
    Freedom("back", (0, 0, 1), "extension", "flexion", ("PosteriorSide", "AnteriorSide")),
    Freedom("back", (1, 0, 0), "ipsilateral-flexion", "contralateral-flexion"),
    Freedom("back", (0, 1, 0), "contralateral-rotation", "ipsilateral-rotation"),
)

# The bodies of the models from the trunk to the toes, and the joint after each but the last.
_CHAIN = ("torso", "pelvis", "femur", "tibia", "foot", "toes")
_BETWEEN = (("back",), ("hip",), ("knee",), ("ankle", "subtalar"), ("mtp",))
# On which bodies the paths of each muscle begin and end in the models.
_ENDS = {
    ("pelvis", "femur"): "adductor brevis; adductor longus; adductor magnus; gluteus maximus; "
    "gluteus medius; gluteus minimus; iliacus; psoas major; pectineus; quadratus femoris; "
    "gemelli (superior+inferior, lumped); piriformis",
    ("pelvis", "tibia"): "biceps femoris long head; gracilis; rectus femoris; sartorius; "
    "semimembranosus; semitendinosus; tensor fasciae latae",
    ("femur", "tibia"): "biceps femoris short head; vastus intermedius; vastus lateralis; "
    "vastus medialis",
    ("femur", "foot"): "gastrocnemius",
    ("tibia", "foot"): "soleus; tibialis anterior; tibialis posterior; fibularis brevis; "
    "fibularis longus; fibularis tertius",
    ("tibia", "toes"): "extensor digitorum longus; extensor hallucis longus; "
    "flexor digitorum longus; flexor hallucis longus",
    ("torso", "pelvis"): "erector spinae (lumped); internal oblique; external oblique",
}


@dataclass(frozen=True)
class MusclePath:
    """A muscle-tendon path of one model.

    Attributes:
        model: its name.
        unit: the path's name in it.
        muscle: the muscle, as the table names it.
        part: the head or part, or nothing.
        points: from the end that is nearer the pelvis to the other.
    """

    model: str
    unit: str
    muscle: str
    part: str
    points: tuple[Vector, ...]

    @property
    def joints(self) -> tuple[str, ...]:
        """The joints of the model between its two ends."""
        whole = f"{self.muscle} {self.part}".strip()
        for (start, end), names in _ENDS.items():
            if {whole, self.muscle} & set(names.split("; ")):
                span = _BETWEEN[_CHAIN.index(start) : _CHAIN.index(end)]
                return tuple(joint for joints in span for joint in joints)
        raise KeyError(f"{whole}: say in _ENDS on which bodies the path begins and ends")


@dataclass(frozen=True)
class Model:
    """What the table says of one model: its joint centres and its paths."""

    name: str
    centres: dict[str, Vector]
    paths: tuple[MusclePath, ...]


def read_models(table: Path) -> list[Model]:
    """Read the table of paths.

    Raises:
        OSError: it cannot be read.
        ValueError: a cell that should hold a number does not.
    """
    centres: dict[str, dict[str, Vector]] = {"gait2392": dict(_GAIT2392)}
    points: dict[tuple[str, str, str, str], list[tuple[Vector, bool]]] = defaultdict(list)
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            place = (float(row["anterior_m"]), float(row["superior_m"]), float(row["right_m"]))
            if row["kind"] == "joint":
                name = _CENTRES_OF_TABLE.get(row["muscle"], row["muscle"])
                centres.setdefault(row["model"], {})[name] = place
            else:
                key = (row["model"], row["unit"], row["muscle"], row["head_or_part"])
                points[key].append((place, row["kind"] == "conditional"))
    paths = [MusclePath(*key, straightened(found)) for key, found in points.items()]
    return [
        Model(name, found, tuple(path for path in paths if path.model == name))
        for name, found in centres.items()
    ]


def straightened(points: list[tuple[Vector, bool]]) -> tuple[Vector, ...]:
    """Leave out the points that hold in other poses only.

    Args:
        points: in order, each with whether it holds only in some poses. The table does not say in
            which; in the pose that it is in, such a point does not make the path turn back.
    """
    kept = list(points)
    while True:
        for at, (place, conditional) in enumerate(kept[1:-1], 1):
            before, after = _minus(place, kept[at - 1][0]), _minus(kept[at + 1][0], place)
            if conditional and _dot(before, after) < 0:
                del kept[at]
                break
            # Turning back at the next fixed point is the fault of the conditional one before it.
            if not conditional and kept[at - 1][1] and _dot(before, after) < 0:
                del kept[at - 1]
                break
        else:
            return tuple(place for place, _ in kept)


def moment_arm(path: MusclePath, freedom: Freedom, centres: dict[str, Vector]) -> float:
    """Return the moment arm in metres, positive toward the freedom's positive movement."""
    # No muscle is tied to the talus, so what spans the ankle spans the subtalar joint too.
    middle = centres["ankle" if freedom.joint == "subtalar" else freedom.joint]
    pieces = list(zip(path.points, path.points[1:], strict=False))
    distances = [_distance(middle, piece) for piece in pieces]
    near = [p for p, d in zip(pieces, distances, strict=True) if d <= _NEAR * min(distances)]
    arms = [_arm(piece, centres[freedom.joint], freedom.axis) for piece in near]
    if any(arm > 0 for arm in arms) and any(arm < 0 for arm in arms):
        return 0.0
    return min(arms, key=abs)


def _arm(piece: tuple[Vector, Vector], centre: Vector, axis: Vector) -> float:
    held, moved = piece
    pull = _minus(held, moved)
    turn = _cross(_minus(moved, centre), pull)
    return _dot(turn, axis) / math.sqrt(_dot(pull, pull) * _dot(axis, axis))


def _distance(point: Vector, piece: tuple[Vector, Vector]) -> float:
    start, end = piece
    along, to = _minus(end, start), _minus(point, start)
    share = max(0.0, min(1.0, _dot(to, along) / (_dot(along, along) or 1.0)))
    return math.dist(to, (share * along[0], share * along[1], share * along[2]))


def _minus(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Vector, b: Vector) -> Vector:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
