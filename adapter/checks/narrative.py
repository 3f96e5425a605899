"""Whether a text is the XHTML that a narrative may hold (http://hl7.org/fhir/R4/narrative.html#xhtml)."""

import re
from xml.parsers.expat import ExpatError, ParserCreate

_XHTML = "http://www.w3.org/1999/xhtml"
_FORBIDDEN = ("<!DOCTYPE", "<!ENTITY", "<?")
_ELEMENT_NAMES = (
    "div p br hr h1 h2 h3 h4 h5 h6 span pre blockquote address a img table caption col colgroup thead tbody tfoot "
    "tr th td ul ol li dl dt dd b i u s em strong small big tt code samp kbd var cite dfn abbr acronym q sub sup "
    "ins del bdo map area"
)
_ATTRIBUTE_NAMES = (
    "abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff charset cite class colspan "
    "compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan "
    "rules scope shape span src start style summary tabindex title type valign value vspace width xml:lang "
    "xml:space xmlns"
)
_ELEMENTS, _ATTRIBUTES = (frozenset(names.split()) for names in (_ELEMENT_NAMES, _ATTRIBUTE_NAMES))
_TEXT = re.compile(r"\S")

PARAGRAPHS = (
    r'^<div xmlns="http://www\.w3\.org/1999/xhtml">(<p>(<b>[^<]*</b>)?[^<]*</p>)*<p>(<b>)?[^<]*[^<\s][^<]*(</b>[^<]*)?</p></div>$'
)
"""Narratives of plain paragraphs, as a pattern: they are as they should be, and need not be read."""


class _Reader:
    """Notes what is not allowed, and whether anything can be seen."""

    def __init__(self) -> None:
        self.depth = 0
        self.is_allowed = True
        self.is_seen = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth == 0:
            self.is_allowed = name == "div" and attributes.get("xmlns") == _XHTML
        self.depth += 1
        self.is_seen |= name == "img"
        self.is_allowed &= name in _ELEMENTS and _ATTRIBUTES.issuperset(attributes)
        self.is_allowed &= attributes.get("xmlns", _XHTML) == _XHTML

    def end(self, _: str) -> None:
        self.depth -= 1

    def text(self, text: str) -> None:
        self.is_seen |= _TEXT.search(text) is not None


def is_narrative(text: str) -> bool:
    """Whether a text is a `div` in XHTML's namespace that holds something to see, and only elements and attributes of the text.

    Scripts, forms, events, style sheets and the like are not allowed (txt-1); neither is a narrative without content (txt-2).
    """
    if any(mark in text for mark in _FORBIDDEN):
        return False
    reader = _Reader()
    parser = ParserCreate()
    parser.UseForeignDTD(True)  # noqa: FBT003 - so that the entities of HTML (`&nbsp;`) are no error, though nobody declares them
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat takes it by position
    except ExpatError:
        return False
    return reader.is_allowed and reader.is_seen
