"""What several rooms need to know of CPT codes: facts, in no words of the AMA's."""

from collections.abc import Mapping
from types import MappingProxyType

FIRST_DAY_OF_0731T = "2022-07-01"
"""The first day of service that can be billed with 0731T (codebook page: added 2022-07-01)."""

ONE_GENE = "81406"
"""The code that is for one gene, which must be named (Tier 2 molecular pathology; rule REL-04)."""

_GONE = {
    "2021-01-01": ("99201",),
    "2023-01-01": (
        *("99217", "99218", "99219", "99220", "99224", "99225", "99226", "99241", "99251", "99318"),
        *("99324", "99325", "99326", "99327", "99328", "99334", "99335", "99336", "99337", "99339", "99340", "99343"),
        *("99354", "99355", "99356", "99357"),
    ),
    "2025-01-01": ("99441", "99442", "99443", "96040"),
}
_INSTEAD = {"96040": "96041"}

DELETED: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {code: (day, _INSTEAD.get(code)) for day, codes in _GONE.items() for code in codes}
)
"""Codes of visits and of genetic counselling that CPT has deleted: the first day without them, and what took their place."""
