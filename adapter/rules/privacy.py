"""Rules about consent and photographs."""

import re
from collections.abc import Iterator
from datetime import datetime

from adapter.case import Case, Consent
from adapter.issues import IssueType
from adapter.rules.condition import FACE, IMAGES, PUBLIC
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, rule

_DAY_LENGTH = 10
_SECOND_LENGTH = 19
_PARAMETERS = (
    "x-amz-signature|x-amz-credential|x-amz-security-token|awsaccesskeyid|x-goog-signature|x-goog-credential|googleaccessid"
    "|signature|key-pair-id|sig|se|sas|hmac|token|access_token|id_token|refresh_token|auth|authorization|jwt|key|api_key|api-key"
    "|apikey|secret|client_secret|password|passwd|pwd"
)
_OPENING_PARAMETER = re.compile(rf"[?&;#](?:{_PARAMETERS})(?:[=&;#]|$)", re.IGNORECASE)
_USER = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*@", re.IGNORECASE)


@rule(
    "PRI-01",
    title="Consent for the analysis",
    severity=ERROR,
    code=IssueType.FORBIDDEN,
    text=("No consent to the analysis of the face is shown to have been active then. Send the consent that allowed it."),
    source="0731T payer overview; http://hl7.org/fhir/R4/consent.html",
    applies=(FACE,),
)
def no_active_consent(facts: Facts) -> Iterator[Finding]:
    """A face was photographed or analysed, or is to be paid for against a refusal, and no consent covers it."""
    consent = facts.case.consent
    if not (facts.case.images or facts.case.ai or (facts.use and _is_refused(consent))):
        return
    if consent is None:
        yield Finding("consent")
    elif consent.status != "active":
        yield Finding("consent.status")
    elif consent.analysis is False:
        yield Finding("consent.analysis")
    else:
        yield from _outside(consent, facts.case)


def _is_refused(consent: Consent | None) -> bool:
    return consent is not None and consent.status in ("rejected", "inactive")


def _outside(consent: Consent, case: Case) -> Iterator[Finding]:
    for at, image in enumerate(case.images):
        if not _covers(consent, image.captured_at):
            yield Finding(f"images[{at}].captured_at")
    if case.ai is not None and not _covers(consent, case.ai.started_at):
        yield Finding("ai.started_at")
    if case.ai is not None and not _covers(consent, case.ai.finished_at):
        yield Finding("ai.finished_at")


def _covers(consent: Consent, moment: str | None) -> bool:
    if moment is None:
        return True  # what is not dated can not be shown to lie outside
    early = consent.date is not None and _is_before(moment, consent.date)
    late = consent.expires is not None and _is_before(consent.expires, moment)
    return not (early or late)


def _is_before(one: str, other: str) -> bool:
    """Whether one date and time is before another: as instants if both have a time, else by the precision that both have."""
    length = min(len(one), len(other))
    if length <= _DAY_LENGTH:
        return one[:length] < other[:length]
    if one[_SECOND_LENGTH:] == other[_SECOND_LENGTH:]:
        return one < other  # of the same offset, the text is in order of time
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


@rule(
    "PRI-02",
    title="Photograph inside the input",
    severity=ERROR,
    code=IssueType.SECURITY,
    text="Photographs travel by reference only. Store the image, and send its address.",
    source="adapter policy",
    effect="refuse",
    applies=(IMAGES,),
)
def photograph_inside(facts: Facts) -> Iterator[Finding]:
    """The bytes of a photograph, as data or inside a URL."""
    for at, image in enumerate(facts.case.images):
        if image.data is not None:
            yield Finding(f"images[{at}].data")
        if image.url is not None and image.url[:5].lower() == "data:":
            yield Finding(f"images[{at}].url")


@rule(
    "PRI-03",
    title="Real data for a public server",
    severity=ERROR,
    code=IssueType.SECURITY,
    text=("Only data marked as test data may go to a public server. Choose another server, or mark synthetic data as such."),
    source="adapter policy; http://terminology.hl7.org/CodeSystem/v3-ActReason#HTEST",
    effect="none",
    applies=(PUBLIC,),
)
def real_data_for_a_public_server(facts: Facts) -> Iterator[Finding]:
    """A case that is not marked as test data, and a server that takes nothing else; `adapter.client` asks each resource again."""
    if facts.circumstances.to_public_server and not facts.case.test:
        yield Finding("test")


@rule(
    "PRI-04",
    title="Credentials in an image address",
    severity=WARNING,
    code=IssueType.SECURITY,
    text=("The address of the image opens it to everybody who reads it. Send it without user, token or signature."),
    source="adapter policy; RFC 3986 section 7.5",
    applies=(IMAGES,),
)
def credentials_in_address(facts: Facts) -> Iterator[Finding]:
    """A user, a token or a signature in the URL of a photograph."""
    for at, image in enumerate(facts.case.images):
        if image.url is not None and (_USER.match(image.url) or _OPENING_PARAMETER.search(image.url)):
            yield Finding(f"images[{at}].url")
