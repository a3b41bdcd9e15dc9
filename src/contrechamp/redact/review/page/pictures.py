"""What the page shows: each file has a cell of its own, which stays for the next picture."""

import base64
import binascii
import tempfile
from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from contrechamp.base.i18n import active_language
from contrechamp.base.shown_text import shown
from contrechamp.cell import libreoffice
from contrechamp.cell.running import Cell, OurError, Room
from contrechamp.redact.containers.limits import MAX_NAME
from contrechamp.redact.converting import as_file
from contrechamp.redact.kinds import PDF, FileKind
from contrechamp.redact.process.isolation import kind_in, limits_for, run_job
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.request import Request
from contrechamp.redact.review.page.bench import Bench
from contrechamp.redact.review.page.seeding import Seeds

#: Files that have a cell at the same time: an original and its copy, and the next ones.
_OPEN = 4
_ROOM = "contrechamp.redact.review.page"


@dataclass(frozen=True)
class Seen:
    """What is looked at.

    Args:
        key: of the copy.
        what: ``copy`` or ``source``.
        part: which file within it; None for itself.
    """

    key: str
    what: str
    part: int | None = None


@dataclass(frozen=True)
class _Opened:
    """A file with its cell, and what ends both."""

    stack: ExitStack
    cell: Cell
    path: Path
    workshop: Path
    kind: FileKind
    #: The original, where a cover is lifted off its copy.
    below: Path | None = None


class Pictures:
    """Cells that show files; they end with the block."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        """Begin.

        Args:
            bench: whose files are shown.
            folder: in memory, where the workshops of cells are.
        """
        self._bench, self._folder = bench, folder
        #: Covers that are left out of what is shown.
        self.seeds = Seeds()
        self._open: OrderedDict[Seen, _Opened] = OrderedDict()

    def jpeg(self, seen: Seen, at: float, side: int, crop: tuple[float, ...] | None) -> bytes:
        """Return a picture of a copy or of its original.

        Raises:
            InputError: there is none.
        """
        return self._taken(seen, at, side, crop)[0]

    def size(self, key: str, at: float) -> tuple[float, float]:
        """Return width and height of an original at a moment, in the units of boxes.

        Raises:
            InputError: there is no picture.
        """
        return self._taken(Seen(key, "source"), at, 16, None)[1]

    def look(self, seen: Seen) -> dict[str, Any]:
        """Return what there is to see, as `contrechamp.redact.review.page.reading.look` says it.

        Raises:
            InputError: it cannot be read.
        """
        opened = self._opened(seen)
        answer = self._called(seen, opened, "reading:look", {})
        try:
            parts = [shown(str(name))[:MAX_NAME] for name in answer["parts"]]
            return {
                "shows": "picture" if answer["shows"] == "picture" else "text",
                "pages": int(answer["pages"]),
                "text": str(answer["text"]),
                "cut": bool(answer["cut"]),
                "parts": parts,
            }
        except (TypeError, ValueError, KeyError) as error:
            raise OurError("look", "pictures.py") from error

    def _taken(
        self, seen: Seen, at: float, side: int, crop: tuple[float, ...] | None
    ) -> tuple[bytes, tuple[float, float]]:
        opened = self._opened(seen)
        arguments: dict[str, Any] = {"kind": opened.kind.kind, "at": at, "side": side, "crop": crop}
        if opened.below is not None:
            arguments["lifted"] = [str(opened.below), self.seeds.box_of(seen.key)]
        answer = self._called(seen, opened, "rendering:take", arguments)
        try:
            width, height = map(float, answer["size"])
            return base64.b64decode(answer["jpeg"], validate=True), (width, height)
        except (TypeError, ValueError, KeyError, binascii.Error) as error:
            raise OurError("picture", "pictures.py") from error

    def _called(self, seen: Seen, opened: _Opened, function: str, arguments: dict[str, Any]) -> Any:
        job = MaskingJob(
            function=f"{_ROOM}.{function}",
            source=opened.path,
            target=opened.workshop / "part",
            request=Request(),
            limits=limits_for(opened.path, moving=False, minutes=1),
            language=active_language(),
            workshop=opened.workshop,
            arguments=arguments,
        )
        try:
            return run_job(opened.cell, job)
        except BaseException:
            self.forget(seen.key)
            raise

    def forget(self, key: str) -> None:
        """End the cells of a file."""
        for one in [one for one in self._open if one.key == key]:
            self._open.pop(one).stack.close()

    def _opened(self, seen: Seen) -> _Opened:
        found = self._open.get(seen)
        if found is None:
            within = None if seen.part is None else self._opened(replace(seen, part=None))
            found = self._newly_opened(seen, within)
            while len(self._open) >= _OPEN:
                self._open.popitem(last=False)[1].stack.close()
            self._open[seen] = found
        self._open.move_to_end(seen)
        return found

    def _newly_opened(self, seen: Seen, within: _Opened | None) -> _Opened:
        bench, name = self._bench, self._bench.called(seen.key)
        with ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(dir=self._folder)
            workshop = Path(stack.enter_context(folder))
            if within is not None:
                self._called(seen, within, "reading:extract", {"number": seen.part})
                path = (within.workshop / "part").rename(workshop / "source")
                if path.is_symlink() or not path.is_file():
                    raise OurError("part", "pictures.py")
            else:
                opened = bench.copy if seen.what == "copy" else bench.original
                path = stack.enter_context(opened(seen.key))
            below = None
            if seen.what == "copy" and seen.part is None and self.seeds.box_of(seen.key):
                below = stack.enter_context(bench.original(seen.key)).absolute()
            cell = self._cell(path, workshop, name, stack, below)
            kind = kind_in(cell, path, name)
            if kind.by_way_of == "PDF" or (kind.kind == "office" and libreoffice.installed()):
                made = as_file(path, kind, PDF.suffix, name, unconfined=bench.unconfined)
                path, _lost = stack.enter_context(made)
                cell, kind = self._cell(path, workshop, name, stack), PDF
            return _Opened(stack.pop_all(), cell, path, workshop, kind, below)

    def _cell(
        self, path: Path, workshop: Path, name: str, stack: ExitStack, below: Path | None = None
    ) -> Cell:
        readable = (path,) if below is None else (path, below)
        room = Room(limits_for(path, moving=True), active_language(), readable, workshop)
        return stack.enter_context(Cell(room, name, unconfined=self._bench.unconfined))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for opened in self._open.values():
            opened.stack.close()
        self._open.clear()
