"""Rules about modifiers for service at a distance and for the level of care."""

from adapter.issues import IssueType
from adapter.rules.rule import ERROR, INFORMATION, WARNING, Rule

TELEHEALTH = (
    Rule(
        id="MOD-40",
        title="TG in place of a telehealth modifier",
        severity=WARNING,
        code=IssueType.CODE_INVALID,
        text="TG tells the level of care, not telehealth. For live video 95 may be meant: check the line.",
        source="CMS HCPCS Level II modifiers",
        verified=True,
    ),
    Rule(
        id="MOD-41",
        title="TG is rare",
        severity=INFORMATION,
        code=IssueType.INFORMATIONAL,
        text="TG is rarely used outside tiers of care such as Medicaid's. Keep it only if the payer asks for it.",
        source="CMS HCPCS Level II modifiers",
        verified=True,
    ),
    Rule(
        id="MOD-42",
        title="95 on 0731T",
        severity=WARNING,
        code=IssueType.BUSINESS_RULE,
        text="95 is for codes listed for telemedicine, and 0731T is not confirmed to be one. Ask the payer.",
        source="CPT Appendix P",
    ),
    Rule(
        id="MOD-43",
        title="95 with a place that is not telehealth",
        severity=INFORMATION,
        code=IssueType.BUSINESS_RULE,
        text="95 is sent with a place of service that is not telehealth. Send 02 or 10, or take 95 off.",
        source="CMS telehealth services",
    ),
    Rule(
        id="MOD-44",
        title="Telehealth place without a modifier",
        severity=WARNING,
        code=IssueType.BUSINESS_RULE,
        text="The place of service is telehealth, and no modifier says so. Many payers want 95.",
        source="CMS telehealth services; payer policies",
    ),
    Rule(
        id="MOD-45",
        title="95 without live video",
        severity=ERROR,
        code=IssueType.BUSINESS_RULE,
        text="95 says live sound and picture, and the visit was none. Take 95 off, or correct the mode of the visit.",
        source="CPT modifier 95",
    ),
    Rule(
        id="MOD-46",
        title="93 on 0731T",
        severity=ERROR,
        code=IssueType.BUSINESS_RULE,
        text="93 says sound only, and a face can not be analysed by sound. Take 93 off.",
        source="CPT modifier 93",
    ),
    Rule(
        id="MOD-47",
        title="Two telehealth modifiers",
        severity=ERROR,
        code=IssueType.BUSINESS_RULE,
        text="A line has one way of telehealth. Keep the modifier that holds.",
        source="CMS telehealth services",
    ),
    Rule(
        id="MOD-48",
        title="Store and forward",
        severity=INFORMATION,
        code=IssueType.BUSINESS_RULE,
        text="Few payers cover telehealth that is not live. Check the payer's policy.",
        source="CMS telehealth services",
    ),
)
