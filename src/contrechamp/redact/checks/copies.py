"""Checks that a masked copy holds nothing but what can be seen or heard, whatever made it.

What only the masker knows (covered pixels, hidden text), the masker checks itself.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from contrechamp.base.errors import ContrechampError
from contrechamp.base.files import unreadable_text
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.cell.running import Cell
from contrechamp.redact.checks import (
    outside_readers,
    strict_containers,
    strict_media,
    strict_pictures,
    strict_text,
)
from contrechamp.redact.outcome import Check, Kind

_PICTURES: dict[str, Callable[..., Iterable[str]]] = {
    ".jpg": strict_pictures.jpeg,
    ".png": strict_pictures.png,
    ".webp": strict_pictures.webp,
    ".tif": strict_pictures.tiff,
    ".gif": strict_pictures.gif,
}
_SOUNDS: dict[str, Callable[..., Iterable[str]]] = {
    ".flac": strict_media.flac,
    ".ogg": strict_media.ogg,
    ".mp3": strict_media.mp3,
}
_TEXTS: dict[str, Callable[[bytes], Iterable[str]]] = {
    ".txt": strict_text.text,
    ".csv": strict_text.text,
    ".json": strict_text.text,
    ".html": strict_text.page,
}
_SHOWN = 5


def check_file(
    target: Path,
    kind: Kind,
    *,
    sound: bool = False,
    credentials: bool = False,
    unconfined: bool = False,
    cell: Cell | None = None,
    parts: Sequence[str] = (),
) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Check that a masked copy holds nothing but its content.

    Args:
        target: the copy; its suffix says what format it must have.
        kind: of the masker that made it.
        sound: whether a video may have a sound track.
        credentials: whether it was given a C2PA manifest.
        unconfined: ask programs also where this system cannot confine them.
        cell: in which our own reader reads the copy; None where it is known to be ours.
        parts: of archives and mail: digests of the copies that it must hold, and no others.

    Returns:
        The checks, and the names of the checking programs that are not installed.

    Raises:
        InputError: a program cannot be confined, and it was not said to go on.
    """
    video = kind == "video"
    checks, absent = [], []
    if kind in ("image", "video", "sound", "text"):
        checks.append(
            _check(
                _("nothing in the file but what can be seen or heard ({reader})").format(
                    reader=_("our own strict reader")
                ),
                lambda: _strictly_in(cell, target, video, sound, credentials=credentials),
            )
        )
    if kind in ("mail", "archive"):
        checks.append(
            _check(
                _("nothing in it but the copies that passed their checks ({reader})").format(
                    reader=_("our own strict reader")
                ),
                lambda: _others_in(cell, target, parts),
            )
        )
    if kind == "mail" or (kind == "text" and target.suffix != ".html"):
        pass  # all that exiftool would tell of it is what it says
    elif exiftool := outside_readers.installed("exiftool"):
        checks.append(
            _check(
                _("no metadata ({reader})").format(reader="exiftool"),
                lambda: outside_readers.exiftool_finds(
                    exiftool, target, credentials=credentials, unconfined=unconfined
                ),
            )
        )
    else:
        absent.append("exiftool")
    if kind in ("video", "sound"):
        if ffprobe := outside_readers.installed("ffprobe"):
            checks.append(
                _check(
                    _("no unwanted streams or tags ({reader})").format(reader="ffprobe"),
                    lambda: outside_readers.ffprobe_finds(
                        ffprobe, target, video=video, sound=sound, unconfined=unconfined
                    ),
                )
            )
        else:
            absent.append("ffprobe")
    return tuple(checks), tuple(absent)


def _strictly_in(
    cell: Cell | None, target: Path, video: bool, sound: bool, *, credentials: bool
) -> Iterable[str]:
    if cell is None:
        return _strictly(target, video, sound, credentials=credentials)
    said = {"copy": str(target), "video": video, "sound": sound, "credentials": credentials}
    answer = cell.call("contrechamp.redact.checks.copies:strictly", said)
    if not isinstance(answer, dict):
        raise ValueError("answer")
    if answer.get("unreadable") is not None:
        raise ValueError(str(answer["unreadable"]))
    return [shown(part) for part in answer["found"]]


def strictly(said: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """Return, in the cell, what our own reader finds in a copy that is not needed."""
    try:
        found = _strictly(
            *(Path(said["copy"]), said["video"], said["sound"]), credentials=said["credentials"]
        )
        return {"found": list(found)}
    except Exception as error:  # struct and zlib raise their own
        return {"unreadable": str(error) or repr(error)}


def _strictly(target: Path, video: bool, sound: bool, *, credentials: bool) -> Iterable[str]:
    suffix = target.suffix
    if suffix in _PICTURES:
        return list(_PICTURES[suffix](target.read_bytes(), credentials=credentials))
    if suffix in _TEXTS:
        return list(_TEXTS[suffix](target.read_bytes()))
    with target.open("rb") as file:
        if suffix == ".wav":
            return list(strict_media.wav(file, credentials=credentials))
        if suffix in _SOUNDS:
            return list(_SOUNDS[suffix](file))
        if suffix in (".mp4", ".m4a"):
            return list(strict_media.mp4(file, video=video, sound=sound, credentials=credentials))
    raise ValueError(suffix)


_CONTAINERS: dict[str, Callable[[bytes], tuple[list[str], list[str]]]] = {
    ".zip": strict_containers.archive,
    ".eml": strict_containers.mail,
    ".mbox": strict_containers.box,
}


def _others_in(cell: Cell | None, target: Path, parts: Sequence[str]) -> list[str]:
    if cell is None:
        found, digests = _CONTAINERS[target.suffix](target.read_bytes())
    else:
        answer = cell.call("contrechamp.redact.checks.copies:listed", {"copy": str(target)})
        if not isinstance(answer, dict) or answer.get("unreadable") is not None:
            raise ValueError(shown(str(answer.get("unreadable") if answer else "answer")))
        found, digests = [shown(one) for one in answer["found"]], answer["digests"]
    return found + ([] if sorted(digests) == sorted(parts) else [_("other files")])


def listed(said: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """Return, in the cell, what our own reader finds in an archive or mail, and of its parts."""
    try:
        target = Path(said["copy"])
        found, digests = _CONTAINERS[target.suffix](target.read_bytes())
        return {"found": found, "digests": digests}
    except Exception as error:  # struct and zlib raise their own
        return {"unreadable": str(error) or repr(error)}


def _check(name: str, find: Callable[[], Iterable[str]]) -> Check:
    """Return a check that passes if `find` can read the file and finds nothing."""
    try:
        found = list(find())
    except ContrechampError:
        raise
    except (ValueError, KeyError, IndexError, ArithmeticError, OSError) as error:
        return Check(name, False, unreadable_text(str(error)))
    except Exception as error:  # struct and zlib raise their own
        return Check(name, False, unreadable_text(repr(error)))
    more = ", …" if len(found) > _SHOWN else ""
    return Check(name, not found, ", ".join(found[:_SHOWN]) + more)
