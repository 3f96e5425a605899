"""The parts put together: settings, maps, terminology, policies and input forms as one adapter."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapter.case import Case, CaseDocument
from adapter.checks import Release, r4
from adapter.checks.structure_walk import explain
from adapter.clock import today
from adapter.code_tables.modifier_codes import systems_of
from adapter.conversion import Conversion, Options, Versions
from adapter.definitions.derived import claim_edits, payer_value_sets
from adapter.definitions.load_terminology import load_terminology
from adapter.definitions.view import versioned
from adapter.document_schema import DocumentWords, document_words
from adapter.feed.known_sender import load_senders
from adapter.fhir.json import canonical_bytes
from adapter.fhir.resource import Resource
from adapter.files import adapter_version, mapping_files, mapping_layers
from adapter.issues import ConflictError, InvalidError, Issue, IssueType, SetupError, Severity
from adapter.json_types import JsonObject
from adapter.mapping import functions
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.function import functions_of
from adapter.mapping.hl7v2_shape import shapes_of_structures
from adapter.mapping.load import MappingContext, MapsOfForms, load_library
from adapter.mapping.run.library import Library
from adapter.mapping.shape import ModelShapes, shape_of_json_schema, shape_of_resources
from adapter.mapping.types import Shape
from adapter.pipeline import Pipeline
from adapter.readers.document import Document
from adapter.readers.fhir_reader import FORM as FHIR_FORM
from adapter.readers.hl7v2.reader import Hl7Reader
from adapter.readers.hl7v2.segment_tables import tables
from adapter.readers.input_form import InputForm, read_input_form
from adapter.readers.json_reader import JsonReader
from adapter.readers.port import Readers
from adapter.readers.table_reader import TableReader
from adapter.rules.description import latest
from adapter.rules.judgement import Judgement
from adapter.rules.policy import Policies
from adapter.rules.policy_file import load_policies
from adapter.rules.registry import RULES
from adapter.settings import Settings, settings_from
from adapter.strict_yaml.plain import read_plain_yaml
from adapter.terminology import Terminology
from adapter.terminology.catalog import Catalog
from adapter.terminology.release_definitions import release_definitions


@contextmanager
def _without_collection() -> Iterator[None]:
    """Load without the garbage collector, which would look through the growing maps again and again (a sixth of the time).

    Frozen and thawed, what was loaded counts as old: the next collection of what is young does not look through it either.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


_DEFINING = ("terminology/", "profiles/", "payers/")
"""The folders of mappings that terminology and policies are made from."""


class Runtime:
    """The assembled adapter: the pipeline with its maps, terminology and input forms, each made when first asked for."""

    def __init__(self, settings: Settings, releases: Sequence[Release] = (), *, drafts: Mapping[str, str] | None = None) -> None:
        """Hold the settings, and the FHIR releases of which there are maps (R4 if none are given); the first one is served.

        `drafts` are texts of mapping files that count as if they stood in the user's folder, by their paths within it.
        """
        self.settings = settings
        with _without_collection():
            self.releases = tuple(releases) or (r4(),)
        self.drafts = dict(drafts or {})

    def with_drafts(self, drafts: Mapping[str, str]) -> "Runtime":
        """This adapter with some mapping files as they are being written; what does not depend on them is shared."""
        other = Runtime(self.settings, self.releases, drafts=drafts)
        if not any(path.startswith(_DEFINING) for path in drafts):
            shared = ("policies", "terminology", "definitions", "served_definitions", "catalog")
            vars(other).update({name: getattr(self, name) for name in shared})
        return other

    @property
    def release(self) -> Release:
        """The release that the service speaks."""
        return self.releases[0]

    def prepare(self) -> None:
        """Do now what is otherwise done when it is first asked for: maps are compiled and proved, definitions loaded."""
        with _without_collection():
            Case.model_rebuild()
            _ = self.served_definitions, self.source_library
            for compiled in self.pipeline.maps:
                compiled.prepare()
            self.pipeline.prepare()

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline; raises BadMappingError (a SetupError) with all mistakes of the mapping files.

        Our maps of input forms, which the tests check, each wait for a document of their form.
        """
        with _without_collection():
            if self.settings.mappings or self.drafts:
                _ = self.source_library
            pipeline = Pipeline(
                outputs=self.outputs,
                load_sources=self._sources,
                readers=self.readers,
                policies=self.policies,
                senders=load_senders(self._files("senders", "*.yaml")),
                versions=self.versions,
            )
            for release, library in self.outputs.items():
                release.quick.expect({"Bundle", *(compiled.source.target for compiled in library.maps)})
        return pipeline

    def _sources(self) -> Mapping[str, CompiledMap]:
        """The maps of input forms; of our own, which the tests check, each with the first document of its form."""
        with _without_collection():
            if "source_library" not in vars(self):
                return MapsOfForms(self._files("sources", "*.yaml"), self.mapping_context, sources=self.source_shapes)
            return {compiled.source.source: compiled for compiled in self.source_library.maps if compiled.source.source}

    def convert(
        self,
        documents: Sequence[Document],
        *,
        prior: Sequence[Document] = (),
        changes: Mapping[str, object] | None = None,
        lineage: bool = False,
    ) -> Conversion:
        """Convert the documents of one encounter: the one way in which every door asks.

        The options are those of the settings, judged as of today; `changes` replaces some of them by name (`profiles`,
        `ai_label`, `today`, …). `prior` are encounters that were billed earlier, one document each. Never raises for what is in
        the documents; raises InvalidError for a change that is not an option or not one of its values.
        """
        return self.pipeline.convert(documents, self.options(changes or {}), prior=prior, lineage=lineage)

    def options(self, changes: Mapping[str, object]) -> Options:
        """The switches of a conversion as the settings have them, as of today, with some changed; raises InvalidError."""
        given = self.settings
        usual = {
            "profiles": given.profiles,
            "ai_label": given.ai_label,
            "narrative": given.narrative,
            "zone": given.zone or None,
            "assigner": given.assigner or None,
            "sender": given.sender or None,
            "shared": given.shared or "create",
            "version": adapter_version(),
            "today": today(),
            "max_items": given.max_items,
            "max_steps": given.max_steps,
        }
        try:
            return Options.model_validate({**usual, **changes})
        except ValidationError as error:
            raise InvalidError(*map(_option_issue, error.errors())) from None

    def reproduce(self, stored: Conversion) -> Conversion:
        """A stored conversion, made again from its documents and options, so that it can be explained.

        Raises ConflictError if the adapter, its maps, policies or definitions have changed since in a way that changes it.
        """
        again = self.pipeline.convert(stored.documents, stored.options, prior=stored.prior)
        if (again.content, again.failure) != (stored.content, stored.failure):
            raise ConflictError(_changed(stored.versions, again.versions))
        return again

    @cached_property
    def versions(self) -> Versions:
        """The adapter's version, and digests of what the pipeline is made from."""
        maps = {**self._files("fhir/r4", "*.yaml"), **self._files("sources", "*.yaml"), **self._files("sources", "*.schema.json")}
        return Versions(
            adapter=adapter_version(),
            maps=_digest({**maps, **self._files("senders", "*.yaml")}),
            policies=_digest(self._files("payers", "*.yaml")),
            definitions=_digest({**self._files("terminology", "*.yaml"), **self._files("profiles", "*.yaml")}),
        )

    @cached_property
    def terminology(self) -> Terminology:
        """Code systems and translations."""
        return load_terminology(self._terminology_files, base=self.settings.canonical_base)

    @cached_property
    def definitions(self) -> tuple[Resource, ...]:
        """Our CodeSystems, ValueSets, ConceptMaps and StructureDefinitions, in this order, as FHIR R4 with absolute URLs.

        Raises SetupError for definitions of the user that are not built as R4 says; ours are checked by the tests.
        """
        published = tuple(dict(definition) for definition in self.terminology.catalog)
        if self.settings.mappings or self.drafts:
            wrong = [
                (definition, issue.written())
                for definition in published
                for issue in self.release.structure.issues(definition)
                if issue.is_error
            ]
            if wrong:
                raise SetupError(*(issue.at(location=(resource["url"],)) for resource, issue in wrong))
        return published

    @cached_property
    def served_definitions(self) -> dict[tuple[str, str], Resource]:
        """The definitions as the service gives them, with `meta`, by type and id."""
        return {(definition["resourceType"], definition["id"]): versioned(definition) for definition in self.definitions}

    @cached_property
    def catalog(self) -> Catalog:
        """Our definitions over FHIR's own, as terminology operations look for them."""
        held = {
            definition["url"]
            for definition in (*self.definitions, *release_definitions())
            if definition["resourceType"] == "CodeSystem"
        }
        composes = [definition["compose"] for definition in self.definitions if "compose" in definition]
        named = {part["system"] for compose in composes for part in compose["include"] if "system" in part}
        closed = (named | set(self.terminology.systems.values())) - held
        return Catalog.of(release_definitions(), closed=closed).overlaid(self.terminology.catalog)

    @cached_property
    def _terminology_files(self) -> JsonObject:
        """Terminology and profiles as parsed YAML by file, and what is made of the rule table and of payers' policies."""
        derived = payer_value_sets(latest(self.policies), lambda modifier: systems_of(modifier)[0])
        files = {**self._files("terminology", "*.yaml"), **self._files("profiles", "*.yaml")}
        written = {name: read_plain_yaml(text, name) for name, text in files.items()}
        return {"the rule table": claim_edits(RULES), **derived, **written}

    @cached_property
    def forms(self) -> dict[str, InputForm]:
        """The input forms of other tools by name."""
        files = self._files("sources", "*.schema.json")
        names = {file: Path(file).name.removesuffix(".schema.json") for file in files}
        return {names[file]: read_input_form(names[file], text.encode(), file) for file, text in files.items()}

    @cached_property
    def document_words(self) -> DocumentWords:
        """What the fields of our own documents mean: their JSON Schemas and templates."""
        ((name, text),) = mapping_files("documents", "*.yaml", "").items()
        return document_words(read_plain_yaml(text, name))

    @cached_property
    def readers(self) -> Readers:
        """The readers of documents."""
        json = JsonReader(forms=self.forms, structure=lambda resource: explain(resource, self.release.table))
        return Readers(readers=[json, Hl7Reader(), TableReader(forms=self.forms)])

    @cached_property
    def policies(self) -> Policies:
        """The policies of payers; raises BadPolicyError (a SetupError) with all mistakes of their files."""
        return load_policies(*self._layers("payers", "*.yaml"))

    @cached_property
    def outputs(self) -> Mapping[Release, Library]:
        """The maps that make FHIR, by release: those of R4 stand in `fhir/r4`."""
        return {
            release: load_library(self._files(f"fhir/{release.name.lower()}", "*.yaml"), context)
            for release, context in self._contexts.items()
        }

    @property
    def fhir_library(self) -> Library:
        """The maps that make the release that the service speaks."""
        return self.outputs[self.release]

    @cached_property
    def source_library(self) -> Library:
        """The maps that make a Case of other input forms."""
        with _without_collection():
            return load_library(self._files("sources", "*.yaml"), self.mapping_context, sources=self.source_shapes)

    @cached_property
    def source_shapes(self) -> Mapping[str, Shape]:
        """The types of what is read, by input form."""
        shapes = {name: shape_of_json_schema(form.schema, name) for name, form in self.forms.items()}
        return {**shapes_of_structures(tables()), **shapes, FHIR_FORM: shape_of_resources(self.release.table)}

    @property
    def mapping_context(self) -> MappingContext:
        """What maps are checked against."""
        return self._contexts[self.release]

    @cached_property
    def _contexts(self) -> Mapping[Release, MappingContext]:
        """The same for each release: its maps and those of input forms share the shapes of what they read."""
        return {release: self._surroundings(release) for release in self.releases}

    def _surroundings(self, release: Release) -> MappingContext:
        read, written_shapes = ModelShapes("attribute"), ModelShapes("key")
        return MappingContext(
            table=release.table,
            functions=functions_of(functions),
            terminology=self.terminology,
            roots={"case": read(Case), "judgement": read(Judgement), "options": read(Options)},
            targets=lambda name: written_shapes(CaseDocument) if name == "Case" else None,
        )

    def _files(self, folder: str, pattern: str) -> dict[str, str]:
        ours, users = self._layers(folder, pattern)
        return ours | users

    def _layers(self, folder: str, pattern: str) -> tuple[dict[str, str], dict[str, str]]:
        """Our files of a folder, and the user's."""
        ours, users = mapping_layers(folder, pattern, self.settings.mappings)
        own = Path(self.settings.mappings)
        drafts = {path: text for path, text in self.drafts.items() if fnmatch(path, f"{folder}/{pattern}")}
        return ours, users | {str(own / path): text for path, text in drafts.items()}


def _option_issue(detail: ErrorDetails) -> Issue:
    name = str(detail["loc"][0])
    expected = detail.get("ctx", {}).get("expected")
    known = ", ".join(Options.model_fields)
    text = (
        f"there is no option `{name}`" if detail["type"] == "extra_forbidden" else f"the option `{name}` does not take this value"
    )
    hint = f"use one of {expected}" if expected else f"known options are: {known}"
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.VALUE,
        rule="options/value",
        text=text,
        suggestion=hint,
        location=(f"options#/{name}",),
    )


def _changed(then: Versions, now: Versions) -> Issue:
    changed = [name for name in Versions.model_fields if getattr(then, name) != getattr(now, name)]
    what = " and ".join(changed) or "program"
    text = f"the same documents give another result now: the {what} changed since this conversion was stored"
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="conversion/changed",
        text=text,
        suggestion="convert the documents again, and compare the two results",
    )


def _digest(files: Mapping[str, object]) -> str:
    """A digest of files by name, the same wherever the same files stand."""
    return sha256(canonical_bytes({str(name): content for name, content in files.items()})).hexdigest()[:16]


def load(settings: Settings | None = None) -> Runtime:
    """The adapter for these settings (those of the environment if none are given)."""
    return Runtime(settings or settings_from())


@cache
def default_runtime() -> Runtime:
    """The adapter for the settings of the environment, made once."""
    return load()
