"""Habits of the command line: names with the nearest, several encounters, standard input, quiet, errors first, whole files."""

import io
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from rich.text import Text

from adapter.cli import adapter
from adapter.cli.exit_code import EXIT_CODES, Outcome
from adapter.cli.show import is_quiet, note, show_issues, tracked
from adapter.cli.steering import escaped_json, harmless
from adapter.cli.terminal import Terminal, err
from adapter.files import write_whole
from adapter.issues import Issue, IssueType, Severity
from tests.cli.ground import INFANT, NOT_CLEAN, REFUSED, Run
from tests.examples.ground import EXAMPLES, ROOT
from tests.service import ADAPTER, own_environment

COMPLETE = str(EXAMPLES / "complete")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("convert", INFANT, "--explain", "Claim.itm"), "did you mean `Claim.item`?"),
        (("convert", INFANT, "--explain", "Clam.item[0]"), "did you mean `Claim`?"),
        (("maps", "explain", INFANT, "--element", "Patient.birthDay"), "did you mean `Patient.birthDate`?"),
        (("maps", "show", "procedur"), "did you mean `procedure`?"),
        (("maps", "show", "zzz"), "known are: provider, payer"),
        (("convert", INFANT, "--form", "face2gene"), "did you mean `face2gene_lab`?"),
        (("claim", INFANT, "--form", "cas"), "did you mean `case`?"),
        (("rules", "show", "MOD-8"), "did you mean `MOD-8"),
        (("rules", "list", "--payer", "medicar"), "did you mean `medicare`?"),
    ],
)
def test_a_wrong_name_is_wrong_use_and_the_nearest_is_told(run: Run, arguments: tuple[str, ...], hint: str) -> None:
    done = run(*arguments)

    assert (done.code, done.out) == (Outcome.WRONG_USE, "")
    assert hint in done.err


@pytest.mark.parametrize(
    "element", ["Claim.item[0].modifier[0].coding[0].code", "Claim", "Bundle.entry[0].request", "Claim.item"]
)
def test_an_element_that_maps_make_is_not_refused(run: Run, element: str) -> None:
    assert run("convert", COMPLETE, "--explain", element).code == 0


def test_names_are_taken_in_any_case_and_from_own_maps(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "fhir" / "r4" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("map: visit_note\ntarget: Basic\nresource:\n  id: =stable_id('Basic', case.id)\n  code: {text: x}\n")

    assert "MOD-21" in run("rules", "show", "mod-21").out
    assert "visit_note" in run("maps", "show", "visit_not", "--mappings", str(tmp_path)).err
    assert str(own) in run("maps", "show", "Visit_Note", "--mappings", str(tmp_path)).out


def test_what_one_payer_wants_is_listed(run: Run) -> None:
    everything = json.loads(run("rules", "list", "--json").out)
    one = json.loads(run("rules", "list", "--payer", "medicare", "--json").out)

    assert [policy["key"] for policy in one["policies"]] == ["medicare"]
    assert 0 < len(one["rules"]) < len(everything["rules"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["maps", "show", "proc"], {"procedure"}),
        (["rules", "show", "mod-2"], {"MOD-20", "MOD-21", "MOD-22"}),
        (["convert", "x", "--form", ""], {"case", "face2gene_lab"}),
        (["rules", "list", "--payer", "uhc"], {"uhc", "uhc-ma"}),
    ],
)
def test_a_shell_completes_names(words: list[str], expected: set[str]) -> None:
    *before, incomplete = words
    found = {item.value for item in ShellComplete(adapter, {}, "adapter", "_X").get_completions(before, incomplete)}

    assert expected <= found or found <= expected
    assert found
    assert all(name.lower().startswith(incomplete) for name in found)


def test_with_broken_maps_a_shell_completes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "fhir" / "r4" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("map: [")
    complete = ShellComplete(adapter, {}, "adapter", "_X")

    assert complete.get_completions(["maps", "show", "--mappings", str(tmp_path)], "p") == []


def test_several_folders_are_an_encounter_each(run: Run, tmp_path: Path) -> None:
    done = run("convert", INFANT, NOT_CLEAN, "--out", str(tmp_path))

    assert done.code == Outcome.ISSUES
    for folder in (INFANT, NOT_CLEAN):
        assert (tmp_path / f"{Path(folder).name}.json").read_bytes() == (Path(folder) / "bundle.json").read_bytes()
        assert f"{Path(folder).name}:" in done.err


def test_several_bundles_come_one_after_the_other(run: Run) -> None:
    text, decoder, found = run("convert", INFANT, NOT_CLEAN).out, json.JSONDecoder(), []
    while text.strip():
        bundle, end = decoder.raw_decode(text.lstrip())
        found.append(bundle["resourceType"])
        text = text.lstrip()[end:]

    assert found == ["Bundle", "Bundle"]


def test_a_bundle_does_not_go_among_the_documents_that_it_is_made_of(run: Run, tmp_path: Path) -> None:
    (tmp_path / "encounter.json").write_bytes((Path(INFANT) / "encounter.json").read_bytes())
    done = run("convert", str(tmp_path), "--out", str(tmp_path / "."))

    assert done.code == Outcome.WRONG_USE
    assert "read as one of them" in done.err
    assert [file.name for file in tmp_path.iterdir()] == ["encounter.json"]


def test_a_folder_without_mapping_files_is_not_called_good_in_silence(run: Run, tmp_path: Path) -> None:
    assert "there is no mapping file in" in run("maps", "check", "--mappings", str(tmp_path)).err


def test_two_bundles_do_not_go_into_one_file(run: Run, tmp_path: Path) -> None:
    assert run("convert", INFANT, NOT_CLEAN, "--out", str(tmp_path / "bundle.json")).code == Outcome.WRONG_USE
    assert run("convert", INFANT, INFANT, "--out", str(tmp_path)).code == Outcome.WRONG_USE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("convert",), ("claim",), ("orders",), ("rules", "explain")])
def test_a_folder_of_folders_says_what_to_do(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, str(EXAMPLES))

    assert (done.code, done.out) == (Outcome.WRONG_USE, "")
    assert f"such as {EXAMPLES / 'ai-'}" in done.err
    assert f"`adapter send {EXAMPLES}/*/` sends them all" in done.err


@pytest.mark.parametrize("command", [["convert"], ["claim"], ["orders"], ["rules", "explain"], ["check"]])
def test_a_hyphen_is_standard_input(command: list[str]) -> None:
    name = "bundle.json" if command == ["check"] else "encounter.json"
    content = (EXAMPLES / "infant-final-report" / name).read_bytes()
    done = subprocess.run([ADAPTER, *command, "-"], input=content, capture_output=True, check=False, env=own_environment())

    assert done.returncode in {Outcome.GOOD, Outcome.ISSUES}
    assert done.stdout


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"{ADAPTER} convert {INFANT} >&-", "standard output: it is closed"),
        (f"{ADAPTER} convert {INFANT} --lineage >&-", "standard output: it is closed"),
        (f"{ADAPTER} convert {INFANT} > /dev/full", "standard output: No space left"),
        (f"{ADAPTER} convert - <&-", "standard input: it is closed"),
    ],
)
def test_what_is_closed_or_full_is_told(line: str, says: str) -> None:
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=False, env=own_environment(), text=True)

    assert done.returncode == Outcome.NOT_CARRIED_OUT
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_the_quiet_say_errors_only(run: Run) -> None:
    assert run("convert", INFANT, "-q").err == ""
    assert run("convert", INFANT, "--quiet").out == run("convert", INFANT).out
    told = run("convert", REFUSED, "-q").err
    assert "PRI-02" in told
    assert "information" not in told


def test_without_a_command_nothing_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    note("so it went")

    assert not is_quiet()
    assert capsys.readouterr().err == "so it went\n"


def test_errors_come_first(run: Run) -> None:
    lines = run("convert", NOT_CLEAN).err.splitlines()
    severities = [line.split()[0] for line in lines if line.split()[0] in {"error", "warning", "information"}]

    assert severities == sorted(severities, key=["error", "warning", "information"].index)
    assert {"error", "information"} <= set(severities)


def test_long_work_shows_progress_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal(force_terminal=True, record=True, file=io.StringIO())
    monkeypatch.setattr("adapter.cli.show.err", shown)
    assert list(tracked([1, 2, 3], "working")) == [1, 2, 3]
    assert "working" in shown.export_text()

    silent = Terminal(force_terminal=False, record=True, file=io.StringIO())
    monkeypatch.setattr("adapter.cli.show.err", silent)
    assert list(tracked([1, 2, 3], "working")) == [1, 2, 3]
    assert silent.export_text() == ""


STEERING = "\x1b]0;x\x07\x9b31m\u202eevil\u2066\x7f\udc80"


def test_nothing_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    issue = Issue(severity=Severity.ERROR, code=IssueType.VALUE, text=STEERING, suggestion=STEERING, location=(f"{STEERING}\nx",))
    show_issues([issue])
    err.print(Text(STEERING, style="bold"))
    err.print(STEERING)

    told = capsys.readouterr().err
    assert "evil" in told
    assert not set(STEERING) - set("evil") & set(told) - set("]0;x31m")
    assert len(told.splitlines()) == 5


def test_names_and_values_do_not_steer_a_terminal(run: Run, tmp_path: Path) -> None:
    tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
    tree["patient"]["family"] = "\x9b31m\u202eevil"
    file = tmp_path / "\x1b[31m\u202eencounter.json"
    file.write_text(json.dumps(tree))
    broken = tmp_path / "\x1b[31mbroken.json"
    broken.write_text("{")
    for arguments in (
        ("convert", str(file)),
        ("convert", str(file), "--lineage"),
        ("convert", str(broken)),
        ("convert", str(tmp_path / "\x1b[31m\u202enowhere.json")),
        ("convert", str(file), "--out", str(tmp_path / "\x1bno" / "x.json")),
        ("claim", str(file)),
        ("check", str(broken)),
    ):
        done = run(*arguments)

        assert not {"\x1b", "\x9b", "\u202e"} & set(done.out + done.err), arguments
        assert "Traceback" not in done.err


def test_json_keeps_its_values() -> None:
    content = json.dumps({"a": STEERING[:-1], "b": "é\n"}, ensure_ascii=False).encode()

    assert json.loads(escaped_json(content)) == json.loads(content)
    assert not {"\x9b", "\u202e"} & set(escaped_json(content).decode())


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "bundle.json"
    target.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_whole(target, b"new")

    assert caught.value.filename == str(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_keeps_its_rights_and_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "bundle.json", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(link, b"new")

    assert link.is_symlink()
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"new", 0o640)


def test_what_is_not_a_file_is_written_as_it_is(run: Run) -> None:
    assert run("convert", INFANT, "--out", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_harmless_text_keeps_line_ends_and_tabs() -> None:
    assert harmless("a\n\tb\rc") == "a\n\tb\N{REPLACEMENT CHARACTER}c"


def test_every_command_that_converts_can_be_quiet() -> None:
    context = click.Context(adapter)
    for name in ("convert", "claim", "orders", "check", "send"):
        command = adapter.get_command(context, name)
        assert command is not None
        assert "quiet" in {parameter.name for parameter in command.params}, name


def test_checks_are_told_to_ci_systems(run: Run, tmp_path: Path) -> None:
    good, bad = str(EXAMPLES / "infant-final-report" / "bundle.json"), tmp_path / "bad.json"
    bad.write_text('{"resourceType":\n ,}')
    log = run("check", good, str(bad), "--as", "sarif")
    suite = run("check", good, str(bad), "--as", "junit")

    (result,) = [found for found in json.loads(log.out)["runs"][0]["results"] if found["level"] == "error"]
    assert (log.code, suite.code) == (Outcome.ISSUES, Outcome.ISSUES)
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": str(bad)},
        "region": {"startLine": 2, "startColumn": 2},
    }
    assert 'tests="2"' in suite.out
    assert 'failures="1"' in suite.out
    assert run("check", good, "-q").out == ""


def test_checks_of_maps_are_told_to_ci_systems(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "fhir" / "r4" / "patient.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("map: patient\ntarget: Patient\nresource:\n  id: =case.patient.mrn\n  nmae: x\n")
    log = run("maps", "check", "--mappings", str(tmp_path), "--as", "sarif")
    suite = run("maps", "check", "--mappings", str(tmp_path), "--as", "junit")

    place = json.loads(log.out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": str(file)}, "region": {"startLine": 5, "startColumn": 3}}
    assert (log.code, suite.code) == (Outcome.ISSUES, Outcome.ISSUES)
    assert f'<testcase name="{file}"' in suite.out
    assert run("maps", "check", "--as", "junit").code == 0
    assert run("maps", "check", "-q") == (0, "", "")


PAGE = (ROOT / "docs" / "cli.md").read_text()
ROWS = re.findall(r"^\| (\d) \| .+ \|(.*)\|$", PAGE, re.MULTILINE)


def test_the_page_has_one_table_of_exit_codes() -> None:
    told = {kind: int(code) for code, kinds in ROWS for kind in re.findall(r"`([\w-]+)`", kinds)}

    assert [int(code) for code, _ in ROWS] == list(Outcome)
    assert told == {kind.value: code for kind, code in EXIT_CODES.items()}


@pytest.mark.parametrize("line", re.findall(r"^adapter .+$", PAGE, re.MULTILINE))
def test_every_command_of_the_page_works(run: Run, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert run(*shlex.split(line)[1:]).code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("fhir/r4/patient.yaml", "map: patient\ntarget: Patient\nresource:\n  nmae: x\n"),
        ("payers/own.yaml", "key: [\n"),
        ("terminology/own.yaml", "x: [\n"),
        ("sources/own.schema.json", "{"),
    ],
)
def test_a_mistake_in_a_file_of_the_user_is_wrong_use_whichever_it_is(run: Run, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)

    assert run("convert", INFANT, "--mappings", str(tmp_path)).code == Outcome.WRONG_USE
    assert run("maps", "check", "--mappings", str(tmp_path)).code == Outcome.ISSUES


def test_examples_are_copied_once_and_documentation_is_listed(run: Run, tmp_path: Path) -> None:
    target = str(tmp_path / "mine")

    assert run("examples", "--copy", target).code == 0
    assert run("convert", f"{target}/infant-final-report", "-q") == run("convert", INFANT, "-q")
    assert run("examples", "--copy", target).code == Outcome.WRONG_USE
    assert "cli" in run("docs").out
    assert run("docs", "cli").out == PAGE
    assert "did you mean `cli`?" in run("docs", "cl").err


MAP = "map: own\ntarget: Basic\nresource:\n  id: =stable_id('Basic', case.id)\n  code: {text: x}\n  extension:\n    - url: http://x.org\n"
LITERALS = [
    ("valueDecimal: =1e999", False),
    ("valueDecimal: =-1e999 if case.id == 'x' else 1", False),
    ("valueDecimal: 1e999", False),
    ("valueInteger: " + "9" * 6000, False),
    ("valueInteger: =" + "9" * 6000, False),
    ("valueDecimal: =" + "9" * 6000, False),
    ("valueDecimal: " + "9" * 6000, False),
    ("valueInteger: =99999999999999999999", False),
    ("valueDecimal: 99999999999999999999", False),
    ("valueInteger: 2147483647", True),
    ("valueDecimal: 9223372036854775807", True),
    ("valueString: ='\\x07'", False),
    ('valueString: "\\x07"', False),
    ('valueString: "\\uFFFE"', False),
    ("valueString: ='\\ud800'", False),
    ('valueString: "\\ud800"', False),
    ("valueString: " + "[" * 5000, False),
    ("valueString: =" + "'a' if case.id else " * 3000 + "'x'", False),
    ("valueString: =" + "'a' if case.id else " * 10 + "'x'", True),
    ("valueBoolean: =" + "not " * 3000 + "True", False),
    ("valueString: =" + "(" * 500 + "case.id" + ")" * 500, False),
    ("valueString: =case" + ".id" * 5000, False),
]


@pytest.mark.parametrize(("line", "is_good"), LITERALS, ids=[f"{place}: {line[:30]}" for place, (line, _) in enumerate(LITERALS)])
def test_a_map_is_refused_when_it_is_checked_or_works(run: Run, tmp_path: Path, line: str, is_good: bool) -> None:  # noqa: FBT001 - a table
    file = tmp_path / "fhir" / "r4" / "own.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"{MAP}      {line}\n")
    checked, converted = (run(*command, "--mappings", str(tmp_path)) for command in (("maps", "check"), ("convert", INFANT)))

    assert (checked.code, converted.code) == ((0, 0) if is_good else (Outcome.ISSUES, Outcome.WRONG_USE))
    assert is_good or f"{file}:" in checked.out
    assert "Traceback" not in checked.err + converted.err


@pytest.mark.parametrize("kind", ["pipe", "folder", "not allowed"])
def test_a_map_that_is_not_a_file_is_told(run: Run, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "fhir" / "r4" / "own.yaml"
    file.parent.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.write_text(MAP)
        real = Path.read_text
        refuse = PermissionError(13, "Permission denied")

        def denied(path: Path, *arguments: str) -> str:
            if path == file:
                raise refuse
            return real(path, *arguments)

        monkeypatch.setattr(Path, "read_text", denied)
    done = run("convert", INFANT, "--mappings", str(tmp_path))

    assert (done.code, done.out) == (Outcome.WRONG_USE, "")
    assert str(file) in done.err


@pytest.mark.parametrize("name", ["PORT", "MAX_BODY", "MAX_ITEMS", "HEAD_SECONDS", "MAX_QUEUE", "ZONE", "PROFILES"])
@pytest.mark.parametrize("value", ["9" * 5000, "-" + "9" * 5000, "9" * 16])
def test_a_setting_of_thousands_of_digits_is_told(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ADAPTER_{name}", value)
    done = run("convert", INFANT)

    assert (done.code, done.out) == (Outcome.WRONG_USE, "")
    assert f"ADAPTER_{name} must be" in done.err


def test_places_in_documents_are_shown_with_their_lines(run: Run) -> None:
    done = run("convert", str(EXAMPLES / "two-units"))

    text = (EXAMPLES / "two-units" / "encounter.json").read_text()
    shown = re.search(r"in: encounter\.json#/billing/lines/0/units \(line (\d+)\)", done.err)
    assert shown
    assert '"units": 2' in text.splitlines()[int(shown[1]) - 1]


def test_a_sender_that_nobody_knows_is_told_with_what_to_write(run: Run) -> None:
    done = run("convert", INFANT, "--sender", "lakeside")

    assert done.code == Outcome.ISSUES
    assert "write senders/NAME.yaml" in done.err


def test_a_claim_is_judged_by_the_payer_that_is_asked_for(run: Run) -> None:
    assert "the payer policy `aetna`: it was asked for" in " ".join(run("convert", INFANT, "--payer", "aetna").err.split())
    assert "policy aetna: " in run("rules", "explain", INFANT, "--payer", "Aetna").out


def test_a_checked_resource_is_told_with_pointer_and_line(run: Run, tmp_path: Path) -> None:
    patient = tmp_path / "patient.json"
    patient.write_text('{"resourceType": "Patient",\n "contact": [\n  {"gender": "male"}]}')

    assert "in: patient.json#/contact/0 (line 3)" in run("check", str(patient)).out
    (pat_1,) = (issue for issue in json.loads(run("check", str(patient), "--json").out)["issue"] if issue["severity"] == "error")
    assert (pat_1["location"], pat_1["expression"]) == (["patient.json#/contact/0"], ["Patient.contact[0]"])


def test_files_of_one_name_are_told_without_lines(run: Run, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "patient.json").write_text('{"resourceType": "Patient", "contact": [{"gender": "male"}]}')

    shown = run("check", *(str(tmp_path / folder / "patient.json") for folder in ("a", "b"))).out
    assert "in: patient.json#/contact/0" in shown
    assert "(line" not in shown


def test_a_terminal_is_told_of_remarks_in_one_line_unless_all_are_wanted() -> None:
    remark = Issue(severity=Severity.INFORMATION, code=IssueType.INFORMATIONAL, text="Remark.")
    error = Issue(severity=Severity.ERROR, code=IssueType.VALUE, text="Error.")
    shown = []
    for arguments in ([], ["--all"]):
        with (
            io.StringIO() as screen,
            adapter.make_context("adapter", ["check", *arguments, "x.json"], resilient_parsing=True) as ctx,
        ):
            with ctx, _sub_context(ctx, arguments):
                show_issues([remark, error, remark], Terminal(file=screen, force_terminal=True))
            shown.append(re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()))

    assert [(text.count("Error."), text.count("Remark."), "2 remarks for information" in text) for text in shown] == [
        (1, 0, True),
        (1, 2, False),
    ]


def _sub_context(parent: click.Context, arguments: list[str]) -> click.Context:
    """The context of `adapter check` with these arguments."""
    command = adapter.get_command(parent, "check")
    assert command is not None
    return command.make_context("check", [*arguments, str(EXAMPLES / "two-units" / "bundle.json")], parent=parent)


def test_a_wrong_command_is_told_with_the_nearest(run: Run) -> None:
    done = run("convrt", "x.json")

    assert done.code == 2
    assert "'convert'" in done.err
