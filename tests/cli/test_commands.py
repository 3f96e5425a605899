"""What commands print, where, and with which exit code."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from adapter.cli.exit_code import EXIT_CODES, Outcome, code_of
from adapter.cli.serve import curl_line
from adapter.issues import FailureKind, Issue, IssueType, Severity, UnavailableError
from tests.cli.ground import INFANT, NOT_CLEAN, REFUSED, Run
from tests.examples.ground import EXAMPLES, ROOT, example_names
from tests.service import ADAPTER, own_environment


def test_a_bundle_goes_to_standard_output_and_issues_to_standard_error(run: Run) -> None:
    done = run("convert", INFANT)

    assert done.code == 0
    assert json.loads(done.out)["type"] == "transaction"
    assert "policy/chosen" in done.err


def test_a_bundle_goes_into_a_file_that_is_named(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "bundle.json"
    done = run("convert", INFANT, "--out", str(target))

    assert (done.code, done.out) == (0, "")
    assert len(json.loads(target.read_bytes())["entry"]) == 29


def test_a_file_that_can_not_be_written_is_no_traceback(run: Run, tmp_path: Path) -> None:
    done = run("convert", INFANT, "--out", str(tmp_path / "nowhere" / "bundle.json"))

    assert done.code == Outcome.NOT_CARRIED_OUT
    assert "nowhere" in done.err
    assert "make the folder first" in done.err


def test_errors_of_the_claim_are_exit_code_1_and_the_bundle_is_there(run: Run) -> None:
    done = run("convert", NOT_CLEAN)

    assert done.code == 1
    assert json.loads(done.out)["type"] == "transaction"
    assert "MOD-10" in done.err
    assert re.search(r"at: Claim\.item\[0\]\S* \(Bundle#/entry/\d+/resource/item/0", done.err)
    assert "in: encounter.json#/billing/lines/0" in done.err


def test_what_is_refused_gives_no_bundle(run: Run) -> None:
    done = run("convert", REFUSED)

    assert (done.code, done.out) == (1, "")
    assert "PRI-02" in done.err


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PID|1||4711\r", "a part of an HL7 v2 message"),
        (b"ISA*00*", "an X12 interchange"),
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>', "a C-CDA document"),
        (b"case,rank\nA,1\n", "a CSV table"),
        (b'{"hook": "order-sign", "hookInstance": "1"}', "a CDS Hooks request"),
        (b"\x00\x01", "binary data"),
    ],
)
def test_what_no_reader_takes_is_named_from_a_file_and_from_standard_input(content: bytes, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_bytes(content)
    for source in (str(file), "-"):
        command = [str(ADAPTER), "convert", source]
        done = subprocess.run(command, input=content, capture_output=True, check=False, env=own_environment())

        assert done.returncode == Outcome.WRONG_USE
        assert f"this is {kind}" in " ".join(done.stderr.decode().split())


def test_a_document_may_come_on_standard_input() -> None:
    content = (EXAMPLES / "complete" / "encounter.json").read_bytes()
    done = subprocess.run([ADAPTER, "convert", "-"], input=content, capture_output=True, check=False, env=own_environment())

    assert json.loads(done.stdout)["type"] == "transaction"


def test_a_folder_gives_the_files_that_a_reader_takes_whatever_their_names(run: Run, tmp_path: Path) -> None:
    for name in ("encounter.json", "ai_report.json"):
        (tmp_path / name.removesuffix(".json")).write_bytes((ROOT / INFANT / name).read_bytes())
    for name in ("notes.txt", ".hidden", "bundle.json"):
        (tmp_path / name).write_bytes(b"notes")

    assert run("convert", str(tmp_path)).out == run("convert", INFANT).out


def test_json_for_machines_holds_everything(run: Run) -> None:
    done = run("convert", INFANT, "--json")

    assert set(json.loads(done.out)) == {"bundle", "outcome", "lineage", "coverage"}


def test_lineage_is_a_table(run: Run) -> None:
    done = run("convert", INFANT, "--lineage")

    assert "encounter.json#/patient/mrn" in done.out


def test_explain_says_why_an_element_is_not_there(run: Run) -> None:
    done = run("convert", INFANT, "--explain", "Claim.item[0].modifier")

    assert done.code == 0
    assert "not made" in done.out


def test_explain_of_what_no_map_makes_says_so(run: Run) -> None:
    assert "no map makes" in run("convert", INFANT, "--explain", "Patient.nothing").err
    assert "no map makes" in run("maps", "explain", INFANT, "--element", "Patient.nothing").err


def test_what_was_made_is_summed_up(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "bundle.json"

    assert "29 resources, claim active; 0 errors, 0 warnings, " in run("convert", INFANT).err
    assert "14 resources, no claim; " in run("convert", str(EXAMPLES / "consent-refused")).err
    assert f"written: {target}" in run("convert", INFANT, "--out", str(target)).err


def test_a_map_of_ones_own_replaces_ours(run: Run, tmp_path: Path) -> None:
    ours = (ROOT / "mappings" / "fhir" / "r4" / "patient.yaml").read_text()
    file = tmp_path / "fhir" / "r4" / "my-patient.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(ours.replace("resource:\n", "resource:\n  language: en\n", 1))

    assert '"language": "en"' in run("convert", INFANT, "--mappings", str(tmp_path)).out
    assert '"language"' not in run("convert", INFANT).out
    assert str(file) in run("maps", "show", "patient", "--mappings", str(tmp_path)).out


def test_a_conversion_with_a_map_that_is_wrong_is_wrong_use(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "fhir" / "r4" / "patient.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("map: patient\ntarget: Patient\nresource:\n  nmae: x\n")
    done = run("convert", INFANT, "--mappings", str(tmp_path))

    assert (done.code, done.out) == (Outcome.WRONG_USE, "")
    assert f"in: {file}:4:3" in done.err


def test_profiles_and_labels_are_switches(run: Run) -> None:
    assert "claim-0731t" in run("convert", INFANT, "--profiles", "own").out
    assert "AIAST" in run("convert", INFANT, "--ai-label", "ai").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert"],
        ["convert", "nowhere.json"],
        ["convert", INFANT, "--profiles", "mine"],
        ["nothing"],
        ["convert", "--nothing"],
        ["maps", "show", "nothing"],
        ["rules", "show", "NOPE-1"],
        ["schema", "nothing"],
    ],
)
def test_wrong_use_is_exit_code_2_and_says_what_is_wrong(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)

    assert done.code == Outcome.WRONG_USE
    assert done.err
    assert "Traceback" not in done.err


def test_a_folder_without_documents_is_named(run: Run, tmp_path: Path) -> None:
    done = run("convert", str(tmp_path))

    assert done.code in {Outcome.ISSUES, Outcome.WRONG_USE}
    assert "document" in done.err


def test_a_document_that_is_no_json_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "encounter.json"
    file.write_text('{\n  "id": 1,\n  oops\n}')
    done = run("convert", str(file))

    assert done.code == 1
    assert "encounter.json:3:" in done.err


def test_a_setting_that_does_not_fit_is_told_by_every_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_PROFILES", "mine")
    done = run("convert", INFANT)

    assert done.code == Outcome.WRONG_USE
    assert "ADAPTER_PROFILES must be" in done.err


def test_a_checked_bundle_is_good_and_a_broken_one_is_not(run: Run, tmp_path: Path) -> None:
    good = str(EXAMPLES / "infant-final-report" / "bundle.json")
    broken = tmp_path / "patient.json"
    broken.write_text('{"resourceType": "Patient", "birthDate": "2020-13"}')

    assert run("check", good, "--second-opinion").code == 0
    done = run("check", str(broken))
    assert done.code == 1
    assert "at: Patient.birthDate" in done.out + done.err


@pytest.mark.parametrize("content", ["[]", '"text"', "1", "null"])
def test_what_is_no_resource_is_told(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "list.json"
    file.write_text(content)
    done = run("check", str(file))

    assert done.code == Outcome.ISSUES
    assert "in: list.json#" in done.out


@pytest.mark.parametrize("entry", ['"x"', '[1, {"resource": 3}, {"resource": {}}]', "[]"])
def test_a_bundle_that_is_none_inside_is_no_traceback(run: Run, tmp_path: Path, entry: str) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(f'{{"resourceType": "Bundle", "entry": {entry}}}')
    done = run("check", str(tmp_path), "--second-opinion")

    assert done.code == Outcome.ISSUES
    assert "at: Bundle." in done.out


def test_a_check_of_nothing_is_not_good(run: Run, tmp_path: Path) -> None:
    done = run("check", str(tmp_path))

    assert done.code == Outcome.WRONG_USE
    assert "no JSON file" in done.err


def test_checks_of_files_say_in_which_file(run: Run, tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text('{"resourceType": "Patient", "birthDate": "2020-13"}')
    done = run("check", str(tmp_path))

    assert "in: one.json" in done.out
    assert "in: two.json" in done.out
    assert "checked: 2" in done.out


def test_checks_come_as_an_operation_outcome_too(run: Run) -> None:
    done = run("check", str(EXAMPLES / "infant-final-report" / "bundle.json"), "--json")

    assert json.loads(done.out)["resourceType"] == "OperationOutcome"


def test_all_maps_are_good(run: Run) -> None:
    done = run("maps", "check")

    assert done.code == 0
    assert done.out.endswith("maps are good\n")


def test_a_bad_map_is_told_with_file_line_and_column(run: Run, tmp_path: Path) -> None:
    (tmp_path / "fhir" / "r4").mkdir(parents=True)
    file = tmp_path / "fhir" / "r4" / "patient.yaml"
    file.write_text("map: patient\ntarget: Patient\nresource:\n  id: =case.patient.mrn\n  nmae: x\n")
    done = run("maps", "check", "--mappings", str(tmp_path))

    assert done.code == 1
    assert f"{file}:5:3" in done.out + done.err
    assert "name" in done.out + done.err


def test_a_map_that_cannot_be_read_is_told_like_any_other_mistake(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "tool.yaml").write_bytes(b"\xff\xfe")
    done = run("maps", "check", "--mappings", str(tmp_path))

    assert done.code == 1
    assert f"{tmp_path}/sources/tool.yaml: file: this file is not encoded in UTF-8" in done.out.replace("\n", "")


def test_all_folders_are_checked_at_once_and_each_file_is_accounted_for(run: Run, tmp_path: Path) -> None:
    texts = {
        "fhir/r4/patient.yaml": "map: patient\ntarget: Pateint\nresource:\n  id: =case.patient.mrn\n",
        "fhir/r4/more.yaml": "extends: procedure\nadd:\n  note:\n    - text: own\n",
        "fhir/r4/notes.txt": "words",
        "fhir/r4/empty.yaml": "just: words\n",
        "fhir/r4/own.yaml": "map: own\ntarget: Basic\nresource:\n  id: =case.patient.mrn\n  code: {text: x}\n---\norder: [own]\n",
        "sources/tool.yaml": "map: tool\nsource: nothing\ntarget: Case\ncase: {}\n",
        "sources/tool.schema.json": '{"type": "object"}',
        "senders/clinic.yaml": "sender: clinic\n",
        "payers/own.yaml": "key: [\n",
        "bad/procedure.yaml": "map: procedure\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    done = run("maps", "check", "--mappings", str(tmp_path))

    assert done.code == 1
    lines = done.out.replace(f"{tmp_path}/", "").splitlines()
    for line in (
        "fhir/r4/patient.yaml: replaces map patient (mappings/fhir/r4/patient.yaml)",
        "fhir/r4/more.yaml: extends map procedure",
        "fhir/r4/notes.txt: ignored: only files named *.yaml are read in `fhir/r4/`",
        "fhir/r4/own.yaml: adds map own",
        "fhir/r4/own.yaml: replaces the order of the resources",
        "sources/tool.yaml: adds map tool",
        "sources/tool.schema.json: describes an input form",
        "senders/clinic.yaml: says what a sender writes differently",
        "payers/own.yaml: is a payer's policy",
    ):
        assert line in lines
    assert any(line.startswith("fhir/r4/empty.yaml: does nothing") for line in lines)
    assert any(line.startswith("bad/procedure.yaml: ignored: `bad/` is not a folder that is read") for line in lines)
    for place in ("fhir/r4/patient.yaml:2:9: unknown-target", "sources/tool.yaml:1:1: unknown-source", "payers/own.yaml:"):
        assert any(line.startswith(place) for line in lines)


def test_a_map_is_shown_with_what_each_element_reads(run: Run) -> None:
    done = run("maps", "show", "claim")

    assert "case.billing.lines[*].modifiers[*].code" in done.out


def test_maps_are_shown_to_machines_as_json(run: Run) -> None:
    assert json.loads(run("maps", "show", "face2gene_lab", "--json").out)


def test_an_element_is_explained(run: Run) -> None:
    done = run("maps", "explain", INFANT, "--element", "Patient.gender")

    assert "patient.yaml" in done.out


def test_the_examples_are_a_table(run: Run) -> None:
    done = run("examples")

    assert done.code == 0
    assert all(name[:12] in done.out for name in example_names())


def test_the_examples_are_a_list_for_machines(run: Run) -> None:
    rows = {load["example"]: load for load in json.loads(run("examples", "--json").out)}

    assert sorted(rows) == example_names()
    assert rows["inline-image"]["resources"] is None


def test_a_claim_and_an_explanation_come_as_json_too(run: Run) -> None:
    explained = json.loads(run("maps", "explain", INFANT, "--element", "Patient.gender", "--json").out)

    assert json.loads(run("claim", INFANT, "--json").out)["entries"]
    assert explained[0]["element"] == "Patient.gender"


@pytest.mark.parametrize("document", ["encounter", "ai-report"])
def test_schemas_are_printed(run: Run, document: str) -> None:
    assert json.loads(run("schema", document).out)["type"] == "object"


def test_a_server_that_does_not_answer_is_exit_code_3(run: Run) -> None:
    done = run("send", INFANT, "--server", "http://127.0.0.1:9/fhir")

    assert done.code == Outcome.NOT_CARRIED_OUT
    assert done.out == ""
    assert "check that it runs and can be reached" in done.err


def test_without_a_terminal_there_are_no_colours() -> None:
    done = subprocess.run(
        [str(ADAPTER), "convert", NOT_CLEAN],
        capture_output=True,
        check=False,
        timeout=60,
        env=own_environment(FORCE_COLOR="", NO_COLOR="1"),
    )

    assert b"\x1b[" not in done.stdout + done.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{ADAPTER} convert {INFANT} | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60, env=own_environment())

    assert (done.returncode, done.stdout) == (0, b'{\n  "resou')
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_a_reader_of_a_table_that_stops_early_is_no_error() -> None:
    command = f"{ADAPTER} convert {INFANT} --lineage | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60, env=own_environment())

    assert done.returncode == 0
    assert b"BrokenPipe" not in done.stderr


def test_every_kind_of_error_has_its_exit_code() -> None:
    assert EXIT_CODES.keys() == set(FailureKind)
    assert code_of(UnavailableError(Issue(severity=Severity.ERROR, code=IssueType.INVALID, text="x"))) is Outcome.NOT_CARRIED_OUT


def test_the_line_to_try_names_files_as_the_user_sees_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert "document=@fhir_examples/infant-final-report/encounter.json" in curl_line("http://127.0.0.1:1", Path(INFANT))
    monkeypatch.chdir("/")
    assert "http://127.0.0.1:1/convert" in curl_line("http://127.0.0.1:1", Path("/x/infant"))
