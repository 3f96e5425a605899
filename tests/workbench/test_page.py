"""The page of the workbench in a real browser: what people do with it, and what must never happen on it."""

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from adapter.assembly import Runtime, load
from adapter.distribution import inputs_of
from adapter.files import folder_of
from adapter.path import leaves
from adapter.readers.document import Document
from adapter.settings import Settings
from tests.examples.ground import EXAMPLES
from tests.workbench.conftest import OpenPage
from tests.workbench.steps import at_work, choose, patient_in, report_of

ENCOUNTER = EXAMPLES / "complete" / "encounter.json"
MAPS = folder_of("mappings")
SENT = {
    "reference": "Patient/1",
    "version": "1",
    "action": "created",
    "good": True,
    "remarks": [{"severity": "warning", "says": "the code is unknown", "verdict": "server-limit"}],
    "changed": [],
    "skipped": [],
    "words": [],
}
CLIPBOARD = ["clipboard-read", "clipboard-write"]
CLAIM = "fhir/r4/claim.yaml"
NASTY = """</script><img src=x onerror="document.title='broken'"><b>"""


def write(page: Page, label: str, text: str) -> None:
    """Put a text into an editor, be it the bundled or the plain one, in the place of what is there."""
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def type_document(page: Page, text: str) -> None:
    with page.expect_response("**/workbench/convert"):
        write(page, "Document", text)
    expect(page.locator("#status")).to_have_text("")


def test_the_lineage_of_a_resource_is_drawn_and_can_be_read_aloud(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        patient = patient_in(page)
        patient.locator("summary").click()
        patient.locator(".element").filter(has_text="name[0].family").click()
        page.get_by_role("tab", name="Lineage").click()

        sentence = page.get_by_role("listitem", name="Patient.name[0].family was made from encounter.json#/patient/family")
        expect(sentence).to_have_count(1)
        expect(page.locator("#output svg text").filter(has_text="Patient.name[0].family").first).to_be_visible()


EDITORS = pytest.mark.parametrize("plain", [False, True], ids=["bundled", "plain"])


@EDITORS
def test_an_edit_changes_the_output_and_the_difference_shows_it(open_page: OpenPage, *, plain: bool) -> None:
    with open_page(plain=plain) as page:
        at_work(page)
        page.get_by_role("tab", name="encounter.json").click()
        type_document(page, ENCOUNTER.read_text().replace("Petersen", "Lindqvist"))
        page.get_by_role("tab", name="Difference").click()

        expect(page.locator("#output .added").filter(has_text="Lindqvist").first).to_be_visible()
        expect(page.locator("#output .removed").filter(has_text="Petersen").first).to_be_visible()


def test_every_element_names_what_made_it(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        silent = page.evaluate(
            """async () => {
                for (const details of document.querySelectorAll("#output details")) details.open = true;
                await new Promise((done) => setTimeout(done, 300));
                const rows = [...document.querySelectorAll("#output .element")];
                if (rows.length < 500) return ["only " + rows.length];
                return rows.filter((row) => {
                    row.dispatchEvent(new Event("focusin", { bubbles: true }));
                    return !/ was made (from|by) /.test(document.getElementById("origin").textContent);
                }).map((row) => row.dataset.pointer);
            }"""
        )

        assert silent == []


@EDITORS
def test_the_cursor_in_the_input_lights_what_was_made_from_it(open_page: OpenPage, *, plain: bool) -> None:
    with open_page(plain=plain) as page:
        at_work(page)
        page.get_by_role("tab", name="encounter.json").click()
        page.get_by_label("Document", exact=True).focus()
        page.keyboard.press("Control+Home")
        lines = ENCOUNTER.read_text().split("\n")
        for _ in range(next(number for number, line in enumerate(lines) if "Petersen" in line)):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("End")
        for _ in range(4):
            page.keyboard.press("ArrowLeft")

        expect(page.locator("#output .element.lit").filter(has_text="Petersen").first).to_be_visible()


LIGHTS = """async (cases) => {
    for (const details of document.querySelectorAll("#output details")) details.open = true;
    await new Promise((done) => setTimeout(done, 300));
    const area = document.querySelector("#editor textarea");
    const dark = [];
    for (const [offset, pointers] of cases) {
        area.setSelectionRange(offset, offset);
        area.dispatchEvent(new Event("keyup"));
        await new Promise((done) => setTimeout(done, 60));
        for (const pointer of pointers) {
            if (!document.querySelector(`#output .element.lit[data-pointer="${pointer}"]`)) dark.push(pointer);
        }
    }
    return [dark, document.querySelectorAll("#output .element").length];
}"""


def test_every_value_that_made_something_lights_it(open_page: OpenPage) -> None:
    with open_page(plain=True) as page:
        with page.expect_response("**/workbench/convert") as answered:
            page.goto("/")
        page.locator("#output details").first.wait_for()
        page.get_by_role("tab", name="encounter.json").click()
        rows = set(leaves_of(answered.value.json()["bundle"]))
        starts: dict[tuple[int, ...], set[str]] = {}
        for element in answered.value.json()["elements"]:
            for place in element["places"]:
                if place.get("document") == "encounter.json" and element["pointer"] in rows:
                    starts.setdefault(tuple(place["from"]), set()).add(element["pointer"])
        offsets = [0, *accumulate(len(line) + 1 for line in ENCOUNTER.read_text().split("\n"))]
        cases = [[offsets[line - 1] + column - 1, sorted(pointers)] for (line, column), pointers in starts.items()]
        dark, shown = page.evaluate(LIGHTS, cases)

    assert dark == []
    assert len(cases) > 150
    assert shown > 500


def leaves_of(bundle: object) -> list[str]:
    """The JSON pointers of all plain values of the resources."""
    return ["".join(f"/{step}" for step in path) for path in leaves(bundle) if path[2:3] == ("resource",)]


PLACE_OF_WORD = """([editor, word]) => {
    const { shadowRoot } = document.querySelector(editor);
    const content = shadowRoot?.querySelector(".cm-content") ?? document.querySelector(`${editor} pre`);
    const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const place = walker.currentNode.data.indexOf(word);
        if (place < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, place + 1);
        range.setEnd(walker.currentNode, place + 2);
        const { x, y, width, height } = range.getBoundingClientRect();
        return [x + width / 2, y + height / 2];
    }
}"""


@EDITORS
def test_pointing_at_the_input_lights_it_and_what_was_made_from_it(open_page: OpenPage, *, plain: bool) -> None:
    with open_page(plain=plain) as page:
        at_work(page)
        page.get_by_role("tab", name="encounter.json").click()
        patient = patient_in(page)
        page.mouse.move(*page.evaluate(PLACE_OF_WORD, ["#editor", '"Petersen"']))

        expect(page.locator("#output summary.lit").first).to_have_text(re.compile("^Patient "))
        expect(page.locator("#origin")).to_contain_text("Patient.name[0].family by mappings/fhir/r4/fragments.yaml:")
        expect(page.locator(".lit").filter(has_text='"Petersen"')).to_have_count(1)
        expect(patient).not_to_have_attribute("open", "")


def test_what_no_map_reads_is_named_at_the_cursor(open_page: OpenPage) -> None:
    with open_page(plain=True) as page:
        at_work(page)
        with page.expect_response("**/workbench/convert") as answered:
            page.get_by_label("Example").select_option("hl7v2-messages")
        shown = page.get_by_role("tab", selected=True).first.inner_text()
        unread = answered.value.json()["unread"]
        field, place = next((one["field"], at) for one in unread for at in one["places"] if at.get("document") == shown)
        page.locator("#editor .unread").first.wait_for()
        page.evaluate(MOVE_CURSOR, place["from"])

        expect(page.locator("#origin")).to_contain_text(f"No map reads {field}")


MOVE_CURSOR = """([line, column]) => {
    const area = document.querySelector("#editor textarea");
    const offset = area.value.split("\\n").slice(0, line - 1).join("\\n").length + (line > 1 ? 1 : 0) + column - 1;
    area.setSelectionRange(offset, offset);
    area.dispatchEvent(new Event("keyup"));
}"""


def test_the_json_is_lit_and_leads_to_its_input(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        page.get_by_role("tab", name="FHIR").click()
        page.locator("#output .element", has_text='"Petersen"').first.click()

        expect(page.locator("#output .lit", has_text='"Petersen"').first).to_be_visible()
        expect(page.locator("#origin")).to_contain_text("Patient.name[0].family was made from encounter.json#/patient/family")
        shown = json.loads(page.locator("#output pre").inner_text(), parse_float=str)
        assert shown == json.loads((EXAMPLES / "complete" / "bundle.json").read_text(), parse_float=str)


@EDITORS
def test_choosing_an_element_goes_to_its_input(open_page: OpenPage, *, plain: bool) -> None:
    with open_page(plain=plain) as page:
        at_work(page)
        patient = patient_in(page)
        patient.locator("summary").click()
        patient.locator(".element").filter(has_text="name[0].family").click()

        selected = page.evaluate(
            """() => {
                const area = document.querySelector("#editor textarea");
                if (area) return area.value.slice(area.selectionStart, area.selectionEnd);
                return document.querySelector("#editor").shadowRoot.getSelection().toString();
            }"""
        )
        assert selected == '"Petersen"'


@pytest.fixture(scope="module")
def bench(open_page: OpenPage) -> Iterator[Page]:
    """One page for tests that choose their example first and change nothing else."""
    with open_page() as page:
        at_work(page)
        yield page


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return load(Settings())


@pytest.mark.parametrize("example", sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()))
def test_the_page_says_what_every_other_door_says(bench: Page, runtime: Runtime, example: str) -> None:
    documents = [Document(name=file.name, content=file.read_bytes()) for file in inputs_of(EXAMPLES / example)]
    issues = runtime.convert(documents).issues

    choose(bench, "")  # the example may be the one that is shown
    choose(bench, example)

    shown = [[" ".join(text.split()) for text in row] for row in bench.evaluate(SHOWN_ISSUES)]
    told = [[issue.severity.value, issue.rule or "", " ".join(issue.text.split())] for issue in issues]
    assert sorted(shown) == sorted(told)


SHOWN_ISSUES = """() => [...document.querySelectorAll("#issues li")].map(
    (item) => [...item.childNodes].filter((part) => part.textContent.trim()).slice(0, 3).map((part) => part.textContent))"""


def test_what_people_send_never_becomes_markup(open_page: OpenPage) -> None:
    encounter = json.loads((EXAMPLES / "complete" / "encounter.json").read_text())
    encounter["patient"]["family"] = NASTY
    encounter["billing"]["lines"][0]["modifiers"] = [NASTY]
    with open_page() as page:
        at_work(page)
        page.get_by_role("tab", name="encounter.json").click()
        type_document(page, json.dumps(encounter, indent=1))
        for screen in ("claim", "maps", "codes", "server", "bench"):
            page.goto(f"/#{screen}")
        for view in ("FHIR", "Difference", "Outline"):
            page.get_by_role("tab", name=view).click()

        assert page.title() == "0731T workbench"
        assert page.locator("img").count() == 0


def test_a_biller_sees_boxes_objections_and_two_payers(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page, "two-units")
        page.get_by_role("link", name="Claim").click()

        expect(page.locator("#sheet .chip").filter(has_text="UNT-01").first).to_be_visible()
        expect(page.locator("#fired li").filter(has_text="UNT-01").first).to_be_visible()
        page.get_by_label("One payer").select_option("medicare")
        page.get_by_label("Other payer").select_option("aetna")
        expect(page.locator("#compared h4")).to_have_text(["Medicare", "Aetna"])
        page.locator("#fired li").filter(has_text="UNT-01").get_by_role("button").first.click()
        expect(page.locator("#bench")).to_be_visible()


def test_a_case_is_judged_as_another_payer_would_and_the_call_says_so(open_page: OpenPage) -> None:
    with open_page(permissions=CLIPBOARD) as page:
        at_work(page, "two-units")
        with page.expect_response("**/workbench/convert"):
            page.locator("[name=payer]").select_option("aetna")
        expect(page.locator("#issues li").filter(has_text="policy/chosen")).to_contain_text("`aetna`: it was asked for")
        files = "curl -F 'document=@ai_report.json' -F 'document=@encounter.json'"

        assert copied_by(page, "#curl") == f"{files} 'BASE/convert?payer=aetna'"
        page.get_by_role("link", name="Claim").click()
        assert copied_by(page, "#claim-curl") == f"{files} 'BASE/rules/explain?payer=aetna'"


def copied_by(page: Page, button: str) -> str:
    """What a button puts into the clipboard, with BASE for the address of the service."""
    page.evaluate("() => navigator.clipboard.writeText('')")
    page.locator(button).click()
    copied: str = page.wait_for_function("() => navigator.clipboard.readText()").json_value()
    return copied.replace(page.evaluate("() => location.origin"), "BASE")


def test_every_screen_says_its_call(open_page: OpenPage) -> None:
    with open_page(permissions=CLIPBOARD) as page:
        at_work(page, "two-units")
        open_map(page, "fhir/r4/claim.yaml")
        told = {"map": copied_by(page, "#map-curl")}
        page.get_by_role("link", name="Codes").click()
        page.locator("#definitions button").first.click()
        told["codes"] = copied_by(page, "#concepts caption button")
        page.get_by_role("link", name="Server").click()
        told |= {work: copied_by(page, f"#{work}-curl") for work in ("send", "test")}

    posted = "curl -H 'Content-Type: application/json' -d"
    files = "--rawfile text0 'ai_report.json' --rawfile text1 'encounter.json'"
    documents = '[{"name": "ai_report.json", "text": $text0}, {"name": "encounter.json", "text": $text1}]'
    body = f'{{"server": "hapi", "options": {{}}, "documents": {documents}}}'
    assert told == {
        "map": f"""jq -n --rawfile text0 'claim.yaml' '{{"drafts": {{"{CLAIM}": $text0}}}}' | {posted} @- 'BASE/maps/check'""",
        "codes": "curl 'BASE/fhir/CodeSystem/adapter-tag'",
        "send": f"jq -n {files} '{body}' | {posted} @- 'BASE/workbench/send'",
        "test": f"""{posted} '{{"server":"hapi","group":"capability"}}' 'BASE/workbench/conformance'""",
    }


def test_a_map_author_sees_mistakes_and_changes_as_they_type(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        page.get_by_role("link", name="Maps").click()
        page.get_by_role("button", name="fhir/r4/claim.yaml").click()
        expect(page.get_by_label("Mapping file")).to_contain_text("map: claim")
        text = (MAPS / "fhir" / "r4" / "claim.yaml").read_text()

        write(page, "Mapping file", text.replace("\n  status:", "\n  statu:", 1))
        expect(page.locator("#map-problems li").filter(has_text="Claim has no element `statu`")).to_be_visible()
        write(page, "Mapping file", text.replace("=bill.use", "preauthorization", 1))
        expect(page.locator("#map-change .added").filter(has_text="preauthorization").first).to_be_visible()
        expect(page.locator("#map-problems li")).to_have_count(0)


def open_map(page: Page, name: str) -> None:
    with page.expect_response("**/maps/words*"):
        page.get_by_role("link", name="Maps").click()
        page.get_by_role("button", name=name).click()
    expect(page.get_by_label("Mapping file")).to_contain_text("map:")


def see_offer(page: Page, text: str, offered: str) -> None:
    """See that the editor offers a word at the end of a text."""
    write(page, "Mapping file", text)
    page.keyboard.press("Control+Space")
    expect(page.locator(".cm-tooltip-autocomplete li").filter(has_text=offered).first).to_be_visible()
    page.keyboard.press("Escape")


def test_what_a_map_can_say_is_offered_while_it_is_written(open_page: OpenPage) -> None:
    head = "map: claim\ntarget: Claim\nlet:\n  bill: =case.billing\nresource:\n"
    with open_page() as page:
        at_work(page)
        open_map(page, "fhir/r4/claim.yaml")
        for line, offered in (
            ("  - for: earlier in bill.rel", "related"),
            ("  status: =judg", "judgement"),
            ("  status: =case.encounter.st", "status"),
            ("  created: =earl", "earliest"),
            ("  careT", "careTeam"),
            ("  insurance:\n    - for: item in case.other_coverages\n      cov", "coverage"),
            ("  insurance:\n    - for: item in case.other_coverages\n      sequence: =item.mem", "member_id"),
        ):
            see_offer(page, head + line, offered)


def test_an_extension_is_offered_the_words_of_the_map_that_it_extends(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        open_map(page, "fhir/r4/claim.yaml")
        with page.expect_response("**/maps/words?extends=claim"):
            write(page, "Mapping file", "extends: claim\n")
        for text, offered in (
            ("add:\n  careT", "careTeam"),
            ("add:\n  status: =bill.rel", "related"),
            ("replace:\n  item:\n    - seq", "sequence"),
            ("remove: [created, priori", "priority"),
            ("repl", "replace"),
        ):
            see_offer(page, f"extends: claim\n{text}", offered)


def test_words_of_a_map_are_explained(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        open_map(page, "fhir/r4/claim.yaml")
        for word, told in (
            ("stable_id", "stable_id(string"),
            ("identifier", "identifier: Identifier"),
            ("frequency", "frequency: code"),
        ):
            page.mouse.move(*page.evaluate(PLACE_OF_WORD, ["#map-editor", word]))
            expect(page.locator(".cm-tooltip-hover")).to_contain_text(told)


def test_a_changed_map_is_compared_with_its_file(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        open_map(page, "fhir/r4/claim.yaml")
        write(page, "Mapping file", (MAPS / "fhir" / "r4" / "claim.yaml").read_text().replace("=bill.use", "preauthorization", 1))
        page.keyboard.press("Control+Home")
        page.get_by_role("button", name="Compare with the file").click()

        expect(page.locator(".cm-deletedChunk").filter(has_text="=bill.use").first).to_be_visible()


def test_without_a_bundle_the_page_says_what_is_missing(open_page: OpenPage) -> None:
    with open_page(plain=True) as page:
        at_work(page)

        expect(page.locator("#lacks")).to_contain_text("make editor")


def test_codes_can_be_looked_up(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        page.get_by_role("link", name="Codes").click()
        page.get_by_role("button", name="Circumstances of a 0731T service").first.click()
        page.get_by_role("button", name="telehealth", exact=True).click()

        expect(page.locator("#code-detail")).to_contain_text("display: Telehealth")
        expect(page.locator("tr:has-text('telehealth') + #code-detail")).to_have_count(1)


def test_codes_below_others_stand_further_to_the_right(open_page: OpenPage) -> None:
    system = {"resourceType": "CodeSystem", "concept": [{"code": "a", "concept": [{"code": "b", "concept": [{"code": "c"}]}]}]}
    with open_page() as page:
        at_work(page)
        page.route("**/fhir/CodeSystem/*", lambda route: route.fulfill(json=system))
        page.get_by_role("link", name="Codes").click()
        page.locator("#definitions button").first.click()

        places = [page.get_by_role("button", name=code, exact=True).bounding_box() for code in "abc"]
        left = [place["x"] for place in places if place]
        assert len(set(left)) == len(places)
        assert left == sorted(left)


def test_a_service_that_is_down_is_told_and_nothing_is_lost(open_page: OpenPage) -> None:
    with open_page(tolerated="ERR_FAILED") as page:
        at_work(page)
        page.get_by_role("tab", name="encounter.json").click()
        page.route("**/workbench/*", lambda route: route.abort())
        write(page, "Document", ENCOUNTER.read_text().replace("Body height", "Body length"))
        expect(page.locator("#status")).to_contain_text("the service does not answer; what you typed is still here")
        page.unroute("**/workbench/*")
        page.get_by_role("tab", name="ai_report.json").click()
        page.get_by_role("tab", name="encounter.json").click()

        expect(page.get_by_label("Document", exact=True)).to_contain_text("Body length")


def test_a_case_is_sent_to_a_server_that_the_settings_name(open_page: OpenPage) -> None:
    report = {"sent": True, "good": True, "validated": True, "requests": 1, "problems": [], "resources": [SENT]}
    with open_page() as page:
        at_work(page)
        page.route("**/workbench/send", lambda route: route.fulfill(json=report))
        page.get_by_role("link", name="Server").click()
        page.get_by_label("FHIR server").select_option("hapi")
        page.get_by_role("button", name="Send the case on the bench").click()

        expect(page.locator("#shipment-outcome")).to_contain_text("has nothing to object to")
        expect(page.locator("#shipment-report td").first).to_have_text("Patient/1")
        expect(page.locator("#shipment-report caption")).to_have_text("1 resource in 1 request")
        expect(page.locator("#shipment-report details summary")).to_have_text("1 remark because of a limit of the server")


def test_a_server_is_tested_group_after_group_and_the_report_can_be_kept(open_page: OpenPage) -> None:
    reports = {
        "one": report_of("one", {"case": "one/a", "verdict": "pass"}),
        "two": report_of("two", {"case": "two/b", "verdict": "fail"}, {"case": "two/c", "verdict": "pass"}),
    }
    groups = {"groups": [{"name": "one", "cases": 1}, {"name": "two", "cases": 2}]}

    def answered(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        route.fulfill(json=reports[asked["group"]] if asked else groups)

    with open_page() as page:
        at_work(page)
        page.route("**/workbench/conformance", answered)
        page.get_by_role("link", name="Server").click()
        page.get_by_role("button", name="Test the server").click()

        expect(page.locator("#shipment-outcome")).to_contain_text("A server: 2 pass, 1 fail.")
        expect(page.locator("#trial-progress")).to_have_js_property("value", 3)
        expect(page.locator("#shipment-report td.rule")).to_have_text(["two/b"])
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the report").click()
        kept = json.loads(download.value.path().read_text())
        assert [case["case"] for case in kept["cases"]] == ["one/a", "two/b", "two/c"]
        assert (kept["counts"], kept["good"]) == ({"pass": 2, "fail": 1}, False)


def test_a_server_that_dies_in_the_middle_is_told_and_its_report_is_kept(open_page: OpenPage) -> None:
    groups = {"groups": [{"name": "one", "cases": 1}, {"name": "two", "cases": 2}]}
    words = {"resourceType": "OperationOutcome", "issue": [{"details": {"text": "The connection failed."}}]}

    def answered(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}").get("group")
        if asked == "two":
            route.fulfill(status=503, json=words)
        else:
            route.fulfill(json=report_of("one", {"case": "one/a", "verdict": "fail"}) if asked else groups)

    with open_page(tolerated="status of 503") as page:
        at_work(page)
        page.route("**/workbench/conformance", answered)
        page.get_by_role("link", name="Server").click()
        page.get_by_role("button", name="Test the server").click()

        expect(page.locator("#shipment-outcome")).to_have_text("The connection failed. The test ended after 1 of 3 cases.")
        expect(page.locator("#shipment-report td.rule")).to_have_text(["one/a"])
        expect(page.get_by_role("button", name="Download the report")).to_be_visible()
        expect(page.get_by_role("button", name="Test the server")).to_be_enabled()


def test_two_tabs_do_not_disturb_each_other(open_page: OpenPage) -> None:
    with open_page() as one, open_page() as other:
        at_work(one)
        at_work(other, "two-units")

        expect(one.locator("#output summary").filter(has_text="Claim active")).to_have_count(1)
        expect(other.locator("#issues li").filter(has_text="UNT-01").first).to_be_visible()
        expect(one.locator("#issues li").filter(has_text="UNT-01")).to_have_count(0)


@pytest.mark.parametrize("separators", ["|^~\\&", "#$%@!"])
def test_hl7_v2_with_any_separators_is_highlighted(open_page: OpenPage, separators: str) -> None:
    text = (EXAMPLES / "hl7v2-messages" / "1-adt-a04.hl7").read_text().translate(str.maketrans("|^~\\&", separators))
    with open_page() as page:
        at_work(page)
        page.locator("#file").set_input_files({"name": "adt.hl7", "mimeType": "text/plain", "buffer": text.encode()})

        expect(page.get_by_role("tab", name="adt.hl7")).to_have_attribute("aria-selected", "true")
        expect(page.locator(".cm-line span").filter(has_text="PID").first).to_have_text("PID")


@pytest.mark.parametrize(("declared", "codec"), [("8859/1", "latin-1"), ("8859/15", "iso8859-15"), ("UNICODE UTF-8", "utf-8")])
def test_a_file_is_read_in_the_set_that_it_names(open_page: OpenPage, declared: str, codec: str) -> None:
    first, rest = (EXAMPLES / "hl7v2-messages" / "1-adt-a04.hl7").read_text().split("\n", 1)
    text = f"{first}||||||{declared}\n{rest.replace('^Nora^', '^Zoë^')}"
    with open_page() as page:
        at_work(page)
        with page.expect_response("**/workbench/convert"):
            page.locator("#file").set_input_files({"name": "adt.hl7", "mimeType": "text/plain", "buffer": text.encode(codec)})

        expect(page.get_by_label("Document", exact=True)).to_contain_text("^Zoë^")


def large_document(answers: int) -> str:
    """An encounter with so many long answers: a thousand are a megabyte."""
    encounter = json.loads(ENCOUNTER.read_text())
    words = {"text": "A question. " * 40, "value": "An answer. " * 40}
    encounter["answers"] = [{"link_id": f"q{number}", **words} for number in range(answers)]
    return json.dumps(encounter, indent=1)


def test_a_document_of_a_megabyte_can_be_worked_on(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "encounter.json"
    file.write_text(large_document(1000))
    with open_page() as page:
        at_work(page)
        with page.expect_response("**/workbench/convert"):
            page.locator("#file").set_input_files(file)
        expect(page.locator("#status")).to_have_text("")
        page.get_by_label("Document", exact=True).press("Control+Home")
        with page.expect_response("**/workbench/convert"):
            page.keyboard.type(" ")

        expect(page.locator("#output summary").filter(has_text="QuestionnaireResponse")).to_have_count(1)


def test_a_document_beyond_the_limit_is_a_message_and_stays(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "huge.json"
    file.write_text(large_document(10_000))
    with open_page(tolerated="413") as page:
        at_work(page)
        page.locator("#file").set_input_files(file)

        expect(page.locator("#status")).to_contain_text("larger than")
        expect(page.get_by_role("tab", name="huge.json")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("content", [b"MSH|^~\\&|a", b"{", b"[" * 200], ids=["hl7", "cut", "deep"])
def test_a_file_that_cannot_be_read_is_a_message_and_nothing_is_lost(open_page: OpenPage, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "strange.txt"
    file.write_bytes(content)
    with open_page() as page:
        at_work(page)
        with page.expect_response("**/workbench/convert"):
            page.locator("#file").set_input_files(file)

        expect(page.locator("#issues li").first).to_be_visible()
        expect(page.get_by_role("tab", name="encounter.json")).to_be_visible()


def test_a_file_that_is_not_text_is_named_and_not_added(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "strange.bin"
    file.write_bytes(b"\x00\xff\x00")
    with open_page() as page:
        at_work(page)
        page.locator("#file").set_input_files(file)

        expect(page.locator("#status")).to_contain_text("strange.bin: this is not text")
        expect(page.get_by_role("tab", name="strange.bin")).to_have_count(0)
