"""Verifying what is in the files of objects: contents that decrypt to what was added, and no more.

It goes on in a thread while the rest of a case is verified, and decrypts in a process beside ours.
"""

import io
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, pairwise
from threading import Event
from typing import BinaryIO

from contrechamp.base.errors import InputError
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.vault import checking, object_keys, objects
from contrechamp.vault.case import Case
from contrechamp.vault.checking import Checker, Digests
from contrechamp.vault.discrepancies import Discrepancy
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.objects import Place

#: Packs that are open while the objects of the first of them are decrypted.
_OPEN = 3


@contextmanager
def begun(case: Case, progress: Progress) -> Iterator[Callable[[], list[Discrepancy]]]:
    """Begin to verify the contents of a case; yield what waits for the outcome.

    Within the ``with`` block only `progress` must be left alone. Where it is left early, the work
    ends as well.
    """
    keys = list(object_keys.every(case))
    stopped = Event()
    work = _Work(case.folder, keys, object_keys.erasing(case), progress, stopped)
    if len(keys) < checking.MANY:
        yield lambda: list(work.discrepancies())
        return
    with ThreadPoolExecutor(1) as thread:
        try:
            yield thread.submit(lambda: list(work.discrepancies())).result
        finally:
            stopped.set()


@dataclass(frozen=True)
class _Pack:
    """A file of objects that is open, and what its objects are asked about."""

    path: str
    file: BinaryIO
    keys: Sequence[ObjectKey]


@dataclass(frozen=True)
class _Work:
    """All that is to be looked at.

    Args:
        folder: of the case.
        keys: of all objects, file by file.
        erasing: where objects lie whose keys are erased, by path of the file.
        progress: is told how many bytes were read.
        stopped: whether nobody waits for the outcome any more.
    """

    folder: HeldFolder
    keys: Sequence[ObjectKey]
    erasing: Mapping[str, Sequence[Place]]
    progress: Progress
    stopped: Event

    def discrepancies(self) -> Iterator[Discrepancy]:
        """Yield what is wrong, file by file."""
        with (
            self.progress(_("Verifying"), sum(key.size for key in self.keys)) as advance,
            Checker(sum(key.place.length is not None for key in self.keys)) as checker,
        ):
            waiting: deque[_Pack] = deque()

            def read(count: float) -> None:
                if self.stopped.is_set():
                    raise InputError("")
                advance(count)

            try:
                yield from self._through(checker, waiting, read)
            finally:
                for pack in waiting:
                    pack.file.close()

    def _through(
        self, checker: Checker, waiting: deque[_Pack], advance: Callable[[float], None]
    ) -> Iterator[Discrepancy]:
        for path, several in groupby(self.keys, key=lambda key: key.place.path):
            if self.stopped.is_set():
                return
            if self.folder.stat(path) is None:
                continue  # reported as missing by `verifying`
            try:
                file = self.folder.open(path)
            except (InputError, OSError) as error:
                yield Discrepancy("altered", _where(path), str(error))
                continue
            waiting.append(_Pack(path, file, list(several)))
            checker.ask(file.fileno(), waiting[-1].keys)
            if len(waiting) >= _OPEN:
                yield from self._first(checker, waiting, advance)
        while waiting:
            yield from self._first(checker, waiting, advance)

    def _first(
        self, checker: Checker, waiting: deque[_Pack], advance: Callable[[float], None]
    ) -> Iterator[Discrepancy]:
        """Check the objects in the file that waits longest, and that nothing else is in it."""
        pack = waiting.popleft()
        keys, where = pack.keys, _where(pack.path)
        with pack.file as file:
            try:
                for key, known in zip(keys, checker.answers(len(keys)), strict=True):
                    yield from _content(self.folder, file, key, known, advance)
                if keys[0].place.length is not None:
                    erasing = self.erasing.get(pack.path, [])
                    yield from _between(file, where, [key.place for key in keys], erasing)
                elif len(keys) > 1:
                    yield Discrepancy("altered", where, _("objects overlap in it"))
            except (InputError, OSError) as error:
                yield Discrepancy("altered", where, str(error))


def _where(path: str) -> str:
    return path.removeprefix(f"{objects.FOLDER}/")


def _content(
    folder: HeldFolder,
    file: BinaryIO,
    key: ObjectKey,
    known: Digests | None,
    advance: Callable[[float], None],
) -> Iterator[Discrepancy]:
    """Compare a content with what was added.

    Args:
        folder: of the case.
        file: in which the object lies.
        key: of the object.
        known: what was found of it already.
        advance: is told of bytes.
    """
    where = _where(key.place.path)
    try:
        if known is not None:
            got = known
            advance(got.size)
        elif key.place.length is None:
            got = Digests(
                *objects.read_object(folder, key.place, key.identity, objects.Discard(), advance)
            )
        else:
            got = checking.digests_of(objects.packed_content(file, key.place, key.identity))
            advance(got.size)
    except InputError as error:
        yield Discrepancy("altered", where, str(error))
        return
    if got != (key.size, key.sha256, key.blake3):
        yield Discrepancy("altered", where, _("the content is not what was added"))


def _between(
    file: BinaryIO, where: str, places: Sequence[Place], erasing: Sequence[Place]
) -> Iterator[Discrepancy]:
    """Check that objects in a pack do not overlap, and that only zeros lie beside them.

    Args:
        file: the pack.
        where: its name.
        places: of the objects in it.
        erasing: of those whose keys are erased, and whose bytes may not be yet.
    """
    ranges = sorted(
        (place.start, place.start + (place.length or 0)) for place in (*places, *erasing)
    )
    if any(one[1] > two[0] for one, two in pairwise(ranges)):
        yield Discrepancy("altered", where, _("objects overlap in it"))
    for start, end in objects.uncovered(0, file.seek(0, io.SEEK_END), ranges):
        if not objects.is_zero(file, start, end):
            message = _("it holds bytes from {start} to {end} that belong to no item of the case")
            yield Discrepancy("extra", where, message.format(start=start, end=end))
