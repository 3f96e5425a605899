"""Whether a definition is fit for use: draft, experimental, retired, deprecated or withdrawn ones are mentioned."""

from adapter.fhir.resource import Element
from adapter.issues import Issue
from adapter.terminology import messages
from adapter.terminology.canonical import joined
from adapter.terminology.code_system.definition import STANDARDS_STATUS, extension_value


def concern(resource: Element, source: Element) -> str | None:
    """What is to be said of a definition that `source` (the value set that is worked on) refers to; None if it is fine.

    Whoever is draft or experimental may refer to others that are.
    """
    standards = extension_value(resource, STANDARDS_STATUS)
    if standards in {"deprecated", "withdrawn"}:
        return standards
    if resource.get("status") == "retired":
        return "retired"
    if resource.get("experimental") is True and source.get("experimental") is not True:
        return "experimental"
    is_draft = "draft" in {resource.get("status"), standards}
    return "draft" if is_draft and "draft" not in {source.get("status"), extension_value(source, STANDARDS_STATUS)} else None


def status_issue(resource: Element, source: Element) -> Issue | None:
    """The issue that mentions the status of a definition."""
    standing = concern(resource, source)
    if standing is None:
        return None
    canonical = joined(str(resource.get("url") or ""), resource.get("version"))
    return messages.STATUS_MESSAGES[standing].issue(type=resource.get("resourceType"), canonical=canonical)
