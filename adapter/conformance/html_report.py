"""A run as one HTML page: nothing from outside, evidence folded, to be filtered, printed, and read in light and dark."""

from collections.abc import Iterator
from html import escape

from adapter.conformance.suite import SuiteResult
from adapter.conformance.verdict import CaseResult, CaseVerdict, StepEvidence

_WORDS = {
    CaseVerdict.GOOD: "as it must be",
    CaseVerdict.FAIL: "the server does something else",
    CaseVerdict.WARN: "a weakness, or a remark to look at",
    CaseVerdict.SKIP: "the server does not declare or hold what is needed",
    CaseVerdict.BLOCKED: "something that it needs did not succeed",
    CaseVerdict.COULD_NOT_JUDGE: "the problem is on our side",
}
_STYLE = """
:root { color-scheme: light dark; --line: #767676; --back: #fff; --text: #1a1a1a; --soft: #f3f3f3; --link: #0645ad;
  --pass: #166516; --fail: #b00020; --warn: #7a4b00; --other: #4a4a4a; }
@media screen and (prefers-color-scheme: dark) { :root { --back: #161616; --text: #eee; --soft: #262626; --link: #8ab4f8;
  --pass: #7ed07e; --fail: #ff8a9a; --warn: #f0b860; --other: #c4c4c4; } }
body { font: 1rem/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem;
  background: var(--back); color: var(--text); }
a { color: var(--link); } h2 { margin: 1.5rem 0 .4rem; }
fieldset { border: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; }
article { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: .5rem .8rem; }
article h3 { font-size: 1rem; margin: 0; } article p { margin: .3rem 0; }
.verdict { font-weight: bold; } .pass { color: var(--pass); } .fail, .could-not-judge { color: var(--fail); }
.warn { color: var(--warn); } .skip, .blocked { color: var(--other); }
pre { background: var(--soft); overflow-x: auto; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
[hidden] { display: none; }
@media print { :root { color-scheme: light; }
  fieldset, summary { display: none; } body { max-width: none; } article { break-inside: avoid; } }
"""
_SCRIPT = """
const boxes = [...document.querySelectorAll('input[name=verdict]')], search = document.querySelector('#search');
const count = document.querySelector('#count');
function filter() {
  const wanted = new Set(boxes.filter(box => box.checked).map(box => box.value)), words = search.value.toLowerCase();
  let shown = 0;
  for (const section of document.querySelectorAll('section')) {
    let any = false;
    for (const article of section.querySelectorAll('article')) {
      article.hidden = !wanted.has(article.dataset.verdict) || !article.dataset.words.includes(words);
      any ||= !article.hidden;
      shown += !article.hidden;
    }
    section.hidden = !any;
  }
  count.textContent = shown + ' shown';
}
for (const box of boxes) box.addEventListener('change', filter);
search.addEventListener('input', filter);
filter();
"""


def html_of_run(result: SuiteResult) -> str:
    """The page."""
    return "\n".join(_page(result))


def _page(result: SuiteResult) -> Iterator[str]:
    title = f"0731T conformance of {result.declared.software}"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{escape(title)}</h1>"
    facts = (result.server, f"FHIR {result.declared.fhir_version}", result.started, f"run {result.run}")
    yield f"<p>{escape(', '.join(facts))}.</p>"
    if result.is_interrupted:
        yield "<p><strong>The run was interrupted.</strong></p>"
    if result.left_behind:
        yield f"<p><strong>Left behind on the server:</strong> {escape(', '.join(result.left_behind))}</p>"
    yield from _filters(result)
    for group in dict.fromkeys(one.group for one in result.results):
        yield f'<section aria-labelledby="group-{group}"><h2 id="group-{group}">{escape(group)}</h2>'
        for one in result.results:
            if one.group == group:
                yield from _case(one)
        yield "</section>"
    yield f"</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"


def _filters(result: SuiteResult) -> Iterator[str]:
    yield "<fieldset><legend>Show</legend>"
    for verdict, number in result.counts.items():
        meaning = escape(_WORDS[CaseVerdict(verdict)])
        yield (
            f'<label title="{meaning}"><input type="checkbox" name="verdict" value="{verdict}" checked> '
            f'<span class="verdict {verdict}">{verdict}</span> {number}</label>'
        )
    yield '<label>with the words <input type="search" id="search"></label> <span id="count" role="status"></span></fieldset>'


def _case(one: CaseResult) -> Iterator[str]:
    words = escape(" ".join((one.identity, one.title, *one.reasons)).lower())
    yield f'<article data-verdict="{one.verdict.value}" data-words="{words}">'
    yield f'<h3><span class="verdict {one.verdict.value}">{one.verdict.value}</span> <code>{escape(one.identity)}</code></h3>'
    yield f'<p>{escape(one.title)}. <a href="{escape(one.link)}">{escape(one.requirement)}</a></p>'
    for reason in one.reasons:
        yield f"<p>{escape(reason)}</p>"
    if one.explained:
        yield f"<p><strong>{escape(one.explained.verdict.value)}:</strong> {escape(one.explained.why)}</p>"
    if one.needs:
        yield f"<p>needs: {escape(', '.join(one.needs))}</p>"
    if one.steps:
        requests = "1 request" if len(one.steps) == 1 else f"{len(one.steps)} requests"
        yield f"<details><summary>Evidence: {requests} in {one.seconds:.2f} seconds</summary>"
        for step in one.steps:
            yield from _step(step)
        yield "</details>"
    yield "</article>"


def _step(step: StepEvidence) -> Iterator[str]:
    yield f'<pre tabindex="0">{escape(step.curl)}</pre>'
    yield f'<pre tabindex="0">{step.status or "no answer"}\n{escape(step.answer)}</pre>'
