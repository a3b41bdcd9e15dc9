"""The masked copies of a folder on the page of their review: ``OUT/masked/`` and ``OUT/review/``.

Nobody signs there: what was found is kept beside the copy, with the digests of copy and sidecar,
and counts for nothing once a byte of either is another one.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.files import new_file, read_bounded
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.cell.workshop import empty
from contrechamp.redact import made as making
from contrechamp.redact.made import Made
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.placing import MASKED, REVIEW, SIDECAR
from contrechamp.redact.request import Request
from contrechamp.redact.review.kept_run import kept_run
from contrechamp.redact.review.sheets import write_index
from contrechamp.redact.sidecar import SUFFIX as BOXES
from contrechamp.redact.sources import SourceFile

FORMAT: Final = "contrechamp/copy-review-1"
ANSWERS: Final = ".review.json"
_MOST_ANSWERS: Final = 16 << 20


def is_run(folder: Path) -> bool:
    """Tell whether a folder was made by ``mask -o``, with what a review needs."""
    return any((folder / REVIEW).glob(f"*{SIDECAR}"))


class FolderBench:
    """Masked copies of a folder; see `bench.Bench`. Their names are those of the files."""

    signs = False

    def __init__(
        self, folder: Path, words: Request | None = None, *, unconfined: bool = False
    ) -> None:
        """Begin.

        Args:
            folder: made by ``mask -o``.
            words: the words and spellings that were taken out of documents: they are not kept.
            unconfined: read files also where what reads them cannot be confined.

        Raises:
            InputError: a sidecar cannot be read.
        """
        self._folder, self.unconfined = folder, unconfined
        self._words = words or Request()
        self._made = {
            path.name.removesuffix(SIDECAR): making.unpacked(path.read_bytes(), path.name)
            for path in sorted((folder / REVIEW).glob(f"*{SIDECAR}"))
        }
        self._made = {key: one for key, one in self._made.items() if self._copy(key).is_file()}

    def copies(self) -> Sequence[str]:
        """Return the names of the copies, those with most to be looked at first before others."""

        def urgent(key: str) -> tuple[int, int]:
            looks = self._made[key].outcome.looks
            return -sum(look.urgency == 1 for look in looks), -len(looks)

        return sorted(self._made, key=urgent)

    def called(self, key: str) -> str:
        """Return the name of a copy."""
        return key

    def made(self, key: str) -> Made:
        """Return how a copy was made."""
        return self._made[key]

    def asked(self, key: str) -> Sequence[int]:
        """Return all places of a copy, or none if its answers are there and hold."""
        if self.is_reviewed(key):
            return []
        return range(len(self.made(key).outcome.looks) + 1)

    def is_reviewed(self, key: str) -> bool:
        """Return whether answers on just these bytes lie beside a copy."""
        path = self._beside(key, ANSWERS)
        try:
            said = json.loads(read_bounded(path, _MOST_ANSWERS, where=path.name))
        except (InputError, ValueError, RecursionError):
            return False
        return isinstance(said, dict) and {**said, **self._digests(key)} == said

    @contextmanager
    def original(self, key: str) -> Iterator[Path]:
        """Give the original to a cell."""
        path = Path(self.made(key).source)
        if not path.is_file():
            raise InputError(_("the original is not where it was"), where=str(path))
        yield path

    @contextmanager
    def copy(self, key: str) -> Iterator[Path]:
        """Give the copy to a cell."""
        yield self._copy(key).absolute()

    def again(self, key: str, boxes: bytes) -> str:
        """Make a copy again, in the place of the one that was there.

        Raises:
            InputError: the boxes do not suit it, its original is gone, or words are lacking.
            CheckFailedError: the new copy failed a check; the one that was there stays.
        """
        made = self.made(key)
        if made.request.words and not self._words.words:
            raise InputError(
                _("words were taken out of it, and are not kept: give them with --words-file"),
                where=key,
            )
        request = replace(
            made.request, hand=None, words=self._words.words, spellings=self._words.spellings
        )
        drawn = self._beside(key, BOXES)
        with new_file(drawn, shown=drawn.name) as partial:
            partial.write_bytes(boxes)
        aside = self._folder / f".again-{secrets.token_hex(4)}"
        kept = kept_run(self._folder / MASKED, self._folder / REVIEW, self._made)
        called = next(one.source for one in kept.masked if one.copy.name == key)
        source = SourceFile(Path(made.source), called, drawn)
        try:
            settings = Settings(request, unconfined=self.unconfined, copy_name=key)
            run = mask_files([source], aside, settings)
            for unmasked in run.unmasked:
                raise unmasked.error
            [masked] = run.masked
            masked.copy.replace(self._copy(key))
            masked.sheet.replace(self._beside(key, ".html"))
            sidecar = aside / REVIEW / f"{masked.copy.name}{SIDECAR}"
            sidecar.replace(self._beside(key, SIDECAR))
        finally:
            empty(aside)
            if aside.is_dir():
                aside.rmdir()
        path = self._beside(key, SIDECAR)
        self._made[key] = making.unpacked(path.read_bytes(), path.name)
        kept.masked = [
            replace(masked, source=one.source, copy=one.copy, sheet=one.sheet)
            if one.copy.name == key
            else one
            for one in kept.masked
        ]
        write_index(kept, self._folder / REVIEW)
        return key

    def sign(self, said: Mapping[str, Any], hidden: tuple[int, int] | None = None) -> list[str]:
        """Keep answers beside their copies.

        Raises:
            InputError: they are of no copy of the folder.
        """
        lines = []
        for one in said.get("copies", ()):
            key = one.get("copy") if isinstance(one, dict) else None
            if key not in self._made:
                raise InputError(_("there is no such copy in the folder"), where=str(key)[:80])
            if not one.get("looks"):
                continue
            kept = {"format": FORMAT, **self._digests(key), "looks": one["looks"],
                    "spans": one.get("spans", []), "verdict": one.get("verdict", "")}  # fmt: skip
            if hidden:
                kept["hidden"] = {"shown": hidden[0], "marked": hidden[1]}
            path = self._beside(key, ANSWERS)
            with new_file(path, shown=path.name) as partial:
                partial.write_text(json_text(kept, indent=1))
            lines.append(_("{copy}: reviewed").format(copy=key))
        return lines

    def _digests(self, key: str) -> dict[str, str]:
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in (
                ("copy_sha256", self._copy(key)),
                ("sidecar_sha256", self._beside(key, SIDECAR)),
            )
        }

    def _copy(self, key: str) -> Path:
        return self._folder / MASKED / key

    def _beside(self, key: str, suffix: str) -> Path:
        return self._folder / REVIEW / f"{key}{suffix}"
