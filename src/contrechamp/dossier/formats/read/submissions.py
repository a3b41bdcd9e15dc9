"""Import of submissions of the field form, as ODK Central and KoboToolbox export them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.attachments import Attachments
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
    all_or_error,
    without_empty,
)
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.formats.write.survey_form import NAMES, PHOTOS
from contrechamp.dossier.records.actors import Product
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.fieldwork import Barrier, Camera, Observation, Place
from contrechamp.dossier.records.schema import from_json
from contrechamp.scene import barrier_fields
from contrechamp.scene.camera_fields import ASKED

#: Scheme of submission ids in `Record.ids`: both services export the same uuid.
SCHEME = "odk"
_IDS = ("rootUuid", "KEY", "__id", "instanceID", "_uuid")
_MARKS = frozenset({"KEY", "__id", "instanceID", "_uuid"})
#: File name endings in an archive of media that belongs to an export.
MEDIA = {".jpg", ".jpeg", ".png", ".heic", ".webp", ".mp4", ".mov", ".mp3", ".m4a", ".wav", ".pdf"}
_PART_OF_POINT = {"Latitude": 0, "Longitude": 1, "Altitude": 2, "Accuracy": 3}


@dataclass(frozen=True)
class Submission:
    """One submission.

    Args:
        id: uuid, the same after the submission is edited.
        where: file and row, for errors.
        answers: by question name; points as latitude, longitude, altitude, accuracy.
    """

    id: str
    where: str
    answers: dict[str, str] = field(repr=False)


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like an export of submissions of the form."""
    if source.is_archive:
        return any(map(fits, source.table_files()))
    if source.is_json:
        marks = (b'"__id"', b'"_uuid"', b'"instanceID"', b'"meta/instanceID"')
        return any(mark in source.head for mark in marks) and b'"what"' in source.head
    names = {_plain(name) for name in source.header()}
    return "what" in names and bool(names & _MARKS)


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the records of each submission: what was observed, and its product or place."""
    attachments = Attachments(context)
    for table in source.table_files():
        if table is not source and not fits(table):
            yield ImportNotice(table.name, _("left out: not submissions of the field form"))
            continue
        for submission in _submissions(table):
            if isinstance(submission, InputError):
                yield submission
            else:
                yield from all_or_error(_records(submission, context, attachments))


def fits_attachments(source: SourceFile) -> bool:
    """Return whether a file is an archive of the media of an export."""
    if not source.is_archive:
        return False
    parts = source.parts()
    endings = {PurePosixPath(part.name).suffix.lower() for part in parts}
    return bool(parts) and endings <= MEDIA


def read_attachments(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield no record: the export that is imported with the archive finds its media in it."""
    if len(context.beside) < 2:
        yield ImportNotice(
            source.name, _("pictures without the export that they belong to: import both together")
        )


FORMAT = Reader(fits, read)
ATTACHMENTS = Reader(fits_attachments, read_attachments, kept=False)


def _submissions(table: SourceFile) -> Iterator[Submission | InputError]:
    for row in table.json_rows() if table.is_json else table.rows():
        if isinstance(row, InputError):
            yield row
            continue
        where, answers = row.where, _answers(row.cells)
        id_ = next((answers[name] for name in _IDS if answers.get(name)), "")
        if not id_:
            problem = _("a submission without an id; export it with its instanceID")
            yield InputError(problem, where=where)
        else:
            yield Submission(id_.removeprefix("uuid:")[:100], where, answers)


def _answers(cells: dict[str, str]) -> dict[str, str]:
    answers: dict[str, str] = {}
    points: dict[str, list[str]] = {}
    for column, text in cells.items():
        name = _plain(column)
        if name in _PART_OF_POINT:
            parts = points.setdefault(_plain(re.split(r"[-/](?=[^-/]*$)", column)[0]), [""] * 4)
            parts[_PART_OF_POINT[name]] = text.strip()
        elif text.strip() and (name in NAMES or name in _IDS):
            answers.setdefault(name, text if name in {"note", "observation_seen"} else text.strip())
    for name, parts in points.items():
        if parts[0] and parts[1]:
            answers[name] = " ".join((parts[0], parts[1], parts[2] or "0", parts[3])).strip()
    return answers


def _plain(column: str) -> str:
    """Return the name of a question without its groups."""
    return re.split(r"[-/]", column)[-1]


def _records(
    submission: Submission, context: ImportContext, attachments: Attachments
) -> Iterator[Draft | ImportNotice]:
    answers = submission.answers
    photos = []
    for question in PHOTOS:
        if name := answers.get(question):
            part = attachments.find(name, submission.id)
            if part is None:
                missing = _("the picture {name} is not among the files that were given")
                yield ImportNotice(submission.where, missing.format(name=name))
            else:
                photos.append(context.keep(part.content))
    what = answers.get("what", "")
    make = {"camera": _camera, "barrier": _barrier, "observation": _observation}.get(what)
    if make is None:
        expected = "camera, barrier, observation"
        raise InputError(
            _("expected one of: {words}").format(words=expected), where=f"{submission.where}: what"
        )
    yield from make(submission, context, tuple(photos))


def _draft(submission: Submission, name: str, record: dict[str, Any], cls: type[Record],
           context: ImportContext, id_: str = "") -> Draft:  # fmt: skip
    made = from_json(cls, without_empty(record), where=f"{submission.where}: {name}")
    return Draft(made, id_ or context.id(SCHEME, submission.id), submission.where, submission.id)


def _common(submission: Submission, *, observer: bool = True) -> dict[str, Any]:
    answers = submission.answers
    seen_by = answers.get("observer", "") if observer else ""
    lines = [answers.get("note", ""), seen_by and f"observer: {seen_by}"]
    return {
        "ids": [{"scheme": SCHEME, "id": submission.id}],
        "note": "\n".join(line for line in lines if line),
    }


def _evidence(submission: Submission, photos: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"ref": THIS_FILE, "at": submission.id}, *({"ref": photo} for photo in photos)]


def _position(submission: Submission, name: str) -> dict[str, str] | None:
    text = submission.answers.get(name, "")
    if not text:
        return None
    lat, lon, _up, accuracy = [*text.split(), "", "", "", ""][:4]
    position = {"lat": lat, "lon": lon}
    return position | ({"within_m": accuracy} if accuracy else {})


def _camera(
    submission: Submission, context: ImportContext, photos: tuple[str, ...]
) -> Iterator[Draft]:
    answers = submission.answers
    make, model = answers.get("camera_make", ""), answers.get("camera_model", "")
    product = ""
    if make and model:
        name = f"{make.casefold()}\0{model.casefold()}"
        product = context.ref("product", name)
        yield Draft(Product(make=make, model=model, kind="camera"), context.id("product", name),
                    submission.where, submission.id, shared=True)  # fmt: skip
    common = _common(submission)
    signs = [common["note"], answers.get("camera_sign") and f"sign: {answers['camera_sign']}"]
    if bool(make) != bool(model):  # a product has both
        signs.append(f"plate: {make}{model}")
    record = {
        **common,
        "note": "\n".join(line for line in signs if line),
        "position": _position(submission, "camera_position"),
        "name": answers.get("camera_name"),
        **{one.name: answers.get(f"camera_{one.name}") for one in ASKED},
        "product": product,
        "first_seen": answers.get("date"),
        "last_seen": answers.get("date"),
        "evidence": _evidence(submission, photos),
    }
    yield _draft(submission, "camera", record, Camera, context)


def _barrier(
    submission: Submission, context: ImportContext, photos: tuple[str, ...]
) -> Iterator[Draft]:
    answers = submission.answers
    name = {"language": answers.get("language", "und"), "text": answers.get("barrier_name", "")}
    passing = {
        "who": answers.get("barrier_who"),
        "allowed": answers.get("barrier_allowed"),
        "how": answers.get("barrier_how", ""),
        "permit": answers.get("barrier_permit", ""),
    }
    hours = answers.get("barrier_hours")
    record = {
        **_common(submission),
        "names": [name] if name["text"] else None,
        **{one.name: answers.get(f"barrier_{one.name}") for one in barrier_fields.ASKED},
        "position": _position(submission, "barrier_position"),
        "hours": [{"note": hours}] if hours else None,
        "passing": [passing] if passing["who"] else None,
        "first_seen": answers.get("date"),
        "last_seen": answers.get("date"),
        "evidence": _evidence(submission, photos),
    }
    yield _draft(submission, "barrier", record, Barrier, context)


def _observation(
    submission: Submission, context: ImportContext, photos: tuple[str, ...]
) -> Iterator[Draft]:
    answers = submission.answers
    place, position = (
        answers.get("observation_place"),
        _position(submission, "observation_position"),
    )
    place_ref = ""
    if place or position:
        name = f"{submission.id}/place"
        place_ref = context.ref(SCHEME, name)
        called = place or answers.get("date", "") or submission.id
        where = {
            "names": [{"language": answers.get("language", "und"), "text": called}],
            "position": position,
            "evidence": _evidence(submission, ()),
        }
        yield _draft(submission, "place", where, Place, context, context.id(SCHEME, name))
    counts = [
        {"what": what, "found": _whole(answers[name], f"{submission.where}: {name}")}
        for what, name in (("cameras", "cameras_found"), ("barriers", "barriers_found"))
        if name in answers
    ]
    record = {
        **_common(submission, observer=False),
        "date": answers.get("date"),
        "from_time": answers.get("observation_from", "")[:5],
        "to_time": answers.get("observation_to", "")[:5],
        "place": place_ref,
        "observers": [answers["observer"]] if "observer" in answers else None,
        "seen": answers.get("observation_seen"),
        "counts": counts,
        "photos": list(photos),
        "conditions": answers.get("conditions"),
    }
    yield _draft(submission, "observation", record, Observation, context)


def _whole(text: str, where: str) -> int:
    if not re.fullmatch(r"\d{1,7}", text):
        raise InputError(_("expected a whole number"), where=where)
    return int(text)
