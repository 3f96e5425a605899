"""What arrived, put in order before any map reads it.

Resends, events that nobody handles, patients that were merged, charges that were taken back, and what there is to say of a
message beside the others.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from adapter.feed import feed_problem
from adapter.feed.later import newest_first
from adapter.feed.statement import Key, Statement, text_at
from adapter.issues import Issue, UnknownFormError
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path, at, with_values
from adapter.readers.document import ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document

_CANCELLATIONS = {("ADT", "A11"): ("ADT", 2), ("ADT", "A13"): ("A03", 1), ("MDM", "T11"): ("MDM", 2)}
"""Events that cancel, of what type or event a message before them must be, and how many there are of it then."""
_CANCELLED_ORDERS = ("CA", "OC", "DC", "OD")
_TEST_NAMES = ("TEST", "TESTPATIENT", "ZZTEST", "ZTEST")

Identifier = tuple[str, str]
"""A patient's number and who assigned it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The documents that are left, and what became of the others."""

    documents: tuple[ReadDocument, ...]
    issues: tuple[Issue, ...]


def put_in_order(documents: Sequence[ReadDocument], is_handled: Callable[[str], bool]) -> Arrivals:
    """The documents that maps can read; `is_handled` says which forms they read.

    Raises UnknownFormError for merges of patients alone, which say nothing of an encounter.
    """
    statements = [Statement(document=document) for document in documents if isinstance(document, Hl7Document)]
    if not statements:
        return Arrivals(documents=tuple(documents), issues=())
    others = [document for document in documents if not isinstance(document, Hl7Document)]
    if not others and all(statement.is_merge for statement in statements):
        raise UnknownFormError(feed_problem.ONLY_MERGES.at(*statements[0].document.positions(())))
    sorting = _Sorting()
    statements = sorting.without_resends(statements)
    statements = sorting.without_merges(statements)
    if others or any(is_handled(statement.document.form) for statement in statements):
        statements = sorting.without_unhandled(statements, is_handled)
    statements = sorting.without_credits(statements)
    sorting.remark(statements)
    return Arrivals(documents=(*others, *(statement.document for statement in statements)), issues=tuple(sorting.issues))


_Charge = tuple[Statement, Path]
"""A charge: its message, and where it stands in that."""


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """The charges so far, by number and by procedure and day; `gone` has those that count no longer, by their messages."""

    charges: dict[tuple[str, ...], list[_Charge]] = field(default_factory=dict)
    gone: dict[int, dict[Path, None]] = field(default_factory=dict)

    def charge(self, statement: Statement, path: Path, content: JsonObject) -> _Charge | None:
        """Note a charge; returns one that another message has with the same number and another content, if there is one."""
        number, *_ = keys = list(_charged(content))
        same = self.charges.get(number, [])[-1:] if len(keys) > 1 else []
        for key in keys:
            self.charges.setdefault(key, []).append((statement, path))
        others = (charge for charge in same if charge[0] is not statement and charge[1] not in self.gone.get(id(charge[0]), {}))
        return next((charge for charge in others if _said_of(charge) != _said_of((statement, path))), None)

    def take_back(self, statement: Statement, path: Path, content: JsonObject) -> _Charge | None:
        """The charge that a credit takes back, if there is one; neither counts any longer."""
        self.strike(statement, path)
        for key in _charged(content):
            charges = self.charges.get(key, [])
            while charges:
                owner, place = charges.pop()
                if place not in self.gone.get(id(owner), {}):
                    self.strike(owner, place)
                    return owner, place
        return None

    def strike(self, statement: Statement, path: Path) -> None:
        """Note that a transaction does not count."""
        self.gone.setdefault(id(statement), {})[path] = None


@dataclass(slots=True, kw_only=True)
class _Sorting:
    """The steps, and what they had to say."""

    issues: list[Issue] = field(default_factory=list)

    def without_resends(self, statements: Sequence[Statement]) -> list[Statement]:
        """A message that came twice counts once; another one with its control id counts too, and is remarked."""
        counts = Counter((*statement.sender, statement.control_id) for statement in statements if statement.control_id)
        seen: dict[tuple[str, ...], set[Hashable]] = {}
        kept = []
        for statement in statements:
            key = (*statement.sender, statement.control_id)
            if counts[key] > 1:
                same, content = seen.setdefault(key, set()), _as_key(statement.document.tree)
                if content in same:
                    self.issues.append(feed_problem.RESEND.at(statement.place("MSH", "10")))
                    continue
                if same:
                    self.issues.append(feed_problem.CONTROL_ID.at(statement.place("MSH", "10")))
                same.add(content)
            kept.append(statement)
        return kept

    def without_unhandled(self, statements: Sequence[Statement], is_handled: Callable[[str], bool]) -> list[Statement]:
        """Messages that no map reads are left out with a warning, where others are left."""
        unhandled = [statement for statement in statements if not is_handled(statement.document.form)]
        self.issues += [feed_problem.UNHANDLED.at(statement.place("MSH", "9")) for statement in unhandled]
        return [statement for statement in statements if is_handled(statement.document.form)]

    def without_merges(self, statements: Sequence[Statement]) -> list[Statement]:
        """Who was merged into another patient is that patient in every message, also of feeds that do not know of it yet."""
        merges = [statement for statement in statements if statement.is_merge]
        self.issues += [feed_problem.NO_MERGE.at(merge.place("MRG", "1")) for merge in merges if not any(merged_numbers(merge))]
        survivors = {_identifier(old): new for merge in merges for old, new in merged_numbers(merge)}
        rest = [statement for statement in statements if not statement.is_merge]
        return [self._renamed(statement, survivors) for statement in rest]

    def _renamed(self, statement: Statement, survivors: dict[Identifier, JsonObject]) -> Statement:
        for path, content in statement.segments("PID"):
            for number, numbers in ((name, content[name]) for name in ("2", "3") if name in content):
                is_list = isinstance(numbers, list)
                renamed = [_survivor(former, survivors) for former in numbers] if is_list else _survivor(numbers, survivors)
                if renamed != numbers:
                    self.issues.append(feed_problem.PATIENT_MERGED.at(*statement.document.positions((*path, number))))
                    statement = _changed(statement, (*path, number), renamed)
        return statement

    def without_credits(self, statements: Sequence[Statement]) -> list[Statement]:
        """A credit takes back the charge of its number (FT1-2), else the last one before it of the same procedure and day.

        Neither of the two is read, nor are other transactions.
        """
        ledger = _Ledger()
        for statement in _oldest_first(statements):
            for path, content in statement.segments("FT1"):
                kind = text_at(content, ("6", "1"))
                if kind == "CG":
                    if former := ledger.charge(statement, path, content):
                        places = former[0].document.positions(former[1])
                        self.issues.append(feed_problem.TWO_CHARGES.at(*places, *statement.document.positions(path)))
                elif kind == "CD":
                    taken_back = ledger.take_back(statement, path, content)
                    self._credit(statement, path, taken_back)
                else:
                    ledger.strike(statement, path)
                    self.issues.append(feed_problem.NOT_CHARGE.at(statement.document.positions((*path, "6"))[0]))
        return [_without(statement, ledger.gone.get(id(statement), {})) for statement in statements]

    def _credit(self, statement: Statement, path: Path, taken_back: _Charge | None) -> None:
        places = statement.document.positions(path)
        if taken_back is None:
            self.issues.append(feed_problem.NO_CHARGE.at(*places))
        else:
            owner, charge = taken_back
            self.issues.append(feed_problem.CREDITED.at(*owner.document.positions(charge), *places))

    def remark(self, statements: Sequence[Statement]) -> None:
        """Say of each message what is odd about it beside the others."""
        kinds = Counter(name for statement in statements for name in (statement.kind, statement.event))
        numbers = Counter(key for statement in statements for key in {given.key for given in statement.order_numbers})
        for statement in statements:
            if _cancels_nothing(statement, kinds, numbers):
                self.issues.append(feed_problem.NOTHING_TO_CANCEL.at(statement.place("MSH", "9")))
            if not statement.control_id:
                self.issues.append(feed_problem.NO_CONTROL_ID.at(statement.place("MSH", "10")))
            if not statement.has_known_processing:
                self.issues.append(feed_problem.PROCESSING.at(statement.place("MSH", "11")))
            if not statement.has_known_version:
                self.issues.append(feed_problem.VERSION.at(statement.place("MSH", "12")))
            if statement.is_production and any(_is_test(content) for _, content in statement.segments("PID")):
                self.issues.append(feed_problem.TEST_IN_PRODUCTION.at(statement.place("PID", "5"), statement.place("MSH", "11")))


def merged_numbers(statement: Statement) -> Iterator[tuple[JsonObject, JsonObject]]:
    """The numbers that each patient of a merge gave up (MRG-1), each with the first of those that stand (PID-3, else 2)."""
    numbers: list[JsonObject] = []
    for path, content in statement.segments("PID", "MRG"):
        if "PID" in path:
            numbers = content.get("3") or ([content["2"]] if "2" in content else [])
        else:
            yield from ((former, numbers[0]) for former in content.get("1", []) if numbers)


def _survivor(number: JsonObject, survivors: dict[Identifier, JsonObject]) -> JsonObject:
    """The number that stands for a patient's number, however often that patient was merged."""
    seen: set[Identifier] = set()
    while (own := _identifier(number)) in survivors and own not in seen:
        seen.add(own)
        number = survivors[own]
    return number


def _identifier(number: JsonObject) -> Identifier:
    return text_at(number, ("1",)), text_at(number, ("4", "2")) or text_at(number, ("4", "1"))


def _as_key(value: JsonValue) -> Hashable:
    """A value as what can be looked up: two are the same where the values are."""
    if isinstance(value, dict):
        return frozenset((name, _as_key(part)) for name, part in value.items())
    return tuple(map(_as_key, value)) if isinstance(value, list) else value


def _said_of(charge: _Charge) -> list[tuple[str, JsonValue]]:
    """What a charge says, but for its place in the message."""
    statement, path = charge
    content: JsonValue = at(statement.document.tree, path)
    return [(name, value) for name, value in content.items() if name != "1"] if isinstance(content, dict) else []


def _charged(content: JsonObject) -> Iterator[tuple[str, ...]]:
    """By what a charge is known: its number, and what it is for on which day."""
    if number := text_at(content, ("2",)):
        yield (number,)
    yield text_at(content, ("25", "1")) or text_at(content, ("7", "1")), text_at(content, ("4", "1"))[:8]


def _oldest_first(statements: Sequence[Statement]) -> list[Statement]:
    """The messages in the order of what they tell of; those that do not say when come first."""
    timed = [statement for group in newest_first(statements, lambda statement: statement.moment)[::-1] for statement in group]
    known = {id(statement) for statement in timed}
    return [*(statement for statement in statements if id(statement) not in known), *timed]


def _without(statement: Statement, charges: Collection[Path]) -> Statement:
    """The message without some charges, each with all of its group; the others keep their places."""
    document = statement.document
    groups = {path if isinstance(path[-1], int) else path[:-1] for path in charges}
    empty: JsonObject = {}
    tree = with_values(document.tree, dict.fromkeys(groups, empty))
    depths = {len(group) for group in groups}
    segments = {
        path: segment for path, segment in document.segments.items() if groups.isdisjoint(path[:depth] for depth in depths)
    }
    return Statement(document=replace(document, tree=tree, segments=segments)) if groups else statement


def _changed(statement: Statement, path: Path, value: JsonValue) -> Statement:
    return Statement(document=replace(statement.document, tree=with_values(statement.document.tree, {path: value})))


def _cancels_nothing(statement: Statement, kinds: Counter[str], numbers: Counter[Key]) -> bool:
    """Whether it cancels what no other message is about; `kinds` and `numbers` count messages by type, event and number."""
    cancelled, least = _CANCELLATIONS.get((statement.kind, statement.event), ("", 0))
    if cancelled:
        return kinds[cancelled] < least
    cancels = any(text_at(content, ("1",)) in _CANCELLED_ORDERS for _, content in statement.segments("ORC"))
    return cancels and all(numbers[given.key] == 1 for given in statement.order_numbers)


def _is_test(patient: JsonObject) -> bool:
    """Whether a name of the patient is one that only tests have."""
    names = [text_at(name, part) for name in patient.get("5", []) for part in (("1", "1"), ("2",))]
    return any(name.strip().upper() in _TEST_NAMES for name in names)
