"""What people call the kinds of records, by the first segment of their addresses."""

TITLES = {
    "muscle": "Muscles", "exercise": "Exercises and stretches", "activity": "Activities",
    "injury": "Injuries and what may look like one", "joint": "Joints", "bone": "Bones",
    "movement": "Movements", "landmark": "Landmarks", "tissue": "Tendons, ligaments and the like",
    "nerve": "Nerves", "root": "Nerve roots", "artery": "Arteries", "vein": "Veins",
    "region": "Regions", "equipment": "Equipment", "symptom": "Symptoms",
    "mechanism": "Mechanisms", "treatment": "Treatments", "risk": "Risk factors",
    "redflag": "Red flags", "source": "Sources", "ontology": "Vocabulary",
}  # fmt: skip
_SHORT = {"exercise": "Exercises", "injury": "Injuries and mimics", "tissue": "Soft tissue"}
_ONE = {"injury": "condition", "redflag": "red flag", "ontology": "term", "ask": "question"}


def kind_of(space: str) -> str:
    """Return what to call one record of a space of names."""
    return _ONE.get(space, space)


def group_of(space: str) -> str:
    """Return the short heading over several records of a space of names."""
    return _SHORT.get(space) or TITLES.get(space) or f"{kind_of(space).capitalize()}s"
