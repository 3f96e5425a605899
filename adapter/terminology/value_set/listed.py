"""Code systems that exist and that nobody here may hold (CPT, say): of those only the codes that a value set lists are known."""

from adapter.fhir.resource import Element
from adapter.terminology.code_system.definition import CodeSystem, Definition
from adapter.terminology.request_context import RequestContext


def listed_code_system(context: RequestContext, element: Element) -> CodeSystem | None:
    """The codes that an include or exclude lists of such a code system, as if they were all of it; None for any other one.

    Nothing but the codes is in it: what the value set says of them is the value set's.
    """
    url = str(element.get("system") or "")
    listed = element.get("concept") or ()
    if not listed or not context.catalog.is_closed(url) or context.code_system(url, None):
        return None
    version = element.get("version") or None
    fragment = {
        "url": url,
        "content": "fragment",
        "caseSensitive": True,
        "concept": [{"code": row.get("code")} for row in listed],
    }
    return CodeSystem(Definition({**fragment, "version": version}))
