"""From an item of a case to a masked copy in the same case, with nothing plain on a disk.

The content is decrypted into a file without a name in memory, which the cell is given to read. What
the cell makes lies in a folder in memory until it is sealed in the case, and is removed then.
"""

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.reading import lookup
from contrechamp.redact import made as making
from contrechamp.redact.faces.search import COVER_AT
from contrechamp.redact.made import Made
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.outcome import SEARCHED, WRITTEN, Outcome, taken_out
from contrechamp.redact.run import Masked, Unmasked
from contrechamp.redact.sources import SourceFile
from contrechamp.vault import masked_copies, turns
from contrechamp.vault.case import Case, Random


@dataclass(frozen=True)
class MaskedItem:
    """An item that has a masked copy in the case.

    Args:
        item: reference to the item.
        copy: reference to its copy.
        sidecar: reference to the copy's sidecar.
        outcome: of the masker.
    """

    item: str
    copy: str
    sidecar: str
    outcome: Outcome


@dataclass(frozen=True)
class Desk:
    """Where items are masked, and what is done with what comes of it.

    Args:
        case: open for writing.
        folder: in memory, empty, the user's alone.
        now: for the log.
        random: source of ids, and of what makes digests unguessable.
        reason: why, in the user's words.
    """

    case: Case
    folder: Path
    now: Callable[[], datetime]
    random: Random = secrets.token_bytes
    reason: str = ""


def mask_items(
    desk: Desk,
    items: Sequence[str],
    settings: Settings,
    *,
    boxes: Mapping[str, bytes] | None = None,
    progress: Progress = silent,
) -> Iterator[MaskedItem | Unmasked]:
    """Mask items one by one; what is yielded as masked is in the case.

    Others can write to the case while a cell is at work.

    Args:
        desk: where.
        items: references.
        settings: of the run.
        boxes: sidecars of boxes drawn by hand, by item.
        progress: opens a bar for each step.

    Raises:
        OutputError: the case cannot be written to.
    """
    for item in dict.fromkeys(items):
        try:
            yield _masked(desk, item, settings, (boxes or {}).get(item), progress)
        except (InputError, CheckFailedError) as error:
            yield Unmasked(item, error)
        finally:
            _clear(desk.folder)


def record(made: Made) -> dict[str, object]:
    """Return how a copy was made, as its record says it: what names nobody, in texts.

    ``looks`` has a digit for each look, its urgency, in the order in which they are numbered.
    """
    request, outcome = made.request, made.outcome
    seeks = outcome.kind in SEARCHED and request.searches
    drawn = request.hand
    told = {
        "by": f"contrechamp {made.version}",
        "kind": outcome.kind,
        "source_format": made.format,
        "threshold": f"{request.cover_at or COVER_AT:g}" if seeks else "",
        "style": request.style,
        "sound": request.sound if outcome.kind in ("video", "sound") else "",
        "boxes": str(len(drawn.cover) if drawn else 0),
        "left": str(len(drawn.leave) if drawn else 0),
        "words": str(len(request.words)) if outcome.kind in WRITTEN else "",
        "taken_out": str(taken_out(outcome)) if outcome.kind in WRITTEN else "",
        "covered": str(len(outcome.covered)),
        "looks": "".join(str(look.urgency) for look in making.sorted_looks(outcome)),
        "seconds": f"{outcome.duration_s:.3f}" if outcome.duration_s is not None else "",
        "unconfined": "" if made.confined else "yes",
    }
    checks = [one.name for one in outcome.checks if one.passed]
    return {**{name: text for name, text in told.items() if text}, "checks": checks}


def _masked(
    desk: Desk, item: str, settings: Settings, boxes: bytes | None, progress: Progress
) -> MaskedItem:
    case = desk.case
    state = lookup.item_state(case, lookup.id_of(item)) or {}
    if masked_copies.SIDECAR_OF in state:
        raise InputError(_("is the sidecar of a masked copy"), where=item)
    with masked_copies.in_memory(case, item) as content:
        drawn = None
        if boxes is not None:
            drawn = desk.folder / "boxes.json"
            drawn.write_bytes(boxes)
        source = SourceFile(content, item, drawn)
        with turns.others_may_write(case):
            run = mask_files([source], desk.folder / "out", settings, progress=progress)
    for unmasked in run.unmasked:
        raise unmasked.error
    [masked] = run.masked
    return _put(desk, item, masked, unconfined=settings.unconfined)


def _put(desk: Desk, item: str, masked: Masked, *, unconfined: bool) -> MaskedItem:
    made = making.of_masked(masked, item)
    content = making.packed(made, desk.random(making.ENTROPY_BYTES))
    with masked.copy.open("rb") as copy:
        put = masked_copies.put(
            desk.case,
            masked_copies.Making(item, masked.copy.suffix, copy, content, record(made)),
            now=desk.now(),
            random=desk.random,
            reason=desk.reason,
            unconfined=unconfined,
        )
    return MaskedItem(item, put.copy, put.sidecar, masked.outcome)


def _clear(folder: Path) -> None:
    """Remove all that lies in a folder in memory."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
