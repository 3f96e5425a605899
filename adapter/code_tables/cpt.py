"""What several rooms need to know of CPT codes: facts, in no words of the AMA's."""

FIRST_DAY_OF_0731T = "2022-07-01"
"""The first day of service that can be billed with 0731T (codebook page: added 2022-07-01)."""

ONE_GENE = "81406"
"""The code that is for one gene, which must be named (Tier 2 molecular pathology; rule REL-04)."""
