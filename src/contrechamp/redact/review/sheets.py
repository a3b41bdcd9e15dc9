"""Review sheets of masked copies: what a person must check before one is passed on. No scripts.

A sheet shows pixels of the copy, never of the source, and never calls a copy safe.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import jinja2

from contrechamp import __version__
from contrechamp.base.files import new_file
from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.json_text import json_text
from contrechamp.base.templates import environment
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.made import sorted_looks
from contrechamp.redact.outcome import WRITTEN, Covered, Look, Outcome, taken_out, to_json
from contrechamp.redact.request import Request
from contrechamp.redact.review import texts
from contrechamp.redact.review.sheet_pictures import MAX_PICTURES, SAME_MOMENT_S, Thumbnail
from contrechamp.redact.run import Masked, Run
from contrechamp.wording.masking import covered_by_label, kind_label

INDEX, RUN_JSON, RUN_SCHEMA = "index.html", "run.json", "contrechamp/masking-1"
MAX_ROWS = 500


@dataclass(frozen=True)
class Sheet:
    """The content of the sheet of one copy.

    Args:
        copy: name of the copy.
        source: what the user calls the source.
        kind: of the source.
        request: what the user asked for.
        outcome: of the masker.
        restrictions: that the masker's process ran under (`confinement`).
        absent: checking programs that are not installed.
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


def write_sheet(sheet: Sheet, folder: Path) -> Path:
    """Write the sheet of one copy into `folder`."""
    outcome = sheet.outcome
    html = _rendered(
        "sheet.html.jinja",
        title=sheet.copy,
        sheet=sheet,
        outcome=outcome,
        looks=[_with_picture(look, sheet) for look in sorted_looks(outcome)],
        rows=[_row(*row) for row in enumerate(outcome.covered[:MAX_ROWS], start=1)],
        more_rows=max(0, len(outcome.covered) - MAX_ROWS),
        shown=list(_shown(sheet)),
        most_shown=MAX_PICTURES,
        facts=texts.facts(sheet.source, sheet.kind, outcome),
        settings=texts.settings(sheet.request, outcome.kind, sheet.restrictions),
        checklist=texts.checklist(outcome.kind),
        recall=texts.recall(sheet.request, outcome),
    )
    path = folder / "sheet.html"
    path.write_bytes(html)
    return path


def write_index(run: Run, folder: Path) -> None:
    """Write the index of all files into `folder`, as a page and as JSON."""
    html = _rendered(
        "index.html.jinja",
        title=_("Review of masked copies"),
        run=run,
        unconfined=[masked.source for masked in run.masked if not masked.confined],
        rows=[
            {
                "name": masked.copy.name,
                "sheet": masked.sheet.name,
                "source": masked.source,
                "kind": kind_label(masked.outcome.kind),
                "thumb": masked.thumb,
                "first": next(iter(sorted_looks(masked.outcome)), None),
                "covered": sum(one.by != "word" for one in masked.outcome.covered),
                "words": taken_out(masked.outcome) if masked.outcome.kind in WRITTEN else None,
                "urgent": _urgent(masked.outcome),
                "looks": len(masked.outcome.looks),
                "searched": masked.outcome.searched,
            }
            for masked in _worst_first(run.masked)
        ],
    )
    data = json_text(run_json(run), indent=1).encode("utf-8", "replace")
    for name, content in ((INDEX, html), (RUN_JSON, data)):
        with new_file(folder / name, shown=str(folder / name)) as partial:
            partial.write_bytes(content)


def _worst_first(masked: Sequence[Masked]) -> list[Masked]:
    """Return copies in the order in which they are to be looked at."""
    return sorted(masked, key=lambda one: (-_urgent(one.outcome), -len(one.outcome.looks)))


def _urgent(outcome: Outcome) -> int:
    return sum(look.urgency == 1 for look in outcome.looks)


def run_json(run: Run) -> dict[str, Any]:
    """Return the result for every file, as JSON can hold it."""
    return {
        "schema": RUN_SCHEMA,
        "version": __version__,
        "masked": [
            {
                "source": masked.source,
                "copy": f"{masked.copy.parent.name}/{masked.copy.name}",
                "sheet": f"{masked.sheet.parent.name}/{masked.sheet.name}",
                "confined": masked.confined,
                "searched": masked.outcome.searched,
                "outcome": to_json(masked.outcome),
            }
            for masked in run.masked
        ],
        "unmasked": [
            {"source": file.source, "reason": str(file.error), "check_failed": file.check_failed}
            for file in run.unmasked
        ],
        "left_out": run.left_out,
    }


def _with_picture(look: Look, sheet: Sheet) -> dict[str, Any]:
    """Return a look with its frame of a video; images and pages are shown by themselves."""
    pictures = [
        picture
        for picture in sheet.pictures
        if (sheet.outcome.kind == "video" or sheet.kind.frames)
        and look.seconds is not None
        and picture.moment is not None
        and abs(picture.moment - look.seconds) < SAME_MOMENT_S
    ]
    return {
        **asdict(look),
        "picture": pictures[0] if pictures else None,
        "place": texts.place(look),
    }


def _row(number: int, covered: Covered) -> dict[str, Any]:
    box = covered.box
    return {
        **asdict(covered),
        "number": number,
        "label": covered_by_label(covered.by),
        "place": texts.place(covered),
        "size": max(box[2] - box[0], box[3] - box[1]) if box else None,
    }


def _shown(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Yield the pictures shown by themselves, of an image or of pages, with their boxes."""
    outcome = sheet.outcome
    if outcome.kind == "video":
        return
    if sheet.kind.frames:  # of moving pictures: the covers show, and move
        for picture in sheet.pictures:
            yield {"picture": picture, "page": None, "covered": [], "looks": []}
        return
    for picture in sheet.pictures:
        is_page = (picture.kind or outcome.kind) == "pdf"
        page = int(picture.moment) if is_page and picture.moment is not None else None
        still = is_page or picture.moment is None

        def lies_on(one: Covered | Look, place: tuple[str, int | None]) -> bool:
            return one.box is not None and (one.part, one.page) == place

        place = (picture.part, page)
        numbered = enumerate(outcome.covered[:MAX_ROWS], start=1)
        looks = enumerate(sorted_looks(outcome)[:MAX_ROWS], start=1)
        yield {
            "picture": picture,
            "page": page,
            "covered": [(n, one) for n, one in numbered if still and lies_on(one, place)],
            "looks": [(n, one) for n, one in looks if still and lies_on(one, place)],
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
