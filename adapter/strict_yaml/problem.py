"""What can be wrong with a file that people write: a place, a code, a message and a hint."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from adapter.issues import Issue, IssueType, SetupError, Severity


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """`file:line:column`, as editors understand it."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a file."""

    code: str
    mark: Mark
    message: str
    hint: str

    def __str__(self) -> str:
        """The line that a person reads."""
        return f"{self.mark}: {self.code}: {self.message} ({self.hint})"

    def to_issue(self, kind: str) -> Issue:
        """The problem as an issue with its place as location; `kind` says in which kind of file it is."""
        return Issue(
            severity=Severity.ERROR,
            code=IssueType.INVALID,
            rule=f"{kind}/{self.code}",
            text=self.message,
            suggestion=self.hint,
            location=(str(self.mark),),
        )


def problem(code: str, mark: Mark, message: str, hint: str) -> Problem:  # noqa: PLR0917 - in the order of the line that is shown
    """A problem, said in one line."""
    return Problem(code=code, mark=mark, message=message, hint=hint)


class BadFileError(SetupError):
    """Files that cannot be used; raised with all of their problems at once."""

    file_kind: ClassVar[str] = "file"
    """What kind of file it is, for the ids of the issues."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in the order of their places."""
        self.problems = sorted(problems, key=lambda entry: (entry.mark, entry.code))
        super().__init__(*(entry.to_issue(self.file_kind) for entry in self.problems))

    def __str__(self) -> str:
        """One line per problem."""
        return "\n".join(str(entry) for entry in self.problems)
