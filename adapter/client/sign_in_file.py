"""The file that says how we sign in at FHIR servers: read strictly, each mistake with its file, line and column."""

from collections.abc import Callable

from adapter.client.fhir_client import FhirClient
from adapter.client.sign_in import Algorithm, BackendService, SignIn
from adapter.strict_yaml.model import FileModel, read_model
from adapter.strict_yaml.nodes import MappingNode, read_yaml
from adapter.strict_yaml.problem import BadFileError, problem


class BadSignInFileError(BadFileError):
    """A file of sign-ins that cannot be used."""

    file_kind = "sign-in"


class ServiceTerms(FileModel):
    """A client of SMART Backend Services; `key_file` is a private key in PEM."""

    token_url: str
    client_id: str
    key_file: str
    scope: str = "system/*.cruds"
    algorithm: Algorithm = "ES384"
    key_id: str = ""


class SignInTerms(FileModel):
    """How we sign in at one server, named by its base URL; `header_file` has the value of the header Authorization."""

    server: str
    token: str | None = None
    header_file: str | None = None
    user: str | None = None
    password: str = ""
    certificate_file: str | None = None
    key_file: str | None = None
    smart: ServiceTerms | None = None


class SignInFile(FileModel):
    """All sign-ins."""

    sign_ins: tuple[SignInTerms, ...] = ()


def read_sign_ins(text: str, name: str, *, read: Callable[[str], str]) -> dict[str, SignIn]:
    """The sign-ins of a file by base URL; `read` gives the text of another file. Raises BadSignInFileError with all mistakes."""
    documents, problems = read_yaml(text, file=name)
    sign_ins: dict[str, SignIn] = {}
    for node in documents:
        if not isinstance(node, MappingNode):
            problems.append(problem("not-sign-ins", node.mark, "this is not a file of sign-ins", "begin with `sign_ins:`"))
            continue
        file, wrong = read_model(SignInFile, node)
        problems += wrong
        sign_ins |= {terms.server.rstrip("/"): _sign_in(terms, read) for terms in file.sign_ins}
    if problems:
        raise BadSignInFileError(problems)
    return sign_ins


def _sign_in(terms: SignInTerms, read: Callable[[str], str]) -> SignIn:
    smart = terms.smart
    service = smart and BackendService(
        token_url=smart.token_url,
        client_id=smart.client_id,
        key=read(smart.key_file),
        scope=smart.scope,
        algorithm=smart.algorithm,
        key_id=smart.key_id,
    )
    certificate = terms.certificate_file and (terms.certificate_file, terms.key_file or terms.certificate_file)
    return SignIn(
        token=terms.token,
        header=read(terms.header_file).strip() if terms.header_file else None,
        user=terms.user,
        password=terms.password,
        service=service or None,
        certificate=certificate or None,
    )


def sign_in_as_configured(
    client: FhirClient, file: str, *, read: Callable[[str], str], now: Callable[[], float], new_id: Callable[[], str]
) -> None:
    """Sign in as a file says for exactly the client's base URL; no other server gets what is in it. Without a file, nothing."""
    if file and (how := read_sign_ins(read(file), file, read=read).get(client.target.base_url)):
        client.sign_in(how, now=now, new_id=new_id)
