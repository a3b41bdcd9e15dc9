"""Pictures for the page: each file has a cell of its own, which stays for the next picture."""

import base64
import binascii
import tempfile
from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from contrechamp.base.i18n import active_language
from contrechamp.cell.running import Cell, OurError
from contrechamp.redact.process.isolation import cell_for, limits_for, run_job
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.request import Request
from contrechamp.redact.review.page.bench import Bench

#: Files that have a cell at the same time: an original and its copy, and the next ones.
_OPEN = 4


class Pictures:
    """Cells that render pictures; they end with the block."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        """Begin.

        Args:
            bench: whose files are shown.
            folder: in memory, where the workshops of cells are.
        """
        self._bench, self._folder = bench, folder
        self._open: OrderedDict[tuple[str, str], tuple[ExitStack, Cell, Path, Path]] = OrderedDict()

    def jpeg(
        self, key: str, what: str, at: float, side: int, crop: tuple[float, ...] | None
    ) -> bytes:
        """Return a picture of a copy (``copy``) or of its original (``source``).

        Raises:
            InputError: there is none.
        """
        return self._taken(key, what, at, side, crop)[0]

    def size(self, key: str, at: float) -> tuple[float, float]:
        """Return width and height of an original at a moment, in the units of boxes.

        Raises:
            InputError: there is no picture.
        """
        return self._taken(key, "source", at, 16, None)[1]

    def _taken(
        self, key: str, what: str, at: float, side: int, crop: tuple[float, ...] | None
    ) -> tuple[bytes, tuple[float, float]]:
        cell, source, workshop = self._cell(key, what)
        kind = self._bench.made(key).outcome.kind
        job = MaskingJob(
            function="contrechamp.redact.review.page.rendering:take",
            source=source,
            target=workshop / "none",
            request=Request(),
            limits=limits_for(source, moving=False, minutes=1),
            language=active_language(),
            workshop=workshop,
            arguments={"kind": kind, "at": at, "side": side, "crop": crop},
        )
        try:
            answer: Any = run_job(cell, job)
            width, height = map(float, answer["size"])
            return base64.b64decode(answer["jpeg"], validate=True), (width, height)
        except (TypeError, ValueError, KeyError, binascii.Error) as error:
            raise OurError("picture", "pictures.py") from error
        except BaseException:
            self.forget(key)
            raise

    def forget(self, key: str) -> None:
        """End the cells of a file."""
        for one in [one for one in self._open if one[0] == key]:
            self._open.pop(one)[0].close()

    def _cell(self, key: str, what: str) -> tuple[Cell, Path, Path]:
        found = self._open.get((key, what))
        if found is None:
            while len(self._open) >= _OPEN:
                self._open.popitem(last=False)[1][0].close()
            found = self._open[key, what] = self._opened(key, what)
        self._open.move_to_end((key, what))
        return found[1:]

    def _opened(self, key: str, what: str) -> tuple[ExitStack, Cell, Path, Path]:
        bench = self._bench
        with ExitStack() as stack:
            opened = bench.copy(key) if what == "copy" else bench.original(key)
            source = stack.enter_context(opened)
            workshop = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self._folder)))
            limits = limits_for(source, moving=True)
            cell = cell_for(
                source, workshop, bench.called(key), limits, unconfined=bench.unconfined
            )
            stack.enter_context(cell)
            return stack.pop_all(), cell, source, workshop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for stack, *_rest in self._open.values():
            stack.close()
        self._open.clear()
