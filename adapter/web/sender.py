"""Senders by name: what of the settings is their own, and applies to what their tokens send."""

from collections.abc import Mapping
from typing import TypeAlias

from adapter.issues import Issue, IssueType, SetupError, Severity
from adapter.settings import settings_from

SENDER_SETTINGS = ("assigner", "sender", "zone", "profiles", "ai_label", "narrative", "shared")
"""The settings that a sender can have of its own."""

SenderSettings: TypeAlias = Mapping[str, object]

Senders: TypeAlias = Mapping[str, SenderSettings]


def read_senders(text: str, file: str) -> dict[str, SenderSettings]:
    """The senders of a file with lines `NAME setting=value …`; raises SetupError with every line that does not fit."""
    senders: dict[str, SenderSettings] = {}
    issues: list[Issue] = []
    for number, line in enumerate(text.splitlines(), start=1):
        name, *pairs = line.split() or ["#"]
        if name.startswith("#"):
            continue
        try:
            senders[name] = _settings_of(pairs, f"{file}:{number}", is_new=name not in senders)
        except SetupError as error:
            issues += error.issues
    if issues:
        raise SetupError(*issues)
    return senders


def _settings_of(pairs: list[str], place: str, *, is_new: bool) -> SenderSettings:
    given = dict(pair.partition("=")[::2] for pair in pairs)
    if not is_new or len(given) < len(pairs) or not all(given.values()) or not given or set(given) - set(SENDER_SETTINGS):
        text = f"a line of the senders must be a name of its own and settings, each once: {', '.join(SENDER_SETTINGS)}"
        raise SetupError(_issue(text, place))
    try:
        settings = settings_from({f"ADAPTER_{name.upper()}": value for name, value in given.items()})
    except SetupError as error:
        raise SetupError(*(issue.at(location=(place,)) for issue in error.issues)) from None
    return {name: getattr(settings, name) for name in given}


def _issue(text: str, place: str) -> Issue:
    hint = "write `clinic assigner=https://clinic.example/mrn zone=Europe/Berlin`"
    return Issue(
        severity=Severity.ERROR, code=IssueType.VALUE, rule="settings/senders", text=text, suggestion=hint, location=(place,)
    )
