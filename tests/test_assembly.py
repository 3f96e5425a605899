"""Settings from the environment, and the parts that are made of them."""

import gc
import runpy
from dataclasses import fields
from pathlib import Path

import pytest

from adapter.assembly import default_runtime, load
from adapter.files import adapter_version, folder_of
from adapter.issues import InvalidError, Issue
from adapter.mapping.bad_mapping import BadMappingError
from adapter.mapping.emit.compiled import BindingContext, CompiledMap, Opening, bind_map
from adapter.mapping.load import MapsOfForms
from adapter.mapping.syntax.map_file import MapSource
from adapter.mapping.types import Shape
from adapter.readers.document import Document
from adapter.settings import Settings, settings_from
from tests.mapping.ground import mapping_context, visit_shape

ROOT = Path(__file__).resolve().parent.parent


def issues_of(**environment: str) -> tuple[Issue, ...]:
    with pytest.raises(InvalidError) as caught:
        settings_from(environment)
    return caught.value.issues


def test_an_empty_environment_gives_the_defaults() -> None:
    assert settings_from({}) == Settings()
    assert settings_from({"ADAPTER_ZONE": "", "PATH": "/bin", "ADAPTER_TEST_DATA": "/somewhere"}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("NARRATIVE", "False", False),
        ("NARRATIVE", "1", True),
        ("MAX_BODY", "1000", 1000),
        ("PROFILES", "uscore", "uscore"),
        ("ZONE", "Europe/Berlin", "Europe/Berlin"),
        ("ZONE", "+05:30", "+05:30"),
        ("ZONE", "Z", "Z"),
        ("CANONICAL_BASE", "https://clinic.example/fhir", "https://clinic.example/fhir"),
        ("MAPPINGS", str(ROOT), str(ROOT)),
    ],
)
def test_a_setting_is_read(name: str, text: str, value: object) -> None:
    assert getattr(settings_from({f"ADAPTER_{name}": text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("NARRATIVE", "perhaps", "true or false"),
        ("MAX_BODY", "0", "a positive whole number"),
        ("MAX_BODY", "5MB", "a positive whole number"),
        ("PROFILES", "mine", "none or own or uscore or all"),
        ("LOG_LEVEL", "loud", "debug or info or warning or error"),
        ("ZONE", "Mars/Olympus", "an IANA name"),
        ("ZONE", "+25:00", "an IANA name"),
        ("ZONE", "../etc/passwd", "an IANA name"),
        ("CANONICAL_BASE", "https://clinic.example/fhir/", "without a slash at its end"),
        ("CANONICAL_BASE", "clinic", "a web address"),
        ("MAPPINGS", "/nowhere/at/all", "a folder that is there"),
        ("SERVERS", "clinic", "name=url,name=url"),
        ("SERVERS", "clinic=ftp://x", "name=url,name=url"),
    ],
)
def test_what_does_not_fit_is_told_what_it_must_be(name: str, text: str, wanted: str) -> None:
    (issue,) = issues_of(**{f"ADAPTER_{name}": text})

    assert issue.text.startswith(f"the setting ADAPTER_{name} must be")
    assert wanted in issue.text
    assert text not in issue.text


def test_a_setting_that_does_not_exist_is_refused_with_the_nearest() -> None:
    (issue,) = issues_of(ADAPTER_PROFILE="own")

    assert issue.suggestion == "did you mean ADAPTER_PROFILES?"
    assert issues_of(ADAPTER_XYZZY="1")[0].suggestion == "see docs/settings.md"


def test_all_mistakes_are_told_at_once() -> None:
    assert len(issues_of(ADAPTER_PROFILE="own", ADAPTER_MAX_BODY="0", ADAPTER_ZONE="nowhere")) == 3


def test_servers_and_trusted_servers_are_lists() -> None:
    settings = settings_from({"ADAPTER_SERVERS": "a=http://a/fhir, b = https://b:8080/r4/", "ADAPTER_TRUSTED_SERVERS": "a, b ,"})

    assert settings.named_servers == {"a": "http://a/fhir", "b": "https://b:8080/r4/"}
    assert settings.trusted == ("a", "b")


def test_the_page_of_settings_is_the_one_that_the_script_writes() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_settings_page.py"))

    assert script["page"]() == (ROOT / "docs" / "settings.md").read_text(), "run scripts/make_settings_page.py"


def test_every_setting_says_what_it_is() -> None:
    assert all(field.metadata["says"] for field in fields(Settings))


def test_the_options_of_a_conversion_are_those_of_the_settings() -> None:
    options = load(Settings(profiles="own", ai_label="both", narrative=False, zone="Europe/Berlin")).options({})

    assert (options.profiles, options.ai_label, options.narrative, options.zone) == ("own", "both", False, "Europe/Berlin")
    assert options.version == adapter_version()


def own_map(folder: Path, text: str) -> Path:
    (folder / "fhir" / "r4").mkdir(parents=True)
    file = folder / "fhir" / "r4" / "patient.yaml"
    file.write_text(text)
    return file


def test_a_file_of_the_users_with_the_same_map_name_replaces_ours(tmp_path: Path) -> None:
    ours = (folder_of("mappings") / "fhir" / "r4" / "patient.yaml").read_text()
    file = own_map(tmp_path, ours)
    maps = load(Settings(mappings=str(tmp_path))).fhir_library.maps

    assert [each.source.mark.file for each in maps if each.name == "patient"] == [str(file)]
    assert len(maps) == len(load(Settings()).fhir_library.maps)


def test_a_bad_map_of_the_users_stops_the_start_with_its_place(tmp_path: Path) -> None:
    file = own_map(tmp_path, "map: patient\ntarget: Patient\nresource:\n  id: =case.patient.mrn\n  nmae: x\n")

    with pytest.raises(BadMappingError) as caught:
        load(Settings(mappings=str(tmp_path))).pipeline  # noqa: B018 - a property that loads

    assert f"{file}:5:3" in str(caught.value)


def test_our_map_of_an_input_form_is_bound_when_a_document_of_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[str] = []

    def watched(source: MapSource, shape: Shape, opening: Opening, bench: BindingContext) -> CompiledMap:
        bound.extend([source.source] if source.source else [])
        return bind_map(source, shape, opening, bench)

    monkeypatch.setattr("adapter.mapping.load.bind_map", watched)
    runtime, examples = load(Settings()), folder_of("fhir_examples")
    ours = examples / "infant-final-report" / "encounter.json"
    theirs = examples / "face2gene-lab" / "face2gene.json"

    runtime.convert([Document(name=ours.name, content=ours.read_bytes())])
    assert bound == []

    runtime.convert([Document(name=theirs.name, content=theirs.read_bytes())])
    assert bound == ["face2gene_lab"]


def test_who_prepares_has_all_maps_of_input_forms_checked_together() -> None:
    runtime = load(Settings())
    runtime.prepare()

    assert list(runtime.pipeline.sources.values()) == list(runtime.source_library.maps)


def test_a_map_that_was_bound_alone_is_that_of_the_library() -> None:
    alone, together = load(Settings()).pipeline.sources, load(Settings())
    library = {compiled.source.source: compiled for compiled in together.source_library.maps}

    assert set(alone) == set(library)
    assert len(alone) == len(library)
    for form, compiled in alone.items():
        assert (compiled.name, compiled.read, compiled.places) == (
            library[form].name,
            library[form].read,
            library[form].places,
        )
        assert compiled.plain.__code__ == library[form].plain.__code__


def test_a_map_that_is_bound_alone_is_refused_with_its_mistakes() -> None:
    files = {"a.yaml": "map: toy\nsource: visit\ntarget: Case\ncase:\n  id: =nothing_here\n"}
    maps = MapsOfForms(files, mapping_context(), sources={"visit": visit_shape()})

    with pytest.raises(BadMappingError, match="nothing_here"):
        maps["visit"]


def test_a_bad_map_of_an_input_form_of_the_users_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "case.yaml").write_text("map: own_form\nsource: nowhere\ntarget: Case\ncase:\n  ai: {}\n")

    with pytest.raises(BadMappingError, match="nowhere"):
        load(Settings(mappings=str(tmp_path))).pipeline  # noqa: B018 - a property that loads


def test_a_file_of_the_users_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    file = own_map(tmp_path, "")
    file.write_bytes(b"map: \xff")

    with pytest.raises(InvalidError) as caught:
        load(Settings(mappings=str(tmp_path))).pipeline  # noqa: B018 - a property that loads

    assert caught.value.issues[0].location == (str(file),)


def test_the_default_runtime_is_that_of_the_environment_and_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_PROFILES", "own")
    default_runtime.cache_clear()
    try:
        assert default_runtime().settings.profiles == "own"
        assert default_runtime() is default_runtime()
    finally:
        default_runtime.cache_clear()


def test_what_is_loaded_is_old_for_the_garbage_collector_at_once() -> None:
    gc.unfreeze()  # what another test has frozen stays frozen, and is in no generation
    runtime = load(Settings())
    library = runtime.pipeline.outputs[runtime.release]
    assert any(part is library for part in gc.get_objects(generation=2))


def test_loading_leaves_frozen_what_the_service_has_frozen() -> None:
    gc.freeze()
    _ = load(Settings()).pipeline
    assert gc.get_freeze_count()
    gc.unfreeze()
