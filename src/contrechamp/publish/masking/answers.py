"""Answers of a review of masked copies as JSON: what is still to be looked at, and what was found.

The form that is printed, or opened in an editor, is the one that is read back: whoever has no
browser fills in ``answer`` of each look, and ``verdict``.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast, get_args

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.dossier.permission import mask_reviews, reviews
from contrechamp.dossier.permission.verdicts import Verdict
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.publications import HiddenCovers, LookAnswer, WatchedSpan
from contrechamp.dossier.records.schema import from_json
from contrechamp.redact import made as making
from contrechamp.redact.made import Made
from contrechamp.redact.review import texts
from contrechamp.vault import masked_copies
from contrechamp.vault.case import Case, Random
from contrechamp.wording.gates import unmet_labels
from contrechamp.wording.masked_copies import reviewed

FORMAT: Final = "contrechamp/mask-review-1"
_COPY_FIELDS: Final = {"copy", "of", "verdict", "why", "looks", "spans", "seconds"}
_LOOK_FIELDS: Final = {"look", "says", "answer", "why"}


@dataclass(frozen=True)
class Answers:
    """What a person found in one masked copy.

    Args:
        copy: reference to it.
        verdict: theirs.
        looks: what is at each place.
        spans: what was watched or heard.
        why: in their words.
    """

    copy: str
    verdict: Verdict
    looks: tuple[LookAnswer, ...]
    spans: tuple[WatchedSpan, ...] = ()
    why: str = ""


def to_review(case: Case, refs: Sequence[str] = ()) -> list[str]:
    """Return the masked copies whose review is lacking, worst first: those with most to look at.

    Args:
        case: open.
        refs: only these, or copies of these; all of the case if there are none.
    """
    copies = masked_copies.copies(case, refs)
    named = [one for ref in refs for one in copies.get(ref, [ref])[-1:]]
    view = View(case)
    found: list[tuple[int, int, int, str]] = []
    for ref in named or masked_copies.newest_copies(case):
        copy = mask_reviews.copy_of(case, ref)
        if copy is None:
            if ref in refs:
                raise InputError(_("is not a masked copy, and has none: mask it first"), where=ref)
            continue
        if refs or mask_reviews.standing(view, ref).why:
            found.append((-len(copy.doubtful), -len(copy.urgencies), len(found), ref))
    return [ref for _doubtful, _all, _number, ref in sorted(found)]


def made_of(case: Case, copy: str) -> Made:
    """Return how a copy was made.

    Raises:
        InputError: its sidecar is gone, or damaged.
    """
    return making.unpacked(masked_copies.read_sidecar(case, copy), copy)


def form(case: Case, copies: Iterable[str]) -> str:
    """Return the form of answers that are to be given on copies, as JSON."""
    return (
        json_text(
            {"format": FORMAT, "copies": [_form_of(case, ref) for ref in copies]},
            indent=1,
        )
        + "\n"
    )


def asked(case: Case, ref: str) -> list[int]:
    """Return the places of a copy that whoever has the case open is to look at."""
    copy = mask_reviews.copy_of(case, ref)
    standing = mask_reviews.standing(View(case), ref)
    if standing.second and case.unlocked.member not in standing.readers:
        return list(standing.second)
    return list(copy.looks) if copy else []


def says(made: Made, number: int) -> str:
    """Return what is to be looked at at a place, and where it is."""
    if number == mask_reviews.WHOLE:
        return _("the whole copy, into its corners and to its end")
    look = making.sorted_looks(made.outcome)[number - 1]
    place = texts.place(look)
    return f"{place}: {look.message}" if place else look.message


def read(content: str, where: str) -> list[Answers]:
    """Read answers.

    Raises:
        InputError: they are no such JSON; the message names the copy and the field.
    """
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(_("is not JSON: {reason}").format(reason=error), where=where) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise InputError(
            _("expected {format}").format(format=f'"{FORMAT}"'), where=f"{where}: format"
        )
    copies = said.get("copies")
    if not isinstance(copies, list) or set(said) != {"format", "copies"}:
        raise InputError(_("expected a list"), where=f"{where}: copies")
    return [_answers(one, f"{where}: copies {number}") for number, one in enumerate(copies, 1)]


def sign(
    case: Case,
    given: Iterable[Answers],
    *,
    hidden: HiddenCovers | None = None,
    now: Callable[[], datetime],
    random: Random,
) -> list[Stored]:
    """Write answers as reviews, signed by whoever has the case open.

    Args:
        case: open for writing.
        given: the answers.
        hidden: what the page of the review hid from them; None where nothing was.
        now: for the log.
        random: draws the places for a second reader.

    Raises:
        InputError: an answer does not fit its copy.
    """
    return [
        reviews.review_copy(
            case, one.copy, one.verdict, one.looks, spans=one.spans, hidden=hidden, why=one.why,
            now=now(), random=random,
        )
        for one in given
    ]  # fmt: skip


def line(case: Case, copy: str, ref: str, verdict: str) -> str:
    """Return a line on a review that was written, and on what the copy still lacks."""
    standing = mask_reviews.standing(View(case), copy)
    places = f" ({', '.join(map(str, standing.second))})" if standing.second else ""
    how = "; ".join(unmet_labels()[why] for why in standing.why) or reviewed()
    return f"{ref}  review  {copy}  {verdict}  {how}{places}"


def _form_of(case: Case, ref: str) -> dict[str, Any]:
    made, copy = made_of(case, ref), mask_reviews.copy_of(case, ref)
    seconds = copy.seconds if copy else None
    told: dict[str, Any] = {
        "copy": ref,
        "of": masked_copies.original(lookup.item_state(case, lookup.id_of(ref))),
        "verdict": "",
        "why": "",
        "looks": [
            {"look": number, "says": says(made, number), "answer": "", "why": ""}
            for number in asked(case, ref)
        ],
    }
    if seconds is not None:
        told |= {"seconds": str(seconds), "spans": []}
    return told


def _answers(said: Any, where: str) -> Answers:
    _known(said, _COPY_FIELDS, where)
    verdict = said.get("verdict")
    if verdict not in get_args(Verdict):
        words = ", ".join(get_args(Verdict))
        raise InputError(
            _("expected one of: {words}").format(words=words), where=f"{where}: verdict"
        )
    looks, spans = said.get("looks"), said.get("spans", [])
    if not isinstance(looks, list) or not isinstance(spans, list):
        raise InputError(_("expected a list"), where=f"{where}: looks")
    copy, why = said.get("copy"), said.get("why", "")
    if not isinstance(copy, str) or not isinstance(why, str):
        raise InputError(_("expected text"), where=where)
    return Answers(
        copy,
        cast(Verdict, verdict),
        tuple(_look(one, f"{where}: looks {number}") for number, one in enumerate(looks, 1)),
        tuple(_span(one, f"{where}: spans {number}") for number, one in enumerate(spans, 1)),
        why,
    )


def _look(said: Any, where: str) -> LookAnswer:
    _known(said, _LOOK_FIELDS, where)
    fields = {name: said[name] for name in ("look", "answer", "why") if name in said}
    return from_json(LookAnswer, fields, where=where)


def _span(said: Any, where: str) -> WatchedSpan:
    if not isinstance(said, list) or len(said) != 2:
        raise InputError(_("expected two seconds: where it begins and ends"), where=where)
    return from_json(WatchedSpan, {"from_s": _text(said[0]), "to_s": _text(said[1])}, where=where)


def _text(second: Any) -> Any:
    return str(Decimal(str(second))) if isinstance(second, int | float) else second


def _known(said: Any, known: set[str], where: str) -> None:
    if not isinstance(said, dict):
        raise InputError(_("expected an object in braces"), where=where)
    for name in said:
        if name not in known:
            raise InputError(
                _("unknown field; known are {names}").format(names=", ".join(sorted(known))),
                where=f"{where}: {name[:40]}",
            )
