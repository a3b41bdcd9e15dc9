"""The review of a masked copy: what a person must look at before it may leave. HTML, no script.

A sheet shows pixels of the copy, never of the source, and no sheet calls a copy safe.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import jinja2

from contrechamp import __version__
from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.files import new_file
from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.templates import environment
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.outcome import Look, Outcome, to_json
from contrechamp.redact.process.isolation import MaskerError, run_isolated
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.request import Request
from contrechamp.redact.review import texts
from contrechamp.redact.run import Run
from contrechamp.wording.masking import covered_by_label, kind_label

INDEX, RUN_JSON, RUN_SCHEMA = "index.html", "run.json", "contrechamp/masking-1"
#: Pictures of one sheet; what is beyond them stands in the list without one.
MAX_PICTURES = 24
MAX_ROWS = 500
#: Two looks at a video this close are one picture.
_SAME_MOMENT_S = 0.2


@dataclass(frozen=True)
class Thumbnail:
    """A small picture of the copy: JPEG in base64, and the size that boxes are measured in."""

    jpeg: str
    width: float
    height: float
    moment: float | None


@dataclass(frozen=True)
class Sheet:
    """What the sheet of one copy tells.

    Args:
        copy: name of the copy.
        source: what the user calls the source.
        kind: of the source.
        request: what was asked for.
        outcome: what came out.
        restrictions: what the masker's process had given up (`confinement`).
        absent: programs that were not there to check with.
        pictures: of the copy.
    """

    copy: str
    source: str
    kind: FileKind
    request: Request
    outcome: Outcome
    restrictions: tuple[str, ...]
    absent: tuple[str, ...]
    pictures: tuple[Thumbnail, ...]


def take_pictures(
    job: MaskingJob, outcome: Outcome, *, verbose: bool = False
) -> tuple[Thumbnail, ...]:
    """Take pictures of the copy for its sheet, in a process of its own.

    Args:
        job: whose source is the copy.
        outcome: says which moments or pages to look at.
        verbose: let decoders speak.

    Raises:
        CheckFailedError: the copy cannot be read again.
    """
    if outcome.kind not in ("image", "video", "pdf"):
        return ()
    taking = MaskingJob(
        function="contrechamp.redact.review.pictures:take",
        source=job.source,
        target=job.target,
        request=Request(),
        limits=job.limits,
        language=job.language,
        workshop=job.workshop,
        arguments={"kind": outcome.kind, "moments": _moments(outcome)},
    )
    try:
        answer, _given_up = run_isolated(taking, job.source.name, verbose=verbose)
    except InputError as error:
        raise CheckFailedError(
            _("the masked copy cannot be read again and was deleted ({reason})").format(
                reason=error
            )
        ) from error
    try:
        return tuple(
            Thumbnail(
                str(one["jpeg"]),
                float(one["width"]),
                float(one["height"]),
                None if one["moment"] is None else float(one["moment"]),
            )
            for one in answer
        )
    except (ValueError, TypeError, KeyError) as error:
        raise MaskerError("pictures", "review.py") from error


def _moments(outcome: Outcome) -> list[float]:
    """Return the seconds or pages worth a picture, the urgent ones first where there are many."""
    if outcome.kind == "image":
        return [0.0]
    wanted: list[float] = []
    for look in sorted_looks(outcome):
        moment = look.page if outcome.kind == "pdf" else look.seconds
        if moment is not None and all(abs(moment - one) >= _SAME_MOMENT_S for one in wanted):
            wanted.append(float(moment))
    if outcome.kind == "pdf":
        pages = [one.page for one in outcome.covered if one.page]
        wanted += [*pages, *range(1, (outcome.pages or 0) + 1)]
    elif not wanted:
        wanted = [(outcome.duration_s or 0) * share for share in (0.1, 0.37, 0.63, 0.9)]
    return list(dict.fromkeys(wanted))[:MAX_PICTURES]


def sorted_looks(outcome: Outcome) -> list[Look]:
    """Return what to look at, most urgent first, then in the order of pages and time."""
    return sorted(
        outcome.looks, key=lambda look: (look.urgency, look.page or 0, look.seconds or 0.0)
    )


def write_sheet(sheet: Sheet, folder: Path) -> Path:
    """Write the sheet of one copy into `folder`."""
    outcome = sheet.outcome
    html = _rendered(
        "sheet.html.jinja",
        title=sheet.copy,
        sheet=sheet,
        outcome=outcome,
        looks=[_with_picture(look, sheet) for look in sorted_looks(outcome)],
        rows=[_row(number, one) for number, one in enumerate(outcome.covered, start=1)][:MAX_ROWS],
        more_rows=max(0, len(outcome.covered) - MAX_ROWS),
        shown=list(_shown(sheet)),
        facts=texts.facts(sheet.source, sheet.kind, outcome),
        settings=texts.settings(sheet.request, outcome.kind, sheet.restrictions),
        checklist=texts.checklist(outcome.kind),
        recall=texts.recall(sheet.request, outcome),
    )
    path = folder / "sheet.html"
    path.write_bytes(html)
    return path


def write_index(run: Run, folder: Path) -> None:
    """Write the index over all files, and the same for machines, into `folder`."""
    html = _rendered(
        "index.html.jinja",
        title=_("Review of masked copies"),
        run=run,
        rows=[
            {
                "name": one.copy.name,
                "sheet": one.sheet.name,
                "source": one.source,
                "kind": kind_label(one.outcome.kind),
                "covered": len(one.outcome.covered),
                "urgent": sum(look.urgency == 1 for look in one.outcome.looks),
                "looks": len(one.outcome.looks),
            }
            for one in run.masked
        ],
    )
    data = json.dumps(run_json(run), ensure_ascii=False, indent=1).encode("utf-8", "replace")
    for name, content in ((INDEX, html), (RUN_JSON, data)):
        with new_file(folder / name, shown=str(folder / name)) as partial:
            partial.write_bytes(content)


def run_json(run: Run) -> dict[str, Any]:
    """Return what became of every file, for machines."""
    return {
        "schema": RUN_SCHEMA,
        "version": __version__,
        "masked": [
            {
                "source": one.source,
                "copy": f"{one.copy.parent.name}/{one.copy.name}",
                "sheet": f"{one.sheet.parent.name}/{one.sheet.name}",
                "outcome": to_json(one.outcome),
            }
            for one in run.masked
        ],
        "unmasked": [
            {"source": one.source, "reason": str(one.error), "check_failed": one.check_failed}
            for one in run.unmasked
        ],
        "left_out": run.left_out,
    }


def _with_picture(look: Look, sheet: Sheet) -> dict[str, Any]:
    """Return a look with the frame that it is about; images and pages stand by themselves."""
    pictures = [
        one
        for one in sheet.pictures
        if sheet.outcome.kind == "video"
        and look.seconds is not None
        and one.moment is not None
        and abs(one.moment - look.seconds) < _SAME_MOMENT_S
    ]
    return {
        **asdict(look),
        "picture": pictures[0] if pictures else None,
        "place": texts.place(look),
    }


def _row(number: int, one: Any) -> dict[str, Any]:
    return {
        **asdict(one),
        "number": number,
        "label": covered_by_label(one.by),
        "place": texts.place(one),
        "size": max(one.box[2] - one.box[0], one.box[3] - one.box[1]) if one.box else None,
    }


def _shown(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Yield pictures that stand by themselves: the image, or pages; with the boxes on them."""
    outcome = sheet.outcome
    if outcome.kind == "video":
        return
    for picture in sheet.pictures:
        page = None if picture.moment is None else int(picture.moment)
        yield {
            "picture": picture,
            "page": page,
            "covered": [
                (number, one)
                for number, one in enumerate(outcome.covered[:MAX_ROWS], start=1)
                if one.box and one.page == page
            ],
            "looks": [
                (number, look)
                for number, look in enumerate(sorted_looks(outcome)[:MAX_ROWS], start=1)
                if look.box and look.page == page
            ],
        }


def _rendered(template: str, **values: Any) -> bytes:
    language = active_language()
    style = (package_files("contrechamp.redact.review") / "templates/review.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            direction=direction_of(language),
            policy="; ".join(
                (
                    "default-src 'none'",
                    f"style-src 'sha256-{digest}'",
                    "img-src data:",
                    "base-uri 'none'",
                    "form-action 'none'",
                )
            ),
            style=style,
            version=__version__,
            number=texts.number,
            **values,
        )
    )
    return html.encode("utf-8", "replace")


@cache
def _environment() -> jinja2.Environment:
    return environment("contrechamp.redact.review")
