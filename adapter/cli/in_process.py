"""The adapter's own service as a FHIR server, called within this process."""

from urllib.parse import urlsplit

from flask import Flask

from adapter.exchange import Request, Send, ServerAnswer

OWN_ADDRESS = "http://localhost/fhir"
"""What the service is called by where it is not called over HTTP."""
_FHIR_JSON = "application/fhir+json"


def send_to(app: Flask) -> Send:
    """The way to an application of our own."""

    def send(request: Request) -> ServerAnswer:
        parts = urlsplit(request.url)
        answer = app.test_client().open(
            parts.path,
            method=request.method,
            query_string=parts.query,
            headers={"Accept": _FHIR_JSON, **({"Content-Type": _FHIR_JSON} if request.body else {}), **request.headers},
            data=request.body,
        )
        return ServerAnswer(status=answer.status_code, headers=dict(answer.headers), content=answer.get_data())

    return send
