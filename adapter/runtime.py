"""Reads environment, disk and clock, and assembles the parts: the only module that does."""

import gc
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from adapter.issues import Issue, IssueType, SetupError, Severity

if TYPE_CHECKING:
    from dataclasses import Field

    from adapter.fhir.table import ElementTable
    from adapter.mapping.library import Library, Surroundings
    from adapter.pipeline import Line, Options
    from adapter.readers.shape import InputForm
    from adapter.rules.policy import Policies
    from adapter.terminology import Terminology
    from adapter.terminology.catalog import Catalog
    from adapter.terminology.definitions import Resource

Profiles = Literal["none", "own", "uscore", "all"]
AiLabel = Literal["device", "ai", "both"]

_PREFIX = "ADAPTER_"
_OF_TESTS = "ADAPTER_TEST_"
_WORDS_OF_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#,]+(/[^\s/?#,]+)*", re.ASCII)
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]", re.ASCII)
_PACKAGED = Path(__file__).parent / "_data"
_CHECKOUT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set from outside: the field `canonical_base` is the variable `ADAPTER_CANONICAL_BASE`, and so on."""

    canonical_base: str = field(
        default="https://0731t-adapter.invalid/fhir", metadata={"says": "what the URLs of our own definitions begin with"}
    )
    mappings: str = field(
        default="", metadata={"says": "a folder of your own mapping files; a map of the same name replaces ours"}
    )
    profiles: Profiles = field(default="none", metadata={"says": "which profiles resources claim"})
    ai_label: AiLabel = field(default="device", metadata={"says": "how AI content is labelled: DEVAST, AIAST or both"})
    narrative: bool = field(default=True, metadata={"says": "whether resources get a short narrative"})
    zone: str = field(
        default="",
        metadata={"says": "zone of times that are sent without one: an IANA name or an offset; without it only the day is kept"},
    )
    max_body: int = field(default=5_000_000, metadata={"says": "the largest request in bytes"})
    fhir_server: str = field(
        default="", metadata={"says": "a FHIR server that `$validate` asks as well: a base URL, or a name from ADAPTER_SERVERS"}
    )
    servers: str = field(default="", metadata={"says": "FHIR servers by name: `name=url,name=url`; `hapi` is there already"})
    trusted_servers: str = field(default="", metadata={"says": "hosts that may get more than test data: `host,host`"})
    log_level: Literal["debug", "info", "warning", "error"] = field(default="info", metadata={"says": "how much is logged"})

    @property
    def named_servers(self) -> dict[str, str]:
        """The FHIR servers by name."""
        return {name: url for name, _, url in _servers(self.servers)}

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """The hosts that may get more than test data."""
        return tuple(each.strip() for each in self.trusted_servers.split(",") if each.strip())


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment (the process's own if none is given).

    Raises SetupError for a value that does not fit, and for an `ADAPTER_` variable that does not exist; variables that begin
    with `ADAPTER_TEST_` belong to the tests.
    """
    given = os.environ if environment is None else environment
    names = {_PREFIX + each.name.upper(): each for each in fields(Settings)}
    own = {name: value for name, value in given.items() if name.startswith(_PREFIX) and not name.startswith(_OF_TESTS)}
    issues = [_unknown(name, list(names)) for name in sorted(own) if name not in names]
    values: dict[str, Any] = {}
    for name, text in own.items():
        if name in names and text != "":
            value = _value(names[name].type, text)
            fits, _ = _FITS.get(names[name].name, (_anything, ""))
            if value is None or not fits(text):
                issues.append(_unfit(name, must_be(names[name])))
            values[names[name].name] = value
    if issues:
        raise SetupError(*issues)
    return Settings(**values)


def _value(kind: Any, text: str) -> object | None:  # noqa: ANN401 - an annotation
    if kind is bool:
        return _WORDS_OF_TRUTH.get(text.lower())
    if kind is int:
        return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None
    allowed = get_args(kind)
    return text if not allowed or text in allowed else None


def _unknown(name: str, known: list[str]) -> Issue:
    near = get_close_matches(name.removeprefix(_PREFIX), [each.removeprefix(_PREFIX) for each in known], n=1)
    hint = f"did you mean {_PREFIX}{near[0]}?" if near else "see docs/settings.md"
    text = f"there is no setting {name}"
    return Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="settings/unknown", text=text, suggestion=hint)


def _unfit(name: str, wanted: str) -> Issue:
    text = f"the setting {name} must be {wanted}"
    return Issue(severity=Severity.ERROR, code=IssueType.VALUE, rule="settings/value", text=text)


def must_be(setting: "Field[Any]") -> str:
    """What the text of a setting (a field of Settings) must be, in words."""
    if setting.name in _FITS:
        return _FITS[setting.name][1]
    plain = {bool: "true or false", int: "a positive whole number"}
    kind: Any = setting.type
    return " or ".join(get_args(kind)) if get_args(kind) else plain.get(kind, "text")


def _anything(_text: str) -> bool:
    return True


def _is_web_address(text: str) -> bool:
    return _WEB_ADDRESS.fullmatch(text) is not None


def _is_zone(text: str) -> bool:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only who sets a zone needs it

    try:
        return text == "Z" or _OFFSET.fullmatch(text) is not None or bool(ZoneInfo(text).key)
    except (LookupError, ValueError, OSError):
        return False


def _servers(text: str) -> list[tuple[str, str, str]]:
    """Each `name=url` as name, equals sign, url."""
    parts = (each.strip().partition("=") for each in text.split(",") if each.strip())
    return [(name.strip(), sign, url.strip()) for name, sign, url in parts]


def _are_servers(text: str) -> bool:
    return all(name and sign and _is_web_address(url.rstrip("/")) for name, sign, url in _servers(text))


_FITS: dict[str, tuple[Callable[[str], bool], str]] = {
    "canonical_base": (_is_web_address, "a web address without a slash at its end"),
    "mappings": (os.path.isdir, "a folder that is there"),
    "zone": (_is_zone, "an IANA name such as Europe/Berlin, or an offset such as +01:00"),
    "servers": (_are_servers, "FHIR servers by name: name=url,name=url"),
}
"""What a text must be, beyond its type, and how that is said."""


def folder_of(name: str) -> Path:
    """A folder of files that travel with the adapter (`mappings`, `fhir_examples`), installed or in a checkout."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / name


@cache
def adapter_version() -> str:
    """The version of the installed adapter."""
    try:
        return version("adapter-0731t")
    except PackageNotFoundError:
        return "0"


@contextmanager
def _no_collection() -> Iterator[None]:
    """What is made within stays for ever: the garbage collector looks at it once, at the end, and never again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
    gc.collect()
    gc.freeze()


class Runtime:
    """The assembled adapter: the line with its maps, terminology and input forms, made when first asked for."""

    def __init__(self, settings: Settings) -> None:
        """Hold the settings."""
        self.settings = settings

    @cached_property
    def line(self) -> "Line":
        """The line; raises BadMappingError (a SetupError) with all mistakes of the mapping files."""
        from adapter.pipeline import Line  # noqa: PLC0415 - `adapter --help` does not need it

        with _no_collection():
            sources = {each.source.source: each for each in self.source_library.maps if each.source.source}
            made = Line(library=self.fhir_library, sources=sources, forms=self.forms, policies=self.policies)
            for each in (*made.library.maps, *made.sources.values()):
                each.prepare()
        return made

    @property
    def options(self) -> "Options":
        """The switches of a conversion as the settings have them."""
        from adapter.pipeline import Options  # noqa: PLC0415 - as above

        given = self.settings
        return Options(
            profiles=given.profiles,
            ai_label=given.ai_label,
            narrative=given.narrative,
            zone=given.zone or None,
            version=adapter_version(),
        )

    @cached_property
    def table(self) -> "ElementTable":
        """The element table of R4."""
        from adapter.fhir.table import packaged_table  # noqa: PLC0415 - as above

        return packaged_table("R4")

    @cached_property
    def terminology(self) -> "Terminology":
        """Code systems and translations."""
        from adapter.terminology import load_terminology  # noqa: PLC0415 - as above

        return load_terminology(self._terminology_files, base=self.settings.canonical_base)

    @cached_property
    def definitions(self) -> "tuple[Resource, ...]":
        """Our CodeSystems, ValueSets, ConceptMaps and StructureDefinitions, in this order, as FHIR R4 with absolute URLs.

        Raises SetupError for definitions of the user that are not built as R4 says; ours are checked by the tests.
        """
        from adapter.checks.structure import check_structure  # noqa: PLC0415 - as above
        from adapter.terminology.definitions import load_definitions  # noqa: PLC0415 - as above

        base = self.terminology.base  # a file that can not be used is said here
        found = load_definitions(self._terminology_files, base=base)
        if self.settings.mappings:
            wrong = [(each, issue) for each in found for issue in check_structure(each) if issue.is_error]
            if wrong:
                raise SetupError(*(issue.at(location=(each["url"],)) for each, issue in wrong))
        return found

    @cached_property
    def served_definitions(self) -> "dict[tuple[str, str], Resource]":
        """The definitions as the service gives them, with `meta`, by type and id."""
        from adapter.terminology.definition_view import versioned  # noqa: PLC0415 - as above

        return {(each["resourceType"], each["id"]): versioned(each) for each in self.definitions}

    @cached_property
    def catalog(self) -> "Catalog":
        """The definitions, as terminology operations look for them."""
        from adapter.terminology.catalog import Catalog  # noqa: PLC0415 - as above

        held = {each["url"] for each in self.definitions if each["resourceType"] == "CodeSystem"}
        composes = [each["compose"] for each in self.definitions if "compose" in each]
        named = {part["system"] for compose in composes for part in compose["include"] if "system" in part}
        return Catalog.of(self.definitions, closed=(named | set(self.terminology.systems.values())) - held)

    @cached_property
    def _terminology_files(self) -> dict[str, Any]:
        """Terminology and profiles as parsed YAML by file, and what is made of the rule table and of payers' policies."""
        from adapter.rules.description import latest  # noqa: PLC0415 - as above
        from adapter.rules.modifier_codes import systems_of  # noqa: PLC0415 - as above
        from adapter.rules.table import RULES  # noqa: PLC0415 - as above
        from adapter.strict_yaml.plain import read_plain_yaml  # noqa: PLC0415 - as above
        from adapter.terminology.made import claim_edits, payer_value_sets  # noqa: PLC0415 - as above

        made = payer_value_sets(latest(self.policies), lambda modifier: systems_of(modifier)[0])
        files = {**self._files("terminology", "*.yaml"), **self._files("profiles", "*.yaml")}
        written = {name: read_plain_yaml(text, name) for name, text in files.items()}
        return {"the rule table": claim_edits(RULES), **made, **written}

    @cached_property
    def forms(self) -> "dict[str, InputForm]":
        """The input forms of other tools by name."""
        from adapter.fhir.json import read_json  # noqa: PLC0415 - as above
        from adapter.readers.shape import input_form  # noqa: PLC0415 - as above

        files = self._files("sources", "*.schema.json")
        schemas = {Path(file).name.removesuffix(".schema.json"): read_json(text.encode(), file) for file, text in files.items()}
        return {name: input_form(name, schema) for name, schema in schemas.items()}

    @cached_property
    def policies(self) -> "Policies":
        """The policies of payers; raises BadPolicyError (a SetupError) with all mistakes of their files."""
        from adapter.rules.policy_file import load_policies  # noqa: PLC0415 - as above

        return load_policies(*self._layers("payers", "*.yaml"))

    @cached_property
    def fhir_library(self) -> "Library":
        """The maps that make FHIR."""
        from adapter.mapping.library import load_library  # noqa: PLC0415 - as above

        return load_library(self._files("fhir/r4", "*.yaml"), self.surroundings)

    @cached_property
    def source_library(self) -> "Library":
        """The maps that make a Case of other input forms."""
        from adapter.mapping.library import load_library  # noqa: PLC0415 - as above
        from adapter.mapping.shape import shape_of_json_schema  # noqa: PLC0415 - as above

        shapes = {name: shape_of_json_schema(form.schema, name) for name, form in self.forms.items()}
        return load_library(self._files("sources", "*.yaml"), self.surroundings, sources=shapes)

    @cached_property
    def surroundings(self) -> "Surroundings":
        """What maps are checked against."""
        from adapter.case import Case  # noqa: PLC0415 - as above
        from adapter.mapping import functions  # noqa: PLC0415 - as above
        from adapter.mapping.function import functions_of  # noqa: PLC0415 - as above
        from adapter.mapping.library import Surroundings  # noqa: PLC0415 - as above
        from adapter.mapping.shape import ModelShapes  # noqa: PLC0415 - as above
        from adapter.pipeline import Options  # noqa: PLC0415 - as above
        from adapter.rules.judgement import Judgement  # noqa: PLC0415 - as above

        read, made = ModelShapes("attribute"), ModelShapes("key")
        return Surroundings(
            table=self.table,
            functions=functions_of(functions),
            terminology=self.terminology,
            roots={"case": read(Case), "judgement": read(Judgement), "options": read(Options)},
            targets=lambda name: made(Case) if name == "Case" else None,
        )

    def _files(self, folder: str, pattern: str) -> dict[str, str]:
        """Our files and then the user's, by the name that messages show."""
        ours, own = self._layers(folder, pattern)
        return ours | own

    def _layers(self, folder: str, pattern: str) -> tuple[dict[str, str], dict[str, str]]:
        """Our files, and the user's, each by the name that messages show."""
        ours = folder_of("mappings")
        found = {f"mappings/{folder}/{each.name}": each.read_text("utf-8") for each in sorted((ours / folder).glob(pattern))}
        if not self.settings.mappings:
            return found, {}
        own = Path(self.settings.mappings)
        return found, {str(each): _text_of(each) for each in sorted((own / folder).glob(pattern))}


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        text = "a file of yours is not UTF-8"
        issue = Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="settings/file", text=text, location=(str(file),))
        raise SetupError(issue) from None


def load(settings: Settings | None = None) -> Runtime:
    """The adapter for these settings (those of the environment if none are given)."""
    return Runtime(settings or settings_from())


@cache
def default_runtime() -> Runtime:
    """The adapter for the settings of the environment, made once."""
    return load()


def today() -> str:
    """The day, where this machine is (YYYY-MM-DD)."""
    from datetime import datetime  # noqa: PLC0415 - `adapter --help` does not need it

    return datetime.now().astimezone().date().isoformat()


def request_id() -> str:
    """A new id for a request; random, so that it says nothing."""
    from uuid import uuid4  # noqa: PLC0415 - `adapter --help` does not need it

    return uuid4().hex


def instant_now() -> str:
    """The time now as a FHIR instant, in UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - as above

    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
