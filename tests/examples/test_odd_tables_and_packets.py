"""Odd tables, Phenopackets and documents of no form, each with its answer, which was written before anything was run."""

import pytest

from tests.examples.odd_answers import Answer, Documents, Made, Refused, answer_of, converted, lost
from tests.examples.odd_inputs import (
    ENCOUNTER,
    HEADER,
    PATIENT,
    VISIT,
    alone,
    beside,
    bundle,
    chart,
    feature,
    gestaltmatcher,
    hit,
    packet,
    table,
)

THERE = {"type": {"id": "HP:0000664"}}
INPUTS: dict[str, tuple[Documents, Answer]] = {
    # Tables
    "piNGPong: cells with line breaks": (
        beside(s_csv=table('"Zeta,\nnorth"\t122470\t0.4\t0.9\t2\t1', cells=",")),
        Made(candidates=["1 Zeta,\nnorth"]),
    ),
    "piNGPong: semicolons and decimal commas": (
        beside(s_csv=table("Zeta\t122470\t0,4\t0,9\t2\t1", cells=";")),
        Made(candidates=["1 Zeta"]),
    ),
    "piNGPong: a byte order mark": (
        beside(s_csv="\ufeff" + table("Zeta\t122470\t0.4\t0.9\t2\t1")),
        Made(candidates=["1 Zeta"]),
    ),
    "piNGPong: a column that is there twice": (
        beside(s_csv=table("Zeta\t1\t2", header="syndrome_name\tomim_id\tomim_id")),
        Refused(told=["table/rows s.csv:1:1"]),
    ),
    "piNGPong: no names": (
        beside(s_csv=table("122470\t0.4", header="omim_id\tdistance")),
        Refused(told=["document/form s.csv#row=1"]),
    ),
    "piNGPong: a short row": (
        beside(s_csv=table("Zeta\t122470")),
        Refused(told=["table/rows s.csv:2:1"]),
    ),
    "piNGPong: no rows": (
        beside(s_csv=table()),
        Refused(told=["table/rows s.csv:1:1"]),
    ),
    "piNGPong: the header again": (
        beside(s_csv=table("Zeta\t122470\t0.4\t0.9\t2\t1", HEADER, "Beta\t\t0.3\t1\t1\t2")),
        Made(candidates=["1 Zeta", "2 Beta"], told=["table/header-again s.csv#row=3"]),
    ),
    "piNGPong: NaN": (
        beside(s_csv=table("Zeta\t122470\tNaN\t0.9\t2\t1")),
        Refused(told=["map/gestalt_direction s.csv#cell=2,4"]),
    ),
    "piNGPong: bars": (
        beside(s_csv=table("Zeta\t122470\t0.4\t0.9\t2\t1", cells="|")),
        Refused(told=["document/kind s.csv"]),
    ),
    "piNGPong: UTF-16 without a mark": (
        beside(s_csv=table("Zeta\t122470\t0.4\t0.9\t2\t1").encode("utf-16-le")),
        Refused(told=["document/kind s.csv"]),
    ),
    "piNGPong: Latin-1": (
        beside(s_csv=table("Zet\u00e4\t122470\t0.4\t0.9\t2\t1").encode("latin-1")),
        Refused(told=["table/rows s.csv:2:1"]),
    ),
    "piNGPong: alone": (
        alone(s_csv=table("Zeta\t122470\t0.4\t0.9\t2\t1")),
        Refused(told=["document/alone s.csv#"]),
    ),
    "a table: two tools": (
        beside(r_csv="tool,syndrome\nFaceX,Zeta\nFaceY,Beta\n"),
        Refused(told=["map/the_same r.csv#cell=2,1"]),
    ),
    "a table: a rank of nothing": (
        beside(r_csv="tool,syndrome,rank\nFaceX,Zeta,0\n"),
        Made(candidates=["0 Zeta"], told=["AI-02 r.csv#cell=2,3"]),
    ),
    "a table: one rank twice": (
        beside(r_csv="tool,syndrome,rank\nFaceX,Zeta,1\nFaceX,Beta,1\n"),
        Made(candidates=["1 Zeta", "1 Beta"], told=["AI-02 r.csv#cell=3,3"]),
    ),
    "a table: a percent sign": (
        beside(r_csv="tool,syndrome,probability\nFaceX,Zeta,41%\n"),
        Refused(told=["table/numbers r.csv#cell=2,3"]),
    ),
    "a table: more than certain": (
        beside(r_csv="tool,syndrome,probability\nFaceX,Zeta,1.4\n"),
        Made(candidates=["1 Zeta"], told=["AI-03 r.csv#cell=2,3"]),
    ),
    "a table: a column that is nearly one": (
        beside(r_csv="tool,sydrome\nFaceX,Zeta\n"),
        Refused(told=["document/form r.csv#row=1"]),
    ),
    "a table: another patient": (
        beside(r_csv="tool,syndrome,mrn,mrn_system\nFaceX,Zeta,M-8,https://clinic.invalid/sid/mrn\n"),
        Refused(told=["document/contradiction encounter.json#/patient/mrn"]),
    ),
    "a table: a photograph": (
        beside(r_csv=f"tool,syndrome,photo\nFaceX,Zeta,/9j/{'A' * 400}\n"),
        Refused(told=["document/inline-image r.csv#cell=2,3"]),
    ),
    "a table: a failed run": (
        beside(r_csv="tool,syndrome,outcome,failure\nFaceX,,failed,No face found\n"),
        Made(candidates=[]),
    ),
    # Phenopackets
    "a packet": (
        beside(p_json=packet()),
        Made(features=["HP:0000664 present"]),
    ),
    "a packet of version 1": (
        beside(p_json=packet(metaData={"phenopacketSchemaVersion": "1.0.0"})),
        Refused(told=["document/shape p.json#/metaData/phenopacketSchemaVersion"]),
    ),
    "a packet with what is negated": (
        beside(p_json=packet(phenotypicFeatures=[{"type": {"id": "HP:0000664"}, "negated": True}])),
        Refused(told=["document/shape p.json#/phenotypicFeatures/0/negated"]),
    ),
    "a packet with what is excluded, in quotes": (
        beside(p_json=packet(phenotypicFeatures=[{"type": {"id": "HP:0000664"}, "excluded": "true"}])),
        Made(features=["HP:0000664 absent"]),
    ),
    "a packet that says yes and no": (
        beside(p_json=packet(phenotypicFeatures=[THERE, THERE | {"excluded": True}])),
        Refused(told=["document/contradiction p.json#/phenotypicFeatures/0"]),
    ),
    "a packet with a feature of no vocabulary": (
        beside(p_json=packet(phenotypicFeatures=[{"type": {"id": "HP:9999999"}}, {"type": {"id": "SNOMED:1"}}])),
        Made(
            features=["HP:9999999 present"],
            told=[
                "map/hpo_term p.json#/phenotypicFeatures/1/type/id",
                "PHE-02 p.json#/phenotypicFeatures/0/type/id",
            ],
        ),
    ),
    "a packet of another sex": (
        beside(p_json=packet(subject={"id": "s", "sex": "MALE"})),
        Refused(told=["document/contradiction encounter.json#/patient/sex"]),
    ),
    "a packet of another birth date": (
        beside(p_json=packet(subject={"id": "s", "dateOfBirth": "1990-01-01T00:00:00Z"})),
        Refused(told=["document/contradiction encounter.json#/patient/birth_date"]),
    ),
    "a family": (
        beside(p_json={"id": "f", "proband": packet(), "metaData": {}}),
        Refused(told=["document/shape p.json#/proband"]),
    ),
    "a cohort": (
        beside(p_json={"id": "c", "members": [packet()], "metaData": {}}),
        Refused(told=["document/shape p.json#/members"]),
    ),
    "a packet with names of another style": (
        beside(p_json={"id": "x", "phenotypic_features": [], "meta_data": {}}),
        Refused(told=["document/form p.json#"]),
    ),
    "a packet with a photograph": (
        beside(p_json=packet(files=[{"uri": "data:image/png;base64,AAAA"}])),
        Refused(told=["document/inline-image p.json#/files/0/uri"]),
    ),
    "a packet alone": (
        alone(p_json=packet()),
        Refused(told=["document/alone p.json#"]),
    ),
    # What it is
    "nothing": (
        beside(x_json=b""),
        Refused(told=["json/empty x.json:1:1"]),
    ),
    "null": (
        beside(x_json=b"null"),
        Refused(told=["document/form x.json#"]),
    ),
    "an object of nothing": (
        beside(x_json={}),
        Made(),
    ),
    "fields of two tools": (
        beside(x_json=gestaltmatcher() | {"detected_syndromes": []}),
        Refused(told=["document/form x.json#"]),
    ),
    "fields of nobody": (
        beside(x_json={"foo": 1}),
        Refused(told=["document/form x.json#"]),
    ),
    "YAML": (
        beside(x_yaml="tool: FaceX\nsyndrome: Zeta\n"),
        Refused(told=["document/kind x.yaml"]),
    ),
    "a picture": (
        beside(x_jpg=b"\xff\xd8\xff\xe0...."),
        Refused(told=["document/kind x.jpg"]),
    ),
    "an archive": (
        beside(x_zip=b"PK\x03\x04...."),
        Refused(told=["document/kind x.zip"]),
    ),
    "a page to log in": (
        beside(x_html="<html><body>login</body></html>"),
        Refused(told=["document/kind x.html"]),
    ),
    "a comment": (
        beside(x_json=b"// c\n{}"),
        Refused(told=["document/kind x.json"]),
    ),
    "the encounter twice": (
        beside(e_json=ENCOUNTER),
        Made(),
    ),
    "the encounter with another birth date": (
        beside(e_json=ENCOUNTER | {"patient": {"birth_date": "2020-01-01"}}),
        Refused(told=["document/contradiction e.json#/patient/birth_date"]),
    ),
    "the encounter of another patient": (
        beside(e_json=ENCOUNTER | {"patient": {"mrn": "M-8"}}),
        Refused(told=["document/contradiction e.json#/patient/mrn"]),
    ),
    "the encounter in FHIR as well": (
        beside(b_json=bundle(PATIENT, VISIT, feature())),
        Made(features=["HP:0000664 present"]),
    ),
    "FHIR beside GestaltMatcher": (
        [*chart(feature()), ("g.json", gestaltmatcher(hit("A", 0.441, 0.859)))],
        Made(candidates=["1 A"], features=["HP:0000664 present"]),
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_an_odd_input_has_its_answer_and_loses_nothing(name: str) -> None:
    documents, expected = INPUTS[name]

    assert answer_of(converted(documents), expected) == expected
    assert lost(documents) == set()
