"""Reads content of strangers in the cell: a child for each, which answers in plain values.

    with opened_cell(limits, ["package.readers"]) as cell:
        for value in cell.read("package.readers:rows", content, {"name": "list.csv"}):
            ...

A warm process (`cell.template`) is started with the first content and forks a child for each, so
that what one content does to its reader cannot touch the answer about the next; the child for the
next is made ready meanwhile. It is confined before it is told what to read. It is given no path and
no key: it asks for ranges of the content, which this process takes from whatever it has (an open
file, decrypted bytes), and yields JSON values and pieces of bytes. It may have been taken over, so
whatever it sends is checked: here for size, depth and form, by the caller for what it is to mean.
"""

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, Protocol

from contrechamp.cell import failures
from contrechamp.cell.closed import is_closed
from contrechamp.cell.conversation import Conversation
from contrechamp.cell.limits import ReadingLimits
from contrechamp.cell.warm_process import WarmProcess


class Reads(Protocol):
    """What reads content: a `Cell`."""

    #: Whether anything was read without all of the restrictions in force.
    read_unconfined: bool

    def read(
        self, function: str, content: IO[bytes], arguments: Mapping[str, Any], *, where: str = ""
    ) -> Iterator[Any]:
        """Yield what a function yields that is given some content."""

    def close(self) -> None:
        """End what reads."""


class OwnContent:
    """Reads content that came with this program, which is no stranger's: here, and at once."""

    read_unconfined = False

    def read(
        self, function: str, content: IO[bytes], arguments: Mapping[str, Any], *, where: str = ""
    ) -> Iterator[Any]:
        """Yield what a function yields that is given some content, as `Cell.read` does."""
        content.seek(0)
        yield from pkgutil.resolve_name(function)(content, **arguments)

    def close(self) -> None:
        """Do nothing."""


class Cell:
    """Children that read, and the template that they are forked from; see `opened_cell`."""

    def __init__(
        self, limits: ReadingLimits, modules: Sequence[str] = (), *, unconfined: bool = False
    ) -> None:
        self.limits = limits
        self.unconfined = unconfined
        #: Whether anything was read without all of the restrictions in force.
        self.read_unconfined = False
        self._modules = modules
        self._warm: WarmProcess | None = None

    def start(self) -> None:
        """Start the template now, so that it is warm when there is something to read.

        Raises:
            CellError: if it cannot be started.
        """
        if self._warm is None:
            self._warm = WarmProcess(self.limits.process, self._modules)

    def read(
        self,
        function: str,
        content: IO[bytes],
        arguments: Mapping[str, Any],
        *,
        where: str = "",
    ) -> Iterator[Any]:
        """Yield what a function yields that is given some content, in a child of its own.

        Args:
            function: ``module:function``; it is given the content as a seekable file, and yields
                values that JSON can hold (decimals stay exact) or bytes.
            content: seekable; read on demand, and not closed.
            arguments: further keyword arguments, which JSON can hold.
            where: what the user calls the content, for errors.

        Raises:
            CellError: if the child ended without an answer, exceeded a limit, sent what no reader
                sends, or could not be confined.
            InputError: as raised by the function.
            OSError: if the content cannot be read.
        """
        self.start()
        assert self._warm is not None  # noqa: S101  for the type
        child = Conversation(self._warm, self.limits, content, where)
        try:
            in_force = child.in_force()
            if not is_closed(in_force):
                if not self.unconfined:
                    raise failures.unconfined(in_force, where)
                self.read_unconfined = True
            yield from child.answers(function, arguments)
        finally:
            child.close()

    def close(self) -> None:
        """End the template and all children."""
        if self._warm is not None:
            self._warm.close()
            self._warm = None


@contextmanager
def opened_cell(
    limits: ReadingLimits, modules: Sequence[str] = (), *, unconfined: bool = False
) -> Iterator[Cell]:
    """Yield a cell; nothing of it is left behind.

    Args:
        limits: what each content may cost.
        modules: imported once, before children are forked; the others are imported by each child.
        unconfined: go on where this machine cannot confine a child.
    """
    cell = Cell(limits, modules, unconfined=unconfined)
    try:
        yield cell
    finally:
        cell.close()
