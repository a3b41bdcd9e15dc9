"""Runs each file through its masker, its checks and its review sheet, into one folder.

``OUT/masked/`` holds what may be passed on after review, ``OUT/review/`` what stays at home. A copy
gets its final name only once its checks have passed and its review sheet is written; if anything
goes wrong before that, nothing of it is kept.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from contrechamp.base.disk import sync
from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError, OutputError
from contrechamp.base.files import keep_private, new_file, unreadable, unwritable
from contrechamp.base.i18n import _, active_language
from contrechamp.base.progress import Progress, silent
from contrechamp.base.shown_text import shown
from contrechamp.cell.running import Cell, OurError
from contrechamp.cell.workshop import empty
from contrechamp.redact.checks.copies import check_file
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.made import ENTROPY_BYTES, of_masked, packed
from contrechamp.redact.outcome import Check, Outcome, from_json
from contrechamp.redact.process import kernels
from contrechamp.redact.process.isolation import cell_for, kind_in, limits_for, run_job
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.provenance import Credentials, sign
from contrechamp.redact.request import Request
from contrechamp.redact.review import sheets
from contrechamp.redact.run import Masked, Run, Unmasked
from contrechamp.redact.sidecar import read_sidecar
from contrechamp.redact.sources import SourceFile

MASKED, REVIEW = "masked", "review"
#: What the name of a copy's sidecar ends with, in the folder of the review.
SIDECAR = ".mask"
MASKERS = {
    "image": "contrechamp.redact.pictures.masking:mask_image",
    "video": "contrechamp.redact.video.masking:mask_video",
    "sound": "contrechamp.redact.sound.masking:mask_sound",
    "pdf": "contrechamp.redact.pdf.masking:mask_pdf",
    "office": "contrechamp.redact.office.masking:mask_office",
}
_MOVING = ("video", "sound")
#: Copies do not tell when they were made: they carry the earliest date that ZIP archives know.
_NO_DATE = (315_532_800, 315_532_800)
_MAX_STEM = 80


@dataclass(frozen=True)
class Settings:
    """Settings of a run.

    Args:
        request: for every file; its boxes come from each file's sidecar.
        keep_names: whether copies keep the names of their sources.
        credentials: to sign copies with, if any.
        verbose: show what decoders print.
        unconfined: read files also where this system cannot confine what reads them.
        minutes: how long one file may take; None: what is usual for its kind.
    """

    request: Request = field(default_factory=Request)
    keep_names: bool = False
    credentials: Credentials | None = None
    verbose: bool = False
    unconfined: bool = False
    minutes: float | None = None


def mask_files(
    sources: Sequence[SourceFile],
    out: Path,
    settings: Settings,
    *,
    progress: Progress = silent,
    run: Run | None = None,
    on_done: Callable[[Masked | Unmasked], None] = lambda _one: None,
) -> Run:
    """Mask `sources` into the new folder `out`.

    Args:
        sources: as found by `contrechamp.redact.sources.gather`.
        out: must be new or empty.
        settings: of the run.
        progress: opens a bar for each step.
        run: what is already known about other files, to be reported with these.
        on_done: called after each file.

    Raises:
        OutputError: `out` cannot be made, or is not empty.
    """
    run = run or Run(out)
    with _workshop(out) as workshop:
        try:
            for source in sources:
                on_done(_one(source, run, settings, workshop, progress))
        finally:
            if run.masked or run.unmasked:
                sheets.write_index(run, out / REVIEW)
    return run


def _one(
    source: SourceFile, run: Run, settings: Settings, workshop: Path, progress: Progress
) -> Masked | Unmasked:
    try:
        masked = _mask(source, run, settings, workshop, progress)
        run.masked.append(masked)
        return masked
    except ContrechampError as error:
        unmasked = Unmasked(source.name, error)
    except OurError as fault:
        unmasked = Unmasked(
            source.name,
            OutputError(
                _(
                    "{name}: this should not have happened ({fault}); please report it, with what "
                    "the same command prints with -v (look through that first: it may show your "
                    "data)"
                ).format(name=source.name, fault=fault)
            ),
        )
    except OSError as error:
        copy = _("masked copy of {name}").format(name=source.name)
        unmasked = Unmasked(source.name, unwritable(copy, error))
    finally:
        empty(workshop)
    run.unmasked.append(unmasked)
    return unmasked


def _mask(
    source: SourceFile, run: Run, settings: Settings, workshop: Path, progress: Progress
) -> Masked:
    path = source.path if source.path.parent == Path("/dev/fd") else source.path.absolute()
    with _cell(path, workshop, source.name, settings) as cell:
        kind = kind_in(cell, path, source.name)
        request = _request(source, kind, settings.request)
        job = MaskingJob(
            function=MASKERS[kind.kind],
            source=path,
            target=workshop / f"copy{kind.suffix}",
            request=request,
            limits=limits_for(path, moving=kind.kind in _MOVING, minutes=settings.minutes),
            language=active_language(),
            workshop=workshop,
        )
        if kind.kind == "video":
            kernels.lay_out(workshop)
        outcome = _outcome(run_job(cell, job, progress), kind)
    empty(workshop, but=job.target)
    _need_file(job.target)
    outcome, absent, pictures = _looked_at(job, outcome, source.name, settings)
    name = _copy_name(source, kind, len(run.masked) + 1, run.out / MASKED, keep=settings.keep_names)
    sheet = sheets.write_sheet(
        sheets.Sheet(
            *(name, source.name, kind, request, outcome, cell.restrictions, absent, pictures)
        ),
        workshop,
    )
    copy, final_sheet = _put_in_place(job.target, sheet, name, run.out)
    restrictions = cell.restrictions
    masked = Masked(
        *(source.name, copy, final_sheet, outcome, restrictions, kind.format, request, absent),
        thumb=pictures[0].thumb if pictures else "",
    )
    _write_sidecar(masked, path, run.out / REVIEW / f"{name}{SIDECAR}")
    return masked


def _write_sidecar(masked: Masked, source: Path, target: Path) -> None:
    """Write what a review needs beside the sheet, but no word: how many there were, no more."""
    hidden = replace(masked.request, words=("",) * len(masked.request.words), spellings=())
    made = of_masked(replace(masked, request=hidden), str(source))
    with new_file(target, shown=target.name) as partial:
        partial.write_bytes(packed(made, secrets.token_bytes(ENTROPY_BYTES)))


def _cell(source: Path, workshop: Path, name: str, settings: Settings) -> Cell:
    """Return a cell for whatever `source` turns out to be: each call has limits of its own."""
    try:
        limits = limits_for(source, moving=True)
    except OSError as error:
        raise unreadable(name, error) from error
    return cell_for(
        *(source, workshop, name, limits),
        verbose=settings.verbose,
        unconfined=settings.unconfined,
    )


def _looked_at(
    job: MaskingJob, outcome: Outcome, name: str, settings: Settings
) -> tuple[Outcome, tuple[str, ...], tuple[sheets.Thumbnail, ...]]:
    """Check the copy, and sign it if that is wanted; return also pictures of it.

    Whoever took its masker over made it what it is: it is read in cells of its own, which cannot
    write to it.
    """
    aside = job.workshop / "aside"
    aside.mkdir()
    looking = replace(job, source=job.target, target=aside / "none", workshop=aside)
    sound = job.request.sound != "drop"
    with _cell(job.target, aside, job.target.name, settings) as cell:
        checks, absent = check_file(
            job.target, outcome.kind, sound=sound, unconfined=settings.unconfined, cell=cell
        )
        outcome = replace(outcome, checks=(*outcome.checks, *checks))
        _need_passed(outcome.checks, name)
        if settings.credentials is None:
            return outcome, absent, sheets.take_pictures(cell, looking, outcome)
    sign(job.target, settings.credentials, name)
    with _cell(job.target, aside, job.target.name, settings) as cell:
        checks, _absent = check_file(
            *(job.target, outcome.kind),
            sound=sound,
            credentials=True,
            unconfined=settings.unconfined,
            cell=cell,
        )
        _need_passed(checks, name)
        signed = Check(_("signed with Content Credentials (C2PA), and read back"), True)
        outcome = replace(outcome, checks=(*outcome.checks, signed))
        return outcome, absent, sheets.take_pictures(cell, looking, outcome)


def _outcome(answer: object, kind: FileKind) -> Outcome:
    try:
        outcome = from_json(answer)
    except (ValueError, TypeError) as error:
        raise OurError(f"outcome: {error}", "outcome.py") from error
    if outcome.kind != kind.kind:
        raise OurError("outcome: kind", "outcome.py")
    return outcome


def _request(source: SourceFile, kind: FileKind, request: Request) -> Request:
    if source.boxes is None:
        if request.boxes_only and kind.kind in ("image", "video"):
            raise InputError(
                _(
                    "has no boxes, and --boxes-only covers nothing else; draw some in {sidecar}, "
                    "or leave the option out"
                ).format(sidecar=f"{Path(source.name).name}.boxes.json"),
                where=source.name,
            )
        return request
    if kind.kind in ("sound", "office"):
        raise InputError(
            _("boxes are for images, video and PDF, not for {format}").format(format=kind.format),
            where=shown(source.boxes),
        )
    return replace(request, hand=read_sidecar(source.boxes))


def _need_file(draft: Path) -> None:
    """Refuse a copy that is a link: another file would be passed on in its place."""
    status = draft.lstat() if draft.exists() else None
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        raise OurError("no copy", "masking.py")


def _need_passed(checks: Sequence[Check], name: str) -> None:
    failed = [check for check in checks if not check.passed]
    if failed:
        raise CheckFailedError(
            _("{name}: its masked copy failed a check and was deleted: {checks}").format(
                name=name,
                checks=shown(
                    "; ".join(
                        f"{check.name}: {check.detail}" if check.detail else check.name
                        for check in failed
                    )
                ),
            )
        )


def _copy_name(source: SourceFile, kind: FileKind, number: int, folder: Path, *, keep: bool) -> str:
    """Return the name of a copy: neutral, unless kept, since a file name can name a person."""
    stem = f"{kind.kind}-{number:03d}"
    if keep:
        kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in source.stem)
        stem = kept.strip(" .")[:_MAX_STEM] or stem
    name, twin = f"{stem}{kind.suffix}", 2
    while (folder / name).exists():
        name, twin = f"{stem}-{twin}{kind.suffix}", twin + 1
    return name


def _put_in_place(draft: Path, sheet: Path, name: str, out: Path) -> tuple[Path, Path]:
    for path in (draft, sheet):
        keep_private(path)
        sync(path)
    os.utime(draft, _NO_DATE)
    final_sheet = sheet.rename(out / REVIEW / f"{name}.html")
    try:
        copy = draft.rename(out / MASKED / name)
    except BaseException:
        final_sheet.unlink(missing_ok=True)
        raise
    return copy, final_sheet


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """Make `out` and its folders; yield the one for unfinished work, which is removed after."""
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise OutputError(
                _("{out}: already exists; choose a new or empty folder with -o").format(out=out)
            )
        made = not out.exists()
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        workshop = out.absolute() / f".unfinished-{secrets.token_hex(4)}"
        for folder in (workshop, out / MASKED, out / REVIEW):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise unwritable(str(out), error) from error
    try:
        yield workshop
    finally:
        empty(workshop)
        with contextlib.suppress(OSError):
            workshop.rmdir()
        if not any((out / REVIEW).iterdir()):  # no file was handled: leave nothing behind
            for folder in (out / MASKED, out / REVIEW, *([out] if made else [])):
                folder.rmdir()
