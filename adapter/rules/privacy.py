"""Rules about consent and photographs."""

import re
from collections.abc import Iterator

from adapter.case import Case, Consent
from adapter.issues import IssueType
from adapter.rules.case_outline import privacy_outline
from adapter.rules.condition import AI, CONSENT, FACE, IMAGES, PUBLIC, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.moment import age, is_before, may_be_before
from adapter.rules.rule import ERROR, WARNING, Variant, rule

_PARAMETERS = (
    "x-amz-signature|x-amz-credential|x-amz-security-token|awsaccesskeyid|x-goog-signature|x-goog-credential|googleaccessid"
    "|signature|key-pair-id|sig|se|sas|hmac|token|access_token|id_token|refresh_token|auth|authorization|jwt|key|api_key|api-key"
    "|apikey|secret|client_secret|password|passwd|pwd"
)
_OF_AGE = 18
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
    if not (facts.case.images or facts.case.analyses or (facts.use and _is_refused(consent, facts.circumstances.today))):
        return
    if consent is None:
        yield Finding("consent")
    elif consent.status != "active" and not _ended(consent, facts.circumstances.today):
        yield Finding("consent.status")
    elif consent.analysis is False:
        yield Finding("consent.analysis")
    else:
        yield from _outside(consent, facts.case)


def _is_refused(consent: Consent | None, today: str | None) -> bool:
    return consent is not None and consent.status in ("rejected", "inactive") and not _ended(consent, today)


def _ended(consent: Consent, today: str | None) -> bool:
    """Whether it is known when a consent ended, withdrawn or expired: until then what was done was lawful."""
    expired = consent.expires is not None and today is not None and not is_before(today, consent.expires)
    return consent.status == "inactive" and (consent.analysis_withdrawn_at is not None or expired)


def _outside(consent: Consent, case: Case) -> Iterator[Finding]:
    if not _may_be_outside(consent, case):
        return
    for at, image in enumerate(case.images):
        if against := _without_consent(consent, image.captured_at):
            yield Finding(f"images[{at}].captured_at", also=(f"consent.{against}",))
    for name, run in case.runs:
        for moment, value in (("started_at", run.started_at), ("finished_at", run.finished_at)):
            if against := _without_consent(consent, value):
                yield Finding(f"{name}.{moment}", also=(f"consent.{against}",))


def _may_be_outside(consent: Consent, case: Case) -> bool:
    """Whether any moment may lie outside the consent, by a quick look."""
    moments = [image.captured_at for image in case.images]
    for run in case.analyses:
        moments += (run.started_at, run.finished_at)
    known = [moment for moment in moments if moment is not None]
    ends = [end for end in (consent.expires, consent.analysis_withdrawn_at) if end is not None]
    return may_be_before(known, [consent.date] if consent.date else ()) or may_be_before(ends, known)


def _without_consent(consent: Consent, moment: str | None) -> str | None:
    """The field that says that the consent did not hold then; of a moment without a date nothing can be shown."""
    if moment is None:
        return None
    if consent.date is not None and is_before(moment, consent.date):
        return "date"
    if consent.expires is not None and is_before(consent.expires, moment):
        return "expires"
    withdrawn_at = consent.analysis_withdrawn_at
    return "withdrawn_at" if withdrawn_at is not None and is_before(withdrawn_at, moment) else None


@rule(
    "PRI-02",
    title="Photograph inside the input",
    severity=ERROR,
    code=IssueType.SECURITY,
    text="Photographs travel by reference only. Store the image, and send its address.",
    source="adapter policy",
    effect="refuse",
    applies=(IMAGES,),
    asked_if=(Sign(privacy_outline, lambda there: there.strange),),
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
    text=(
        "Only data marked as test data may go to a server that is not trusted. "
        "If the server is yours, name it in ADAPTER_TRUSTED_SERVERS; mark synthetic data as test data."
    ),
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
    asked_if=(Sign(privacy_outline, lambda there: there.strange),),
)
def credentials_in_address(facts: Facts) -> Iterator[Finding]:
    """A user, a token or a signature in the URL of a photograph."""
    for at, image in enumerate(facts.case.images):
        if image.url is not None and (_USER.match(image.url) or _OPENING_PARAMETER.search(image.url)):
            yield Finding(f"images[{at}].url")


@rule(
    "PRI-05",
    title="Analysis not mentioned in the consent",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="The document does not say whether the consent allows the analysis. Say so in `consent.analysis`.",
    source="0731T codebook page: consent to use of images",
    applies=(CONSENT, FACE),
    asked_if=(Sign(privacy_outline, lambda there: there.silent),),
)
def analysis_not_spoken_of(facts: Facts) -> Iterator[Finding]:
    """A face was photographed or analysed with a consent that does not speak of the analysis."""
    consent = facts.case.consent
    if consent is not None and consent.status in ("active", "inactive") and consent.analysis is None and _has_face(facts.case):
        yield Finding("consent.analysis")


def _has_face(case: Case) -> bool:
    return bool(case.analyses or case.images)


@rule(
    "PRI-06",
    title="Disclosure to the vendor refused",
    severity=WARNING,
    code=IssueType.FORBIDDEN,
    text=(
        "The consent refuses disclosure to the vendor, or no longer allows it, and a vendor's software analysed the face. "
        "Say in `ai.tool.hosted_by` whether the clinic runs it itself, or correct the consent."
    ),
    source="HIPAA, 45 CFR 164.508: use beyond the authorization",
    variants=(
        Variant(
            name="vendor",
            severity=ERROR,
            text=(
                "The consent refuses disclosure to the vendor, or no longer allows it, and the vendor ran the analysis. "
                "Do not use it, or correct the consent."
            ),
        ),
    ),
    applies=(CONSENT, AI),
    asked_if=(Sign(privacy_outline, lambda there: there.vendor_barred),),
)
def disclosed_against_the_consent(facts: Facts) -> Iterator[Finding]:
    """The vendor's software ran, perhaps or certainly on the vendor's machines, against the consent or after its withdrawal."""
    consent = facts.case.consent
    for name, run in facts.case.runs:
        field = _against_disclosure(consent, run.started_at or run.finished_at) if run.tool.hosted_by != "clinic" else None
        if field is not None:
            yield Finding(field, variant="vendor" if run.tool.hosted_by else None, also=(f"{name}.tool",))


def _against_disclosure(consent: Consent | None, ran: str | None) -> str | None:
    """What of the consent spoke against disclosure to the vendor when the software ran."""
    if consent is None or consent.vendor_disclosure is False:
        return "consent.vendor_disclosure" if consent else None
    withdrawn = consent.withdrawn_at if "vendor_disclosure" in consent.withdrawn else None
    return "consent.withdrawn_at" if withdrawn and ran and is_before(withdrawn, ran) else None


@rule(
    "PRI-07",
    title="Consent of a minor",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=(
        "The patient consented and was under 18. A guardian's consent is expected: correct `consent.given_by`, or "
        "keep the reason."
    ),
    source="45 CFR 164.502(g): personal representatives of minors",
    applies=(CONSENT,),
    asked_if=(Sign(privacy_outline, lambda there: there.given_by == "patient"),),
)
def minor_consents(facts: Facts) -> Iterator[Finding]:
    """A patient who was a minor on the day of the consent, else of the visit, and gave it."""
    consent, birth = facts.case.consent, facts.case.patient.birth_date
    day = (consent.date if consent is not None else None) or (facts.beginning or ("", None))[1]
    if consent is None or consent.given_by != "patient" or birth is None or day is None:
        return
    years = age(birth, day)
    if years is not None and years < _OF_AGE:
        yield Finding("consent.given_by", also=("patient.birth_date",))


@rule(
    "PRI-08",
    title="Consent of a guardian whom nobody names",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="A guardian consented, and the case names none. Send the `guardian`.",
    source="FHIR R4 Consent.performer",
    applies=(CONSENT,),
    asked_if=(Sign(privacy_outline, lambda there: there.given_by == "guardian"),),
)
def guardian_not_named(facts: Facts) -> Iterator[Finding]:
    """A consent of a guardian where the case has none."""
    consent = facts.case.consent
    guardian = facts.case.guardian
    if consent is not None and consent.given_by == "guardian" and not (guardian and (guardian.family or guardian.given)):
        yield Finding("consent.given_by")


@rule(
    "PRI-09",
    title="Photograph withdrawn without a date",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text=(
        "A photograph that the analysis used is withdrawn, and the consent does not say since when. Send "
        "`consent.withdrawn_at`, or say that the analysis did not use it."
    ),
    source="adapter policy: what was lawful until a withdrawal stays so",
    applies=(IMAGES, AI),
    asked_if=(Sign(privacy_outline, lambda there: there.withdrawn),),
)
def withdrawn_without_a_day(facts: Facts) -> Iterator[Finding]:
    """A withdrawn photograph that an analysis used, without the day from which the consent is withdrawn."""
    consent = facts.case.consent
    if consent is None or consent.withdrawn_at is None:
        yield from (Finding(f"images[{at}].withdrawn") for at, image in facts.used if image.withdrawn)


@rule(
    "PRI-10",
    title="Photograph of another type",
    severity=WARNING,
    code=IssueType.VALUE,
    text="A photograph has a media type that begins with `image/`. Correct the type, or the reference.",
    source="http://hl7.org/fhir/R4/media.html; IANA media types",
    applies=(IMAGES,),
    asked_if=(Sign(privacy_outline, lambda there: there.strange),),
)
def no_image(facts: Facts) -> Iterator[Finding]:
    """A photograph whose media type is not one of images."""
    for at, image in enumerate(facts.case.images):
        if image.content_type is not None and not image.content_type.lower().startswith("image/"):
            yield Finding(f"images[{at}].content_type")
