"""How what is wrong with HL7 v2 is said: with the segment, the line and the column."""

from adapter.issues import Issue, IssueType, Severity, UnreadableError


def unreadable(what: str, text: str, location: str, *, suggestion: str | None = None) -> UnreadableError:
    """The refusal of a message that cannot be read."""
    return UnreadableError(
        Issue(
            severity=Severity.FATAL,
            code=IssueType.STRUCTURE,
            rule=f"hl7v2/{what}",
            text=text,
            suggestion=suggestion,
            location=(location,),
        )
    )
