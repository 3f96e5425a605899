"""Rules about the taxonomy codes of practitioners."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.taxonomy_codes import ABSENT, contradicts, is_taxonomy, is_technician, meant_by


@rule("TAX-01")
def no_taxonomy_code(facts: Facts) -> Iterator[Finding]:
    """A code that is not shaped like a taxonomy code, or is known to be none; only of who renders the service an error."""
    for at, someone in enumerate(facts.case.practitioners):
        if someone.taxonomy is not None and not is_taxonomy(someone.taxonomy):
            meant = meant_by(someone.taxonomy_label) if someone.taxonomy_label else None
            yield Finding(
                f"practitioners[{at}].taxonomy",
                suggestion=ABSENT.get(someone.taxonomy) or meant,
                variant=None if someone.role == "rendering" else "other-role",
            )


@rule("TAX-02")
def label_of_another_code(facts: Facts) -> Iterator[Finding]:
    """A label that speaks of something else than its code, where the adapter knows the code; suggests the code of the label."""
    for at, someone in enumerate(facts.case.practitioners):
        code, label = someone.taxonomy, someone.taxonomy_label
        if code is not None and label is not None and contradicts(label, code):
            yield Finding(f"practitioners[{at}].taxonomy", suggestion=meant_by(label))


@rule("TAX-03")
def technician_renders(facts: Facts) -> Iterator[Finding]:
    """A rendering provider whose taxonomy code is one of technicians."""
    for at, someone in enumerate(facts.case.practitioners):
        if someone.role == "rendering" and someone.taxonomy is not None and is_technician(someone.taxonomy):
            yield Finding(f"practitioners[{at}].taxonomy")
