"""The functions of mapping files for who treats and who bills."""

from adapter.code_tables.tax_number import is_ssn
from adapter.mapping.function import function


@function(takes=("code",), gives="boolean")
def is_tax_number_of_a_person(number: str) -> bool:
    """Whether a tax number is written as an SSN, NNN-NN-NNNN: `is_tax_number_of_a_person(clinic.tin)`."""
    return is_ssn(number)
