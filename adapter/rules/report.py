"""Rules about the provider's report and the procedure behind it."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.case_outline import billing_outline, record_outline
from adapter.rules.condition import ASKED, CLAIM, FINAL, NOT_VOID, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Variant, rule
from adapter.rules.taxonomy_codes import does_not_interpret


@rule(
    "RPT-01",
    title="Claim without a finished report",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("0731T ends with a provider's report. Claim it when the report is signed, or 53 if the service was stopped."),
    source="0731T codebook page; CPT Appendix S",
    applies=(CLAIM, NOT_VOID),
    asked_if=(Sign(record_outline, lambda there: not there.final),),
)
def no_finished_report(facts: Facts) -> Iterator[Finding]:
    """A claim without a finished report, unless 53 is on every 0731T line; 53 does not excuse a procedure that was completed."""
    discontinued = facts.analysis and not facts.undiscontinued and facts.state.procedure != "completed"
    if not facts.is_final and not discontinued:
        yield Finding("review.status")


@rule(
    "RPT-02",
    title="Report without its provider's part",
    severity=ERROR,
    code=IssueType.INCOMPLETE,
    text=("A signed report needs its clinician, the time of the signature and a conclusion. Send what is missing."),
    source="0731T payer overview",
    applies=(FINAL,),
    asked_if=(Sign(record_outline, lambda there: not there.provider_part),),
)
def provider_part_missing(facts: Facts) -> Iterator[Finding]:
    """A finished report without its interpreter, time of signature or conclusion."""
    for name in ("reviewer", "signed_at", "conclusion"):
        if getattr(facts.case.review, name) is None:
            yield Finding(f"review.{name}")


@rule(
    "RPT-03",
    title="No human interpretation",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("The reviewer is not one of the practitioners of the case. Name the clinician who interpreted the output."),
    source="CPT Appendix S: augmentative",
    applies=(FINAL,),
)
def reviewer_is_no_practitioner(facts: Facts) -> Iterator[Finding]:
    """A finished report by somebody who is not one of the practitioners, so not known to be human."""
    reviewer = facts.case.review.reviewer if facts.case.review else None
    if reviewer is not None and all(someone.key != reviewer for someone in facts.case.practitioners):
        yield Finding("review.reviewer")


@rule(
    "RPT-04",
    title="Claim for an unfinished procedure",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("A claim needs a procedure that was completed or stopped. Wait for it, or correct the procedure's status."),
    source="http://hl7.org/fhir/R4/valueset-event-status.html; state machine of the adapter",
    applies=(CLAIM, NOT_VOID),
    asked_if=(Sign(record_outline, lambda there: there.procedure not in ("completed", "stopped")),),
)
def procedure_not_finished(facts: Facts) -> Iterator[Finding]:
    """A claim for a procedure that was neither completed nor stopped."""
    if facts.state.procedure not in ("completed", "stopped"):
        yield Finding("procedure.status")


@rule(
    "RPT-05",
    title="Interpretation signed by another profession",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=(
        "The signer's taxonomy code is not of a profession that interprets: a physician, physician assistant, nurse "
        "practitioner, clinical nurse specialist or doctor of genetics. Name the clinician who did, or correct the code."
    ),
    source="CPT Appendix S: the clinician interprets; NUCC taxonomy",
    variants=(
        Variant(
            name="unknown",
            text=(
                "Nothing says that the signer is a clinician who interprets: neither a taxonomy code nor a role that does. Send "
                "the taxonomy code of the signer."
            ),
        ),
    ),
    applies=(FINAL,),
)
def signed_by_another_profession(facts: Facts) -> Iterator[Finding]:
    """A finished report by somebody whose taxonomy code is of no profession that interprets, or of whom nothing says so."""
    reviewer = facts.case.review.reviewer if facts.case.review else None
    for at, someone in enumerate(facts.case.practitioners):
        if someone.key != reviewer:
            continue
        if someone.taxonomy is not None and does_not_interpret(someone.taxonomy):
            yield Finding("review.reviewer", also=(f"practitioners[{at}].taxonomy",))
        elif someone.taxonomy is None and (someone.role in ("assisting", "other") or (someone.role or someone.npi) is None):
            yield Finding("review.reviewer", variant="unknown", also=(f"practitioners[{at}].role",))


@rule(
    "RPT-06",
    title="Claim that was sent as a draft",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="The claim was sent as a draft, so it stays one. Send it as active when it is to be billed.",
    source="http://hl7.org/fhir/R4/claim-definitions.html#Claim.status",
    applies=(ASKED,),
    asked_if=(Sign(billing_outline, lambda there: there.draft),),
)
def sent_as_a_draft(facts: Facts) -> Iterator[Finding]:
    """A claim that its sender calls a draft, be it a void."""
    if facts.case.billing is not None and facts.case.billing.draft:
        yield Finding("billing.draft")
