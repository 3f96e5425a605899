"""When a rule has something to look at: for each rule the conditions under which it can be broken at all, in words.

A rule whose condition does not hold finds nothing (tests/rules/policy holds that for every case), so that the judgement need not
ask; an explanation does. Where a condition asks for a fact that was not sent, the rule is skipped, and not "not applicable".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from adapter.rules.dates import day_of_claim
from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.related_codes import is_visit

Standing = Literal["not-applicable", "skipped"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the facts, and what is said where it does not hold; `standing` is what the rule is then."""

    holds: Callable[[Facts], bool]
    otherwise: str
    standing: Standing = "not-applicable"


def _missing(holds: Callable[[Facts], bool], otherwise: str) -> Condition:
    return Condition(holds, otherwise, "skipped")


def _sends(*codes: str) -> Condition:
    """Some line has one of these modifiers, however it is written."""
    wanted = frozenset(codes)
    said = "no line has modifier " + " or ".join(codes)
    return Condition(lambda facts: any(m.code.strip().upper() in wanted for line in facts.lines for m in line.modifiers), said)


def _bills(*codes: str) -> Condition:
    wanted = frozenset(codes)
    return Condition(lambda facts: any(line.code in wanted for line in facts.lines), "no line bills " + " or ".join(codes))


def _has_modifiers(least: int) -> Condition:
    said = "no line has a modifier" if least == 1 else f"no line has {least} modifiers"
    return Condition(lambda facts: any(len(line.modifiers) >= least for line in facts.lines), said)


_ASKED = Condition(lambda facts: facts.use is not None, "nothing is asked of a payer: the case has no `billing`")
_CLAIM = Condition(lambda facts: facts.is_claim, "no claim for payment is made")
_BEFORE = Condition(lambda facts: facts.use in ("preauthorization", "predetermination"), "no opinion is asked before the service")
_LINES = Condition(lambda facts: bool(facts.lines), "the case has no lines to bill")
_ANALYSIS = Condition(lambda facts: bool(facts.analysis), "no line bills 0731T")
_SAME_DAY = Condition(
    lambda facts: any(len(services) > 1 for services in facts.days), "no two lines, of this claim or earlier ones, are of one day"
)
_SPLIT = Condition(
    lambda facts: any("26" in each.codes or "TC" in each.codes for services in facts.days for each in services),
    "no line, of this claim or earlier ones, has modifier 26 or TC",
)
_NOT_SPLIT = Condition(lambda facts: facts.policy.components == "not-split", "the payer's policy splits the service")
_ANALYSIS_AND_VISIT = Condition(
    lambda facts: any(
        any(each.line.code == ANALYSIS_CODE for each in services) and any(is_visit(each.line.code) for each in services)
        for services in facts.days
    ),
    "no day has both 0731T and a visit (evaluation and management)",
)
_FINAL = Condition(lambda facts: facts.is_final, "there is no finished report")
_SIGNED = Condition(lambda facts: facts.is_signed, "the report is not signed")
_STOPPED = Condition(lambda facts: facts.state.procedure == "stopped", "the procedure was not stopped")
_DIAGNOSES = Condition(lambda facts: bool(facts.case.diagnoses), "the case has no diagnoses")
_AI = Condition(lambda facts: facts.case.ai is not None, "there is no AI report")
_CANDIDATES = Condition(lambda facts: bool(facts.case.ai and facts.case.ai.candidates), "the AI proposes no candidate")
_SCORES = Condition(
    lambda facts: any(candidate.scores for candidate in (facts.case.ai.candidates if facts.case.ai else ())),
    "no candidate has a score",
)
_IMAGES = Condition(lambda facts: bool(facts.case.images), "the case has no photographs")
_FACE = Condition(
    lambda facts: bool(facts.case.images or facts.case.ai or facts.use),
    "no face was photographed or analysed, and nothing is billed",
)
_PRACTITIONERS = Condition(lambda facts: bool(facts.case.practitioners), "the case names no practitioner")
_NPI = _missing(
    lambda facts: (
        any(each.npi for each in facts.case.practitioners) or bool(facts.case.organization and facts.case.organization.npi)
    ),
    "no NPI was sent",
)
_TAXONOMY = _missing(lambda facts: any(each.taxonomy for each in facts.case.practitioners), "no taxonomy code was sent")
_LABEL = _missing(
    lambda facts: any(each.taxonomy and each.taxonomy_label for each in facts.case.practitioners),
    "no taxonomy code was sent together with a label",
)
_DAYS = _missing(lambda facts: any(line.dos_start or line.dos_end for line in facts.lines), "no line has a date of service")
_MADE = _missing(lambda facts: day_of_claim(facts) is not None, "the case does not say when the claim was made")
_PUBLIC = _missing(
    lambda facts: facts.circumstances.to_public_server,
    "it is judged when something is sent to a public server (`adapter send`), and nothing is sent here",
)
_SYSTEMS = _missing(
    lambda facts: any(modifier.system for line in facts.lines for modifier in line.modifiers),
    "no modifier was sent with its code system",
)
_PLACES = _missing(lambda facts: any(line.pos for line in facts.lines), "no line has a place of service")
_UNITS = _missing(lambda facts: any(line.units is not None for line in facts.lines), "no line says how many units")
_MODE = _missing(lambda facts: facts.case.encounter.mode is not None, "the mode of the visit was not sent")

_NOT_LIVE = Condition(
    lambda facts: facts.case.encounter.mode == "store-and-forward" or _sends("GQ").holds(facts),
    "the visit was not store-and-forward, and no line has modifier GQ",
)
_ASSISTANTS = ("80", "81", "82", "AS")
_VISIT = Condition(
    lambda facts: any(is_visit(line.code) for line in facts.lines), "no line bills a visit (evaluation and management)"
)

APPLIES: Mapping[str, tuple[Condition, ...]] = MappingProxyType(
    {
        "RPT-01": (_CLAIM,),
        "RPT-02": (_FINAL,),
        "RPT-03": (_FINAL,),
        "RPT-04": (_CLAIM,),
        "AI-01": (_AI,),
        "AI-02": (_CANDIDATES,),
        "AI-03": (_CANDIDATES, _SCORES),
        "AI-04": (_CANDIDATES,),
        "PRI-01": (_FACE,),
        "PRI-02": (_IMAGES,),
        "PRI-03": (_PUBLIC,),
        "PRI-04": (_IMAGES,),
        "DOS-01": (_ANALYSIS, _DAYS),
        "DOS-02": (_ANALYSIS, _DAYS),
        "DOS-03": (_LINES,),
        "DOS-04": (_CLAIM, _LINES, _DAYS, _MADE),
        "UNT-01": (_ANALYSIS, _UNITS),
        "UNT-02": (_LINES,),
        "UNT-03": (_ANALYSIS, _SAME_DAY, _sends("59", "XE", "XP", "XS", "XU", "76", "77", "91")),
        "DX-01": (_ASKED,),
        "DX-02": (_ASKED, _DIAGNOSES),
        "DX-03": (_DIAGNOSES,),
        "DX-04": (_ASKED,),
        "POS-01": (_LINES,),
        "POS-02": (_LINES, _PLACES),
        "REL-01": (_VISIT, _SAME_DAY),
        "REL-02": (_ANALYSIS_AND_VISIT,),
        "REL-03": (_bills("G0452"),),
        "REL-04": (
            Condition(
                lambda facts: (
                    any(line.code == "81406" for line in facts.lines) or any(order.code == "81406" for order in facts.case.orders)
                ),
                "nothing bills or orders 81406",
            ),
        ),
        "REL-05": (_bills("81406", "88271"),),
        "MOD-01": (_has_modifiers(1),),
        "MOD-02": (_has_modifiers(2),),
        "MOD-03": (_has_modifiers(1),),
        "MOD-04": (_has_modifiers(1),),
        "MOD-05": (_has_modifiers(1), _SYSTEMS),
        "MOD-10": (_sends("52"), _sends("53")),
        "MOD-11": (_sends("22"), _sends("52", "53")),
        "MOD-12": (_ANALYSIS, _sends("22")),
        "MOD-13": (_ANALYSIS, _sends("52")),
        "MOD-14": (_ANALYSIS, _sends("53"), _SIGNED),
        "MOD-15": (_ANALYSIS, _sends("53")),
        "MOD-16": (_ANALYSIS, _sends("53")),
        "MOD-17": (_ANALYSIS, _sends("53")),
        "MOD-18": (_CLAIM, _ANALYSIS, _STOPPED),
        "MOD-25": (_ANALYSIS, _sends("25")),
        "MOD-60": (_has_modifiers(2),),
        "MOD-20": (_sends("26"), _sends("TC")),
        "MOD-21": (_ANALYSIS, _NOT_SPLIT, _sends("26", "TC")),
        "MOD-22": (_ANALYSIS, _SAME_DAY, _SPLIT),
        "MOD-30": (_ANALYSIS, _sends(*_ASSISTANTS)),
        "MOD-31": (_has_modifiers(2), _sends(*_ASSISTANTS)),
        "MOD-32": (_sends(*_ASSISTANTS), _PRACTITIONERS, _TAXONOMY),
        "MOD-33": (_sends("82"),),
        "MOD-50": (_ANALYSIS, _sends("50")),
        "MOD-51": (_ANALYSIS, _sends("51")),
        "MOD-62": (_ANALYSIS, _sends("62")),
        "MOD-66": (_ANALYSIS, _sends("66")),
        "MOD-40": (_sends("TG"),),
        "MOD-41": (_sends("TG"),),
        "MOD-42": (_ANALYSIS, _sends("95")),
        "MOD-43": (_sends("95"), _PLACES),
        "MOD-44": (_LINES, _PLACES),
        "MOD-45": (_sends("95"), _MODE),
        "MOD-46": (_ANALYSIS, _sends("93")),
        "MOD-47": (_has_modifiers(2), _sends("95", "93", "GT", "GQ", "FQ")),
        "MOD-48": (_LINES, _NOT_LIVE),
        "PRV-NPI": (_NPI,),
        "PRV-ORG": (_ASKED,),
        "TAX-01": (_PRACTITIONERS, _TAXONOMY),
        "TAX-02": (_PRACTITIONERS, _TAXONOMY, _LABEL),
        "TAX-03": (_PRACTITIONERS, _TAXONOMY),
        "COV-01": (_ASKED,),
        "COV-02": (_ASKED, _ANALYSIS),
        "CHG-01": (_CLAIM, _ANALYSIS),
        "PRE-01": (_BEFORE, _ANALYSIS),
        "MAP-01": (_ASKED,),
    }
)
"""The conditions of each rule, in the order in which they are asked."""
