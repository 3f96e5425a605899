"""Stories of encounters: what arrives over time, and what the destination holds at the end, written before they were run."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence

from adapter.readers.document import Document
from tests.delivery import ground
from tests.delivery.ground import ai_document, encounter_document, message
from tests.delivery.strict_fhir import Json
from tests.delivery.tale import (
    Held,
    Keyed,
    Later,
    Merged,
    Refused,
    Step,
    Target,
    delete,
    deliver_again,
    process_again,
    quiet,
    retire,
    set_status,
)


def changed(document: Document, changes: Mapping[str, str]) -> Document:
    return Document(name=document.name, content=ground.changed(document.content, changes))


def adt(event: str = "A04", at: str = "0815", *, n: int = 1, changes: Mapping[str, str] | None = None) -> Document:
    """A registration, or what changes one; `at` is when it happened."""
    own = {
        "A04^ADT_A01": f"{event}^ADT_A01",
        "EVN|A04": f"EVN|{event}",
        "20260312081500": f"20260312{at}00",
        "REG-1001": f"{event}-{at}",
    }
    return changed(message("1-adt-a04", n), {**own, **(changes or {})})


def oru(status: str = "F", at: str = "1040", *, n: int = 1, changes: Mapping[str, str] | None = None) -> Document:
    """A report with its state (OBR-25, OBX-11), which it reached at a time (OBR-22)."""
    own = {
        "REP-77": f"REP-{status}-{at}",
        "20260312104500": f"20260312{at}30",
        "20260312104000": f"20260312{at}00",
        "|F|||||||1234": f"|{status}|||||||1234",
        "||||||F": f"||||||{status}",
        "The face was analysed": f"Text {status} of {at}",
    }
    return changed(message("3-oru-r01", n), {**own, **(changes or {})})


def dft(
    kind: str = "CG", at: str = "0700", *, n: int = 1, number: str = "T-9001", changes: Mapping[str, str] | None = None
) -> Document:
    """A charge, or the credit of one."""
    own = {"CHG-5": f"CHG-{kind}-{at}", "20260313070000": f"20260313{at}00", "T-9001": number, "|CG|": f"|{kind}|"}
    return changed(message("4-dft-p03", n), {**own, **(changes or {})})


def header(application: str, at: str, kind: str, number: str) -> str:
    clinic = "LAKESIDE GENETICS"
    return f"MSH|^~\\&|{application}|{clinic}|ADAPTER|{clinic}|20260312{at}30-0400||{kind}|{number}|T|2.5.1"


def orm(control: str = "NW", at: str = "0820", *, n: int = 1) -> Document:
    """An order, or what calls it off."""
    lines = [
        header("REGISTER", at, "ORM^O01^ORM_O01", f"ORM-{control}-{at}"),
        f"PID|1||mrn-{n}^^^LAKESIDE&1.2.840.99999.7&ISO^MR||Sample^Nora^^^^^L||20240905|F",
        f"PV1|1|O|||||||||||||||||visit-{n}",
        f"ORC|{control}|P-{n}^REGISTER^1.2.840.99999.7.1^ISO|F-{n}^REPORTS^1.2.840.99999.7.2^ISO",
        f"OBR|1|P-{n}^REGISTER^1.2.840.99999.7.1^ISO|F-{n}^REPORTS^1.2.840.99999.7.2^ISO|0731T^^C4|||20260312091000-0400",
        "",
    ]
    return Document(name="orm.hl7", content="\r".join(lines).encode())


def mdm(event: str = "T02", at: str = "1040", state: str = "AU", *, n: int = 1) -> Document:
    """A report as a document."""
    lines = [
        header("REPORTS", at, f"MDM^{event}^MDM_T02", f"MDM-{event}-{at}"),
        f"EVN|{event}|20260312{at}00-0400",
        f"PID|1||mrn-{n}^^^LAKESIDE&1.2.840.99999.7&ISO^MR||Sample^Nora^^^^^L||20240905|F",
        f"PV1|1|O|||||||||||||||||visit-{n}",
        f"TXA|1|CN|TX|20260312091000-0400||20260312{at}00-0400|||1234567893^Invented^Iris^^^^^^^^^^NPI|||DOC-{n}||P-{n}^REGISTER^1.2.840.99999.7.1^ISO|F-{n}^REPORTS^1.2.840.99999.7.2^ISO||{state}|||||1234567893^Invented^Iris^^^^^^^^^^NPI^^^^20260312{at}00-0400",
        f"OBX|1|TX|REPORT||Text {event} of {at}||||||F",
        "",
    ]
    return Document(name="mdm.hl7", content="\r".join(lines).encode())


def enc(changes: Mapping[str, str] | None = None, *, n: int = 1) -> Document:
    return changed(encounter_document(n), changes or {})


def ai(n: int = 1) -> Document:
    return ai_document(n)


def tree_of(document: Document, change: Callable[[Json], object]) -> Document:
    tree = json.loads(document.content)
    change(tree)
    return Document(name=document.name, content=json.dumps(tree).encode())


def ai_of_visit(n: int = 1, run: str = "gv-e4a9") -> Document:
    """The AI tool's report about the patient of the messages."""

    def change(tree: Json) -> None:
        tree["id"] = f"visit-{n}"
        tree["patient"] = {"mrn": f"mrn-{n}", "mrn_system": "urn:oid:1.2.840.99999.7"}
        tree["ai"]["run_id"] = run

    return tree_of(ai(n), change)


VISIT = "PV1|1|O|||||||||||||||||visit-1\r"
ACCOUNT = "ACC-1^^^LAKESIDE&1.2.840.99999.7.9&ISO"
WITH_ACCOUNT = {"5550144\r": f"5550144|||||{ACCOUNT}\r"}
ONLY_ACCOUNT = {VISIT: "", "ISO^MR\r": f"ISO^MR|||||||||||||||{ACCOUNT}\r"}
PERFORMER = "1234567893^Invented^Iris^^^^^^^^^^NPI"
CHARGED_ANEW = "|".join(
    [
        "FT1|2|T-9002||20260312|20260313|CG|FA-731^Facial analysis^L|||1|320.00&USD||||||||Q87.0^^I10",
        f"{PERFORMER}|{PERFORMER}||F-1^REPORTS^1.2.840.99999.7.2^ISO||0731T^^C4",
    ]
)
Expected = Mapping[str, int | list[str]]
"""How many there are, the statuses of a type (several may do), or what is said otherwise in `tests/delivery/test_stories.py`."""

A04, A08, F, CG = adt(), adt("A08", "0840", changes={"5550144": "5550199"}), oru(), dft()
DONE: Expected = {
    "Patient": ["active"],
    "Encounter": 1,
    "DiagnosticReport": ["final"],
    "Procedure": ["completed"],
    "Claim": ["draft"],
}
NO_CLAIM: Expected = {"Claim": ["cancelled"]}


STORIES: dict[str, tuple[Sequence[Step], Expected]] = {
    # any order, twice, hours apart
    **{f"order {i}": (list(p), DONE) for i, p in enumerate(itertools.permutations([A04, F, CG]))},
    **{f"held order {i}": ([*map(Held, p[:2]), p[2]], DONE) for i, p in enumerate(itertools.permutations([A04, F, CG]))},
    "each at once twice": ([A04, A04, F, F, CG, CG], DONE),
    "all once more after hours": ([A04, F, CG, quiet, Later(30), A04, F, CG], DONE),
    "all in one post": ([(A04, F, CG)], DONE),
    "hours between": ([A04, Later(5), F, Later(20), CG], DONE),
    "json report first": ([ai(), enc()], {"Encounter": 1, "Patient": 1, "Claim": 1, "DiagnosticReport": 1}),
    "json both and each again": ([(enc(), ai()), quiet, ai(), enc()], {"Encounter": 1, "Patient": 1}),
    "two keys, one document": ([Keyed(enc(), "a"), quiet, Keyed(enc(), "b")], {"Encounter": 1}),
    "one key, one document": ([Keyed(enc(), "a"), quiet, Keyed(enc(), "a")], {"Encounter": 1}),
    "one key, another document": (
        [Keyed(enc(), "a"), quiet, Refused(enc(n=2), "another body", key="a")],
        {"Encounter": 1, "Patient": 1},
    ),
    # what is newer stands
    "an update": ([A04, F, A08], {"says": ["5550199"], "Patient": 1}),
    "an old registration after the update": ([A08, F, quiet, A04], {"says": ["5550199"], "says not": ["5550144"]}),
    "an old registration before anything was made": ([Held(A08), Held(A04), F], {"says": ["5550199"], "says not": ["5550144"]}),
    "demographics of a report": (
        [A08, changed(F, {"ISO^MR": "ISO^MR||Other^Name||19990101|M"})],
        {"says not": ["1999-01-01", "Other"], "says": ["2024-09-05"]},
    ),
    "preliminary, then final": ([A04, oru("P", "1000"), F], {"DiagnosticReport": ["final"], "says": ["Text F of 1040"]}),
    "final, then a late preliminary": (
        [A04, F, quiet, oru("P", "1000")],
        {"DiagnosticReport": ["final"], "says not": ["Text P"]},
    ),
    "corrected": ([A04, F, oru("C", "1100")], {"DiagnosticReport": ["amended corrected"], "says": ["Text C of 1100"]}),
    "final again after the correction": (
        [A04, F, oru("C", "1100"), quiet, F],
        {"DiagnosticReport": ["amended corrected"], "says": ["Text C of 1100"], "says not": ["Text F"]},
    ),
    "the correction before the final": (
        [A04, oru("C", "1100"), F],
        {"DiagnosticReport": ["amended corrected"], "says": ["Text C of 1100"], "says not": ["Text F"]},
    ),
    "the older of two corrections comes last": (
        [A04, F, oru("C", "1200"), quiet, oru("C", "1100")],
        {"says": ["Text C of 1200"], "says not": ["Text C of 1100"]},
    ),
    "withdrawn": ([A04, F, CG, oru("X", "1100")], {"DiagnosticReport": ["entered-in-error"], **NO_CLAIM}),
    "withdrawn, then the final again": (
        [A04, F, CG, oru("X", "1100"), quiet, F],
        {"DiagnosticReport": ["entered-in-error"], **NO_CLAIM},
    ),
    "withdrawn before it was said": ([A04, oru("X", "1100"), F], {"no DiagnosticReport": ["final", "amended", "corrected"]}),
    # charges
    "credited": ([A04, F, CG, dft("CD", "0900")], NO_CLAIM),
    "credited, then the charge again": ([A04, F, CG, dft("CD", "0900"), quiet, CG], NO_CLAIM),
    "the credit before the charge": ([A04, F, dft("CD", "0900"), CG], {"no Claim": ["draft", "active"]}),
    "a credit of another charge": (
        [A04, F, CG, dft("CD", "0900", number="T-1", changes={"0731T": "99213"})],
        {"Claim": ["draft"]},
    ),
    "credited and charged anew in one message": (
        [
            A04,
            F,
            CG,
            changed(
                dft("CD", "0900"),
                {"DG1|1|": f"{CHARGED_ANEW}\rDG1|1|"},
            ),
        ],
        {"Claim": ["draft"], "says": ["320"]},
    ),
    "credited, and hours later charged anew": (
        [A04, F, CG, dft("CD", "0900"), Later(5), dft("CG", "1000", number="T-9002", changes={"310.00": "320.00"})],
        {"Claim": ["cancelled", "draft"], "says": ["320"]},
    ),
    # visits cancelled and reinstated
    "cancelled": ([A04, F, adt("A11", "0900")], {"Encounter": ["cancelled entered-in-error"]}),
    "a cancel of what was never seen": (
        [adt("A11", "0900")],
        {"no Encounter": ["planned", "arrived", "in-progress", "finished"]},
    ),
    "the cancel before the registration": (
        [adt("A11", "0900"), A04],
        {"no Encounter": ["planned", "arrived", "in-progress", "finished"]},
    ),
    "cancelled and reinstated before anything was made": (
        [Held(A04), Held(adt("A11", "0900")), Held(adt("A04", "0930")), F],
        {"no Encounter": ["cancelled", "entered-in-error"], "Encounter": 1},
    ),
    "cancelled, delivered, reinstated": (
        [A04, F, adt("A11", "0900"), adt("A04", "0930")],
        {"Encounter": 1, "kept": ["Encounter"]},
    ),
    "an order called off that was never seen": ([orm("CA")], {"no Procedure": ["preparation", "in-progress", "completed"]}),
    "an order called off": ([A04, orm(), orm("CA", "0900")], {"no Procedure": ["preparation", "in-progress", "completed"]}),
    "a late order after the final": ([A04, F, quiet, orm()], {"DiagnosticReport": ["final"], "Procedure": ["completed"]}),
    "an order, then the report": ([orm(), F, A04], {"DiagnosticReport": ["final"], "Procedure": ["completed"]}),
    # reports as documents
    "a document": ([A04, mdm()], {"DiagnosticReport": ["final"]}),
    "a document edited": ([A04, mdm(), mdm("T08", "1100")], {"says": ["Text T08 of 1100"], "says not": ["Text T02"]}),
    "a document edited, and the first again": (
        [A04, mdm(), mdm("T08", "1100"), quiet, mdm()],
        {"says": ["Text T08"], "says not": ["Text T02"]},
    ),
    "a document cancelled": ([A04, mdm(), mdm("T11", "1100")], {"DiagnosticReport": ["entered-in-error"]}),
    "a document not yet signed, then signed": (
        [A04, mdm("T02", "1000", "DO"), mdm("T08", "1040", "LA")],
        {"DiagnosticReport": ["final"]},
    ),
    # the output of an AI tool
    "the AI output last": ([A04, F, CG, ai_of_visit()], {**DONE, "candidates": 1}),
    "the AI output first": ([ai_of_visit(), A04, F, CG], {**DONE, "candidates": 1}),
    "a second run": ([A04, F, ai_of_visit(), ai_of_visit(run="gv-2")], {"Encounter": 1, "candidates": 2}),
    "a candidate that went": (
        [(enc(), ai()), tree_of(ai(), lambda tree: tree["ai"]["candidates"].pop(0))],
        {"in error": 1},
    ),
    "a candidate that went and came back": (
        [
            (enc(), ai()),
            tree_of(ai(), lambda tree: tree["ai"]["candidates"].pop(0)),
            tree_of(ai(), lambda tree: tree["ai"]["candidates"].append(tree["ai"]["candidates"].pop(0))),
        ],
        {"in error": 1, "candidates": 1},
    ),
    # numbers of account and order
    "a charge that names the account only": ([adt(changes=WITH_ACCOUNT), F, dft(changes=ONLY_ACCOUNT)], DONE),
    "a charge that names the account only, of two visits": (
        [
            changed(adt(), WITH_ACCOUNT),
            F,
            changed(adt("A04", "1500"), {**WITH_ACCOUNT, "visit-1": "visit-9"}),
            changed(dft(), {**ONLY_ACCOUNT, "F-1^REPORTS^1.2.840.99999.7.2^ISO": ""}),
        ],
        {"DiagnosticReport": ["final"], "no Claim": ["draft", "active"]},
    ),
    "accounts of a family": (
        [changed(adt(), WITH_ACCOUNT), changed(adt(n=2), WITH_ACCOUNT), oru(n=2), F],
        {"Encounter": 2, "Patient": 2},
    ),
    "a report that names the order only": ([A04, orm(), oru(changes={VISIT: ""}), CG], DONE),
    "a report that names the order only, first": ([oru(changes={VISIT: ""}), A04, orm(), CG], DONE),
    "a charge that names the order only": ([A04, F, dft(changes={VISIT: ""})], DONE),
    "a report with another patient's order": (
        [A04, F, CG, quiet, Refused(oru(n=2, changes={"F-2^": "F-1^"}), "belongs to another patient")],
        DONE,
    ),
    # merges
    "a merge after delivery": ([A04, F, Merged(1, 2)], {"Encounter": 1, "subject": ["mrn-2"]}),
    "a merge before anything": ([Merged(1, 2), A04, F], {"Encounter": 1, "Patient": 1, "subject": ["mrn-2"]}),
    "a merge between": ([A04, Merged(1, 2), F, CG], {"subject": ["mrn-2"], "DiagnosticReport": ["final"], "Claim": ["draft"]}),
    "a chain of merges": ([A04, F, Merged(1, 2), Merged(2, 3)], {"Encounter": 1, "subject": ["mrn-3"]}),
    "a merge twice": ([A04, F, Merged(1, 2), quiet, Merged(1, 2)], {"subject": ["mrn-2"]}),
    "the old number after the merge": ([A04, F, Merged(1, 2), CG], {"subject": ["mrn-2"], "Claim": ["draft"]}),
    "a retired patient": ([A04, F, Target(retire), A08], {"Patient": ["inactive"], "says": ["replaced-by"]}),
    # deleted, done again
    "deleted": ([A04, F, delete, quiet, Refused(A08, "deleted")], {"Encounter": 1}),
    "deleted before it was delivered": ([Held(A04), delete], {"no Encounter": ["planned", "arrived", "in-progress", "finished"]}),
    "deleted, then a merge": ([A04, F, delete, quiet, Merged(1, 2)], {"subject": ["mrn-1"]}),
    "reprocessed": ([A04, F, CG, quiet, process_again], DONE),
    "delivered again": ([A04, F, CG, quiet, deliver_again], DONE),
    # what the destination holds is further
    "an amended report there": (
        [A04, F, set_status("DiagnosticReport", "amended"), A08, deliver_again],
        {"DiagnosticReport": ["amended"], "kept": ["DiagnosticReport"]},
    ),
    "a cancelled claim there": (
        [A04, F, CG, set_status("Claim", "cancelled"), deliver_again],
        {"Claim": ["cancelled"], "kept": ["Claim"]},
    ),
    "a finished visit there": ([A04, F, set_status("Encounter", "finished"), adt("A08", "0816")], {"Encounter": ["finished"]}),
    "a procedure in error there": (
        [A04, F, set_status("Procedure", "entered-in-error"), deliver_again],
        {"Procedure": ["entered-in-error"], "kept": ["Procedure"]},
    ),
    # corrections of documents of ours
    "there and back": ([(enc(), ai()), enc({"delayed speech": "late speech"}), enc()], {"says": ["delayed speech"]}),
    "the same in other bytes": ([(enc(), ai()), tree_of(enc(), lambda _tree: None)], {"Encounter": 1, "Claim": 1}),
    "a correction that contradicts itself, and the right one": (
        [
            (enc(), ai()),
            Refused(enc({'"birth_date": "2021-11-03"': '"birth_date": "2021-31-03"'})),
            enc({"delayed speech": "late speech"}),
        ],
        {"says": ["late speech"], "Encounter": 1},
    ),
    "a feature that went": ([(enc(), ai()), tree_of(enc(), lambda tree: tree["phenotypes"].pop())], {"in error": 1}),
    "two encounters, one number": (
        [
            enc(),
            enc({'"mrn-2"': '"mrn-1"'}, n=2),
            quiet,
            Refused(enc({'"mrn-2"': '"mrn-1"', '"case-2-visit"': '"case-1-visit"'}, n=2), "two encounters"),
        ],
        {"Encounter": 2, "Patient": 1},
    ),
    # what had ended is made again
    "credited, charged anew, credited again": (
        [A04, F, CG, dft("CD", "0900"), dft("CG", "1000", number="T-9002"), dft("CD", "1100", number="T-9002")],
        {"Claim": ["cancelled", "cancelled"]},
    ),
    "charged anew, and all of it again": (
        [
            A04,
            F,
            CG,
            dft("CD", "0900"),
            dft("CG", "1000", number="T-9002"),
            quiet,
            A04,
            F,
            CG,
            dft("CD", "0900"),
            dft("CG", "1000", number="T-9002"),
            process_again,
            deliver_again,
        ],
        {"Claim": ["cancelled", "draft"]},
    ),
    "charged anew, then an update": (
        [A04, F, CG, dft("CD", "0900"), dft("CG", "1000", number="T-9002"), A08],
        {"Claim": ["cancelled", "draft"], "says": ["5550199"]},
    ),
    "withdrawn, and reported anew": (
        [A04, F, CG, oru("X", "1100"), oru("F", "1200")],
        {"DiagnosticReport": ["entered-in-error", "final"], "Claim": ["cancelled", "draft"], "says": ["Text F of 1200"]},
    ),
    "a feature that went and came back twice": (
        [
            (enc(), ai()),
            tree_of(enc(), lambda tree: tree["phenotypes"].pop()),
            enc(),
            tree_of(enc(), lambda tree: tree["phenotypes"].pop()),
            enc(),
        ],
        {"in error": 2},
    ),
    "a claim cancelled by others stays so": ([A04, F, CG, set_status("Claim", "cancelled"), A08], {"Claim": ["cancelled"]}),
    # one control id
    "one control id, two contents": (
        [A04, changed(A08, {"A08-0840": "A04-0815"}), F],
        {"says": ["5550199"], "says not": ["5550144"], "DiagnosticReport": ["final"]},
    ),
}
