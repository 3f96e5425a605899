"""`GET /`: a small page for whoever opens the service in a browser."""

from html import escape

from flask import Request, Response

from adapter.files import adapter_version
from adapter.web.answer import bytes_answer
from adapter.web.query import check_parameters
from adapter.web.service import Service

_LINKS = (
    ("openapi.json", "every call, for machines (OpenAPI)"),
    ("fhir/metadata", "what it offers as a FHIR server (CapabilityStatement)"),
    ("fhir/CodeSystem?_summary=true", "our code systems"),
    ("fhir/ValueSet?_summary=true", "our value sets"),
    ("fhir/StructureDefinition?_summary=true", "our profiles"),
    ("fhir/package.tgz", "all of them as a FHIR package"),
    ("rules", "the coding rules for 0731T"),
    ("schemas/encounter.json", "what an encounter document looks like (JSON Schema)"),
    ("health", "whether the service works"),
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>0731T FHIR adapter</title>
<style>body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }}</style>
<h1>0731T FHIR adapter {version}</h1>
<p>Post the documents of an encounter to <code>{address}/convert</code>
and get FHIR R4 back, with what is wrong with the claim.</p>
<ul>
{links}
</ul>
</html>
"""


def page(service: Service, request: Request) -> Response:
    """`GET /`: what is here, with links."""
    check_parameters(request, ())
    address = escape(service.address(request))
    rows = (f'<li><a href="{address}/{escape(path)}">{escape(path)}</a>: {escape(says)}</li>' for path, says in _LINKS)
    content = _PAGE.format(version=escape(adapter_version()), address=address, links="\n".join(rows))
    return bytes_answer(content.encode(), media_type="text/html; charset=utf-8")
