"""Rules about the taxonomy codes of practitioners."""

from collections.abc import Iterator

from adapter.code_tables.spelling import written_right
from adapter.issues import IssueType
from adapter.rules.condition import LABEL, PRACTITIONERS, TAXONOMY, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.party import party_outline
from adapter.rules.rule import ERROR, WARNING, Variant, rule
from adapter.rules.taxonomy_codes import ABSENT, contradicts, is_taxonomy, is_technician, meant_by


@rule(
    "TAX-01",
    title="Taxonomy code unknown",
    severity=ERROR,
    code=IssueType.CODE_INVALID,
    text="This is not a NUCC taxonomy code. Send the code under which the provider is enrolled.",
    source="http://nucc.org/provider-taxonomy; shape and known gaps only, since no openly licensed list was found",
    verified=True,
    variants=(Variant(name="other-role", severity=WARNING),),
    applies=(PRACTITIONERS, TAXONOMY),
)
def no_taxonomy_code(facts: Facts) -> Iterator[Finding]:
    """A code that is not shaped like a taxonomy code, or is known to be none; only of who renders the service an error."""
    for at, someone in enumerate(facts.case.practitioners):
        if someone.taxonomy is not None and not is_taxonomy(someone.taxonomy):
            meant = meant_by(someone.taxonomy_label) if someone.taxonomy_label else None
            yield Finding(
                f"practitioners[{at}].taxonomy",
                suggestion=ABSENT.get(someone.taxonomy) or meant or _in_capitals(someone.taxonomy),
                variant=None if someone.role == "rendering" else "other-role",
            )


def _in_capitals(code: str) -> str | None:
    written = written_right("nucc", code)
    return written if written is not None and is_taxonomy(written) else None


@rule(
    "TAX-02",
    title="Taxonomy label contradicts the code",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="The taxonomy code means something else than its label says. Check which of the two is right.",
    source="http://nucc.org/provider-taxonomy; for the codes that the adapter knows",
    verified=True,
    applies=(PRACTITIONERS, TAXONOMY, LABEL),
)
def label_of_another_code(facts: Facts) -> Iterator[Finding]:
    """A label that speaks of something else than its code, where the adapter knows the code; suggests the code of the label."""
    for at, someone in enumerate(facts.case.practitioners):
        code, label = someone.taxonomy, someone.taxonomy_label
        if code is not None and label is not None and contradicts(label, code):
            yield Finding(f"practitioners[{at}].taxonomy", suggestion=meant_by(label))


@rule(
    "TAX-03",
    title="Rendering provider is a technician",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="The rendering provider's taxonomy belongs to technicians. Name the clinician who made the report.",
    source="http://nucc.org/provider-taxonomy",
    verified=True,
    applies=(PRACTITIONERS, TAXONOMY),
    asked_if=(Sign(party_outline, lambda there: there.technician),),
)
def technician_renders(facts: Facts) -> Iterator[Finding]:
    """A rendering provider whose taxonomy code is one of technicians."""
    for at, someone in enumerate(facts.case.practitioners):
        if someone.role == "rendering" and someone.taxonomy is not None and is_technician(someone.taxonomy):
            yield Finding(f"practitioners[{at}].taxonomy")
