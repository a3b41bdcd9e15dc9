"""Masked copies of a case on the page of their review; the case is open only while it is asked."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from contrechamp.base.json_text import json_text
from contrechamp.dossier.records.publications import HiddenCovers
from contrechamp.publish.masking import answers
from contrechamp.publish.masking.case_items import Desk, mask_items
from contrechamp.redact.made import Made
from contrechamp.redact.masking import Settings
from contrechamp.redact.run import Unmasked
from contrechamp.vault import masked_copies
from contrechamp.vault.case import Case
from contrechamp.wording.masked_copies import copy_of

_ITEM = "item/"


class CaseBench:
    """Masked copies of a case; see `redact.review.page.bench`. Their names are ids of items."""

    signs = True

    def __init__(
        self,
        opening: Callable[[bool], AbstractContextManager[Case]],
        copies: Sequence[str],
        folder: Path,
        *,
        now: Callable[[], datetime],
        unconfined: bool = False,
    ) -> None:
        """Begin.

        Args:
            opening: opens the case, for writing or not.
            copies: references, the worst first.
            folder: in memory, empty, the user's alone.
            now: for the log.
            unconfined: read files also where what reads them cannot be confined.
        """
        self._opening, self._folder, self._now = opening, folder, now
        self.unconfined = unconfined
        self._keys = [one.removeprefix(_ITEM) for one in copies]
        self._made: dict[str, Made] = {}
        self._asked: dict[str, list[int]] = {}
        with opening(False) as case:
            for key in self._keys:
                self._read(case, key)

    def copies(self) -> Sequence[str]:
        """Return the ids of the copies."""
        return self._keys

    def called(self, key: str) -> str:
        """Return what a copy is of."""
        return copy_of(self.made(key).source)

    def made(self, key: str) -> Made:
        """Return how a copy was made."""
        return self._made[key]

    def asked(self, key: str) -> Sequence[int]:
        """Return the places that whoever opens the case is to answer."""
        return self._asked[key]

    def original(self, key: str) -> AbstractContextManager[Path]:
        """Give the original to a cell."""
        return self._in_memory(self.made(key).source)

    def copy(self, key: str) -> AbstractContextManager[Path]:
        """Give the copy to a cell."""
        return self._in_memory(f"{_ITEM}{key}")

    def again(self, key: str, boxes: bytes) -> str:
        """Make a copy again, as an item of its own; the one that was there stays as it is.

        Raises:
            InputError: the boxes do not suit it.
            CheckFailedError: the new copy failed a check.
        """
        made = self.made(key)
        settings = Settings(replace(made.request, hand=None), unconfined=self.unconfined)
        with self._opening(True) as case:
            desk = Desk(case, self._folder, self._now)
            [done] = mask_items(desk, [made.source], settings, boxes={made.source: boxes})
            if isinstance(done, Unmasked):
                raise done.error
            new = done.copy.removeprefix(_ITEM)
            self._read(case, new)
        self._keys[self._keys.index(key)] = new
        return new

    def sign(self, said: Mapping[str, Any], hidden: tuple[int, int] | None = None) -> list[str]:
        """Sign answers as whoever opens the case.

        Raises:
            InputError: an answer does not fit its copy.
        """
        copies = [{**one, "copy": f"{_ITEM}{one['copy']}"} for one in said.get("copies", ())]
        content = json_text({"format": answers.FORMAT, "copies": copies})
        with self._opening(True) as case:
            given = answers.read(content, "answers")
            stored = answers.sign(
                case,
                given,
                hidden=hidden and HiddenCovers(shown=hidden[0], marked=hidden[1]),
                now=self._now,
                random=secrets.token_bytes,
            )
            return [
                answers.line(case, one.copy, review.ref, one.verdict)
                for one, review in zip(given, stored, strict=True)
            ]

    def _read(self, case: Case, key: str) -> None:
        ref = f"{_ITEM}{key}"
        self._made[key], self._asked[key] = answers.made_of(case, ref), answers.asked(case, ref)

    @contextmanager
    def _in_memory(self, item: str) -> Iterator[Path]:
        with self._opening(False) as case:
            held = masked_copies.in_memory(case, item)
            path = held.__enter__()
        try:
            yield path
        finally:
            held.__exit__(None, None, None)
