"""Runs each file through its masker, its checks and its review sheet, into one folder.

``OUT/masked/`` holds what may be passed on after review, ``OUT/review/`` what stays at home. A copy
gets its final name only once its checks have passed and its review sheet is written; if anything
goes wrong before that, nothing of it is kept.
"""

import contextlib
import secrets
import stat
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError, OutputError
from contrechamp.base.files import new_file, unreadable, unwritable
from contrechamp.base.i18n import _, active_language
from contrechamp.base.progress import Progress, silent
from contrechamp.base.shown_text import shown
from contrechamp.cell.running import Cell, OurError
from contrechamp.cell.warm_process import WarmProcess, opened_warm
from contrechamp.cell.workshop import empty
from contrechamp.redact.checks.copies import check_file
from contrechamp.redact.containers.limits import Budget
from contrechamp.redact.containers.parts import Copy, Part, mask_parts
from contrechamp.redact.converting import converted, with_conversion_told
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.made import ENTROPY_BYTES, of_masked, packed
from contrechamp.redact.outcome import Check, Look, Outcome, from_json, with_search_told
from contrechamp.redact.placing import MASKED, REVIEW, SIDECAR, copy_name, put_in_place, workshop_in
from contrechamp.redact.process import kernels
from contrechamp.redact.process.isolation import cell_for, kind_in, limits_for, run_job
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.process.side_by_side import at_once, in_order, one_shown
from contrechamp.redact.process.warm import FIRST, needed
from contrechamp.redact.provenance import Credentials, sign
from contrechamp.redact.request import Request
from contrechamp.redact.review import sheets
from contrechamp.redact.review.sheet_pictures import Thumbnail, take_pictures
from contrechamp.redact.run import Masked, Run, Unmasked
from contrechamp.redact.sidecar import read_sidecar
from contrechamp.redact.sources import SourceFile
from contrechamp.redact.words_in_pictures import with_pages_read

MASKERS = {
    "image": "contrechamp.redact.pictures.masking:mask_image",
    "video": "contrechamp.redact.video.masking:mask_video",
    "sound": "contrechamp.redact.sound.masking:mask_sound",
    "pdf": "contrechamp.redact.pdf.masking:mask_pdf",
    "office": "contrechamp.redact.office.masking:mask_office",
    "text": "contrechamp.redact.text.masking:mask_text",
}
FRAMES_MASKER = "contrechamp.redact.pictures.animations:mask_animation"
_ALONE = threading.RLock()


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
        at_once: how many files are worked on at once; found by `mask_files`.
        copy_name: what the copy of the only file is called, if one is made again.
        warm: what cells are forked from; started by `mask_files`.
    """

    request: Request = field(default_factory=Request)
    keep_names: bool = False
    credentials: Credentials | None = None
    verbose: bool = False
    unconfined: bool = False
    minutes: float | None = None
    at_once: int = 1
    copy_name: str = ""
    warm: WarmProcess | None = None


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
    count = at_once(len(sources), settings.request.threads)
    told = one_shown(progress) if count > 1 else progress
    with workshop_in(out) as workshop, opened_warm(FIRST) as warm:
        settings = replace(settings, at_once=count, warm=warm)
        folders = [workshop / f"{number}" for number in range(len(sources))]
        tasks = [
            partial(_made, source, settings, folder, told)
            for source, folder in zip(sources, folders, strict=True)
        ]
        try:
            made = in_order(tasks, count)
            with contextlib.closing(made):
                for source, folder, result in zip(sources, folders, made, strict=True):
                    on_done(_one(source, result, run, settings, folder))
        finally:
            if run.masked or run.unmasked:
                sheets.write_index(run, out / REVIEW)
    return run


def _one(
    source: SourceFile, made: Callable[[], "_Made"], run: Run, settings: Settings, workshop: Path
) -> Masked | Unmasked:
    try:
        masked = _placed(source, made(), run, settings, workshop)
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
        with contextlib.suppress(OSError):
            workshop.rmdir()
    run.unmasked.append(unmasked)
    return unmasked


@dataclass(frozen=True)
class _Made:
    """A checked copy in the workshop, and what its sheet tells of it."""

    copy: Path
    kind: FileKind
    request: Request
    outcome: Outcome
    restrictions: tuple[str, ...]
    absent: tuple[str, ...]
    pictures: tuple[Thumbnail, ...]


def _made(source: SourceFile, settings: Settings, workshop: Path, progress: Progress) -> _Made:
    """Mask one file into the new folder `workshop`, and check the copy."""
    workshop.mkdir(mode=0o700)
    return _masked(_path_of(source), source, workshop, settings, progress, Budget())


def _path_of(source: SourceFile) -> Path:
    return source.path if source.path.parent == Path("/dev/fd") else source.path.absolute()


def _masked(
    path: Path,
    source: SourceFile,
    workshop: Path,
    settings: Settings,
    progress: Progress,
    budget: Budget,
    *,
    kind: FileKind | None = None,
    renamed: Mapping[str, str] | None = None,
) -> _Made:
    """Mask one file, or one part of a file, into `workshop`, and check the copy."""
    if kind is None:
        with _cell(path, workshop, source.name, settings) as cell:
            kind = kind_in(cell, path, source.name)
    if kind.by_way_of:
        return _converted(path, source, workshop, settings, progress, budget, kind)
    request = _request(source, kind, settings.request)
    if settings.warm is not None:
        settings.warm.load(needed(kind.kind, net=request.searches))
    with _cell(path, workshop, source.name, settings) as cell:
        job = MaskingJob(
            function=FRAMES_MASKER if kind.frames else MASKERS.get(kind.kind, ""),
            source=path,
            target=workshop / f"copy{kind.suffix}",
            request=request,
            limits=limits_for(
                path,
                moving=kind.plays,
                minutes=settings.minutes,
                at_once=settings.at_once,
            ),
            language=active_language(),
            workshop=workshop,
            arguments={"renamed": dict(renamed)} if renamed and kind.kind == "text" else {},
        )
        restrictions = cell.restrictions
        if not kind.holds_others:
            # Others take all cores and much memory: they wait for each other, pictures do not.
            with contextlib.nullcontext() if kind.kind == "image" else _ALONE:
                outcome = _by_its_masker(cell, job, kind, settings, progress)
    if kind.holds_others:
        outcome = _of_parts(job, kind, source.name, settings, progress, budget)
    empty(workshop, but=job.target)
    _need_file(job.target)
    outcome = with_search_told(outcome, asked_for=request.searches)
    outcome = with_container_told(outcome, kind)
    outcome, absent, pictures = _looked_at(job, outcome, source.name, settings)
    return _Made(job.target, kind, request, outcome, restrictions, absent, pictures)


def _converted(
    path: Path,
    source: SourceFile,
    workshop: Path,
    settings: Settings,
    progress: Progress,
    budget: Budget,
    kind: FileKind,
) -> _Made:
    """Mask what a file becomes by converting it; its sheet tells of both."""
    with converted(
        *(path, kind, source.name),
        minutes=settings.minutes,
        verbose=settings.verbose,
        unconfined=settings.unconfined,
        progress=progress,
    ) as became:
        made = _masked(
            *(became.path, source, workshop, settings, progress, budget), kind=became.kind
        )
    outcome = with_conversion_told(made.outcome, kind, became.lost)
    return replace(made, kind=kind, outcome=outcome)


def _by_its_masker(
    cell: Cell, job: MaskingJob, kind: FileKind, settings: Settings, progress: Progress
) -> Outcome:
    """Mask what holds no other files; of a PDF, read the pages that hold drawn or pictured text."""
    if kind.kind == "video":
        kernels.lay_out(job.workshop)

    outcome = _outcome(run_job(cell, job, progress), kind)
    return with_pages_read(
        *(cell, job, outcome, lambda answer: _outcome(answer, kind), progress),
        unconfined=settings.unconfined,
    )


def with_container_told(outcome: Outcome, kind: FileKind) -> Outcome:
    """Return an outcome that says, where the copy is of another kind than the source, of which."""
    if kind.suffix in kind.names or kind.kind not in ("video", "sound", "mail"):
        return outcome
    text = _("The source is {source}; the copy is {copy}, which other programs may open.").format(
        source=kind.format, copy=kind.suffix[1:].upper()
    )
    return replace(outcome, looks=(*outcome.looks, Look("container-changed", text, 3)))


def _of_parts(
    job: MaskingJob,
    kind: FileKind,
    name: str,
    settings: Settings,
    progress: Progress,
    budget: Budget,
) -> Outcome:
    """Mask each part of a file that holds others, and put the copies together."""
    unsigned = replace(settings, credentials=None)

    drawn = job.request.hand.parts if job.request.hand else {}

    def make(part: Part, folder: Path, renamed: Mapping[str, str], left: Budget) -> Copy:
        one = SourceFile(part.path, part.name or name, None)
        request = replace(job.request, hand=drawn.get(part.name))
        made = _masked(
            *(part.path, one, folder, replace(unsigned, request=request), silent, left),
            kind=part.kind,
            renamed=renamed,
        )
        return Copy(made.copy, made.kind, made.outcome)

    return mask_parts(
        *(job, kind, budget),
        lambda source, folder: _cell(source, folder, name, settings),
        make,
        progress,
        keep_names=settings.keep_names,
    )


def _placed(
    source: SourceFile, made: _Made, run: Run, settings: Settings, workshop: Path
) -> Masked:
    """Give a copy its name and its sheet, and put both in place."""
    outcome = made.outcome
    name = settings.copy_name or copy_name(
        source,
        made.kind,
        len(run.masked) + 1,
        run.out / MASKED,
        keep=settings.keep_names,
        searched=outcome.searched,
    )
    sheet = sheets.write_sheet(
        sheets.Sheet(
            *(name, source.name, made.kind, made.request, outcome, made.restrictions),
            *(made.absent, made.pictures),
        ),
        workshop,
    )
    copy, final_sheet = put_in_place(made.copy, sheet, name, run.out)
    masked = Masked(
        *(source.name, copy, final_sheet, outcome, made.restrictions, made.kind.format),
        *(made.request, made.absent),
        thumb=made.pictures[0].thumb if made.pictures else "",
    )
    _write_sidecar(masked, _path_of(source), run.out / REVIEW / f"{name}{SIDECAR}")
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
        limits = limits_for(source, moving=True, at_once=settings.at_once)
    except OSError as error:
        raise unreadable(name, error) from error
    return cell_for(
        *(source, workshop, name, limits),
        warm=settings.warm,
        verbose=settings.verbose,
        unconfined=settings.unconfined,
    )


def _looked_at(
    job: MaskingJob, outcome: Outcome, name: str, settings: Settings
) -> tuple[Outcome, tuple[str, ...], tuple[Thumbnail, ...]]:
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
            job.target,
            outcome.kind,
            sound=sound,
            unconfined=settings.unconfined,
            cell=cell,
            parts=outcome.parts,
        )
        outcome = replace(outcome, checks=(*outcome.checks, *checks))
        _need_passed(outcome.checks, name)
        if settings.credentials is None:
            return outcome, absent, take_pictures(cell, looking, outcome)
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
        return outcome, absent, take_pictures(cell, looking, outcome)


def _outcome(answer: object, kind: FileKind) -> Outcome:
    try:
        outcome = from_json(answer)
    except (ValueError, TypeError) as error:
        raise OurError(f"outcome: {error}", "outcome.py") from error
    if outcome.kind != kind.kind:
        raise OurError("outcome: kind", "outcome.py")
    return outcome


def _request(source: SourceFile, kind: FileKind, request: Request) -> Request:
    """Return what is asked for of one file, with the boxes that were drawn for it."""
    hand = request.hand if source.boxes is None else read_sidecar(source.boxes)
    if hand is None:
        if request.boxes_only and not request.strip_only and kind.kind in ("image", "video"):
            raise InputError(
                _(
                    "has no boxes, and --boxes-only covers nothing else; draw some in {sidecar}, "
                    "or leave the option out"
                ).format(sidecar=f"{Path(source.name).name}.boxes.json"),
                where=source.name,
            )
        return request
    if not kind.holds_others and kind.kind not in ("image", "video", "pdf"):
        raise InputError(
            _("boxes are for images, video and PDF, not for {format}").format(format=kind.format),
            where=shown(hand.where),
        )
    if not kind.holds_others:
        hand.need_no_parts()
    return replace(request, hand=hand)


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
