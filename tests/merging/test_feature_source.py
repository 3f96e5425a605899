"""Who saw the features of an AI report that does not say so."""

from typing import Any

import pytest

from adapter.merging.feature_source import with_source
from adapter.readers.document import ReadDocument

UNSAID = {"hpo": "HP:0000280", "presence": "present"}


def report(**tree: Any) -> ReadDocument:  # noqa: ANN401 - JSON
    return ReadDocument(name="ai.json", form="case", tree=tree)


def test_a_feature_without_a_source_is_the_ai_s_and_told_at_its_place() -> None:
    said = {**UNSAID, "source": "clinician"}
    marked, issues = with_source(report(ai={}, phenotypes=[said, UNSAID, {**UNSAID, "source": None}]))

    assert [feature["source"] for feature in marked.tree["phenotypes"]] == ["clinician", "ai", "ai"]
    assert [issue.rule for issue in issues] == ["document/feature-source"] * 2
    assert not any(issue.is_error for issue in issues)


@pytest.mark.parametrize(
    "tree",
    [
        {"ai": {}, "encounter": {}, "phenotypes": [UNSAID]},
        {"phenotypes": [UNSAID]},
        {"ai": {}, "phenotypes": "x"},
        {"ai": {}, "phenotypes": [{**UNSAID, "source": "ai"}, "x"]},
    ],
)
def test_other_documents_and_features_stay_as_they_are(tree: dict[str, Any]) -> None:
    document = report(**tree)

    assert with_source(document) == (document, ())
