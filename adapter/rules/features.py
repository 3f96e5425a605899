"""Rules about the features of the patient, whoever saw them."""

from collections.abc import Iterator

from adapter.code_tables.hpo import term
from adapter.issues import IssueType
from adapter.rules.case_outline import feature_outline
from adapter.rules.condition import PHENOTYPES, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import WARNING, Variant, rule


@rule(
    "PHE-01",
    title="Feature both present and absent",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="One source says of one feature that it is present and that it is absent. Keep the one that holds.",
    source="HPO: a feature is present or absent",
    applies=(PHENOTYPES,),
    asked_if=(Sign(feature_outline, lambda there: there.repeated),),
)
def present_and_absent(facts: Facts) -> Iterator[Finding]:
    """A feature that the same source gave before with the opposite presence."""
    first: dict[tuple[str, str | None, str | None], tuple[int, str]] = {}
    for at, feature in enumerate(facts.case.phenotypes):
        if feature.presence == "unknown":
            continue
        place, presence = first.setdefault((feature.hpo, feature.source, feature.run), (at, feature.presence))
        if presence != feature.presence:
            yield Finding(f"phenotypes[{at}].presence", also=(f"phenotypes[{place}].presence",))


@rule(
    "PHE-02",
    title="Feature that HPO does not have",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="HPO does not have this term in the release that the adapter knows. Correct the code.",
    source="Human Phenotype Ontology, https://hpo.jax.org",
    verified=True,
    effect="none",
    variants=(Variant(name="obsolete", text="HPO has replaced or retired this term. Send the term that took its place."),),
    applies=(PHENOTYPES,),
    asked_if=(Sign(feature_outline, lambda there: there.unknown),),
)
def no_term(facts: Facts) -> Iterator[Finding]:
    """A feature whose HPO term is unknown, or obsolete; suggests the term that took its place."""
    for at, feature in enumerate(facts.case.phenotypes):
        known = term(feature.hpo)
        if known.standing != "known":
            variant = "obsolete" if known.standing == "obsolete" else None
            yield Finding(f"phenotypes[{at}].hpo", suggestion=known.replaced_by, variant=variant)
