"""The texts of a review sheet about an outcome, in the reader's language."""

from pathlib import Path

from babel.numbers import format_decimal

from contrechamp.base.i18n import _, active_language
from contrechamp.cell.closed import is_closed
from contrechamp.redact.faces.known_recall import BLIND_BELOW_PX, MEASURED
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.outcome import WRITTEN, Covered, Kind, Look, Outcome
from contrechamp.redact.request import Request
from contrechamp.wording.masking import confinement_labels, sound_label, style_label


def number(value: float, digits: int = 0) -> str:
    """Return a number as readers of the active language write it."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=active_language())


def place(what: Look | Covered) -> str:
    """Return where in a document or recording something is; nothing for an image."""
    if what.page is not None:
        return _("page {page}").format(page=what.page)
    if what.seconds is not None:
        return clock(what.seconds)
    return ""


def clock(seconds: float) -> str:
    """Return a moment of a recording as minutes and seconds.

    >>> clock(83.25)
    '1:23.2'
    """
    tenths = int(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def facts(source: str, source_kind: FileKind, outcome: Outcome) -> list[tuple[str, str]]:
    """Return facts about the copy: label and value."""
    kind = source_kind.format
    if source_kind.odd_name(Path(source)):
        kind = _("{format}, despite its name").format(format=kind)
    found = [(_("Made from"), source), (_("Kind of the source"), kind)]
    if outcome.width and outcome.height:
        found.append((_("Size"), f"{outcome.width} × {outcome.height} px"))
    if outcome.pages is not None:
        found.append((_("Pages"), number(outcome.pages)))
    if outcome.duration_s is not None:
        found.append((_("Duration"), clock(outcome.duration_s)))
    if outcome.frames is not None:
        found.append((_("Frames"), number(outcome.frames)))
    return [*found, *outcome.facts.items()]


def settings(request: Request, kind: Kind, restrictions: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return how the copy was made: label and value."""
    found = []
    if kind in ("image", "video"):
        found.append((_("Covered with"), style_label(request.style)))
    if kind in ("image", "video", "pdf", "mail", "archive") and not request.searches:
        option = "--strip-only" if request.strip_only else "--boxes-only"
        found.append((_("Face detector"), _("not used ({option})").format(option=option)))
    if kind in ("video", "sound"):
        altered = kind == "sound" and request.sound == "drop"
        found.append((_("Sound"), sound_label("alter" if altered else request.sound)))
    if kind in WRITTEN:
        found.append((_("Words to remove"), number(len(request.words))))
    found.append((_("The process that read the source could not use"), _confined(restrictions)))
    if not is_closed(restrictions):
        found.append(
            (
                _("Read without confinement"),
                _(
                    "This system cannot confine what reads a file, and --unconfined was said: a "
                    "source made to do harm could reach all that its reader can."
                ),
            )
        )
    return found


def _confined(restrictions: tuple[str, ...]) -> str:
    names = confinement_labels()
    return ", ".join(names[name] for name in restrictions if name in names)


def checklist(kind: Kind) -> list[str]:
    """Return what a person must confirm before a copy is passed on."""
    pictures = [
        _(
            "Every face that must be covered is covered: from the side and from behind, in the "
            "background, in mirrors and windows, on posters and screens."
        ),
        _(
            "No tattoo, scar, clothing, badge, number plate, street name, house number, screen or "
            "paper tells who or where."
        ),
        _("Nobody who knows these people would recognise them by what is left."),
    ]
    by_kind = {
        "image": [_("I looked at the whole picture at full size, into its corners."), *pictures],
        "video": [
            _("I watched all of it, and frame by frame at the moments listed above."),
            *pictures,
        ],
        "sound": [_("I listened to all of it.")],
        "pdf": [_("I read every page and looked at every picture in it."), *pictures[1:2]],
        "office": [_("I opened it and read all of it: every sheet, slide, note and header.")],
        "mail": [
            _("I read all of it, with its fields, and opened every attachment at full size."),
            *pictures,
        ],
        "archive": [
            _("I unpacked it and looked at, read or listened to every file in it, at full size."),
            *pictures,
        ],
        "text": [_("I read all of it, every line and every name that is left.")],
    }
    spoken = [
        _(
            "No name, nickname, place, background voice or accent that must stay unknown can be "
            "heard."
        )
    ]
    written = [
        _("No name, initial, signature, number or turn of phrase in it tells who wrote or said it.")
    ]
    more = dict.fromkeys(WRITTEN, written)
    more |= {"video": spoken, "sound": spoken}
    return [
        *by_kind[kind],
        *more.get(kind, []),
        _(
            "The people who can still be recognised in it agreed to this use; where nobody could "
            "ask them, I weighed what it may do to them."
        ),
        _("I considered this copy together with what else is known: pictures, posts, news."),
    ]


def recall(request: Request, outcome: Outcome) -> list[tuple[str, str, str]]:
    """Return the measured recall by height of face, on still pictures.

    It was measured on pictures searched at twice their size; where the search was coarser, the
    heights are scaled up, like the size below which faces are missed.
    """
    if not request.searches or outcome.kind != "image" or outcome.blind_below_px is None:
        return []
    scale = outcome.blind_below_px / BLIND_BELOW_PX
    return [
        (
            _("{low} px and higher").format(low=number(scale * measured.low_px))
            if measured.high_px is None
            else _("{low} to {high} px").format(
                low=number(scale * measured.low_px), high=number(scale * measured.high_px)
            ),
            _("{percent} %").format(percent=number(100 * measured.found, 1)),
            number(measured.faces),
        )
        for measured in MEASURED
    ]
