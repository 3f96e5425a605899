"""Documents that cannot stand alone: an AI tool's file, or a message about the report, says nothing of the visit."""

from adapter.issues import Issue, IssueType, Severity
from adapter.merging.merge import Merged
from adapter.readers.document import MappedDocument, ReadDocument

_AROUND = ("Bundle", "Parameters", "OperationOutcome")
"""What FHIR resources come in, or with."""


def alone(merged: Merged) -> Issue | None:
    """What to send beside these documents, if none of them is meant to say anything of the visit, and none does."""
    if "encounter" in merged.tree or not all(map(_is_beside, merged.documents)):
        return None
    forms = list(dict.fromkeys(map(_form_of, merged.documents)))
    these, say = ("this is", "says") if len(forms) == 1 else ("these are", "say")
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.REQUIRED,
        rule="document/alone",
        text=f"{these} {' and '.join(forms)}, which {say} nothing of the visit, so nothing can be made of that alone",
        suggestion=(
            "send it together with the encounter: a document of ours (`adapter schema encounter --template` writes one), the "
            "registration as HL7 v2 (ADT), or a FHIR Bundle; `adapter convert encounter.json FILE`, or multipart `POST /convert`"
        ),
        location=tuple(f"{document.name}#" for document in merged.documents),
    )


def _is_beside(document: ReadDocument) -> bool:
    """Whether a document is of another form, or an AI report: only our encounter documents are meant to be whole."""
    return isinstance(document, MappedDocument) or "ai" in document.tree


def _form_of(document: ReadDocument) -> str:
    """What a document is, in words; of FHIR with the types of its resources."""
    if not isinstance(document, MappedDocument):
        return "an AI report"
    family, _, kind = document.original.form.partition(".")
    if family == "hl7v2":
        return f"an HL7 v2 message ({kind})"
    if family != "fhir":
        return f"a document of the form {family}"
    types = [name for name in document.original.tree if name not in _AROUND]
    return f"a FHIR document ({', '.join(types)})" if types else "a FHIR document without resources"
