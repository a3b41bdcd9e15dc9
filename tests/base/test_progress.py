"""Progress: bars where somebody looks, silence elsewhere."""

import io

from rich.console import Console

from contrechamp.base.progress import on_terminal, silent


def test_nothing_is_printed_where_it_is_no_terminal() -> None:
    stream = io.StringIO()
    progress = on_terminal(Console(file=stream, force_terminal=False))
    with progress("draws", 10) as advance:
        advance(10)
    assert stream.getvalue() == ""
    assert progress is silent


def test_a_terminal_shows_the_label_and_the_share_done() -> None:
    stream = io.StringIO()
    with on_terminal(Console(file=stream, force_terminal=True, width=80))("draws", 4) as advance:
        advance(1)
        advance(1)
    shown = stream.getvalue()
    assert "draws" in shown
    assert "50%" in shown


def test_a_label_with_brackets_is_shown_as_it_is() -> None:
    stream = io.StringIO()
    with on_terminal(Console(file=stream, force_terminal=True, width=80))("a[/b].pdf", 1):
        pass
    assert "a[/b].pdf" in stream.getvalue()
