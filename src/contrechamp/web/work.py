"""Work that takes long, one piece at a time, in a thread of its own: how far it is, and its end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _
from contrechamp.base.our_place import place_in_ours
from contrechamp.base.progress import Progress

#: Does the work: is given progress, and yields lines on what came of it.
Does = Callable[[Progress], Iterator[str]]


class CancelledError(ContrechampError):
    """Raised within work that was cancelled, where it next says how far it is."""


@dataclass
class Piece:
    """A piece of work.

    Args:
        title: what is done, for its page.
        back: address of the page that it was begun on.
        label: of the step that is under way.
        done: of that step.
        total: of that step; None if nobody knows.
        lines: on what came of it.
        error: why it ended early; "" if it did not.
        cancelled: it is to end.
        running: it has not ended.
    """

    title: str
    back: str
    label: str = ""
    done: float = 0.0
    total: float | None = None
    lines: list[str] = field(default_factory=list)
    error: str = ""
    cancelled: bool = False
    running: bool = True

    def check(self) -> None:
        """Raise `CancelledError` once it is to end."""
        if self.cancelled:
            raise CancelledError(_("stopped; what was done before stays"))

    @contextmanager
    def progress(self, label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        """Note how far a step is; see `base.progress.Progress`."""
        before = self.label, self.done, self.total
        self.label, self.done, self.total = label, 0.0, total

        def advance(amount: float) -> None:
            self.done += amount
            self.check()

        self.check()
        try:
            yield advance
        finally:
            self.label, self.done, self.total = before


class Work:
    """The piece of work that is under way, or was the last."""

    def __init__(self) -> None:
        self.piece: Piece | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether any is under way."""
        return self.piece is not None and self.piece.running

    def begin(self, title: str, back: str, does: Does) -> None:
        """Begin a piece of work.

        Raises:
            InputError: if another one is under way.
        """
        self.check_free()
        piece = self.piece = Piece(title, back)
        self._thread = threading.Thread(target=self._do, args=(piece, does), daemon=True)
        self._thread.start()

    def check_free(self) -> None:
        """Check that none is under way.

        Raises:
            InputError: if any is.
        """
        if self.is_running:
            raise InputError(_("other work is under way: wait until it is done, or stop it"))

    def say(self, line: str) -> None:
        """Add a line on what came of the piece that is under way, between those it yields."""
        if self.piece is not None:
            self.piece.lines.append(line)

    def _do(self, piece: Piece, does: Does) -> None:
        try:
            for line in does(piece.progress):
                piece.lines.append(line)
                piece.check()
        except ContrechampError as error:
            piece.error = str(error)
        except Exception as error:  # of ours: told, and the workbench goes on
            message = _("this should not have happened ({kind} in {place}); please report it")
            place = place_in_ours(error) or "contrechamp"
            piece.error = message.format(kind=type(error).__name__, place=place)
        finally:
            piece.running = False

    def cancel(self) -> None:
        """Have it end where it next says how far it is."""
        if self.piece is not None:
            self.piece.cancelled = True

    def end(self, within_s: float) -> None:
        """Have it end, and wait for that; then forget it."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(within_s)
        self.piece = None
