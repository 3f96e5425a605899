"""Consoles that show no control character of the text they are given: input and file names cannot steer a terminal."""

import sys

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

from adapter.cli.steering import harmless

_WIDE = 400
"""The width of tables for programs: what is looked for stands on one line."""


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
