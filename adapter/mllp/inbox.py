"""An acceptor that keeps messages in memory, by the encounter that they belong to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from adapter.conversion import Options
from adapter.delivery.identity_merge import as_registered
from adapter.delivery.intake import check_content
from adapter.feed.arrivals import merged_numbers, put_in_order
from adapter.feed.feed_problem import BESIDE_OTHERS
from adapter.feed.standing import said_alone
from adapter.feed.statement import GivenNumber, Statement, text_at
from adapter.issues import AdapterError, FailureKind, Issue, IssueType, Severity, UnknownFormError, UnreadableError, most_severe
from adapter.json_types import JsonObject
from adapter.merging.merge import merge
from adapter.mllp.acknowledgment import header_of
from adapter.mllp.reception import Acceptance, Reception
from adapter.pipeline import Pipeline
from adapter.readers.document import Document, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document, Hl7Reader

Patient = tuple[str, str]
"""Who assigned the patient's number, and the number."""
Key = tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class Visit:
    """The messages of one encounter, in the order in which they arrived, and the numbers by which it is known.

    `merges` are the merges (A40) that made its patient who it is.
    """

    messages: list[Document] = field(default_factory=list)
    merges: dict[str, Document] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)

    @property
    def documents(self) -> list[Document]:
        """All that the encounter is made from."""
        return [*self.merges.values(), *self.messages]


@dataclass(kw_only=True, eq=False)
class _Patients:
    """Who was merged into whom, and by which messages."""

    survivors: dict[Patient, Patient] = field(default_factory=dict)
    merges: dict[Patient, dict[str, Document]] = field(default_factory=dict)

    def current(self, patient: Patient) -> Patient:
        """The patient that one is now."""
        former = []
        while patient in self.survivors:
            former.append(patient)
            patient = self.survivors[patient]
        self.survivors.update(dict.fromkeys(former, patient))
        return patient

    def merge(self, former: Patient, patient: Patient, message: Document) -> Patient:
        """Note that a patient is another one from now on; returns who that is now."""
        now = self.current(patient)
        merges = self.merges.pop(former, {}) | {message.name: message}
        self.merges[now] = self.merges.get(now, {}) | merges
        if former != now:
            self.survivors[former] = now
        return now


@dataclass(kw_only=True)
class Inbox:
    """Keeps at most `most` messages; `changed` is told of an encounter that got one more.

    `refuses_unhandled` says what becomes of messages that no map reads: they are accepted with a warning, so that the queue of
    the sender moves, or rejected.
    """

    pipeline: Pipeline
    options: Options
    most: int
    refuses_unhandled: bool = False
    changed: Callable[[Visit], None] = lambda _: None
    _patients: _Patients = field(default_factory=_Patients)
    _visits: dict[Key, Visit] = field(default_factory=dict)
    _visits_of: dict[Patient, dict[Visit, None]] = field(default_factory=dict)
    _owners: dict[Key, Patient] = field(default_factory=dict)
    _answered: dict[Key, dict[str, Reception]] = field(default_factory=dict)
    _kept: int = 0

    async def accept(self, message: bytes) -> Reception:
        """Keep a message of which a map can make something; a resend gets the answer that it had, and changes nothing."""
        header = header_of(message)
        digest = sha256(message).hexdigest()
        known = self._answered.setdefault((header.text(3), header.text(4), header.text(10)), {})
        if digest in known:
            return known[digest]
        reception = self._received(Document(name=f"{digest[:16]}.hl7", content=message))
        if known and header.text(10):
            reception = Reception(acceptance=reception.acceptance, issues=(*reception.issues, _SAME_CONTROL_ID))
        if reception.acceptance is not Acceptance.REJECTED:  # what was rejected may be tried again
            known[digest] = reception
        return reception

    def _received(self, document: Document) -> Reception:
        try:
            statement = self._read(document)
            if statement.is_merge:
                return self._merged(document, statement)
            arrivals = put_in_order([statement.document], lambda _: True)
            mapped, remarks = self.pipeline.in_case_form(statement.document, self.options)
            check_content(merge([mapped]))
        except UnknownFormError as unhandled:
            return self._unhandled(unhandled)
        except AdapterError as refusal:
            acceptance = Acceptance.ERROR if refusal.kind is FailureKind.INVALID else Acceptance.REJECTED
            return Reception(acceptance=acceptance, issues=refusal.issues)
        patient = self._patients.current(self._patient(mapped))
        cancels_nothing = not any(
            (*patient, *given.key) in self._visits for given in statement.order_numbers or statement.visit_numbers
        )
        unsaid = BESIDE_OTHERS - {"feed/nothing-to-cancel"} if cancels_nothing else BESIDE_OTHERS
        said = (issue for issue in (*arrivals.issues, *said_alone(mapped)) if issue.rule not in unsaid)
        issues = most_severe((*remarks, *said, *self._problems(statement, patient)))
        if any(issue.is_error for issue in issues):
            return Reception(acceptance=Acceptance.ERROR, issues=issues)
        if self._kept >= self.most:
            return Reception(acceptance=Acceptance.REJECTED, issues=(_FULL,))
        self._keep(document, statement, patient)
        return Reception(acceptance=Acceptance.ACCEPTED, issues=issues)

    def _read(self, document: Document) -> Statement:
        """The one message of a frame, as its sender means it; raises an AdapterError for anything else."""
        read = self.pipeline.readers.read(_checked(document))
        return Statement(document=_only_message(document, [self.pipeline.translated(part, self.options) for part in read]))

    def _unhandled(self, error: UnknownFormError) -> Reception:
        if self.refuses_unhandled:
            return Reception(acceptance=Acceptance.REJECTED, issues=error.issues)
        warnings = tuple(replace(issue, severity=Severity.WARNING) for issue in error.issues)
        return Reception(acceptance=Acceptance.ACCEPTED, issues=warnings)

    def _patient(self, mapped: ReadDocument) -> Patient:
        number = text_at(mapped.tree, ("patient", "mrn"))
        return text_at(mapped.tree, ("patient", "mrn_system")) or self.options.assigner or "", number

    def _problems(self, statement: Statement, patient: Patient) -> Iterator[Issue]:
        """Why nobody can tell whom or what the message is about, or that it is about somebody else."""
        assigner, number = patient
        if not number:
            yield _issue(IssueType.REQUIRED, "the patient has no number", "send it in PID-3", statement.place("PID", "3"))
        elif not assigner:
            hint = "send it in PID-3.4, or set ADAPTER_ASSIGNER"
            yield _issue(IssueType.REQUIRED, "nobody says who assigned the patient's number", hint, statement.place("PID", "3"))
        else:
            yield from self._of_others(statement, patient)
        if not statement.numbers:
            hint = "send PV1-19, PID-18, or the numbers of the order"
            yield _issue(IssueType.REQUIRED, "this names no visit, no account and no order", hint, statement.place("PV1", "19"))

    def _of_others(self, statement: Statement, patient: Patient) -> Iterator[Issue]:
        """The numbers of visits and orders that belong to another patient."""
        for given in statement.numbers:
            if self._patients.current(self._owners.get(_owned(given, statement), patient)) != patient:
                text = f"the {given.kind} number belongs to another patient"
                where = statement.document.positions(given.path)
                yield _issue(IssueType.CONFLICT, text, "correct the number, or the patient", *where)

    def _keep(self, document: Document, statement: Statement, patient: Patient) -> None:
        visit = self._put([document], {(*patient, *given.key) for given in statement.numbers}, patient)
        self._owners.update({_owned(given, statement): patient for given in statement.numbers})
        self._kept += 1
        self.changed(visit)

    def _put(self, messages: Sequence[Document], keys: set[Key], patient: Patient) -> Visit:
        """Put messages to their encounter; what names two encounters makes them one."""
        of_patient = self._visits_of.setdefault(patient, {})
        visit, *others = dict.fromkeys(self._visits[key] for key in keys if key in self._visits) or [Visit()]
        for other in others:
            visit.messages += other.messages
            keys |= other.keys
            del of_patient[other]
        visit.messages += messages
        visit.merges |= self._patients.merges.get(patient, {})
        visit.keys |= keys
        self._visits.update(dict.fromkeys(visit.keys, visit))
        of_patient[visit] = None
        return visit

    def _merged(self, document: Document, statement: Statement) -> Reception:
        """Take two patients for one from now on, in what was kept and in what feeds send that do not know of it yet."""
        pairs = [(self._of_number(old, statement), self._of_number(new, statement)) for old, new in merged_numbers(statement)]
        if not pairs:
            text, hint = "this merge does not say who became whom", "send PID-3 and MRG-1"
            issue = _issue(IssueType.REQUIRED, text, hint, statement.place("MRG", "1"))
            return Reception(acceptance=Acceptance.ERROR, issues=(issue,))
        for former, patient in pairs:
            now = self._patients.merge(former, patient, document)
            for visit in self._visits_of.pop(former, {}) if former != now else ():
                for key in visit.keys:
                    del self._visits[key]
                self.changed(self._put(visit.messages, {(*now, *key[2:]) for key in visit.keys}, now))
        self._kept += 1
        return Reception(acceptance=Acceptance.ACCEPTED)

    def _of_number(self, number: JsonObject, statement: Statement) -> Patient:
        """Whom a number of a merge names."""
        return self._patient(as_registered(self.pipeline, statement.document, number, options=self.options))


def _only_message(document: Document, read: Sequence[ReadDocument]) -> Hl7Document:
    """The one message of a frame; raises UnreadableError if there are several."""
    first, *others = read
    if others or not isinstance(first, Hl7Document):
        text = "a frame holds one message"
        raise UnreadableError(_issue(IssueType.STRUCTURE, text, "send each message in a frame of its own", document.name))
    return first


def _checked(document: Document) -> Document:
    """The document, if it may be HL7 v2; raises UnreadableError for anything else."""
    if Hl7Reader().recognises(document.content):
        return document
    text = "this is not a message of HL7 v2"
    raise UnreadableError(_issue(IssueType.STRUCTURE, text, "begin it with an MSH segment", document.name))


def _owned(given: GivenNumber, statement: Statement) -> Key:
    """A number as it must belong to one patient only: where nobody says who assigned it, the sending facility did."""
    return given.kind, given.system or "|".join(statement.sender), given.value


def _issue(code: IssueType, text: str, suggestion: str, *location: str) -> Issue:
    return Issue(
        severity=Severity.ERROR, code=code, rule=f"mllp/{code.value}", text=text, suggestion=suggestion, location=location
    )


_SAME_CONTROL_ID = Issue(
    severity=Severity.WARNING,
    code=IssueType.DUPLICATE,
    rule="mllp/control-id",
    text="another message had this control id, and another content; both count",
    suggestion="give each message a number of its own in MSH-10",
    location=("#MSH-10",),
)
_FULL = _issue(IssueType.THROTTLED, "no more messages can be kept", "try again later")
