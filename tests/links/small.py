"""A small graph of ours with links to the excerpt of UBERON, for the tests of `link`."""

from functools import cache
from pathlib import Path

import pyoxigraph as ox

from myograph.build import Built
from myograph.derive import derive
from myograph.sssom import read_mapping
from tests.helpers import all_rules, facts, ontology

EXCERPT = Path(__file__).parent / "uberon-excerpt.obo"
FACTS = """
muscle:soleus a myo:Muscle ; rdfs:label "soleus"@en ;
    myo:hasOrigin [ myo:attachesTo landmark:head-of-fibula ; dcterms:source source:a ] ,
        [ myo:attachesTo landmark:soleal-line ; dcterms:source source:b ] ;
    myo:hasInsertion [ myo:attachesTo landmark:heel ; myo:via tissue:calcaneal-tendon ] ;
    myo:hasInnervation [ myo:nerve nerve:tibial ; dcterms:source source:a ] ;
    myo:hasAction [ myo:ofMovement movement:plantarflexion ; myo:role myo:PrimeMover ] .
muscle:popliteus a myo:Muscle ; rdfs:label "popliteus"@en ;
    myo:hasOrigin [ myo:attachesTo landmark:groove ; dcterms:source source:a ] ;
    myo:hasInsertion [ myo:attachesTo landmark:soleal-line ; dcterms:source source:b ] .
muscle:biceps-femoris a myo:Muscle ; rdfs:label "biceps femoris"@en .
muscle:long-head a myo:MuscleHead ; rdfs:label "long head"@en ; myo:headOf muscle:biceps-femoris ;
    myo:hasInnervation [ myo:nerve nerve:tibial ; dcterms:source source:a ] .
muscle:short-head a myo:MuscleHead ; rdfs:label "short head"@en ; myo:headOf muscle:biceps-femoris ;
    myo:hasInnervation [ myo:nerve nerve:common-fibular ; dcterms:source source:a ] .
muscle:pectineus a myo:Muscle ; rdfs:label "pectineus"@en ;
    myo:hasInnervation [ myo:nerve nerve:femoral ; dcterms:source source:a ] .
muscle:flexor-hallucis-longus a myo:Muscle ; rdfs:label "flexor hallucis longus"@en ;
    myo:hasOrigin [ myo:attachesTo bone:fibula ; dcterms:source source:a ] .
muscle:gluteus-medius a myo:Muscle ; rdfs:label "gluteus medius"@en ;
    myo:hasOrigin [ myo:attachesTo bone:pelvis ; dcterms:source source:a ] .
muscle:sartorius a myo:Muscle ; rdfs:label "sartorius"@en .
bone:tibia a myo:Bone ; rdfs:label "tibia"@en . bone:fibula a myo:Bone ; rdfs:label "fibula"@en .
bone:femur a myo:Bone ; rdfs:label "femur"@en . bone:pelvis a myo:Bone ; rdfs:label "pelvis"@en .
bone:ilium a myo:Bone ; rdfs:label "ilium"@en ; myo:partOf bone:pelvis .
landmark:head-of-fibula a myo:Landmark ; rdfs:label "head of the fibula"@en ;
    myo:partOf bone:fibula .
landmark:soleal-line a myo:Landmark ; rdfs:label "soleal line"@en ; myo:partOf bone:tibia .
landmark:groove a myo:Landmark ; rdfs:label "popliteal groove"@en ; myo:partOf bone:femur .
landmark:heel a myo:Landmark ; rdfs:label "heel"@en .
tissue:calcaneal-tendon a myo:Tendon ; rdfs:label "calcaneal tendon"@en .
nerve:tibial a myo:Nerve ; rdfs:label "tibial nerve"@en .
nerve:common-fibular a myo:Nerve ; rdfs:label "common fibular nerve"@en .
nerve:femoral a myo:Nerve ; rdfs:label "femoral nerve"@en ; myo:branchOf nerve:plexus .
nerve:obturator a myo:Nerve ; rdfs:label "obturator nerve"@en ; myo:branchOf nerve:plexus .
nerve:plexus a myo:Nerve ; rdfs:label "lumbar plexus"@en .
movement:plantarflexion a myo:JointMovement ; rdfs:label "plantarflexion"@en .
"""
LINKS = {
    "muscle:soleus": ("0001389", "soleus muscle"),
    "muscle:popliteus": ("0001391", "popliteus muscle"),
    "muscle:biceps-femoris": ("0001374", "biceps femoris"),
    "muscle:pectineus": ("0001382", "pectineus muscle"),
    "muscle:flexor-hallucis-longus": ("0001392", "flexor hallucis longus"),
    "muscle:gluteus-medius": ("0001371", "gluteus medius"),
    "bone:tibia": ("0000979", "tibia"),
    "bone:fibula": ("0001446", "fibula"),
    "bone:ilium": ("0001273", "ilium"),
    "tissue:calcaneal-tendon": ("0003701", "calcaneal tendon"),
    "nerve:tibial": ("0001323", "tibial nerve"),
    "nerve:femoral": ("0001267", "femoral nerve"),
    "nerve:obturator": ("0005465", "obturator nerve"),
}
HEADER = """#mapping_set_id: https://w3id.org/myograph/mapping/uberon
#curie_map:
#  muscle: https://w3id.org/myograph/muscle/
#  bone: https://w3id.org/myograph/bone/
#  landmark: https://w3id.org/myograph/landmark/
#  tissue: https://w3id.org/myograph/tissue/
#  nerve: https://w3id.org/myograph/nerve/
#  skos: http://www.w3.org/2004/02/skos/core#
#  semapv: https://w3id.org/semapv/vocab/
#  UBERON: http://purl.obolibrary.org/obo/UBERON_
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\n"


def links(folder: Path, changed: dict[str, tuple[str, str]] | None = None) -> list[ox.Quad]:
    """Our links, some of them changed."""
    path = folder / "uberon.sssom.tsv"
    rows = [
        f"{record}\tskos:exactMatch\tUBERON:{number}\t{label}\tsemapv:ManualMappingCuration\n"
        for record, (number, label) in (LINKS | (changed or {})).items()
    ]
    path.write_text(HEADER + COLUMNS + "".join(rows), "utf-8")
    return read_mapping(path, path.name)


@cache
def _said() -> tuple[ox.Quad, ...]:
    return (*ontology(), *facts(FACTS))


def small(folder: Path, changed: dict[str, tuple[str, str]] | None = None) -> Built:
    """The small graph, with what the lowest rules derive."""
    authored = [*_said(), *links(folder, changed)]
    store = ox.Store()
    store.extend(authored)
    derive(store, [rule for rule in all_rules() if rule.stratum <= 1])
    rest = [quad for quad in store if quad not in set(authored)]
    return Built(authored + rest, store, [], {}, "small")
