"""The FHIR NPM package over HTTP: as a file, and as the npm registry protocol that FHIR package clients speak."""

from flask import Request, Response

from adapter.distribution import package_of
from adapter.issues import Issue, IssueType, NotFoundError, Severity
from adapter.package import NAME, Package, packument
from adapter.web.answer import JSON, bytes_answer, json_answer
from adapter.web.query import check_parameters
from adapter.web.service import Service

ARCHIVE = "application/gzip"


def archive(service: Service, request: Request) -> Response:
    """`GET /fhir/package.tgz`: the package."""
    check_parameters(request, ())
    return _archive(package_of(service.runtime))


def versions(service: Service, request: Request, name: str) -> Response:
    """`GET /fhir/packages/{name}`: which versions there are and where; raises NotFoundError for another name."""
    check_parameters(request, ())
    _check(NAME, name, "package")
    return json_answer(
        packument(package_of(service.runtime), f"{service.address(request)}/fhir/packages/{name}"), media_type=JSON
    )


def version(service: Service, request: Request, *, name: str, version: str) -> Response:
    """`GET /fhir/packages/{name}/{version}`: the package; raises NotFoundError for another name or version."""
    check_parameters(request, ())
    _check(NAME, name, "package")
    package = package_of(service.runtime)
    _check(package.version, version, "version")
    return _archive(package)


def _archive(package: Package) -> Response:
    answer = bytes_answer(package.content, media_type=ARCHIVE)
    answer.headers["Content-Disposition"] = f"attachment; filename={package.file_name}"
    answer.set_etag(package.digest)
    return answer


def _check(here: str, wanted: str, what: str) -> None:
    if wanted != here:
        text = f"there is no such {what} here; the only one is {here}"
        raise NotFoundError(Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="package/unknown", text=text))
