"""The reports of a conformance run as files: every form, every time."""

from pathlib import Path

from adapter.conformance.fhir_report import report_as_fhir
from adapter.conformance.html_report import html_of_run
from adapter.conformance.json_report import describe_run
from adapter.conformance.junit_report import junit_of_run
from adapter.conformance.sarif_report import issues_of_run
from adapter.conformance.suite import SuiteResult
from adapter.export.ci_report import sarif
from adapter.fhir.json import pretty_bytes
from adapter.files import adapter_version, write_whole


def write_reports(folder: Path, result: SuiteResult, *, canonical_base: str) -> None:
    """Write report.json, report.html, report.xml (JUnit), report.sarif and testreport.json (FHIR) into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    version = adapter_version()
    files = {
        "report.json": pretty_bytes(describe_run(result, version=version)),
        "report.html": html_of_run(result).encode(),
        "report.xml": junit_of_run(result).encode(),
        "report.sarif": pretty_bytes(sarif(issues_of_run(result), version=version)),
        "testreport.json": pretty_bytes(report_as_fhir(result, canonical_base=canonical_base)),
    }
    for name, content in files.items():
        write_whole(folder / name, content)
