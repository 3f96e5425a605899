"""TLS of a service as the settings have it, tried before it starts."""

import ssl

from adapter.issues import Issue, IssueType, SetupError, Severity
from adapter.mllp.running import server_tls
from adapter.settings import Settings


def tls_of(settings: Settings, authority: str) -> ssl.SSLContext | None:
    """TLS, with an authority whose certificates callers must show; nothing where none is set.

    Raises SetupError where half of it is missing or cannot be used.
    """
    certificate, key = settings.tls_certificate, settings.tls_key
    if not (certificate or key or authority):
        return None
    if not (certificate and key):
        raise SetupError(_issue("TLS needs a certificate and its key", "set both ADAPTER_TLS_CERTIFICATE and ADAPTER_TLS_KEY"))
    try:
        return server_tls(certificate, key, authority or None)
    except OSError as error:
        text = f"TLS cannot be used: {error.strerror or error}"
        raise SetupError(_issue(text, "send PEM files that belong together")) from None


def _issue(text: str, hint: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.SECURITY, rule="settings/tls", text=text, suggestion=hint)
