"""Failures that are known: which case says what at which software, why that is so, and whose it is."""

import re
from collections.abc import Mapping, Sequence

from adapter.client.triage import Verdict
from adapter.conformance.case_file import BadCaseFileError, Pattern
from adapter.conformance.verdict import CaseResult, CaseVerdict, Explained
from adapter.strict_yaml.model import FileModel, read_model
from adapter.strict_yaml.nodes import MappingNode, read_yaml
from adapter.strict_yaml.problem import Problem, problem

_NEEDS_ONE = frozenset({CaseVerdict.FAIL, CaseVerdict.COULD_NOT_JUDGE})


class KnownFailure(FileModel):
    """One line: where `software`, `case` and `says` (regular expressions, searched for) fit, the failure is known."""

    software: Pattern
    case: Pattern
    says: Pattern
    verdict: Verdict
    why: str


class KnownFailureFile(FileModel):
    """A file of known failures."""

    known: tuple[KnownFailure, ...] = ()


def read_known_failures(files: Mapping[str, str]) -> tuple[KnownFailure, ...]:
    """The lines of files (name to text), in their order; raises BadCaseFileError with every mistake of all files."""
    lines: list[KnownFailure] = []
    problems: list[Problem] = []
    for name, text in files.items():
        documents, mistakes = read_yaml(text, file=name)
        problems += mistakes
        for node in documents:
            if isinstance(node, MappingNode):
                file, wrong = read_model(KnownFailureFile, node)
                lines += file.known
                problems += wrong
            else:
                problems.append(problem("not-known", node.mark, "this is not a file of known failures", "begin with `known:`"))
    if problems:
        raise BadCaseFileError(problems)
    return tuple(lines)


def explanation_of(result: CaseResult, lines: Sequence[KnownFailure], *, software: str) -> Explained | None:
    """Why a failure is known; nothing if the case did not fail, or not all of its reasons are known."""
    if result.verdict not in _NEEDS_ONE:
        return None
    fitting = [line for line in lines if re.search(line.software, software) and re.search(line.case, result.identity)]
    explaining = [next((line for line in fitting if re.search(line.says, reason)), None) for reason in result.reasons]
    known = [line for line in explaining if line]
    if not known or len(known) < len(explaining):
        return None
    return Explained(verdict=known[0].verdict, why=" ".join(dict.fromkeys(line.why for line in known)))
