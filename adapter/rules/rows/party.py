"""Rules about who takes part, who pays how much, and how the input was taken over."""

from adapter.issues import IssueType, Severity
from adapter.rules.rule import ERROR, INFORMATION, WARNING, Rule, Variant

PARTY = (
    Rule(
        id="PRV-NPI",
        title="National provider identifier",
        severity=ERROR,
        code=IssueType.VALUE,
        text="The NPI must be ten digits with a valid check digit. Look it up in NPPES.",
        source="US Core us-core-16, us-core-17; 45 CFR 162.406",
    ),
    Rule(
        id="TAX-01",
        title="Taxonomy code unknown",
        severity=ERROR,
        code=IssueType.CODE_INVALID,
        text="This is no NUCC taxonomy code. Send the code under which the provider is enrolled.",
        source="http://nucc.org/provider-taxonomy",
        variants=(Variant(name="other-role", severity=Severity.WARNING),),
    ),
    Rule(
        id="TAX-02",
        title="Taxonomy label contradicts the code",
        severity=WARNING,
        code=IssueType.CODE_INVALID,
        text="The taxonomy code means something else than its label says. Check which of the two is right.",
        source="http://nucc.org/provider-taxonomy",
    ),
    Rule(
        id="TAX-03",
        title="Rendering provider is a technician",
        severity=WARNING,
        code=IssueType.BUSINESS_RULE,
        text="The rendering provider's taxonomy belongs to technicians. Name the clinician who made the report.",
        source="http://nucc.org/provider-taxonomy",
    ),
    Rule(
        id="COV-01",
        title="Insurance missing",
        severity=ERROR,
        code=IssueType.REQUIRED,
        text="Nobody can be asked to pay without an insurance and its payer. Send both.",
        source="http://hl7.org/fhir/R4/claim-definitions.html#Claim.insurance",
        effect="no-claim",
    ),
    Rule(
        id="COV-02",
        title="Coverage of Category III codes varies",
        severity=INFORMATION,
        code=IssueType.INFORMATIONAL,
        text="Payers differ on Category III codes. Ask for prior authorization, or for Medicare give an advance notice.",
        source="payer policies on Category III codes",
    ),
    Rule(
        id="CHG-01",
        title="Charge missing",
        severity=WARNING,
        code=IssueType.INCOMPLETE,
        text="0731T has no fixed price, so the payer expects a charge. Send the charge of the line.",
        source="0731T codebook page: status C, carrier priced",
    ),
    Rule(
        id="PRE-01",
        title="Use does not fit",
        severity=WARNING,
        code=IssueType.BUSINESS_RULE,
        text="A preauthorization or predetermination asks about a service to come. Send a claim for one that was begun.",
        source="http://hl7.org/fhir/R4/valueset-claim-use.html",
    ),
    Rule(
        id="MAP-01",
        title="Input changed on the way",
        severity=INFORMATION,
        code=IssueType.INFORMATIONAL,
        text="A value was corrected or left out on the way. See the lineage for which one.",
        source="adapter policy",
        effect="none",
    ),
)
