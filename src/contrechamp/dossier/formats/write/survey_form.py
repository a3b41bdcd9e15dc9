"""The field form: an XLSForm of cameras, barriers and observations, in English and French."""

from pathlib import Path
from typing import Any

from contrechamp.base import i18n
from contrechamp.dossier.records.actors import Product
from contrechamp.dossier.records.field_help import field_text
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.fieldwork import Camera, Observation, Passing
from contrechamp.dossier.records.schema import members

#: Of the form; the version goes up when a question changes.
FORM_ID, VERSION = "contrechamp_field_survey", "2"
ENGLISH, FRENCH = "English (en)", "Français (fr)"
#: Photos are evidence: they are not to be made smaller than a telephone takes them.
AS_TAKEN = "max-pixels=20000"
PHOTOS = ("photo_1", "photo_2", "photo_3")

# type, name, English, French, hint English, hint French, more. No question asks the device, the
# account or the telephone number of who looks: what is not collected cannot be taken away.
_QUESTIONS: tuple[tuple[Any, ...], ...] = (
    ("start", "start"),
    ("end", "end"),
    ("select_one what", "what", "What is here?", "Qu’y a-t-il ici ?", "", "", {"required": "yes"}),
    ("date", "date", "Day", "Jour", "", "", {"required": "yes", "default": "today()"}),
    ("text", "observer", "Who looks, as you want to be named",
     "Qui regarde, sous le nom que vous voulez", "A pseudonym will do.", "Un pseudonyme suffit."),
    ("select_one language", "language", "Language of what you write",
     "Langue de ce que vous écrivez", "", "", {"required": "yes", "default": "en"}),
    ("begin_group", "camera", "Camera", "Caméra", "", "", {"relevant": "${what} = 'camera'"}),
    ("geopoint", "camera_position", "Where it hangs", "Où elle est fixée",
     "Stand below it, if that is safe.", "Placez-vous dessous, si c’est sans danger.",
     {"required": "yes"}),
    ("text", "camera_name", "Name or number in your survey", "Nom ou numéro dans votre relevé"),
    ("select_one camera_kind", "camera_kind", "Kind", "Sorte"),
    ("select_one mount", "camera_mount", "What it hangs on", "Sur quoi elle est fixée"),
    ("decimal", "camera_height_m", "Height", "Hauteur", "", "",
     {"constraint": ". >= 0 and . <= 1000", "said": ("0 to 1000", "De 0 à 1000")}),
    ("decimal", "camera_heading_deg", "Direction", "Orientation", "", "",
     {"constraint": ". >= 0 and . <= 360", "said": ("0 to 360", "De 0 à 360")}),
    ("decimal", "camera_tilt_deg", "Tilt", "Inclinaison", "", "",
     {"constraint": ". >= -90 and . <= 90", "said": ("-90 to 90", "De -90 à 90")}),
    ("text", "camera_make", "Make", "Marque"),
    ("text", "camera_model", "Model", "Modèle"),
    ("text", "camera_sign", "What a sign says of who runs it",
     "Ce qu’un panneau dit de qui l’exploite"),
    ("end_group", "camera"),
    ("begin_group", "barrier", "Barrier", "Barrage", "", "", {"relevant": "${what} = 'barrier'"}),
    ("geopoint", "barrier_position", "Where it stands", "Où il se trouve"),
    ("text", "barrier_name", "Name", "Nom", "", "", {"required": "yes"}),
    ("select_one barrier_kind", "barrier_kind", "What it is", "De quoi il s’agit", "", "",
     {"required": "yes"}),
    ("text", "barrier_hours", "When it is open", "Quand il est ouvert"),
    ("text", "barrier_who", "Who wants to pass", "Qui veut passer"),
    ("select_one allowed", "barrier_allowed", "May they pass?", "Ce passage est-il permis ?", "",
     "", {"relevant": "${barrier_who} != ''", "required": "yes"}),
    ("text", "barrier_how", "How they pass", "Comment se fait le passage"),
    ("text", "barrier_permit", "Permit", "Permis"),
    ("end_group", "barrier"),
    ("begin_group", "observation", "Observation", "Observation", "", "",
     {"relevant": "${what} = 'observation'"}),
    ("geopoint", "observation_position", "Where", "Où"),
    ("text", "observation_place", "Name of the place", "Nom du lieu"),
    ("time", "observation_from", "From", "De"),
    ("time", "observation_to", "To", "À"),
    ("text", "observation_seen", "What was seen", "Ce qui a été vu", "", "",
     {"required": "yes", "appearance": "multiline"}),
    ("integer", "cameras_found", "Cameras found; 0 if you looked for some and found none",
     "Caméras trouvées ; 0 si vous en avez cherché sans en trouver", "", "",
     {"constraint": ". >= 0 and . <= 10000", "said": ("0 to 10000", "De 0 à 10000")}),
    ("integer", "barriers_found", "Barriers found; likewise", "Barrages trouvés ; de même", "", "",
     {"constraint": ". >= 0 and . <= 10000", "said": ("0 to 10000", "De 0 à 10000")}),
    ("text", "conditions", "What kept you from seeing", "Ce qui empêchait de voir"),
    ("end_group", "observation"),
    *(("image", name, f"Photo {name[-1]}", f"Photo {name[-1]}",
       "No faces, if you can: step back, or wait." if name == PHOTOS[0] else "",
       "Sans visages, si possible : reculez, ou attendez." if name == PHOTOS[0] else "")
      for name in PHOTOS),
    ("text", "note", "Note", "Note", "", "", {"appearance": "multiline"}),
)  # fmt: skip

#: What fills one field of a record has the help of that field as its hint.
FIELDS: dict[str, tuple[type, str]] = {
    "camera_name": (Camera, "name"),
    "camera_kind": (Camera, "kind"),
    "camera_height_m": (Camera, "height_m"),
    "camera_heading_deg": (Camera, "heading_deg"),
    "camera_tilt_deg": (Camera, "tilt_deg"),
    "camera_make": (Product, "make"),
    "camera_model": (Product, "model"),
    "barrier_who": (Passing, "who"),
    "barrier_how": (Passing, "how"),
    "barrier_permit": (Passing, "permit"),
    "observation_from": (Observation, "from_time"),
    "observation_to": (Observation, "to_time"),
    "observation_seen": (Observation, "seen"),
    "conditions": (Observation, "conditions"),
    "note": (Record, "note"),
}

_CHOICES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "what": (
        ("camera", "A camera", "Une caméra"),
        ("barrier", "A barrier: checkpoint, gate, wall...", "Un barrage : portail, mur..."),
        ("observation", "Something to describe, or nothing", "Quelque chose à décrire, ou rien"),
    ),
    "language": (
        ("ar", "Arabic", "Arabe"), ("en", "English", "Anglais"), ("fr", "French", "Français"),
        ("he", "Hebrew", "Hébreu"), ("und", "Another one", "Une autre"),
    ),
    "camera_kind": (
        ("fixed", "Fixed", "Fixe"), ("panning", "Turns", "Tourne"), ("dome", "Dome", "Dôme"),
        ("unknown", "Not known", "Inconnu"),
    ),
    "mount": (
        ("wall", "Wall", "Mur"), ("pole", "Pole", "Mât"), ("ceiling", "Ceiling", "Plafond"),
        ("roof", "Roof", "Toit"), ("other", "Something else", "Autre chose"),
    ),
    "barrier_kind": (
        ("checkpoint", "Checkpoint", "Checkpoint"), ("gate", "Gate", "Portail"),
        ("roadblock", "Roadblock", "Barrage routier"), ("wall", "Wall", "Mur"),
        ("fence", "Fence", "Clôture"), ("turnstile", "Turnstile", "Tourniquet"),
        ("other", "Something else", "Autre chose"),
    ),
    "allowed": (("yes", "Yes", "Oui"), ("no", "No", "Non"), ("unclear", "Unclear", "Pas clair")),
}  # fmt: skip

_SURVEY = (
    "type", "name", f"label::{ENGLISH}", f"label::{FRENCH}", f"hint::{ENGLISH}", f"hint::{FRENCH}",
    "required", "relevant", "constraint", f"constraint_message::{ENGLISH}",
    f"constraint_message::{FRENCH}", "default", "appearance", "parameters",
)  # fmt: skip

#: Every question that there is, by which an export of submissions is known.
NAMES = frozenset(
    question[1] for question in _QUESTIONS if question[0] not in {"begin_group", "end_group"}
)


def write(path: Path) -> None:
    """Write the form as an XLSForm, for ODK Central, KoboToolbox and their like."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    survey = book.create_sheet("survey")
    survey.append(_SURVEY)
    for question in _QUESTIONS:
        survey.append(_row(question))
    choices = book.create_sheet("choices")
    choices.append(("list_name", "name", f"label::{ENGLISH}", f"label::{FRENCH}"))
    for list_name, options in _CHOICES.items():
        for option in options:
            choices.append((list_name, *option))
    settings = book.create_sheet("settings")
    settings.append(("form_title", "form_id", "version", "default_language"))
    settings.append(("contrechamp: field survey", FORM_ID, VERSION, ENGLISH))
    book.save(path)


def _row(question: tuple[Any, ...]) -> list[str]:
    kind, name, *labels = question
    more = labels.pop() if labels and isinstance(labels[-1], dict) else {}
    labels += [""] * (4 - len(labels))
    if name in FIELDS:
        labels[2:] = [_help(name, language) for language in ("en", "fr")]
    said = more.get("said", ("", ""))
    if kind == "end_group":
        return [kind, name]
    return [
        kind, name, *labels, more.get("required", ""), more.get("relevant", ""),
        more.get("constraint", ""), *said, more.get("default", ""), more.get("appearance", ""),
        AS_TAKEN if kind == "image" else "",
    ]  # fmt: skip


def _help(question: str, language: str) -> str:
    cls, name = FIELDS[question]
    (member,) = (one for one in members(cls) if one.name == name)
    with i18n.speaking(language):
        return field_text(member)
