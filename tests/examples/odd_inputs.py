"""What odd inputs are made of: a visit in FHIR and as a document of ours, and answers of AI tools about its patient."""

import json
from collections.abc import Sequence
from typing import Any

Tree = dict[str, Any]
Sent = Tree | list[Any] | str | bytes
"""A document before it is bytes."""

MRN = "https://clinic.invalid/sid/mrn"
CPT = "http://www.ama-assn.org/go/cpt"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
UNKNOWN: Tree = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
START = "2026-03-12T09:00:00-05:00"

ENCOUNTER: Tree = {
    "id": "V-77",
    "test": True,
    "patient": {
        "mrn": "M-77",
        "mrn_system": MRN,
        "family": "Zzyxter",
        "given": ["Quillon"],
        "sex": "female",
        "birth_date": "2021-02-03",
    },
    "encounter": {"id": "V-77", "status": "finished", "start": START, "mode": "in-person"},
    "procedure": {"status": "completed", "started_at": START},
}
NUMBER: Tree = {"type": {"coding": [{"code": "MR"}]}, "system": MRN, "value": "M-77"}
PATIENT: Tree = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [NUMBER],
    "name": [{"family": "Zzyxter", "given": ["Quillon"]}],
    "gender": "female",
    "birthDate": "2021-02-03",
}
VISIT: Tree = {
    "resourceType": "Encounter",
    "id": "v",
    "identifier": [{"value": "V-77"}],
    "status": "finished",
    "class": {"system": ACT, "code": "AMB"},
    "subject": {"reference": "Patient/p"},
    "period": {"start": START},
}
ANALYSIS: Tree = {
    "resourceType": "Procedure",
    "id": "r",
    "status": "completed",
    "code": {"coding": [{"system": CPT, "code": "0731T"}]},
    "subject": {"reference": "Patient/p"},
    "encounter": {"reference": "Encounter/v"},
    "performedDateTime": START,
}


def changed(tree: Tree, **members: object) -> Tree:
    """A tree with other members; None takes one away."""
    return {name: value for name, value in (tree | members).items() if value is not None}


def feature(code: str = "HP:0000664", **members: object) -> Tree:
    """An Observation of a feature."""
    coding = {"system": "http://human-phenotype-ontology.org", "code": code}
    whole = {"status": "final", "code": {"coding": [coding]}, "subject": {"reference": "Patient/p"}, "valueBoolean": True}
    return {"resourceType": "Observation", "id": "o", **whole, **members}


def claim(**members: object) -> Tree:
    """A Claim with a line for 0731T."""
    item = {"sequence": 1, "productOrService": {"coding": [{"system": CPT, "code": "0731T"}]}}
    return {"resourceType": "Claim", "id": "c", "status": "active", "use": "claim", "item": [item], **members}


def bundle(*resources: Tree, kind: str = "collection", **members: object) -> Tree:
    """A Bundle; what is no resource is an entry of its own."""
    entries = [
        {"fullUrl": f"https://s.invalid/fhir/{each['resourceType']}/{each.get('id')}", "resource": each}
        if "resourceType" in each
        else each
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **members}


def hit(name: str | None, distance: Any, similarity: Any, **members: object) -> Tree:  # noqa: ANN401 - any JSON
    """A candidate of GestaltMatcher."""
    return {"syndrome_name": name, "omim_id": "", "distance": distance, "gestalt_score": similarity, **members}


def gestaltmatcher(*hits: Tree, version: str | None = "v1.1.5", **members: object) -> Tree:
    """An answer of GestaltMatcher."""
    versions = {"model_version": version, "gallery_version": "19.11.2025"}
    return changed({**versions, "suggested_syndromes_list": list(hits), "suggested_genes_list": []}, **members)


def pedia(**members: object) -> Tree:
    """A gene of PEDIA, all of it texts."""
    scores = {"pedia_score": "4.5", "feature_score": "0.6", "gestalt_score": "0.3"}
    return {"gene_name": "NIPBL", "gene_id": "25836", **scores, **members}


def lab(**members: object) -> Tree:
    """A LAB case of Face2Gene."""
    syndrome = {"syndrome_name": "Zeta", "omim_id": "122470", "omim_ids": [122470, 122470], "omim_ps_id": None}
    found = [{"syndrome": syndrome, "gestalt_score": 0, "feature_score": 0.67}]
    case: Tree = {"gender": "Female", "algo_version": "18.2.1", "selected_features": [], "suggested_syndromes": found}
    return {"lab_case_id": 5, "case_data": {**case, **members}}


def packet(**members: object) -> Tree:
    """A Phenopacket of version 2."""
    found = [{"type": {"id": "HP:0000664", "label": "Synophrys"}}]
    about = {"created": "2026-03-12T00:00:00Z", "phenopacketSchemaVersion": "2.0.2"}
    whole: Tree = {"id": "x", "subject": {"id": "s", "sex": "FEMALE"}, "phenotypicFeatures": found, "metaData": about}
    return whole | members


HEADER = "syndrome_name\tomim_id\tdistance\tgestalt_score\tgm_rank\tmeta_rank"


def table(*rows: str, header: str = HEADER, cells: str = "\t") -> str:
    """A table of piNGPong, with something between its cells."""
    return "".join(f"{row}\n" for row in (header, *rows)).replace("\t", cells)


def content_of(sent: Sent) -> bytes:
    """The bytes of a document."""
    return sent if isinstance(sent, bytes) else sent.encode() if isinstance(sent, str) else json.dumps(sent).encode()


def beside(**files: Sent) -> Sequence[tuple[str, Sent]]:
    """The encounter and files beside it; the name of a file ends where its underscore is."""
    return [("encounter.json", ENCOUNTER), *alone(**files)]


def alone(**files: Sent) -> Sequence[tuple[str, Sent]]:
    """Files without the encounter."""
    return [(name.replace("_", "."), sent) for name, sent in files.items()]


def chart(*resources: Tree, kind: str = "collection", **members: object) -> Sequence[tuple[str, Sent]]:
    """The visit in FHIR, with other resources."""
    return [("b.json", bundle(PATIENT, VISIT, ANALYSIS, *resources, kind=kind, **members))]
