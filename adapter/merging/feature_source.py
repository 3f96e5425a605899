"""Features in an AI report that do not say who saw them are the AI's, and never the clinician's."""

from dataclasses import replace
from functools import partial

from adapter.issues import Issue, IssueType, PendingIssue, Severity
from adapter.readers.document import ReadDocument

_RULE = "document/feature-source"
_TEXT = (
    "The AI report does not say who saw this feature, so it is taken as the AI's: labelled so, and preliminary. Say "
    "`source` if the clinician or a caregiver did."
)


def with_source(document: ReadDocument) -> tuple[ReadDocument, tuple[PendingIssue, ...]]:
    """An AI report (a document without a visit) with a source at every feature, and a warning for each that had none."""
    features = document.tree.get("phenotypes")
    if "encounter" in document.tree or "ai" not in document.tree or not isinstance(features, list):
        return document, ()
    without = {at: None for at, feature in enumerate(features) if isinstance(feature, dict) and feature.get("source") is None}
    if not without:
        return document, ()
    marked = [{**feature, "source": "ai"} if at in without else feature for at, feature in enumerate(features)]
    issues = tuple(PendingIssue(Severity.WARNING, _RULE, partial(_issue, document, at)) for at in without)
    return replace(document, tree={**document.tree, "phenotypes": marked}), issues


def _issue(document: ReadDocument, at: int) -> Issue:
    return Issue(
        severity=Severity.WARNING,
        code=IssueType.INCOMPLETE,
        rule=_RULE,
        text=_TEXT,
        location=document.positions(("phenotypes", at)),
    )
