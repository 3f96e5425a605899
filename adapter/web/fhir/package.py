"""The FHIR NPM package over HTTP: as a file, and as the npm registry protocol that FHIR package clients speak."""

import re
from http import HTTPStatus

from flask import Request, Response

from adapter.distribution import package_of
from adapter.package import NAME, Package, packument
from adapter.web.answer import JSON, bytes_answer, json_answer
from adapter.web.query import check_parameters
from adapter.web.refusal import not_there
from adapter.web.service import Service

_PART = "[a-zA-Z0-9][a-zA-Z0-9._-]{0,200}"
_PATH = re.compile(rf"(@{_PART}/)?{_PART}(/[a-zA-Z0-9][a-zA-Z0-9.+_-]{{0,100}})?", re.ASCII)
"""A name with or without a scope, and perhaps a version (https://docs.npmjs.com/cli/using-npm/scope)."""

_UNKNOWN = "package/unknown"

ARCHIVE = "application/gzip"


def archive(service: Service, request: Request) -> Response:
    """`GET /fhir/package.tgz`: the package."""
    check_parameters(request, ())
    return _archive(package_of(service.runtime))


def versions(service: Service, request: Request, name: str) -> Response:
    """`GET /fhir/packages/{name}`: which versions there are and where; another name is elsewhere, or NotFoundError."""
    check_parameters(request, ())
    if name != NAME:
        return _elsewhere(service, name)
    address = f"{service.address(request)}/fhir/packages/{name}"
    return json_answer(packument(package_of(service.runtime), address), media_type=JSON)


def version(service: Service, request: Request, *, name: str, version: str) -> Response:
    """`GET /fhir/packages/{name}/{version}`: the package; another name is elsewhere, or NotFoundError, as another version.

    npm clients ask for `@scope/name` in this form too, with the scope as name.
    """
    check_parameters(request, ())
    if name != NAME:
        return _elsewhere(service, f"{name}/{version}")
    package = package_of(service.runtime)
    if package.version != version:
        raise not_there(_UNKNOWN, f"there is no such version here; the only one is {package.version}")
    return _archive(package)


def scoped_version(service: Service, request: Request, *, scope: str, name: str, version: str) -> Response:
    """`GET /fhir/packages/{scope}/{name}/{version}`: a version of a package with a scope, which ours has not: it is elsewhere."""
    check_parameters(request, ())
    return _elsewhere(service, f"{scope}/{name}/{version}")


def _elsewhere(service: Service, path: str) -> Response:
    """Where the configured registry has a package that is not ours."""
    registry = service.runtime.settings.package_registry
    if not registry or not _PATH.fullmatch(path):
        hint = "" if registry else "; the setting ADAPTER_PACKAGE_REGISTRY says where others are"
        raise not_there(_UNKNOWN, f"there is no such package here; the only one is {NAME}{hint}")
    return Response(status=HTTPStatus.FOUND, headers={"Location": f"{registry}/{path}"})


def _archive(package: Package) -> Response:
    answer = bytes_answer(package.content, media_type=ARCHIVE)
    answer.headers["Content-Disposition"] = f"attachment; filename={package.file_name}"
    answer.set_etag(package.digest)
    return answer
