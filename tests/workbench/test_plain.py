"""The workbench without JavaScript: a form, and its results as a page."""

from html import escape
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import expect

from adapter.assembly import load
from adapter.settings import Settings
from adapter.web import create_app
from tests.examples.ground import EXAMPLES
from tests.workbench.conftest import OpenPage

ENCOUNTER = (EXAMPLES / "two-units" / "encounter.json").read_bytes()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(load(Settings(log_level="error")), workbench=True).test_client()


def converted(client: FlaskClient, status: int = 200, **fields: object) -> str:
    answer = client.post("/workbench/plain", data=fields, content_type="multipart/form-data")
    assert answer.status_code == status
    return answer.text


def test_a_form_gives_bundle_issues_worksheet_lineage_and_another_payer(client: FlaskClient) -> None:
    page = converted(client, name="encounter.json", text=ENCOUNTER.decode(), beside="aetna", payer="medicare", profiles="own")

    assert "UNT-01" in page
    assert "<h3>Aetna: claim " in page
    assert "<td>24G</td>" in page
    assert escape('"resourceType": "Bundle"') in page
    assert "<td>Patient.name[0].family</td><td>encounter.json#/patient/family</td>" in page
    assert "The claim was judged by the payer policy `medicare`: it was asked for" in page
    assert page.count(" selected>") == 3


def test_files_come_back_as_texts_of_the_form(client: FlaskClient) -> None:
    first, rest = (EXAMPLES / "hl7v2-messages" / "1-adt-a04.hl7").read_text().split("\n", 1)
    message = f"{first}||||||8859/1\n{rest.replace('^Paula', '^Päula')}".encode("latin-1")

    page = converted(client, document=[(BytesIO(message), "adt.hl7"), (BytesIO(ENCOUNTER), "encounter.json")])

    assert '<input name="name" value="adt.hl7">' in page
    assert "^Päula" in page
    assert "Document 3" in page


def test_what_is_typed_stays_when_a_file_cannot_be_read(client: FlaskClient) -> None:
    page = converted(client, 422, name="a.json", text="</textarea><script>", document=(BytesIO(b"\xff\xff"), "strange.bin"))

    assert "strange.bin: this is not text in UTF-8" in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page


def test_documents_of_which_nothing_can_be_made_have_issues_only(client: FlaskClient) -> None:
    page = converted(client, name="a.json", text='{"id": 7}')

    assert "No Bundle" in page
    assert "a.json#/id" in page
    assert "body#/documents" in converted(client, 422)


def test_an_example_that_is_not_there_is_404(client: FlaskClient) -> None:
    assert client.get("/workbench/plain?example=toys").status_code == 404
    assert "</textarea>" in client.get("/workbench/plain?example=two-units").text


def test_a_browser_without_javascript_is_led_to_the_form(open_page: OpenPage) -> None:
    with open_page(java_script_enabled=False) as page:
        page.goto("/")
        expect(page.locator("#bench")).to_be_hidden()
        page.get_by_role("link", name="a form with its results").click()
        page.get_by_label("Another payer").select_option("medicare")
        page.get_by_role("button", name="Convert").click()

        expect(page.get_by_role("heading", name="Medicare: claim")).to_be_visible()
        expect(page.get_by_label("Text of document 1", exact=True)).to_contain_text("{")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_its_results_stand_in_nobodys_way(open_page: OpenPage, scheme: str) -> None:
    with open_page(color_scheme=scheme) as page:
        page.goto("/workbench/plain?example=two-units")
        page.get_by_role("button", name="Convert").click()
        page.locator(".issues li").first.wait_for()

        violations = Axe().run(page).response["violations"]
        assert [one["id"] for one in violations if one["impact"] in {"serious", "critical"}] == []
