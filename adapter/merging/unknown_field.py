"""A field that the Case does not have: which one was probably meant, by its spelling or by the word an EHR has for it."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import get_type_hints

from pydantic import BaseModel

from adapter.annotation import Hint, models_in
from adapter.case import CaseDocument
from adapter.path import Path, dotted

FIELDS_BY_WORD = MappingProxyType(
    {
        # the person
        "birth_date": "dob date_of_birth birthdate birth_day born patient_dob",
        "sex": "gender administrative_gender sex_at_birth patient_sex",
        "mrn": "medical_record_number patient_id patient_number record_number chart_number",
        "mrn_system": "mrn_assigner assigning_authority",
        "family": "last_name lastname surname family_name",
        "given": "first_name firstname given_name given_names middle_name forename",
        "phone": "telephone telecom phone_number mobile tel",
        "line": "street street_address address_line address1 address_line_1 address_1",
        "postal_code": "zip zip_code zipcode postcode post_code",
        "state": "province region",
        "deceased": "dead is_deceased",
        "deceased_at": "date_of_death death_date dod deceased_date",
        "billing_address": "pay_to_address remit_address",
        "guardian": "parent responsible_party legal_guardian next_of_kin",
        # who treats and who pays
        "practitioners": "providers practitioner provider clinicians physicians doctor doctors performers",
        "npi": "provider_npi national_provider_identifier billing_npi rendering_npi",
        "taxonomy": "taxonomy_code specialty specialty_code",
        "tin": "tax_id ein tax_number federal_tax_id",
        "organization": "clinic facility practice billing_provider hospital organisation",
        "payer": "payor insurer insurance_company carrier",
        "coverage": "insurance insurances policy health_plan",
        "coverages": "secondary_insurance other_insurance other_insurances secondary_coverage other_coverages",
        "member_id": "subscriber_number member_number policy_number insurance_id beneficiary_id mbi hicn memberid",
        "group": "group_number group_id group_no",
        "plan": "plan_name",
        # the visit
        "encounter": "visit appointment",
        "id": "identifier encounter_id visit_id case_id claim_id visit_number",
        "em_code": "em e_m_code evaluation_code",
        "start": "start_time started begin admit_date visit_date encounter_date start_date",
        "end": "end_time ended finish discharge_date end_date",
        "mode": "modality visit_type encounter_type",
        "reason": "chief_complaint reason_for_visit",
        "images": "photos photographs pictures image photo media",
        "captured_at": "taken_at photo_date capture_date shot_at",
        "phenotypes": "features hpo_terms symptoms findings phenotype hpo_ids",
        "hpo": "hpo_id hpo_code hpo_term",
        "presence": "present is_present observed",
        "review": "report interpretation provider_report",
        "conclusion": "impression summary interpretation_text result_text",
        "signed_at": "signature_date date_signed signed signed_on",
        "reviewer": "signed_by author interpreter",
        # the claim
        "billing": "claim invoice claims",
        "lines": "items service_lines line_items claim_lines charges services",
        "code": "cpt cpt_code procedure_code hcpcs hcpcs_code service_code loinc_code proc_code",
        "units": "quantity qty unit_count number_of_units days_or_units",
        "modifiers": "mods modifier modifier_codes mod",
        "pos": "place_of_service service_location pos_code facility_code",
        "dos_start": "date dos service_date date_of_service from_date service_from dos_from start_date serviced_date",
        "dos_end": "to_date service_to dos_to through_date end_date",
        "charge": "amount price fee charges charge_amount billed_amount total",
        "dx_pointers": "diagnosis_pointers dx_pointer diagnosis_pointer pointers dx diagnosis_sequence",
        "diagnoses": "diagnosis dx icd10 icd_10 icd icd_codes diagnosis_codes conditions problems",
        "icd10cm": "code icd10 icd_10 icd icd_code icd10_code diagnosis_code dx",
        "authorization": "prior_authorization auth_number prior_auth authorization_number pre_auth preauth_number",
        "referral": "referral_number referral_no",
        "frequency": "frequency_code claim_frequency resubmission_code",
        "created": "claim_date created_at date_created billed_on",
        "orders": "tests lab_orders test_orders service_requests",
        "consent": "consents permission",
        # the AI report
        "ai": "ai_report analysis ai_analysis",
        "tool": "software device algorithm",
        "run_id": "analysis_id job_id request_id",
        "candidates": "syndromes predictions suggestions matches results differential diagnoses",
        "scores": "score probability confidence similarity gestalt_score",
        "rank": "position place index",
        "product": "product_name tool_name software_name",
        "model_version": "model algorithm_version",
        "app_version": "version software_version",
    }
)
"""The fields of the Case with words that people and EHRs have for them."""


@cache
def _fields_of() -> Mapping[str, tuple[str, ...]]:
    """The fields that a word may mean."""
    fields_of_word: dict[str, list[str]] = {}
    for field, words in FIELDS_BY_WORD.items():
        for word in words.split():
            fields_of_word.setdefault(word, []).append(field)
    return {word: tuple(fields) for word, fields in fields_of_word.items()}


def probably_meant(path: Path) -> str:
    """What to do about a field that does not exist: the field of this object that was meant, or where that field stands."""
    word = snake_case(str(path[-1]))
    near = _near(word, _model_at(path[:-1]))
    if near:
        return f"did you mean `{near[0]}`?"
    everywhere = _places_of(word)
    elsewhere = [place for place in everywhere if place.startswith(dotted(path[:-1]))] or everywhere
    if elsewhere:
        return f"it belongs at `{elsewhere[0]}`" if len(elsewhere) == 1 else f"did you mean one of: {', '.join(elsewhere[:4])}?"
    return "take it out, or see the document's JSON Schema (`adapter schema`)"


def is_near_a_field(name: str) -> bool:
    """Whether a field at the top of a document is probably one of the Case in another spelling."""
    return bool(_near(snake_case(name), CaseDocument, likeness=0.8))


def _near(word: str, model: type[BaseModel], likeness: float = 0.6) -> list[str]:
    """The fields of a model that a word may mean, the most likely first; of those that are only spelled alike, the nearest."""
    own = list(model.model_fields)
    meant = [field for field in (word, *_fields_of().get(word, ())) if field in own]
    return meant or get_close_matches(word, own, n=1, cutoff=likeness)


def snake_case(name: str) -> str:
    """`dosStart`, `DOS-Start` and `dos start` as `dos_start`."""
    return re.sub(r"[\s.-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()


def _model_at(path: Path) -> type[BaseModel]:
    model: type[BaseModel] = CaseDocument
    for step in path:
        if isinstance(step, str):
            model = next(models_in(get_type_hints(model)[step]))
    return model


def hint_at(path: Path) -> Hint:
    """The annotation of the field at a path of the Case, or of the field in whose list it stands."""
    last = max(depth for depth, step in enumerate(path) if isinstance(step, str))
    return get_type_hints(_model_at(path[:last]), include_extras=True)[str(path[last])]


def _places_of(word: str) -> list[str]:
    """Where in the Case the fields stand that a word means."""
    fields = (word, *_fields_of().get(word, ()))
    return [dotted(path) for path in all_paths() if path[-1] in fields]


@cache
def all_paths() -> tuple[Path, ...]:
    """The patterns of all fields of the Case."""
    return tuple(path for path in _paths_of(CaseDocument, ()) if path[0] != "analyses" and path[:-1][:1] != ("coverages",))


def _paths_of(model: type[BaseModel], path: Path) -> Iterator[Path]:
    for name, hint in get_type_hints(model).items():
        if name in model.model_fields:
            yield (*path, name)
            is_list = "tuple" in str(hint)
            for part in models_in(hint):
                yield from _paths_of(part, (*path, name, "*") if is_list else (*path, name))
