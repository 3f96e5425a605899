"""What AI tools write, beside an invented encounter: GestaltMatcher, PEDIA, piNGPong, Face2Gene, phenopackets, tables."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapter.case import AiReport, Candidate
from adapter.conversion import Conversion, Options
from adapter.issues import FailureKind, Severity
from adapter.readers.document import Document
from tests.examples.ground import pipeline

ENCOUNTER: dict[str, Any] = {
    "id": "case-0102",
    "test": True,
    "patient": {"mrn": "100102", "mrn_system": "urn:oid:1.2.3", "family": "Invented", "given": ["Nobody"]},
    "organization": {"name": "Invented Children's Genetics Clinic"},
    "encounter": {"id": "case-0102-visit", "status": "finished", "start": "2018-09-06", "mode": "in-person"},
    "consent": {"status": "active", "date": "2018-09-05", "given_by": "patient", "analysis": True},
    "procedure": {"status": "completed", "started_at": "2018-09-06"},
}


def convert(**files: str | bytes | dict[str, Any] | list[Any]) -> Conversion:
    """The conversion of the encounter beside some files; the name of a file ends where its first underscore is."""
    documents = [Document(name="encounter.json", content=json.dumps(ENCOUNTER).encode())]
    for name, value in files.items():
        content = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        documents.append(Document(name=name.replace("_", "."), content=content))
    return pipeline().convert(documents, Options(version="0.1.0"))


def run_of(made: Conversion) -> AiReport:
    assert made.case is not None, made.issues
    (run,) = made.case.analyses
    return run


def codes_of(candidate: Candidate) -> list[tuple[str, str]]:
    return [(code.system, code.code) for code in candidate.codes]


def scores_of(candidate: Candidate) -> list[tuple[str, object, str | None]]:
    return [(score.kind, score.value if score.level is None else score.level, score.direction) for score in candidate.scores]


def errors_of(made: Conversion) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(issue.rule, issue.location) for issue in made.issues if issue.is_error]


# ---------------------------------------------------------------------------------------------------- GestaltMatcher


def answer(version: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"model_version": version, "gallery_version": "19.11.2025", "suggested_syndromes_list": list(rows)}


def row(distance: float, score: float, omim: object = 194050) -> dict[str, Any]:
    return {"syndrome_name": "Williams", "omim_id": omim, "distance": distance, "gestalt_score": score, "subject_id": "9"}


@pytest.mark.parametrize(
    ("version", "distance", "score", "kind", "direction"),
    [
        ("v1.0.3", 0.44, 0.44, "face_distance", "lower"),
        ("v1.1.0", 0.699, 0.7, "face_distance", "lower"),
        ("v1.1.2", 0.44, 0.86, "face_similarity", "higher"),
        ("v1.1.5", 1.516, -0.216, "face_similarity", "higher"),
        ("unheard of", 0.44, 0.86, "face_similarity", "higher"),
        ("v1.1.0", 0.65, 0.65, "face_distance", "lower"),
        ("v1.1.5", 0.65, 0.65, "face_similarity", "higher"),
    ],
)
def test_the_direction_of_a_gestalt_score_is_read_from_the_numbers(
    version: str, distance: float, score: float, kind: str, direction: str
) -> None:
    made = convert(gm_json=answer(version, row(distance, score)))

    assert errors_of(made) == []
    assert scores_of(run_of(made).candidates[0]) == [
        ("face_distance", Decimal(str(distance)), "lower"),
        (kind, Decimal(str(score)), direction),
    ]


@pytest.mark.parametrize(("version", "distance", "score"), [("v1.1.5", 0.44, 0.6), ("unheard of", 0.65, 0.65)])
def test_a_gestalt_score_without_a_known_direction_is_refused(version: str, distance: float, score: float) -> None:
    made = convert(gm_json=answer(version, row(0.44, 0.44), row(distance, score)))

    assert made.failure is FailureKind.INVALID
    assert errors_of(made) == [
        ("map/gestalt_direction", ("gm.json#/suggested_syndromes_list/1/gestalt_score",)),
    ]


def test_a_gestalt_score_without_a_distance_has_the_direction_of_its_model() -> None:
    made = convert(gm_json=answer("v1.1.2", {"syndrome_name": "Williams", "gestalt_score": 0.2}))

    assert scores_of(run_of(made).candidates[0]) == [("face_similarity", Decimal("0.2"), "higher")]


def test_an_answer_of_gestaltmatcher_keeps_order_versions_and_pp4_and_no_other_patient() -> None:
    best = row(0.44, 0.86) | {"ACMG_PP4": "strong", "ACMG_PP4_support": "Yes", "probability": None}
    sent = answer("v1.1.5", best, row(1.4, -0.1, "")) | {
        "suggested_genes_list": [{"gene_name": "ELN", "gene_entrez_id": "2006"}, {"gene_name": "WBS", "gene_entrez_id": None}],
        "suggested_patients_list": [{"subject_id": "other-77"}],
    }
    made = convert(gm_json=sent)
    run = run_of(made)

    assert (run.tool.model_version, run.tool.gallery_version, run.outcome) == ("v1.1.5", "19.11.2025", "complete")
    assert [(candidate.rank, candidate.evidence) for candidate in run.candidates] == [(1, "face"), (2, "face")]
    assert codes_of(run.candidates[0]) == [("omim", "194050"), ("mondo", "MONDO:0008678"), ("orpha", "904")]
    assert codes_of(run.candidates[1]) == []
    assert ("pp4", "strong", None) in scores_of(run.candidates[0])
    assert [(gene.symbol, gene.entrez) for gene in run.genes] == [("ELN", "2006")]
    assert made.content is not None
    assert b"other-77" not in made.content
    assert [issue.location for issue in made.issues if issue.rule == "coverage/dropped"] == [("gm.json#/suggested_genes_list/1",)]


@pytest.mark.parametrize(
    ("message", "stage"),
    [
        ("Face alignment error.", "alignment"),
        ("Encoding error.", "encoding"),
        ("Evaluation error.", "evaluation"),
        ("The service is busy.", None),
    ],
)
def test_a_message_in_place_of_a_list_is_a_failed_analysis(message: str, stage: str | None) -> None:
    made = convert(gm_json={"message": message})
    run = run_of(made)

    assert (run.outcome, run.failure and (run.failure.message, run.failure.stage)) == ("failed", (message, stage))
    assert made.bundle is not None
    reports = [each["resource"] for each in made.bundle["entry"] if each["resource"]["resourceType"] == "DiagnosticReport"]
    assert "final" not in {report["status"] for report in reports}


def test_an_unknown_number_of_omim_is_carried_without_a_mondo_term_and_reported() -> None:
    made = convert(gm_json=answer("v1.1.2", row(0.44, 0.86, "999999, PS123456; OMIM:122470")))

    assert codes_of(run_of(made).candidates[0]) == [
        ("omim", "999999"),
        ("omimps", "PS123456"),
        ("omim", "122470"),
        ("mondo", "MONDO:0007387"),
    ]
    assert [(issue.rule, issue.severity) for issue in made.issues if issue.rule == "map/mondo"] == [
        ("map/mondo", Severity.WARNING)
    ] * 2


def test_no_diagnosis_is_made_of_a_candidate() -> None:
    made = convert(gm_json=answer("v1.1.2", row(0.44, 0.86)))

    assert made.case is not None
    assert made.case.diagnoses == ()
    assert made.content is not None
    assert b"icd-10" not in made.content.lower()


def test_a_message_beside_empty_lists_is_a_failed_analysis_and_beside_results_it_is_refused() -> None:
    hit = {"syndrome_name": "Williams", "omim_id": 194050, "distance": 0.4}
    empty: dict[str, Any] = {
        "message": "Evaluation error.",
        "model_version": "v1.1.2",
        "suggested_syndromes_list": [],
        "suggested_genes_list": None,
    }
    changes: list[dict[str, Any]] = [{}, {"suggested_syndromes_list": [hit]}, {"message": None}, {"message": ""}]
    failed, refused, *sound = (convert(gm_json=empty | change) for change in changes)

    assert (run_of(failed).outcome, run_of(failed).candidates) == ("failed", ())
    assert [(issue.rule, issue.location) for issue in refused.issues] == [
        ("document/shape", ("gm.json#/suggested_syndromes_list",))
    ]
    assert [run_of(each).failure for each in sound] == [None, None]


# ------------------------------------------------------------------------------------------- PEDIA, piNGPong, tables


def test_pedia_is_a_list_of_genes_with_margins() -> None:
    rows = [
        {"gene_name": "NIPBL", "gene_id": "25836", "pedia_score": "4.51", "gestalt_score": "0.3", "label": "1"},
        {"gene_name": "ELN", "gene_id": "2006", "pedia_score": "-0.11", "feature_score": "many"},
    ]
    made = convert(pedia_json=rows)

    assert [scores_of(candidate) for candidate in run_of(made).candidates] == [
        [("pedia", Decimal("4.51"), "higher"), ("face_similarity", Decimal("0.3"), "higher")],
        [("pedia", Decimal("-0.11"), "higher")],
    ]
    assert [issue.location for issue in made.issues if issue.rule == "map/number"] == [("pedia.json#/1/feature_score",)]


def tsv(*rows: str) -> str:
    """Rows of cells between blanks, as a table with tabs."""
    return "".join(row.replace(" ", "\t") + "\n" for row in rows)


def test_the_tables_of_pingpong_make_one_run() -> None:
    syndromes = tsv(
        "syndrome_name omim_id distance gestalt_score score pubcasefinder_score",
        "Williams 194050 0.4 0.4 1 0.7",
        "X  0.9 0.9 0 ",
    )
    genes = tsv("gene_name gene_entrez_id distance", "ELN 2006 0.4")
    metadata = tsv(
        "parameter value_en value_ja",
        "Model_Version v1.1.0 ",
        "Gallery_Version 20.08.2024 ",
        "--- --- ---",
        "HP:0000316 Wide_eyes ",
    ).replace("_Version", " Version")
    made = convert(s_tsv=syndromes, g_tsv=genes, m_tsv=metadata)
    run = run_of(made)

    assert errors_of(made) == []
    assert (run.tool.model_version, run.tool.gallery_version) == ("v1.1.0", "20.08.2024")
    assert [gene.symbol for gene in run.genes] == ["ELN"]
    assert [candidate.evidence for candidate in run.candidates] == ["both", "face"]
    assert scores_of(run.candidates[0]) == [
        ("face_distance", Decimal("0.4"), "lower"),
        ("face_distance", Decimal("0.4"), "lower"),
        ("unspecified", Decimal(1), "higher"),
        ("feature_similarity", Decimal("0.7"), "higher"),
    ]
    assert made.case is not None
    assert [feature.hpo for feature in made.case.phenotypes] == ["HP:0000316"]


@pytest.mark.parametrize("more", [("", ""), (" omim_id gestalt_score", " 194050 0.4")])
def test_a_table_of_other_patients_is_refused_with_words(more: tuple[str, str]) -> None:
    columns, cells = "subject_id gene_name gene_entrez_id syndrome_name distance", "1 ELN 2006 Williams 0.4"
    made = convert(p_tsv=tsv(columns + more[0], cells + more[1]))

    assert made.failure is FailureKind.INVALID
    assert "other patients" in made.issues[0].text


def test_a_table_for_tools_without_an_export() -> None:
    table = (
        "tool;model_version;run_id;finished_at;mrn;mrn_system;syndrome;code;face_similarity;genes;evidence\n"
        "Finder;2.1;run-1;2018-09-06T10:00:00+02:00;100102;urn:oid:1.2.3;Williams;OMIM:194050;0.9;ELN, LIMK1;face\n"
        "Finder;;;;;;Something else;ORPHA:199;;;\n"
    )
    run = run_of(convert(a_csv=table))

    assert (run.tool.product, run.run_id, run.finished_at, run.outcome) == (
        "Finder",
        "run-1",
        "2018-09-06T10:00:00+02:00",
        "complete",
    )
    assert [codes_of(candidate) for candidate in run.candidates] == [
        [("omim", "194050"), ("mondo", "MONDO:0008678"), ("orpha", "904")],
        [("orpha", "199")],
    ]
    assert [gene.symbol for gene in run.candidates[0].genes] == ["ELN", "LIMK1"]


def test_a_table_of_another_patient_is_refused() -> None:
    made = convert(a_csv="tool,syndrome,mrn\nFinder,Williams,4711\n")

    assert made.failure is FailureKind.INVALID
    assert [issue.location for issue in made.issues if issue.field == "patient.mrn"] == [
        ("encounter.json#/patient/mrn", "a.csv#cell=2,3")
    ]


def test_a_failed_run_in_a_table_has_no_candidates() -> None:
    run = run_of(convert(a_csv="tool,syndrome,failure\nFinder,,no face was found\n"))

    assert (run.outcome, run.candidates) == ("failed", ())


# ------------------------------------------------------------------------------------------------- Face2Gene's others


def test_the_suggestions_of_face2gene() -> None:
    sent = {
        "case_id": 7,
        "algo_version": "19.1.0",
        "suggested": {
            "syndromes": [
                {
                    "score": 1,
                    "title": "Group",
                    "omim_id": None,
                    "omim_ps_id": "PS122470",
                    "feature_score": 0.7,
                    "gestalt_score": 0,
                },
                {"score": 0.2, "title": "One", "omim_id": 194050, "omim_ps_id": "", "feature_score": 0, "gestalt_score": 0.3},
                {"score": 0.1, "title": "Both", "feature_score": 0.1, "gestalt_score": 0.3},
                {"score": 0.1, "title": "Neither", "feature_score": 0, "gestalt_score": 0},
            ],
            "features": [{"name": "Hypertelorism", "hpo_id": "HP:0000316", "score": 1.2}],
            "genes": [{"symbol": "ELN", "omim_id": 130160, "score": "0.4"}],
        },
        "user_selected": {
            "syndromes": [{"title": "One", "omim_id": 194050, "diagnosis": "CLINICALLY_DIAGNOSED"}],
            "features": {
                "accepted": [{"hpo_id": "HP:0001263", "name": "Global developmental delay"}],
                "rejected": [{"hpo_id": "HP:0000252"}],
            },
        },
    }
    made = convert(f2g_json=sent)
    run = run_of(made)

    assert [(candidate.name, candidate.evidence) for candidate in run.candidates] == [
        ("Group", "features"),
        ("One", "face"),
        ("Both", "both"),
        ("Neither", None),
    ]
    assert codes_of(run.candidates[0]) == [("omimps", "PS122470"), ("mondo", "MONDO:0016033"), ("orpha", "199")]
    assert made.case is not None
    assert [(feature.hpo, feature.presence, feature.source) for feature in made.case.phenotypes] == [
        ("HP:0001263", "present", "clinician")
    ]
    assert [diagnosis.certainty for diagnosis in made.case.clinician_diagnoses] == ["clinical"]


def test_a_case_of_the_pedia_study_tells_not_assessed_from_dissimilar() -> None:
    sent = {
        "case_id": 1,
        "algo_deploy_version": "1.0.1",
        "detected_syndromes": [
            {
                "combined_score": 0.8,
                "feature_score": 0.9,
                "gestalt_score": 0,
                "has_mask": 1,
                "omim_id": [180849, 613684],
                "syndrome_name": "A",
            },
            {
                "combined_score": 0.2,
                "feature_score": 0.1,
                "gestalt_score": 0,
                "has_mask": False,
                "omim_id": 194050,
                "syndrome_name": "B",
            },
        ],
        "features": ["HP:0002883"],
        "selected_syndromes": [{"syndrome_name": "A", "omim_id": 180849}],
        "submitter": {"user_name": "Somebody"},
    }
    run = run_of(convert(f2g_json=sent))

    assert [[score.kind for score in candidate.scores] for candidate in run.candidates] == [
        ["face_similarity", "feature_similarity", "combined_similarity"],
        ["feature_similarity", "combined_similarity"],
    ]
    assert [candidate.assessed_by_face for candidate in run.candidates] == [True, False]


def test_a_mask_that_is_neither_yes_nor_no_is_reported() -> None:
    made = convert(f2g_json={"detected_syndromes": [{"syndrome_name": "A", "has_mask": "perhaps"}]})

    assert [issue.location for issue in made.issues if issue.rule == "map/yes_no"] == [
        ("f2g.json#/detected_syndromes/0/has_mask",)
    ]


# ------------------------------------------------------------------------------------------------------- phenopackets

PACKET: dict[str, Any] = {
    "id": "packet_1",
    "subject": {"id": "proband", "sex": "FEMALE"},
    "phenotypicFeatures": [
        {"type": {"id": "HP:0000316", "label": "Hypertelorism"}, "excluded": True},
        {"type": {"id": "HP:0000252", "label": "Microcephaly"}, "onset": {"age": {"iso8601duration": "P1Y"}}},
        {"type": {"id": "NCIT:C1", "label": "Something"}},
    ],
    "interpretations": [
        {
            "id": "i",
            "progressStatus": "SOLVED",
            "diagnosis": {
                "disease": {"id": "OMIM:194050", "label": "Williams"},
                "genomicInterpretations": [
                    {
                        "interpretationStatus": "CAUSATIVE",
                        "variantInterpretation": {
                            "acmgPathogenicityClassification": "PATHOGENIC",
                            "variationDescriptor": {
                                "geneContext": {"valueId": "HGNC:3327", "symbol": "ELN"},
                                "expressions": [{"syntax": "hgvs.g", "value": "g.1"}, {"syntax": "hgvs.c", "value": "c.1A>G"}],
                                "allelicState": {"id": "GENO:0000135", "label": "heterozygous"},
                            },
                        },
                    }
                ],
            },
        }
    ],
    "diseases": [
        {"term": {"id": "OMIM:194050", "label": "Williams"}},
        {"term": {"id": "OMIM:122470", "label": "Cornelia"}, "excluded": True},
        {"term": {"id": "MONDO:0016033", "label": "Another"}},
    ],
    "metaData": {"created": "2024-01-01T00:00:00Z", "phenopacketSchemaVersion": "2.0.2"},
}


@pytest.mark.parametrize(
    "sent",
    [
        {**PACKET, "subject": {"id": "s", "sex": "UNKNOWN_SEX"}},
        {"lab_case_id": 1, "case_data": {"gender": "Unknown", "algo_version": "18.2.1", "suggested_syndromes": []}},
    ],
    ids=["phenopacket", "face2gene"],
)
def test_a_sex_that_a_tool_does_not_know_contradicts_nothing(sent: dict[str, Any]) -> None:
    made = convert(a_json=sent, b_json={"patient": {"sex": "female"}})

    assert made.case is not None, made.issues
    assert made.case.patient.sex == "female"


def test_an_excluded_feature_is_absent() -> None:
    made = convert(p_json=PACKET)

    assert made.case is not None
    assert [(feature.hpo, feature.presence, feature.onset) for feature in made.case.phenotypes] == [
        ("HP:0000316", "absent", None),
        ("HP:0000252", "present", "P1Y"),
    ]
    assert [issue.location for issue in made.issues if issue.rule == "map/hpo_term"] == [
        ("p.json#/phenotypicFeatures/2/type/id",)
    ]


@pytest.mark.parametrize(
    ("born", "rules"),
    [
        ("2011-02-28T00:00:00Z", set()),
        ("2011-03-01T00:00:00Z", {"document/contradiction"}),
        ("2011-02-27T23:00:00Z", {"map/day_of_timestamp"}),
    ],
)
def test_a_phenopacket_is_of_the_patient_who_was_born_that_day(born: str, rules: set[str]) -> None:
    packet = PACKET | {"subject": {"id": "s", "dateOfBirth": born}}
    made = convert(p_json=packet, birth_json={"id": "case-0102", "patient": {"birth_date": "2011-02-28"}})

    told = {issue.rule for issue in made.issues if issue.rule and issue.rule.startswith(("document/", "map/day"))}
    assert told == rules


def test_a_phenopacket_gives_the_molecular_finding_and_the_diagnoses() -> None:
    made = convert(p_json=PACKET)

    assert made.case is not None
    (finding,) = made.case.molecular
    assert (finding.hgvs, finding.classification, finding.gene and finding.gene.hgnc) == ("c.1A>G", "PATHOGENIC", "HGNC:3327")
    assert finding.condition is not None
    assert (finding.condition.system, finding.condition.code) == ("omim", "194050")
    assert [(diagnosis.name, diagnosis.certainty) for diagnosis in made.case.clinician_diagnoses] == [
        ("Williams", "molecular"),
        ("Cornelia", "dismissed"),
        ("Another", "clinical"),
    ]
    assert made.case.patient.sex == "female"
    assert made.case.analyses == ()


@pytest.mark.parametrize("version", [None, "1.0.0-RC3", "3"])
def test_a_phenopacket_of_another_version_is_refused_with_words(version: str | None) -> None:
    packet = copy.deepcopy(PACKET)
    packet["metaData"] = {"created": "2024"} | ({"phenopacketSchemaVersion": version} if version else {})
    made = convert(p_json=packet)

    assert made.failure is FailureKind.INVALID
    assert "only phenopackets that say they are of version 2" in made.issues[0].text


def test_every_phenopacket_of_the_samples_is_carried_with_all_its_features(test_data: Path) -> None:
    files = sorted((test_data / "samples" / "phenopackets").glob("*.json"))
    if not files:
        pytest.skip("there are no phenopackets in the folder of test data")
    for file in files:
        made = convert(p_json=file.read_bytes())
        sent = json.loads(file.read_bytes())["phenotypicFeatures"]

        assert errors_of(made) == []
        assert made.case is not None
        expected = {(each["type"]["id"], "absent" if each.get("excluded") else "present") for each in sent}
        assert {(feature.hpo, feature.presence) for feature in made.case.phenotypes} == expected


# ------------------------------------------------------------------------------------------------ what must not be read


NEGATED = [{"type": {"id": "HP:0000316", "label": "Wide eyes"}, "negated": True}]


@pytest.mark.parametrize(
    ("sent", "place", "words"),
    [
        ({"id": "f", "proband": PACKET, "metaData": PACKET["metaData"]}, "/proband", "this is a family"),
        ({"id": "c", "members": [PACKET], "metaData": PACKET["metaData"]}, "/members", "a cohort of several patients"),
        (PACKET | {"phenotypicFeatures": NEGATED}, "/phenotypicFeatures/0/negated", "version 2 writes `excluded`"),
    ],
)
def test_a_phenopacket_that_says_something_else_is_refused_by_what_it_is(sent: dict[str, Any], place: str, words: str) -> None:
    made = convert(p_json=sent)
    (issue,) = made.issues

    assert made.failure is FailureKind.INVALID
    assert (issue.rule, issue.location) == ("document/shape", (f"p.json#{place}",))
    assert words in issue.text


def reading(*findings: dict[str, Any], status: str = "SOLVED") -> dict[str, Any]:
    """A phenopacket with one interpretation, and no list of diseases."""
    diagnosis = {"disease": {"id": "OMIM:194050", "label": "Williams"}, "genomicInterpretations": list(findings)}
    packet = {name: value for name, value in PACKET.items() if name != "diseases"}
    return packet | {"interpretations": [{"progressStatus": status, "diagnosis": diagnosis}]}


def test_a_gene_without_a_variant_is_a_finding_and_neither_of_them_is_none() -> None:
    gene = {"interpretationStatus": "CAUSATIVE", "gene": {"valueId": "HGNC:3327", "symbol": "ELN"}}
    made = convert(p_json=reading(gene, {"interpretationStatus": "CAUSATIVE", "subjectOrBiosampleId": "proband"}))

    assert made.case is not None
    ((found,),) = (made.case.molecular,)
    assert (found.gene and found.gene.symbol, found.hgvs, found.condition and found.condition.code) == ("ELN", None, "194050")
    dropped = [issue.location for issue in made.issues if issue.rule == "coverage/dropped" and "interpretations" in issue.text]
    assert dropped == [("p.json#/interpretations/0/diagnosis/genomicInterpretations/1",)]


def test_a_finding_that_was_rejected_explains_no_disease() -> None:
    finding = PACKET["interpretations"][0]["diagnosis"]["genomicInterpretations"][0] | {"interpretationStatus": "REJECTED"}
    made = convert(p_json=reading(finding))

    assert made.case is not None
    assert [(found.result, found.condition) for found in made.case.molecular] == [("REJECTED", None)]


@pytest.mark.parametrize(("status", "certainty"), [("SOLVED", "molecular"), ("UNSOLVED", "differential"), ("", "differential")])
def test_the_disease_of_an_interpretation_is_a_diagnosis_where_the_list_does_not_have_it(status: str, certainty: str) -> None:
    made = convert(p_json=reading(status=status))

    assert made.case is not None
    assert [(found.name, found.certainty) for found in made.case.clinician_diagnoses] == [("Williams", certainty)]


@pytest.mark.parametrize("column", ["tool", "model_version", "run_id", "mrn"])
def test_a_table_of_several_runs_is_refused(column: str) -> None:
    columns = list(dict.fromkeys(["tool", "syndrome", column]))
    rows = [{"tool": "A", "syndrome": "X", column: "1"}, {"tool": "A", "syndrome": "Y", column: "2"}]
    made = convert(t_csv="\n".join(",".join(cells) for cells in (columns, *([row[name] for name in columns] for row in rows))))

    assert made.failure is FailureKind.INVALID
    assert [issue.text.split("`")[1] for issue in made.issues if issue.rule == "map/the_same"] == [column]


def places(made: Conversion, rule: str) -> list[tuple[str, ...]]:
    return [issue.location for issue in made.issues if issue.rule == rule]


def test_what_is_wrong_with_a_table_has_the_cells_of_it() -> None:
    runs = convert(t_csv="tool,syndrome,mrn\nA,X,1\nA,Y,1\nA,Z,2\n")
    days = convert(t_csv="tool,syndrome,finished_at\nA,X,\nA,Y,11.02.2026\n")
    scores = convert(t_csv="tool,syndrome,score\nA,X,n/a\n")

    assert places(runs, "map/the_same") == [("t.csv#cell=2,3", "t.csv#cell=4,3")]
    assert places(days, "map/moment") == [("t.csv#cell=3,3",)]
    assert places(scores, "map/number") == [("t.csv#cell=2,3",)]


def test_a_table_of_a_spreadsheet_in_german_or_french_is_read() -> None:
    rows = (
        "tool;syndrome;code;face_distance;genes",
        "Finder;Williams-Syndrom;194050,163950;0,441;",
        ";Ein anderes;;0,5;ELN,LIMK1",
    )
    table = "\r\n".join(rows)
    made = run_of(convert(t_csv=table.encode("utf-16")))

    assert [candidate.scores[0].value for candidate in made.candidates] == [Decimal("0.441"), Decimal("0.5")]
    assert [gene.symbol for gene in made.candidates[1].genes] == ["ELN", "LIMK1"]
    assert {code.code for code in made.candidates[0].codes if code.system == "omim"} == {"194050", "163950"}


def test_a_row_of_a_table_may_name_a_gene_alone() -> None:
    made = convert(t_csv="tool,rank,syndrome,genes\nA,1,X,\nA,2,,FBN1\nA,3,Z,\n")

    assert [(candidate.rank, candidate.name, len(candidate.genes)) for candidate in run_of(made).candidates] == [
        (1, "X", 0),
        (2, None, 1),
        (3, "Z", 0),
    ]
    assert {"AI-02", "coverage/dropped"}.isdisjoint(issue.rule or "" for issue in made.issues)


def test_a_syndrome_at_two_ranks_of_a_table_is_told() -> None:
    made = convert(t_csv="tool,syndrome,code\nA,Williams,194050\nA,Noonan,\nA,williams,\n")

    assert places(made, "AI-11") == [("t.csv#cell=4,2", "t.csv#cell=2,2")]


def test_what_is_said_of_a_run_may_stand_in_any_row() -> None:
    made = convert(t_csv="tool,syndrome,model_version\n,X,\nFinder,Y,3\n")

    assert (run_of(made).tool.product, run_of(made).tool.model_version) == ("Finder", "3")
    assert [candidate.name for candidate in run_of(made).candidates] == ["X", "Y"]
