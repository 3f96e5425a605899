"""What there is to say of messages beside and after each other, and how it is said."""

from dataclasses import dataclass

from adapter.issues import Issue, IssueType, Severity


@dataclass(frozen=True, slots=True)
class FeedProblem:
    """A kind of remark: how bad it is, of what type, its rule, its words, and what to do."""

    severity: Severity
    code: IssueType
    rule: str
    text: str
    suggestion: str | None = None

    def at(self, *places: str) -> Issue:
        """The issue at these places."""
        return Issue(
            severity=self.severity,
            code=self.code,
            rule=f"feed/{self.rule}",
            text=self.text,
            suggestion=self.suggestion,
            location=places,
        )


BESIDE_OTHERS = frozenset(("feed/nothing-to-cancel", "feed/nothing-to-credit", "feed/nothing-to-add-to", "feed/text-not-sent"))
"""What cannot be said of a message before it is known which others there are."""

RESEND = FeedProblem(
    Severity.INFORMATION, IssueType.DUPLICATE, "resend", "this message came before, with the same content: it counts once"
)
CONTROL_ID = FeedProblem(
    Severity.WARNING,
    IssueType.DUPLICATE,
    "control-id",
    "another message has this control id, and another content; both count",
    "give each message a number of its own in MSH-10",
)
UNHANDLED = FeedProblem(
    Severity.WARNING,
    IssueType.NOT_SUPPORTED,
    "unhandled",
    "no map reads messages of this event, so nothing of it is in the output",
    "leave it out, or write a map for it (docs/mapping-language.md)",
)
NOT_ADDED = FeedProblem(
    Severity.WARNING,
    IssueType.INCOMPLETE,
    "not-added",
    "this addendum is not signed, or has no text (MDM^T05 never has one), so nothing is added to the report",
    "send it with its text when it is signed (MDM^T06; LA or AU in TXA-17)",
)
NOTHING_TO_ADD_TO = FeedProblem(
    Severity.WARNING,
    IssueType.NOT_FOUND,
    "nothing-to-add-to",
    "the signed report that this adds to is not here, so the addendum is not in the output",
    "send the report too, and name it in TXA-13, or its order in TXA-14 and 15",
)
ADDED_TO_WITHDRAWN = FeedProblem(
    Severity.WARNING,
    IssueType.BUSINESS_RULE,
    "added-to-withdrawn",
    "the report that this adds to was taken back, so the addendum is not in the output",
    "send the right report with what was added to it",
)
ADDENDUM_EDITED = FeedProblem(
    Severity.WARNING,
    IssueType.NOT_SUPPORTED,
    "addendum-edited",
    "this changes an addendum, which is no longer in the output; what it is now is not read from here",
    "send the addendum as it is now (MDM^T06), or the report with it (MDM^T08)",
)
ADDENDUM_WITHDRAWN = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "addendum-withdrawn",
    "the addendum was taken back, so it is not in the output; the report stands",
)
PATIENT_MERGED = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "merged-patient",
    "this patient was merged into another one (ADT^A40), whose number is taken",
)
NO_MERGE = FeedProblem(
    Severity.ERROR,
    IssueType.REQUIRED,
    "no-merge",
    "this merge of patients does not say who became whom",
    "send the number that stands in PID-3, and the one that was given up in MRG-1",
)
NO_ASSIGNER = FeedProblem(
    Severity.ERROR,
    IssueType.REQUIRED,
    "no-assigner",
    "nobody says who assigned the patient's number here, and the same number of another assigner is another patient's",
    "send the assigner in PID-3.4, or in the sender's file (`assigner`), or set ADAPTER_ASSIGNER",
)
CREDITED = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "credited",
    "the charge and the credit that takes it back are both left out",
)
NOT_CHARGE = FeedProblem(
    Severity.WARNING,
    IssueType.INFORMATIONAL,
    "not-a-charge",
    "FT1-6 names neither a charge (CG) nor a credit (CD); payments, adjustments and the like are not in the output",
    "send CG in FT1-6 if it is to be billed",
)
TWO_CHARGES = FeedProblem(
    Severity.ERROR,
    IssueType.CONFLICT,
    "two-charges",
    "two charges have one number (FT1-2), and differ",
    "take the former back with a credit (FT1-6 CD), or give this one a number of its own",
)
NO_CHARGE = FeedProblem(
    Severity.WARNING,
    IssueType.NOT_FOUND,
    "nothing-to-credit",
    "this credits a charge that was not sent, so it changes nothing",
    "send the charge too, or check procedure and day of the credit",
)
NOTHING_TO_CANCEL = FeedProblem(
    Severity.WARNING,
    IssueType.NOT_FOUND,
    "nothing-to-cancel",
    "this cancels what was never sent",
    "send what it cancels too, or leave it out",
)
TEST_IN_PRODUCTION = FeedProblem(
    Severity.WARNING,
    IssueType.BUSINESS_RULE,
    "test-data",
    "MSH-11 says that this is production, and the patient's name that it is a test",
    "send T in MSH-11 for tests",
)
OLDER = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "older",
    "a newer statement of the same thing stands, so this one is not in the output",
)
UNFINISHED = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "finished",
    "the report was finished, so a state before that is not in the output",
)
CONTINUED = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "continued",
    "a newer message says what became of the report; what it does not send again is taken from here: the text, or the time of "
    "the first signature",
)
WITHDRAWN = FeedProblem(
    Severity.WARNING,
    IssueType.INFORMATIONAL,
    "withdrawn",
    "the report is taken back here: its texts (OBX-11 D, W or X), the order (OBR-25 X), or the document (MDM^T11). It is entered "
    "in error, and no claim stands on it",
    "send the right report when there is one, with an order number of its own (OBR-2, OBR-3) and a later OBR-22",
)
RESTORED = FeedProblem(
    Severity.WARNING,
    IssueType.BUSINESS_RULE,
    "restored",
    "the report of this order was taken back before, and this is a new one; a server that holds the former as entered in error "
    "keeps it so, and its claim cancelled",
    "send it with an order number of its own (OBR-2, OBR-3), if the former was delivered",
)
REPLACED = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "replaced",
    "this order was called off, and another one of the visit stands instead, so neither it nor its charges are in the output",
    "send the charge with the number of the other order (FT1-23)",
)
TEXT_NOT_SENT = FeedProblem(
    Severity.WARNING,
    IssueType.INCOMPLETE,
    "text-not-sent",
    "a text of the report is final without being sent again (OBX-11 U), and it is not known which text that is",
    "send the report with all of its texts",
)
NO_STATUS = FeedProblem(
    Severity.WARNING,
    IssueType.REQUIRED,
    "no-status",
    "the result does not say how far it is (OBR-25), so nothing is made of its text, and it finishes no procedure",
    "send F in OBR-25 when the report is final, P before that",
)
NO_CONTROL_ID = FeedProblem(
    Severity.WARNING,
    IssueType.REQUIRED,
    "no-control-id",
    "the message has no control id (MSH-10), so the answer cannot name it, and a resend is known by its content only",
    "give each message a number of its own in MSH-10",
)
PROCESSING = FeedProblem(
    Severity.WARNING,
    IssueType.CODE_INVALID,
    "processing",
    "MSH-11 does not say whether this is production (P), training (T) or debugging (D), so it is taken as production",
    "send P, T or D in MSH-11",
)
VERSION = FeedProblem(
    Severity.WARNING,
    IssueType.NOT_SUPPORTED,
    "version",
    "this is not one of the versions of HL7 v2 that are known (2.1 to 2.8), so it is read as 2.8",
    "write the version in MSH-12, such as 2.5.1",
)
NO_NUMBER = FeedProblem(
    Severity.WARNING,
    IssueType.REQUIRED,
    "no-number",
    "there is no number of the patient's record here: none at all, or only others (social security, account, insurance, …)",
    "send the number of the patient's record in PID-3, with who assigned it in PID-3.4",
)
NOT_REGISTRATION = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "not-registration",
    "the registration says otherwise, and only that tells of the patient; this is not in the output",
)
BETTER_CHARGE = FeedProblem(
    Severity.INFORMATION,
    IssueType.INFORMATIONAL,
    "better-charge",
    "there is a charge, so the procedure that is named here is not billed",
)
TWO_NUMBERS = FeedProblem(
    Severity.ERROR,
    IssueType.CONFLICT,
    "two-numbers",
    "one order has two numbers of the same kind from the same assigner",
    "correct the number in one of the messages",
)
ONLY_MERGES = FeedProblem(
    Severity.ERROR,
    IssueType.NOT_SUPPORTED,
    "only-merges",
    "a merge of patients (ADT^A40) says nothing of an encounter",
    "send it together with the messages of the encounter: the patient whose number was given up is taken for the other one",
)
