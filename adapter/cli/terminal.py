"""Consoles that show no control character of the text they are given: input and file names cannot steer a terminal."""

import re
import sys

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

_WIDE = 400
"""The width of tables for programs: what is looked for stands on one line."""
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 but tab and line feed, marks and overrides of direction, line separators, and halves of characters."""
_SHOWN = "\N{REPLACEMENT CHARACTER}"


def harmless(text: str) -> str:
    """The text with a sign in place of each character that could steer a terminal."""
    return _STEERING.sub(_SHOWN, text)


def escaped_json(content: bytes) -> bytes:
    """JSON with such characters as escapes: the same values."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", content.decode()).encode()


class _Harmless:
    """What is to be shown, without what could steer a terminal."""

    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)


class _Hook(RenderHook):
    """Passes all that a console shows through `harmless`."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """The same, harmless."""
        return [_Harmless(renderable) for renderable in renderables]


class Terminal(Console):
    """A console that shows no control characters, and leaves a reader who has gone to whoever runs the command."""

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError instead of ending the program with an exit code of rich's own."""
        raise BrokenPipeError


def _terminal(*, stderr: bool) -> Terminal:
    # rich leaves out colours where there is no terminal, and where NO_COLOR is set.
    wide = None if stderr or sys.stdout.isatty() else _WIDE
    terminal = Terminal(stderr=stderr, highlight=False, soft_wrap=True, width=wide)
    terminal.push_render_hook(_Hook())
    return terminal


out = _terminal(stderr=False)
err = _terminal(stderr=True)
