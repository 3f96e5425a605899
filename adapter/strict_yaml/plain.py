"""YAML that is plain data (terminology, triage): read fast, without the place of each value."""

from typing import Any

import yaml

from adapter.issues import Issue, IssueType, SetupError, Severity


def read_plain_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - a YAML value
    """What the text says; raises SetupError, with the place, if it is not YAML."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        said = "a file of yours is not YAML"
        issue = Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="settings/file", text=said, location=(place,))
        raise SetupError(issue) from None
