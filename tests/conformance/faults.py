"""What a FHIR server may do wrong, in the ways in which servers are known to: one fault at a time."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unicodedata import normalize

from tests.conformance.faulty_server import Answered, Asked, Fault, Forward

Json = dict[str, Any]
SHORT = 1.0
"""Seconds that are waited for a server that does not answer."""


def changed(change: Callable[[Json], object], *, kind: str = "") -> Fault:
    """A change of every resource that is read: in place."""

    def fault(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        if asked.method != "GET" or answer.status != 200 or asked.path == "/metadata":
            return answer
        resource = json.loads(answer.body)
        for one in [resource, *(entry["resource"] for entry in resource.get("entry", []))]:
            if kind in ("", one["resourceType"]):
                change(one)
        return replace(answer, body=json.dumps(resource).encode())

    return fault


def everywhere(change: Callable[[str, Any], Any]) -> Callable[[Json], object]:
    """A change of every member, at any depth: `change` is asked with its name and value."""

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for name in list(value):
                value[name] = change(name, value[name])
                walk(value[name])
        elif isinstance(value, list):
            for item in value:
                walk(item)

    return walk


def without(name: str) -> Callable[[Json], object]:
    """The loss of every member of this name, at any depth."""

    def walk(value: object) -> None:
        if isinstance(value, dict):
            value.pop(name, None)
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(part)

    return walk


def ignores_header(name: str) -> Fault:
    def fault(asked: Asked, forward: Forward) -> Answered:
        return forward(
            replace(asked, headers={key: value for key, value in asked.headers.items() if key.lower() != name.lower()})
        )

    return fault


def drops_trailing_zeros(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, body=re.sub(rb"(\d\.\d*?)0+(?=[,}\]])", lambda found: found[1].rstrip(b"."), answer.body))


def reorders(resource: Json) -> None:
    for name in resource.get("name", []) if isinstance(resource.get("name"), list) else []:
        if "given" in name:
            name["given"] = sorted(name["given"])


def takes_invalid(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if asked.method == "POST" and answer.status in (400, 412, 422):
        return Answered(
            status=201, headers={"Content-Type": "application/fhir+json"}, body=b'{"resourceType": "Patient", "id": "1"}'
        )
    return answer


def swallows_outcome(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, body=b"") if answer.status >= 400 else answer


def html_errors(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if answer.status < 400:
        return answer
    return replace(answer, headers={"Content-Type": "text/html"}, body=b"<html><body><h1>Error</h1></body></html>")


def times_out(asked: Asked, forward: Forward) -> Answered:
    if asked.method == "GET" and asked.path.startswith("/Observation/"):
        time.sleep(2 * SHORT)
    return forward(asked)


def cuts_bodies(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, is_cut=asked.method == "GET" and asked.path.startswith("/Observation/"))


def wrong_content_type(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    is_read = asked.method == "GET" and asked.path != "/metadata"
    return replace(answer, headers=answer.headers | {"Content-Type": "text/plain"}) if is_read else answer


def creates_twice(asked: Asked, forward: Forward) -> Answered:
    if asked.method == "POST" and asked.path == "/Patient":
        forward(asked)
    return forward(asked)


def reads_stale() -> Fault:
    first: dict[str, Answered] = {}

    def fault(asked: Asked, forward: Forward) -> Answered:
        if asked.method != "GET" or asked.path == "/metadata" or "?" in asked.path:
            return forward(asked)
        if asked.path not in first:
            first[asked.path] = forward(asked)
        return first[asked.path]

    return fault


def ignores_paging(asked: Asked, forward: Forward) -> Answered:
    return forward(replace(asked, path=re.sub(r"&?_count=\d+", "", asked.path)))


def keeps_deleted(asked: Asked, forward: Forward) -> Answered:
    if asked.method == "DELETE":
        return Answered(status=204)
    return forward(asked)


def fails_after_storing(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if asked.method != "PUT":
        return answer
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    return Answered(status=500, headers={"Content-Type": "application/fhir+json"}, body=json.dumps(outcome).encode())


def wrong_total(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, body=re.sub(rb'"total":\s*\d+', b'"total": 4711', answer.body))


def ignores_criteria(asked: Asked, forward: Forward) -> Answered:
    return forward(replace(asked, path=re.sub(r"\?_tag=[^&]*&?", "?", asked.path)))


def answers_for_fewer_entries(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    resource = json.loads(answer.body or b"{}")
    if resource.get("type") == "transaction-response":
        resource["entry"] = resource["entry"][1:]
        return replace(answer, body=json.dumps(resource).encode())
    return answer


def hides_location(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, headers={name: value for name, value in answer.headers.items() if name.lower() != "location"})


def without_header(name: str, *, method: str) -> Fault:
    def fault(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        kept = {key: value for key, value in answer.headers.items() if key.lower() != name.lower()}
        return replace(answer, headers=kept) if asked.method == method else answer

    return fault


def header_as(name: str, change: Callable[[str], str]) -> Fault:
    """A header of every answer, changed."""

    def fault(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        headers = {key: change(value) if key.lower() == name.lower() else value for key, value in answer.headers.items()}
        return replace(answer, headers=headers)

    return fault


def body_as(change: Callable[[bytes], bytes], *, method: str = "GET") -> Fault:
    """The bytes of an answer, changed; the server's statement stays as it is."""

    def fault(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        return replace(answer, body=change(answer.body)) if asked.method == method and asked.path != "/metadata" else answer

    return fault


def sent_as(change: Callable[[Json], object]) -> Fault:
    """A change of every resource that is written: in place."""

    def fault(asked: Asked, forward: Forward) -> Answered:
        if asked.method not in ("POST", "PUT"):
            return forward(asked)
        resource = json.loads(asked.body)
        change(resource)
        return forward(replace(asked, body=json.dumps(resource).encode()))

    return fault


def without_criterion(name: str) -> Fault:
    return lambda asked, forward: forward(replace(asked, path=re.sub(rf"(?<=[?&]){re.escape(name)}=[^&]*&?", "", asked.path)))


def breaks_gzip(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if asked.method != "GET":
        return answer
    return replace(answer, headers=answer.headers | {"Content-Encoding": "gzip"})


def loses_writes(asked: Asked, forward: Forward) -> Answered:
    return Answered(status=201) if asked.method == "PUT" else forward(asked)


def shuffles_answers(resource: Json) -> None:
    if resource.get("type") == "transaction-response":
        resource["entry"].reverse()


def of_answers(change: Callable[[Json], object]) -> Fault:
    """A change of the answers to POST: in place."""

    def fault(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        if asked.method != "POST" or not answer.body:
            return answer
        resource = json.loads(answer.body)
        change(resource)
        return replace(answer, body=json.dumps(resource).encode())

    return fault


def always_updates_anew(asked: Asked, forward: Forward) -> Answered:
    """A conditional update that is a create."""
    path, _, criteria = asked.path.partition("?")
    return forward(replace(asked, method="POST", path=path)) if asked.method == "PUT" and criteria else forward(asked)


def finds_deleted() -> Fault:
    held: dict[str, Json] = {}

    def fault(asked: Asked, forward: Forward) -> Answered:
        if asked.method == "PUT":
            held["last"] = json.loads(asked.body)
        answer = forward(asked)
        if asked.method != "GET" or "?" not in asked.path:
            return answer
        bundle = json.loads(answer.body)
        bundle["entry"] = bundle.get("entry") or [{"resource": held["last"]}]
        return replace(answer, body=json.dumps(bundle).encode())

    return fault


def takes_one_of_several(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return Answered(status=200) if answer.status == 412 else answer


def no_empty_bundle(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if "?" not in asked.path or b'"entry"' in answer.body:
        return answer
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}
    return replace(answer, status=404, body=json.dumps(outcome).encode())


def counts_included(bundle: Json) -> None:
    if "total" in bundle:
        bundle["total"] = len(bundle.get("entry", []))


def includes_as_match(bundle: Json) -> None:
    for entry in bundle.get("entry", []):
        entry["search"] = {"mode": "match"}


def repeats_tags(resource: Json) -> None:
    meta = resource.get("meta", {})
    meta["tag"] = meta.get("tag", []) * 2


def same_page_again() -> Fault:
    pages: list[Answered] = []

    def fault(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        if asked.method != "GET" or asked.path == "/metadata":
            return answer
        pages.append(answer)
        first = json.loads(pages[0].body)
        return answer if len(pages) == 1 else replace(answer, body=json.dumps(first | {"entry": first["entry"][:1]}).encode())

    return fault


def renames_contained(resource: Json) -> None:
    for one in resource.get("contained", []):
        one["id"] += "-1"


def nothing_to_say(asked: Asked, forward: Forward) -> Answered:
    """A validator that is content with everything."""
    if not asked.path.endswith("/$validate"):
        return forward(asked)
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
    return Answered(status=200, headers={"Content-Type": "application/fhir+json"}, body=json.dumps(outcome).encode())


def ignores_system(asked: Asked, forward: Forward) -> Answered:
    """Criteria and conditions that look at the value of an identifier only."""
    condition = asked.headers.get("If-None-Exist", "")
    value = condition.rpartition("%7C")[2]
    if not condition:
        return forward(asked)
    held = json.loads(forward(Asked(method="GET", path=f"/Patient?identifier={value}", headers={}, body=b"")).body)
    return Answered(status=200) if held.get("entry") else forward(asked)


def of_kind(name: str, change: Callable[[Any], Any]) -> Callable[[Json], object]:
    """A change of every text member of this name."""
    return everywhere(lambda key, value: change(value) if key == name and isinstance(value, str) else value)


def written(change: Callable[[bytes], bytes]) -> Fault:
    """The bytes of what is written, changed on the way."""
    return lambda asked, forward: forward(replace(asked, body=change(asked.body)) if asked.method in ("POST", "PUT") else asked)


def repeats_nothing(resource: Json) -> None:
    for name in resource.get("name", []):
        name["given"] = list(dict.fromkeys(name.get("given", [])))


def first_coding_only(resource: Json) -> None:
    if "code" in resource:
        del resource["code"]["coding"][1:]


def one_extension_for_each_url(resource: Json) -> None:
    if "extension" in resource:
        resource["extension"] = [*{one["url"]: one for one in resource["extension"]}.values()]


def moves_primitive_extensions(resource: Json) -> None:
    for name in resource.get("name", []):
        name["_given"] = [one for one in name.get("_given", []) if one] or None


def empties_narrative(resource: Json) -> None:
    if "text" in resource:
        resource["text"]["div"] = '<div xmlns="http://www.w3.org/1999/xhtml">generated</div>'


def merges_updates(asked: Asked, forward: Forward) -> Answered:
    """An update that is a patch."""
    if asked.method != "PUT":
        return forward(asked)
    held = forward(Asked(method="GET", path=asked.path, headers={}, body=b""))
    before = json.loads(held.body) if held.status == 200 else {}
    return forward(replace(asked, body=json.dumps(before | json.loads(asked.body)).encode()))


def keeps_part_of_refused(asked: Asked, forward: Forward) -> Answered:
    """A transaction that is carried out entry by entry until one is refused."""
    answer = forward(asked)
    if asked.method == "POST" and answer.status >= 400:
        entry = json.loads(asked.body)["entry"][0]
        headers = {"Content-Type": "application/fhir+json"}
        path = f"/{entry['request']['url']}"
        forward(Asked(method="PUT", path=path, headers=headers, body=json.dumps(entry["resource"]).encode()))
    return answer


def stores_half(asked: Asked, forward: Forward) -> Answered:
    """A large Bundle of which the second half is forgotten, though it is answered for."""
    if asked.method != "POST" or len(entries := json.loads(asked.body).get("entry", [])) < 100:
        return forward(asked)
    bundle = json.loads(asked.body) | {"entry": entries[:100]}
    answer = forward(replace(asked, body=json.dumps(bundle).encode()))
    resource = json.loads(answer.body)
    return replace(answer, body=json.dumps(resource | {"entry": resource["entry"] * 2}).encode())


def looks_first() -> Fault:
    """A conditional create that looks, lets others look as well, and then creates."""

    def fault(asked: Asked, forward: Forward) -> Answered:
        condition = asked.headers.get("If-None-Exist")
        if condition is None:
            return forward(asked)
        found = json.loads(forward(Asked(method="GET", path=f"/Patient?{condition}", headers={}, body=b"")).body)
        time.sleep(0.5)
        if found.get("entry"):
            return Answered(status=200)
        return forward(replace(asked, headers={name: value for name, value in asked.headers.items() if name != "If-None-Exist"}))

    return fault


def of_requests(name: str) -> Fault:
    """A transaction whose entries lose a condition."""
    return sent_as(lambda bundle: [entry["request"].pop(name, None) for entry in bundle.get("entry", [])])


def finds_by_beginning(asked: Asked, forward: Forward) -> Answered:
    """A search that finds every identifier that begins like the one that is asked for."""
    answer = forward(asked)
    if asked.method != "GET" or "?identifier=" not in asked.path:
        return answer
    longer = json.loads(forward(replace(asked, path=f"{asked.path}0")).body)
    bundle = json.loads(answer.body)
    return replace(answer, body=json.dumps(bundle | {"entry": bundle["entry"] + longer.get("entry", [])}).encode())


def updates_what_it_finds(asked: Asked, forward: Forward) -> Answered:
    """A conditional create that is a conditional update."""
    condition = asked.headers.get("If-None-Exist")
    if condition is None:
        return forward(asked)
    headers = {name: value for name, value in asked.headers.items() if name != "If-None-Exist"}
    return forward(replace(asked, method="PUT", path=f"{asked.path}?{condition}", headers=headers))


def counts_the_page(bundle: Json) -> None:
    bundle["total"] = len(bundle.get("entry", []))


def redirects(asked: Asked, forward: Forward) -> Answered:
    if asked.method != "GET" or asked.path == "/metadata":
        return forward(asked)
    return Answered(status=302, headers={"Location": "http://elsewhere.invalid/fhir"})


def refuses_with_200(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, status=200) if answer.status >= 400 else answer


def never_a_new_version(resource: Json) -> None:
    resource.get("meta", {})["versionId"] = "1"


FAULTS: list[tuple[str, Fault, str, str]] = [
    ("drops modifiers", changed(without("modifier"), kind="Claim"), "fidelity/modifiers", "drops modifiers"),
    ("drops modifiers of examples", changed(without("modifier"), kind="Claim"), "resource/keep/Claim", "modifier is missing"),
    ("loses trailing zeros", drops_trailing_zeros, "fidelity/decimals", "loses digits of decimals"),
    ("re-orders lists", changed(reorders), "fidelity/order", "re-orders lists"),
    ("ignores If-None-Exist", ignores_header("If-None-Exist"), "condition/create-once", "ignores If-None-Exist"),
    ("takes invalid", takes_invalid, "refusal/bad-date", "takes what is invalid"),
    ("wrong ids", changed(of_kind("id", lambda text: text + "x")), "resource/keep/Patient", "gives another id"),
    ("swallows OperationOutcome", swallows_outcome, "capability/unknown-type", "without an OperationOutcome"),
    ("HTML errors", html_errors, "capability/unknown-type", "content type `text/html`"),
    ("times out", times_out, "fidelity/codes", "did not answer in time"),
    ("cuts bodies", cuts_bodies, "fidelity/codes", "was cut"),
    ("wrong content type", wrong_content_type, "fidelity/codes", "content type `text/plain`"),
    ("creates twice", creates_twice, "condition/create-single", "creates a duplicate"),
    ("reads stale", reads_stale(), "resource/update/Patient", "stale version"),
    ("ignores paging", ignores_paging, "limit/paging", "ignores paging"),
    ("keeps deleted", keeps_deleted, "resource/delete/Patient", "keeps what was deleted"),
    ("forgets tags", changed(without("tag")), "fidelity/labels", "forgets tags"),
    ("forgets security labels", changed(without("security")), "fidelity/labels", "forgets security labels"),
    ("upper-cases codes", changed(of_kind("code", str.upper)), "fidelity/codes", "changes the letters of codes"),
    (
        "shifts instants",
        changed(of_kind("effectiveDateTime", lambda text: text[:19] + "Z")),
        "fidelity/instants",
        "shifts times",
    ),
    ("truncates texts", changed(of_kind("text", lambda text: text[:255])), "fidelity/long-text", "truncates long texts"),
    ("strips extensions", changed(without("extension")), "fidelity/extensions", "strips extensions"),
    ("ignores If-Match", ignores_header("If-Match"), "condition/lost-update", "ignores If-Match"),
    ("fails after storing", fails_after_storing, "resource/keep/Patient", "after it stored the resource"),
    ("drops contained", changed(without("contained")), "fidelity/contained", "drops contained resources"),
    ("loses _birthDate", changed(without("_birthDate")), "fidelity/primitive-extensions", "_birthDate"),
    ("wrong total", wrong_total, "resource/search/Patient", "wrong total"),
    ("ignores criteria", ignores_criteria, "resource/search/Patient", "find by tag"),
    ("answers for fewer entries", answers_for_fewer_entries, "transaction/encounter", "does not answer for every entry"),
    ("hides the Location", hides_location, "resource/create/Patient", "where the new resource is"),
    ("drops the narrative", changed(without("div")), "fidelity/narrative", "drops the narrative"),
    ("no ETag", without_header("ETag", method="GET"), "condition/etag", "does not name the version in the ETag"),
    (
        "wrong Last-Modified",
        header_as("Last-Modified", lambda text: text.replace(text[-12:-4], "00:00:61")),
        "condition/last-modified",
        "does not say in Last-Modified",
    ),
    (
        "Location without version",
        header_as("Location", lambda text: text.partition("/_history")[0]),
        "condition/location",
        "does not name the version in the Location",
    ),
    ("takes one of several", takes_one_of_several, "condition/several", "for which several resources fit"),
    ("conditional update creates", always_updates_anew, "condition/update-once", "creates a second resource"),
    ("finds what was deleted", finds_deleted(), "search/deleted", "finds what was deleted"),
    ("404 for nothing found", no_empty_bundle, "search/nothing", "does not say in a Bundle that it finds nothing"),
    ("drops _include", without_criterion("_include"), "search/include", "drops _include"),
    ("counts what is included", changed(counts_included, kind="Bundle"), "search/include", "counts in the total"),
    ("finds what is included", changed(includes_as_match, kind="Bundle"), "search/include", "does not tell what was found"),
    (
        "ignores chained criteria",
        without_criterion("subject:Patient.identifier"),
        "search/chain",
        "ignores a chained criterion",
    ),
    ("the same page again", same_page_again(), "limit/paging", "holds again what the first one held"),
    ("broken gzip", breaks_gzip, "fidelity/codes", "cannot be decompressed"),
    ("byte order mark", body_as(lambda body: b"\xef\xbb\xbf" + body), "fidelity/codes", "byte order mark"),
    (
        "keys twice",
        body_as(lambda body: body.replace(b"{", b'{"id": "first", ', 1)),
        "fidelity/codes",
        "a key appears twice",
    ),
    (
        "Latin-1",
        body_as(lambda body: body.decode().encode("latin-1", "replace")),
        "fidelity/letters",
        "UTF-8",
    ),
    (
        "numbers as texts",
        body_as(lambda body: re.sub(rb'"value":\s*([0-9.]+)', rb'"value": "\1"', body)),
        "fidelity/decimals",
        "Observation.value",
    ),
    ("renames contained", changed(renames_contained), "fidelity/contained", "renames contained resources"),
    ("repeats tags", changed(repeats_tags), "fidelity/labels", "forgets tags, or repeats them"),
    ("forgets profiles", changed(without("profile")), "fidelity/labels", "forgets profiles"),
    ("shuffles answers", of_answers(shuffles_answers), "transaction/references", "for the entries in another order"),
    ("loses writes", loses_writes, "resource/keep/Patient", "does not hold what it said it took"),
    (
        "collapses white space",
        sent_as(of_kind("text", lambda text: " ".join(text.split()))),
        "fidelity/white-space",
        "white space",
    ),
    (
        "drops false and zero",
        changed(without("active")),
        "fidelity/empty-looking",
        "drops what is false or zero",
    ),
    ("completes dates", changed(of_kind("birthDate", lambda text: text + "-01")), "fidelity/partial-dates", "completes dates"),
    (
        "drops modifier extensions",
        changed(without("modifierExtension")),
        "fidelity/modifier-extension",
        "drops an extension that changes the meaning",
    ),
    (
        "drops astral letters",
        body_as(lambda body: re.sub(rb"[\xf0-\xf4][\x80-\xbf]{3}", b"?", body)),
        "fidelity/letters",
        "changes letters",
    ),
    ("a validator that is content", nothing_to_say, "validation/missing-element", "does not find that an element is missing"),
    ("ignores systems of identifiers", ignores_system, "identity/two-senders", "patients of two senders for one"),
    ("rounds decimals", body_as(lambda body: re.sub(rb"0\.1234\d+", b"0.1234", body)), "fidelity/decimals", "loses digits"),
    (
        "integers as decimals",
        body_as(lambda body: re.sub(rb'"multipleBirthInteger":\s*0', b'"multipleBirthInteger": 0.0', body)),
        "fidelity/empty-looking",
        "multipleBirthInteger is 0.0 instead of 0",
    ),
    (
        "drops leading zeros",
        changed(of_kind("value", lambda text: text.lstrip("0"))),
        "fidelity/identifiers",
        "changes identifiers (leading zeros",
    ),
    ("cuts long identifiers", changed(of_kind("value", lambda text: text[:64])), "fidelity/identifiers", "cuts long ones"),
    ("drops what stands twice", changed(repeats_nothing), "fidelity/order", "drops what stands in them twice"),
    (
        "HTML in texts",
        body_as(lambda body: body.replace(b"A&B <i>", b"A&amp;B &lt;i&gt;")),
        "fidelity/letters",
        "changes letters",
    ),
    (
        "composes letters",
        written(lambda body: normalize("NFC", json.dumps(json.loads(body), ensure_ascii=False)).encode()),
        "fidelity/letters",
        "changes letters",
    ),
    ("the first coding only", changed(first_coding_only), "fidelity/codes", "drops codings of a concept"),
    ("drops versions of codings", changed(without("version")), "fidelity/codes", "or parts of them"),
    ("one extension for each URL", changed(one_extension_for_each_url), "fidelity/extensions", "strips extensions"),
    (
        "moves extensions of primitives",
        changed(moves_primitive_extensions),
        "fidelity/primitive-extensions",
        "gives the extension of one primitive value to another",
    ),
    ("its own narrative", changed(empties_narrative), "fidelity/narrative", "changes the narrative"),
    (
        "drops milliseconds",
        changed(of_kind("issued", lambda text: re.sub(r"\.\d+", "", text))),
        "fidelity/instants",
        "shifts times to another moment",
    ),
    ("updates are patches", merges_updates, "fidelity/left-out", "keeps what an update left out"),
    ("keeps a part of what it refused", keeps_part_of_refused, "transaction/rollback", "keeps a part of a refused transaction"),
    ("stores half of a large Bundle", stores_half, "limit/large-bundle", "does not hold the last of the two hundred"),
    (
        "leaves references to entries",
        changed(of_kind("reference", lambda _: "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a")),
        "transaction/references",
        "does not replace references",
    ),
    ("looks first and creates later", looks_first(), "condition/race", "lets several clients create the same resource"),
    (
        "ignores ifMatch in a transaction",
        of_requests("ifMatch"),
        "transaction/lost-update",
        "ignores ifMatch in a transaction",
    ),
    ("finds by the beginning", finds_by_beginning, "search/identifier", "only begins like the one that is asked for"),
    (
        "ignores forms",
        lambda asked, forward: forward(replace(asked, body=b"") if asked.path.endswith("/_search") else asked),
        "search/post",
        "does not search by the criteria of a form",
    ),
    ("updates what it finds", updates_what_it_finds, "identity/sparse-after-rich", "loses what it knew of the person"),
    ("counts the page", changed(counts_the_page, kind="Bundle"), "limit/paging", "gives a wrong total"),
    ("redirects elsewhere", redirects, "fidelity/codes", "redirects elsewhere"),
    ("refuses with 200", refuses_with_200, "capability/not-there", "answers for what is not there"),
    ("never a new version", changed(never_a_new_version), "resource/update/Patient", "stale version"),
]
"""What is wrong, how, the case that catches it, and the words by which its message names it."""
