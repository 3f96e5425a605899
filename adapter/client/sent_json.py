"""What became of a resource that was sent, as JSON."""

from adapter.client.proof import SentResource
from adapter.json_types import JsonObject


def describe_resource(resource: SentResource) -> JsonObject:
    """All of it, with the server's own words, which may quote patient data."""
    return {
        "reference": resource.reference,
        "version": resource.result.version,
        "created": resource.result.was_created,
        "action": resource.action,
        "merged": {"changed": resource.changed, "kept": resource.kept},
        "said": [{"severity": remark.issue.severity, "says": remark.words} for remark in resource.answered],
        "good": resource.is_good,
        "remarks": [
            {
                "severity": finding.remark.issue.severity,
                "says": finding.remark.words,
                "at": finding.remark.issue.expression,
                "verdict": finding.verdict,
                "why": finding.why,
                "known": finding.is_known,
            }
            for finding in resource.remarks
        ],
        "changed": [{"how": finding.kind, "at": finding.path} for finding in resource.differences],
        "skipped": [issue.text for issue in resource.skipped],
        "words": resource.words,
    }
