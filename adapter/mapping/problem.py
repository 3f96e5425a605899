"""What can be wrong with a mapping file: a place, a code, a message and a hint."""

from dataclasses import dataclass

from adapter.issues import InvalidError, Issue, IssueType, Severity


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mark:
    """A place in a mapping file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """`file:line:column`, as editors understand it."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake in a mapping file."""

    code: str
    mark: Mark
    message: str
    hint: str

    def __str__(self) -> str:
        """The line that a person reads."""
        return f"{self.mark}: {self.code}: {self.message} ({self.hint})"

    def to_issue(self) -> Issue:
        """The problem as an issue with its place as location."""
        return Issue(
            severity=Severity.ERROR,
            code=IssueType.INVALID,
            rule=f"map/{self.code}",
            text=self.message,
            suggestion=self.hint,
            location=(str(self.mark),),
        )


def problem(code: str, mark: Mark, message: str, hint: str) -> Problem:
    """A problem, said in one line."""
    return Problem(code=code, mark=mark, message=message, hint=hint)


class BadMappingError(InvalidError):
    """Mapping files that can not be used; raised with all of their problems at once."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in the order of their places."""
        self.problems = sorted(problems, key=lambda each: (each.mark, each.code))
        super().__init__(*(each.to_issue() for each in self.problems))

    def __str__(self) -> str:
        """One line per problem."""
        return "\n".join(str(each) for each in self.problems)
