"""What can be wrong with HL7 v2 so that it cannot be read, and how that is said."""

from dataclasses import dataclass

from adapter.issues import Issue, IssueType, Severity, UnreadableError


@dataclass(frozen=True, slots=True)
class ReadingProblem:
    """A kind of problem: the rule, its words (with places for what the caller knows), and what to do."""

    rule: str
    text: str
    suggestion: str


UNKNOWN_SET = ReadingProblem("charset", "MSH-18 names a character set that is not read", "send one of: {known}")
NOT_IN_SET = ReadingProblem(
    "charset",
    "this byte is not in the character set that MSH-18 names",
    "name the set that the message is in, e.g. 8859/1 or UNICODE UTF-8",
)
CHARACTER_NOT_IN_SET = ReadingProblem(
    "charset", "this character is not in the character set that MSH-18 names", "name a set that has it, e.g. UNICODE UTF-8"
)
NOT_UTF_8 = ReadingProblem(
    "charset", "this byte is not UTF-8, and MSH-18 names no character set", "name the set in MSH-18, e.g. 8859/1, or send UTF-8"
)
CONTROL_CHARACTER = ReadingProblem(
    "control-character", "FHIR cannot carry this character (a control character, U+FFFE or U+FFFF)", "take it out"
)
NO_HEADER = ReadingProblem(
    "header",
    "a message begins with an MSH segment, and this line is another segment",
    "send each message from its MSH segment on",
)
CUT_FRAME = ReadingProblem(
    "frame", "an MLLP frame has no beginning (0x0B) or no end (0x1C): the message is cut off", "send all of it again"
)
NO_NAME = ReadingProblem(
    "segment",
    "this line does not begin with the name of a segment",
    "end each segment with a carriage return; write a line end within a text as \\.br\\",
)
NO_FIELD_SEPARATOR = ReadingProblem("separators", "MSH-1, the field separator, is missing", "begin the message with MSH|^~\\&")
NO_ENCODING = ReadingProblem(
    "separators", "MSH-2 holds the encoding characters, and these are not four or five marks", "send ^~\\&"
)
SAME_SEPARATOR = ReadingProblem(
    "separators",
    "MSH-1 and MSH-2 have the same character twice, so it is not clear what it separates",
    "send ^~\\& in MSH-2; a text editor may have added a backslash",
)
RUN_TOGETHER = ReadingProblem(
    "run-together", "the segment {name} begins in the middle of this line", "end each segment with a carriage return"
)
CUT_BATCH = ReadingProblem("batch", "this batch has {begin} and no {end}: it is cut off", "send all of it again")
WRONG_COUNT = ReadingProblem(
    "batch", "BTS-1 says {said} messages, and there are {count}", "send the messages that are missing, or correct BTS-1"
)
EMPTY = ReadingProblem("batch", "this batch has no message", "send one with the messages of the encounter")
NO_TYPE = ReadingProblem(
    "message-type", "MSH-9 does not say the type of the message", "send the type and the event, e.g. ORU^R01"
)
NO_PATIENT = ReadingProblem(
    "patient",
    "there is no PID segment: the message is cut off, or segments are run together",
    "send a PID segment with the patient's number",
)
TWO_PATIENTS = ReadingProblem(
    "patient", "this is a second PID segment in a message about one patient", "send a message for each patient"
)


def unreadable(problem: ReadingProblem, place: str, **known: object) -> UnreadableError:
    """The refusal of a file with this problem; `place` is `name:line:column`."""
    suggestion = problem.suggestion.format(**known)
    return UnreadableError(
        Issue(
            severity=Severity.FATAL,
            code=IssueType.STRUCTURE,
            rule=f"hl7v2/{problem.rule}",
            text=problem.text.format(**known),
            suggestion=suggestion,
            location=(place,),
        )
    )
