"""Odd inputs: JSON of AI tools, each with its answer; the answers were written before anything was run."""

import pytest

from tests.examples.odd_answers import Answer, Documents, Made, Refused, answer_of, converted, lost
from tests.examples.odd_inputs import alone, beside, content_of, gestaltmatcher, hit, lab, pedia

PERHAPS = {"is_present": "maybe", "feature": {"feature_name": "x", "hpo_full_id": "HP:0000664"}}
INPUTS: dict[str, tuple[Documents, Answer]] = {
    # GestaltMatcher
    "a distance by its old name": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.441), version="v1.0.3")),
        Made(candidates=["1 A"]),
    ),
    "scores that are neither": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.123))),
        Refused(told=["map/gestalt_direction g.json#/suggested_syndromes_list/0/gestalt_score"]),
    ),
    "a score that may be both": (
        beside(g_json=gestaltmatcher(hit("A", 0.65, 0.65))),
        Made(candidates=["1 A"]),
    ),
    "a score that may be both, of an unknown model": (
        beside(g_json=gestaltmatcher(hit("A", 0.65, 0.65), version="v9")),
        Refused(told=["map/gestalt_direction g.json#/suggested_syndromes_list/0/gestalt_score"]),
    ),
    "ties": (
        beside(g_json=gestaltmatcher(hit("A", 0.5, 0.8), hit("B", 0.5, 0.8))),
        Made(candidates=["1 A", "2 B"]),
    ),
    "candidates that are not sorted": (
        beside(g_json=gestaltmatcher(hit("A", 0.9, 0.4), hit("B", 0.5, 0.8))),
        Made(candidates=["1 A", "2 B"]),
    ),
    "NaN": (
        beside(g_json=content_of(gestaltmatcher(hit("A", 0.441, 0.859))).replace(b"0.441", b"NaN")),
        Refused(told=["json/syntax g.json:1:141"]),
    ),
    "infinite": (
        beside(g_json=content_of(gestaltmatcher(hit("A", 0.441, 0.859))).replace(b"0.441", b"-Infinity")),
        Refused(told=["json/syntax g.json:1:142"]),
    ),
    "more than a number holds": (
        beside(g_json=content_of(gestaltmatcher(hit("A", 0.441, 0.859))).replace(b"0.441", b"1e999")),
        Refused(told=["json/number g.json#/suggested_syndromes_list/0/distance"]),
    ),
    "a number in quotes": (
        beside(g_json=gestaltmatcher(hit("A", "0.441", "0.859"))),
        Made(candidates=["1 A"]),
    ),
    "NaN in quotes": (
        beside(g_json=gestaltmatcher(hit("A", "NaN", 0.859))),
        Refused(told=["document/shape g.json#/suggested_syndromes_list/0/distance"]),
    ),
    "a decimal comma in quotes": (
        beside(g_json=gestaltmatcher(hit("A", "0,441", 0.859))),
        Refused(told=["document/shape g.json#/suggested_syndromes_list/0/distance"]),
    ),
    "yes for a number": (
        beside(g_json=gestaltmatcher(hit("A", distance=True, similarity=0.859))),
        Refused(told=["document/shape g.json#/suggested_syndromes_list/0/distance"]),
    ),
    "nothing for a number, as an empty text": (
        beside(g_json=gestaltmatcher(hit("A", "", 0.859))),
        Made(candidates=["1 A"]),
    ),
    "a distance below nothing": (
        beside(g_json=gestaltmatcher(hit("A", -0.2, -0.2), version="v1.0.3")),
        Made(candidates=["1 A"], told=["AI-03 g.json#/suggested_syndromes_list/0/distance"]),
    ),
    "a candidate without a name": (
        beside(g_json=gestaltmatcher(hit("", 0.441, 0.859))),
        Made(candidates=["1 None"], told=["AI-10 g.json#/suggested_syndromes_list/0/distance"]),
    ),
    "several numbers of OMIM in one text": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.859, omim_id="600123, PS123456"))),
        Made(candidates=["1 A"], told=["map/mondo g.json#/suggested_syndromes_list/0/omim_id"]),
    ),
    "a failure": (
        beside(g_json={"message": "Face alignment error."}),
        Made(candidates=[]),
    ),
    "a failure and results": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.859), message="Evaluation error.")),
        Refused(told=["document/shape g.json#/suggested_syndromes_list"]),
    ),
    "an empty message and results": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.859), message="")),
        Made(candidates=["1 A"]),
    ),
    "no results": (
        beside(g_json=gestaltmatcher()),
        Made(candidates=[], told=["CON-10 g.json#/model_version"]),
    ),
    "the photograph that was asked for": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.859), img="/9j/" + "A" * 400)),
        Refused(told=["document/inline-image g.json#/img"]),
    ),
    "one answer sent twice": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.859)), h_json=gestaltmatcher(hit("A", 0.441, 0.859))),
        Made(candidates=["1 A"]),
    ),
    "two answers of different models": (
        beside(g_json=gestaltmatcher(hit("A", 0.441, 0.859)), h_json=gestaltmatcher(hit("B", 0.5, 0.5), version="v1.0.3")),
        Made(candidates=["1 A", "1 B"]),
    ),
    "two answers in a list": (
        beside(g_json=[gestaltmatcher(hit("A", 0.441, 0.859))] * 2),
        Refused(told=["document/form g.json#"]),
    ),
    "an answer within another object": (
        beside(g_json={"result": gestaltmatcher(hit("A", 0.441, 0.859))}),
        Refused(told=["document/form g.json#/result"]),
    ),
    "an answer alone": (
        alone(g_json=gestaltmatcher(hit("A", 0.441, 0.859))),
        Refused(told=["document/alone g.json#"]),
    ),
    "a failure alone": (
        alone(g_json={"message": "Face alignment error."}),
        Refused(told=["document/alone g.json#"]),
    ),
    "UTF-16": (
        beside(g_json=content_of(gestaltmatcher()).decode().encode("utf-16")),
        Refused(told=["json/encoding g.json:1:1"]),
    ),
    "a key that is there twice": (
        beside(g_json=content_of(gestaltmatcher()).replace(b"{", b'{"model_version": "v1.0.3", ', 1)),
        Refused(told=["json/syntax g.json:1:45"]),
    ),
    "two thousand candidates": (
        beside(g_json=gestaltmatcher(*(hit(f"S{at}", 0.441, 0.859) for at in range(2_000)))),
        Made(),
    ),
    # Face2Gene and PEDIA
    "Face2Gene: a case": (
        beside(f_json=lab()),
        Made(candidates=["1 Zeta"]),
    ),
    "Face2Gene: another sex": (
        beside(f_json=lab(gender="Male")),
        Refused(told=["document/contradiction encounter.json#/patient/sex"]),
    ),
    "Face2Gene: no candidates": (
        beside(f_json=lab(suggested_syndromes=[])),
        Made(candidates=[], told=["CON-10 f.json#/case_data/algo_version"]),
    ),
    "Face2Gene: a feature that may be there": (
        beside(f_json=lab(selected_features=[PERHAPS])),
        Made(features=[], told=["map/yes_no f.json#/case_data/selected_features/0/is_present"]),
    ),
    "Face2Gene: a list of cases": (
        beside(f_json=[lab()]),
        Refused(told=["document/form f.json#"]),
    ),
    "Face2Gene: beside GestaltMatcher": (
        beside(f_json=lab(), g_json=gestaltmatcher(hit("A", 0.441, 0.859))),
        Made(candidates=["1 A", "1 Zeta"]),
    ),
    "Face2Gene: alone": (
        alone(f_json=lab()),
        Refused(told=["document/alone f.json#"]),
    ),
    "PEDIA: a word for a number": (
        beside(p_json=[pedia(pedia_score="n/a")]),
        Made(told=["map/number p.json#/0/pedia_score"]),
    ),
    "PEDIA: infinite": (
        beside(p_json=[pedia(pedia_score="inf")]),
        Made(told=["map/number p.json#/0/pedia_score"]),
    ),
    "PEDIA: numbers": (
        beside(p_json=[pedia(pedia_score=-0.11, gene_id=25836)]),
        Made(),
    ),
    "PEDIA: no genes": (
        beside(p_json=[]),
        Refused(told=["document/form p.json#"]),
    ),
    "PEDIA: a gene that is a number": (
        beside(p_json=[pedia(), 5]),
        Refused(told=["document/form p.json#"]),
    ),
    "PEDIA: within another object": (
        beside(p_json={"results": [pedia()]}),
        Refused(told=["document/form p.json#/results"]),
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_an_odd_input_has_its_answer_and_loses_nothing(name: str) -> None:
    documents, expected = INPUTS[name]

    assert answer_of(converted(documents), expected) == expected
    assert lost(documents) == set()
