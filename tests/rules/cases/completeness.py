"""Examples of what a claim needs to be sent."""

from tests.rules.ground import WITHOUT_BILLING, Example

SECOND: dict[str, object] = {"member_id": "M-2", "relationship": "child", "payer": {"name": "Second", "payer_id": "P-2"}}
PEOPLE = [{"key": "dr", "npi": "1234567893", "role": "rendering"}]

EXAMPLES = [
    Example("CMP-01", {"organization.npi": None}, ("organization.npi",)),
    Example("CMP-01", {"organization": None}, ()),
    Example("CMP-02", {"organization.address": None}, ("organization.address",)),
    *[
        Example("CMP-02", {f"organization.address.{name}": None if name != "line" else []}, ("organization.address",))
        for name in ("line", "city", "state", "postal_code")
    ],
    Example("CMP-02", {"organization.address.country": "US"}, ()),
    Example("CMP-02", {"organization": None}, ()),
    Example("CMP-03", {"practitioners": []}, ("practitioners",)),
    Example("CMP-03", {"practitioners": [*PEOPLE, {"key": "np", "role": "rendering"}]}, ("practitioners",)),
    Example("CMP-03", {"practitioners": [*PEOPLE, {"key": "np", "role": "assisting"}]}, ()),
    Example("CMP-04", {"practitioners[0].npi": None}, ("practitioners[0].npi",)),
    Example("CMP-04", {"practitioners[1].npi": None}, ()),
    *[
        Example("CMP-05", {"practitioners": [*PEOPLE, {"key": "x", "role": role}]}, ("practitioners[1].npi",))
        for role in ("referring", "ordering", "supervising")
    ],
    Example("CMP-05", {"practitioners": [*PEOPLE, {"key": "x", "role": "assisting"}]}, ()),
    Example("CMP-06", {"patient.family": None}, ("patient.family",)),
    Example("CMP-06", {"patient.given": []}, ("patient.given",)),
    Example("CMP-06", {"patient.given": ["A", "B"]}, ()),
    Example("CMP-07", {"patient.birth_date": None}, ("patient.birth_date",)),
    Example("CMP-07", {"patient.birth_date": "2020-03"}, ("patient.birth_date",)),
    Example("CMP-07", {"patient.birth_date": "2020-02-29"}, ()),
    Example("CMP-08", {"patient.sex": None}, ("patient.sex",)),
    Example("CMP-08", {"patient.sex": "unknown"}, ()),
    Example("CMP-09", {"coverage.relationship": None}, ("coverage.relationship",)),
    Example("CMP-09", {"coverage.subscriber": None}, ("coverage.subscriber",)),
    Example("CMP-09", {"guardian": None}, ("guardian",)),
    Example("CMP-09", {"guardian.family": None}, ("guardian",)),
    Example("CMP-09", {"guardian.given": []}, ("guardian",)),
    Example("CMP-09", {"coverage.subscriber": None, "coverage.relationship": "self", "guardian": None}, ()),
    Example("CMP-09", {"coverage": None}, ()),
    Example("CMP-09", {"other_coverages": [SECOND | {"relationship": None}]}, ("other_coverages[0].relationship",)),
    Example("CMP-09", {"other_coverages": [SECOND]}, ()),
    Example("CMP-10", {"payer.payer_id": None}, ("payer.payer_id",)),
    Example("CMP-10", {"payer": None}, ()),
    Example("CMP-11", {"coverage.filing_indicator": None}, ("coverage.filing_indicator",)),
    Example("CMP-11", {"coverage.filing_indicator": None} | WITHOUT_BILLING, ()),
    Example("CMP-12", {"billing.lines": []}, ("billing.lines",)),
    Example("CMP-12", {}, ()),
    Example("CMP-12", WITHOUT_BILLING, ()),
    Example("CMP-13", {"practitioners[0].family": None}, ("practitioners[0].family",)),
    Example("CMP-13", {"practitioners[0].family": "Doe"}, ()),
    *[
        Example(
            "CMP-18", {"practitioners": [*PEOPLE, {"key": "x", "npi": "1245319599", "role": role}]}, ("practitioners[1].family",)
        )
        for role in ("referring", "ordering", "supervising")
    ],
    Example("CMP-18", {"practitioners": [*PEOPLE, {"key": "x", "role": "assisting"}]}, ()),
    Example("CMP-14", {"organization.address.line": ["Lock Box 7"]}, ("organization.address.line[0]",)),
    Example("CMP-16", {"organization.tin": None}, ("organization.tin",)),
    Example("CMP-16", {"organization.tin": "12-3456789"}, ()),
    Example("CMP-16", {"organization": None}, ()),
    Example("CMP-16", {"organization.tin": None} | WITHOUT_BILLING, ()),
    Example("CMP-17", {"patient.address": None}, ("patient.address",)),
    *[
        Example("CMP-17", {f"patient.address.{name}": None if name != "line" else []}, ("patient.address",))
        for name in ("line", "city", "state", "postal_code")
    ],
    Example("CMP-17", {"patient.address.country": "USA", "patient.address.state": None}, ("patient.address",)),
    Example("CMP-17", {"patient.address": {"line": ["1 Road"], "city": "Town", "country": "IE"}}, ()),
    Example("CMP-17", {"patient.address.country": "IE", "patient.address.city": None}, ("patient.address",)),
    *[
        Example("PRV-TIN", {"organization.tin": sent}, ("organization.tin",), (digits,))
        for sent, digits in (
            ("1412-34567", "141234567"),
            ("EIN 14-1234567", "141234567"),
            ("14-123456", None),
            ("1412345678", None),
            ("14-123456A", None),
            ("00-0000000", None),
            ("999-99-9999", None),
            ("123-456-789", "123456789"),
        )
    ],
    *[Example("PRV-TIN", {"organization.tin": sent}, ()) for sent in ("141234567", "14-1234567", "123-45-6789", "00-0000001")],
    Example("PRV-TIN", {"organization.tin": "14-123456"} | WITHOUT_BILLING, ()),
    *[
        Example("CMP-14", {"organization.address.line": ["Suite 1", box]}, ("organization.address.line[1]",))
        for box in ("PO Box 17", "P. O. BOX 17", "p.o.box 17", "Post Office Box 17")
    ],
    *[Example("CMP-14", {"organization.address.line": [street]}, ()) for street in ("1 Boxwood Road", "17 Pobox Lane")],
    Example("CMP-14", {"organization.billing_address": {"line": ["PO Box 17"]}}, ()),
    Example("CMP-14", {"organization.address": None}, ()),
    Example("CMP-14", {"organization": None}, ()),
    Example("CMP-15", {"organization.address.state": "Vermont"}, ("organization.address.state",)),
    Example(
        "CMP-15", {"organization.address.state": "ZZ", "organization.address.country": "US"}, ("organization.address.state",)
    ),
    *[
        Example("CMP-15", {"organization.address.postal_code": code}, ("organization.address.postal_code",))
        for code in ("5000", "050001", "05000-12", "O5000")
    ],
    Example("CMP-15", {"organization.billing_address": {"postal_code": "5000"}}, ("organization.billing_address.postal_code",)),
    Example("CMP-15", {"patient.address": {"postal_code": "5000"}}, ("patient.address.postal_code",)),
    *[Example("CMP-15", {"organization.address.postal_code": code}, ()) for code in ("05000-1234", "050001234")],
    Example("CMP-15", {"patient.address": {"postal_code": "0150", "country": "NO"}}, ()),
    Example("CMP-15", {"organization": None}, ()),
]
