"""The field form: an XLSForm for cameras, barriers and observations in every interface language."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from contrechamp.base import i18n
from contrechamp.base.i18n import N_, _
from contrechamp.dossier.records.actors import Product
from contrechamp.dossier.records.field_help import field_text
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.fieldwork import Barrier, Camera, Observation, Passing
from contrechamp.dossier.records.schema import members
from contrechamp.scene import barrier_fields
from contrechamp.scene.camera_fields import ASKED
from contrechamp.scene.table_fields import TableField

#: The version goes up when a question changes.
FORM_ID, VERSION = "contrechamp_field_survey", "4"
#: Photos are evidence: the app must not scale them down.
FULL_SIZE = "max-pixels=20000"
PHOTOS = ("photo_1", "photo_2", "photo_3")
#: The highest count that the form takes.
MAX_COUNT = 10_000


@dataclass(frozen=True, kw_only=True)
class FormRow:
    """A row of the form: a question, or the beginning or end of a group. Texts are English.

    Args:
        type: in XLSForm, without the name of a list of choices.
        name: of the answer, and of the list of choices.
        label: the question.
        hint: below the question; see also `FILLS`.
        offered: choices, value -> label.
        bounds: of a number, as an XLSForm constraint.
        of_table: the field of the specification of cameras or barriers that it asks for.
        more: further columns of XLSForm.
    """

    type: str
    name: str
    label: str = ""
    hint: str = ""
    offered: Mapping[str, str] = field(default_factory=dict)
    bounds: str = ""
    of_table: TableField | None = None
    more: Mapping[str, str] = field(default_factory=dict)


def _asking(one: TableField, what: str) -> FormRow:
    """Return the question for a field of the specification of what is asked of, with its bounds."""
    kinds = {"number": "decimal", "whole": "integer", "date": "date"}
    bounds = f". {'>' if one.low_excluded else '>='} {one.low:g} and . <= {one.high:.15g}"
    return FormRow(
        type="select_one" if one.offered else kinds.get(one.holds, "text"),
        name=f"{what}_{one.name}",
        label=one.question,
        offered=one.offered,
        bounds=bounds if one.is_number else "",
        of_table=one,
        more={"relevant": f"${{{what}_{one.asked_with}}} != ''"} if one.asked_with else {},
    )


def _count(name: str, label: str) -> FormRow:
    return FormRow(type="integer", name=name, label=label, bounds=f". >= 0 and . <= {MAX_COUNT}")


_REQUIRED = {"required": "yes"}
_LONG = {"appearance": "multiline"}

#: Nothing asks for the device, account or telephone number of the observer: what is not collected
#: cannot be seized.
QUESTIONS: tuple[FormRow, ...] = (
    FormRow(type="start", name="start"),
    FormRow(type="end", name="end"),
    FormRow(
        type="select_one",
        name="what",
        label=N_("What is here?"),
        offered={
            "camera": N_("A camera"),
            "barrier": N_("A barrier: checkpoint, gate, wall..."),
            "observation": N_("Something to describe, or nothing"),
        },
        more=_REQUIRED,
    ),
    FormRow(type="date", name="date", label=N_("Day"), more={**_REQUIRED, "default": "today()"}),
    FormRow(
        type="text",
        name="observer",
        label=N_("Who looks, as you want to be named"),
        hint=N_("A pseudonym will do."),
    ),
    FormRow(
        type="select_one",
        name="language",
        label=N_("Language of what you write"),
        # The languages' own names are filled in by `_offered`.
        offered={**dict.fromkeys(sorted(i18n.TEXT_LANGUAGES), ""), "und": N_("Another one")},
        more={**_REQUIRED, "default": "en"},
    ),
    FormRow(
        type="begin_group",
        name="camera",
        label=N_("Camera"),
        more={"relevant": "${what} = 'camera'"},
    ),
    FormRow(
        type="geopoint",
        name="camera_position",
        label=N_("Where it hangs"),
        hint=N_("Stand below it, if that is safe."),
        more=_REQUIRED,
    ),
    FormRow(type="text", name="camera_name", label=N_("Name or number in your survey")),
    *(_asking(one, "camera") for one in ASKED),
    FormRow(type="text", name="camera_make", label=N_("Make")),
    FormRow(type="text", name="camera_model", label=N_("Model")),
    FormRow(type="text", name="camera_sign", label=N_("What a sign says of who runs it")),
    FormRow(type="end_group", name="camera"),
    FormRow(
        type="begin_group",
        name="barrier",
        label=N_("Barrier"),
        more={"relevant": "${what} = 'barrier'"},
    ),
    FormRow(type="geopoint", name="barrier_position", label=N_("Where it stands")),
    FormRow(type="text", name="barrier_name", label=N_("Name"), more=_REQUIRED),
    *(
        replace(row, more=_REQUIRED) if row.offered else row
        for row in (_asking(one, "barrier") for one in barrier_fields.ASKED)
    ),
    FormRow(type="text", name="barrier_hours", label=N_("When it is open")),
    FormRow(type="text", name="barrier_who", label=N_("Who wants to pass")),
    FormRow(
        type="select_one",
        name="barrier_allowed",
        label=N_("May they pass?"),
        offered={"yes": N_("Yes"), "no": N_("No"), "unclear": N_("Unclear")},
        more={"relevant": "${barrier_who} != ''", **_REQUIRED},
    ),
    FormRow(type="text", name="barrier_how", label=N_("How they pass")),
    FormRow(type="text", name="barrier_permit", label=N_("Permit")),
    FormRow(type="end_group", name="barrier"),
    FormRow(
        type="begin_group",
        name="observation",
        label=N_("Observation"),
        more={"relevant": "${what} = 'observation'"},
    ),
    FormRow(type="geopoint", name="observation_position", label=N_("Where")),
    FormRow(type="text", name="observation_place", label=N_("Name of the place")),
    FormRow(type="time", name="observation_from", label=N_("From")),
    FormRow(type="time", name="observation_to", label=N_("To")),
    FormRow(
        type="text",
        name="observation_seen",
        label=N_("What was seen"),
        more={**_REQUIRED, **_LONG},
    ),
    _count("cameras_found", N_("Cameras found; 0 if you looked for some and found none")),
    _count("barriers_found", N_("Barriers found; likewise")),
    FormRow(type="text", name="conditions", label=N_("What kept you from seeing")),
    FormRow(type="end_group", name="observation"),
    *(
        FormRow(
            type="image",
            name=name,
            label=N_("Photo {number}"),
            hint=N_("No faces, if you can: step back, or wait.") if name == PHOTOS[0] else "",
            more={"parameters": FULL_SIZE},
        )
        for name in PHOTOS
    ),
    FormRow(type="text", name="note", label=N_("Note"), more=_LONG),
)

#: A question that fills one field of a record has the help of that field as its hint.
FILLS: dict[str, tuple[type, str]] = {
    "camera_name": (Camera, "name"),
    **{f"camera_{one.name}": (Camera, one.name) for one in ASKED},
    "camera_make": (Product, "make"),
    "camera_model": (Product, "model"),
    **{f"barrier_{one.name}": (Barrier, one.name) for one in barrier_fields.ASKED},
    "barrier_who": (Passing, "who"),
    "barrier_how": (Passing, "how"),
    "barrier_permit": (Passing, "permit"),
    "observation_from": (Observation, "from_time"),
    "observation_to": (Observation, "to_time"),
    "observation_seen": (Observation, "seen"),
    "conditions": (Observation, "conditions"),
    "note": (Record, "note"),
}

#: The names of all questions, by which an export of submissions is recognised.
NAMES = frozenset(one.name for one in QUESTIONS if not one.type.endswith("_group"))


def language_title(code: str) -> str:
    """Return the name of a language in XLSForm columns: its own name, and its code."""
    return f"{i18n.language_name(code, code)} ({code})"


def write(path: Path) -> None:
    """Write the form as an XLSForm, for ODK Central, KoboToolbox and the like."""
    import openpyxl

    languages = i18n.available_languages()
    book = openpyxl.Workbook(write_only=True)
    survey = book.create_sheet("survey")
    rows = [_row(one, languages) for one in QUESTIONS]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    survey.append(columns)
    for row in rows:
        survey.append([row.get(column, "") for column in columns])
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", *(f"label::{language_title(to)}" for to in languages)])
    for question in QUESTIONS:
        for word in question.offered:
            labels = [_offered(question, word, to) for to in languages]
            choices.append([question.name, word, *labels])
    settings = book.create_sheet("settings")
    settings.append(("form_title", "form_id", "version", "default_language"))
    settings.append(("contrechamp: field survey", FORM_ID, VERSION, language_title("en")))
    # In memory first: where it cannot be written, the writer would complain of what it left open.
    content = io.BytesIO()
    book.save(content)
    path.write_bytes(content.getvalue())


def _row(question: FormRow, languages: tuple[str, ...]) -> dict[str, str]:
    """Return the row of a question by XLSForm column, with its texts in each language."""
    choice = f" {question.name}" if question.offered else ""
    row = {"type": f"{question.type}{choice}", "name": question.name}
    for column, texts in (
        ("label", _label), ("hint", _hint), ("constraint_message", _expected),
    ):  # fmt: skip
        for to in languages:
            with i18n.speaking(to):
                row[f"{column}::{language_title(to)}"] = texts(question)
        if column == "hint":
            row["constraint"] = question.bounds
    return {**row, **question.more}


def _label(question: FormRow) -> str:
    return _(question.label).format(number=question.name[-1])


def _hint(question: FormRow) -> str:
    if question.name not in FILLS:
        return _(question.hint)
    cls, name = FILLS[question.name]
    (member,) = (one for one in members(cls) if one.name == name)
    return field_text(member)


def _expected(question: FormRow) -> str:
    if not question.bounds:
        return ""
    if question.of_table is not None:
        return question.of_table.expected()
    return _("expected a number from {low} to {high}").format(low=0, high=MAX_COUNT)


def _offered(question: FormRow, word: str, to: str) -> str:
    if not question.offered[word]:
        return i18n.language_name(word, to)
    with i18n.speaking(to):
        return _(question.offered[word])
