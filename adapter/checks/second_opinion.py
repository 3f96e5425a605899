"""What the models of fhir.resources (R4B) say of a resource: a second opinion beside our own checks."""

from collections.abc import Iterator

from pydantic import ValidationError

from adapter.fhir.json import canonical_bytes
from adapter.fhir.resource import Resource
from adapter.issues import Issue, IssueType, Severity


def second_opinion(resource: Resource, root: str | None = None) -> Iterator[Issue]:
    """The objections of the model of the resource's type, without any value; expressions begin with `root`, or the type."""
    # Imported here: it takes longer to load than the whole service.
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - see above

    name = str(resource.get("resourceType"))
    try:
        model = get_fhir_model_class(name)
    except ValueError:
        yield _issue(root or name, "it does not know this resource type")
        return
    try:
        model.model_validate_json(canonical_bytes(resource))
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False, include_context=False):
            place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in detail["loc"])
            yield _issue(f"{root or name}{place}", detail["type"])


def _issue(expression: str, kind: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.STRUCTURE,
        rule="second-opinion/fhir.resources",
        text=f"the models of fhir.resources object here: {kind.replace('_', ' ')}",
        expression=(expression,),
        source="fhir.resources.R4B",
    )
