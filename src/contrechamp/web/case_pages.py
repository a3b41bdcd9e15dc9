"""The case as a whole: what it lacks, where words stand, what happened when, if it is sound."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.base.search_words import query_of
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_date
from contrechamp.dossier import status
from contrechamp.dossier.reading import lookup, search, timeline
from contrechamp.dossier.reading.state_text import state_text
from contrechamp.dossier.reading.titles import title_of
from contrechamp.dossier.records.letters import Letter, state_on
from contrechamp.dossier.records.people import Consent
from contrechamp.dossier.verifying import verify_case
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.vault.discrepancies import is_sound
from contrechamp.vault.texts import finding, taking
from contrechamp.web.desk import Answers, Desk
from contrechamp.wording.confidence import confidence_labels
from contrechamp.wording.status import lack_headings, lack_line
from contrechamp.wording.texts import lacking_lines, place_label
from contrechamp.wording.timeline import when
from contrechamp.wording.verifying import finding_label

_MOST_WORDS: Final = 200
_MOST_FOUND: Final = 50
_MOST_EVENTS: Final = 2000
#: Lines of one heading of what is lacking.
_MOST_LACKS: Final = 500


def lacks(desk: Desk, request: Request) -> Response:
    """What the case lacks, each with a link to where it is mended."""
    with desk.session.opening() as case:
        day = desk.session.clocks.now().date()
        found = desk.session.once(case, ("lacks", day), lambda: status.lacks(case, day))
        names = desk.session.names(case)
        groups = []
        for what, heading in lack_headings().items():
            of_it = [one for one in found if one.what == what]
            lines = [
                (_mended_at(one), names.of(one.ref) or one.kind, shown(one.title),
                 shown(lack_line(one.why, one.at)))
                for one in of_it[:_MOST_LACKS]
            ]  # fmt: skip
            if lines:
                groups.append((heading, len(of_it), lines))
    return desk.page("status", groups=groups)


def _mended_at(lack: status.Lack) -> str:
    """Return the address where something is mended; "" where that is no page of ours."""
    kind, _stroke, name = lack.ref.partition("/")
    if lack.what == "mask":
        return "masks"
    return f"{kind}?id={name}" if kind in ("record", "item") else ""


def search_form(desk: Desk, request: Request) -> Response:
    """Where words are looked for."""
    return desk.page("search", words="", hits=None, items=[], unread=[])


def found(desk: Desk, request: Request) -> Response:
    """Where words stand, in records and in the texts of items; they stand in no address."""
    words = request.fields.get("words", "")[:_MOST_WORDS]
    with desk.session.opening() as case:
        names = desk.session.names(case)
        hits = [
            (hit.record.id, names.of_row(hit.record.id, hit.record.kind, hit.record.title),
             shown(hit.record.title), shown(hit.excerpt))
            for hit in search.find(case, words, limit=_MOST_FOUND)
        ]  # fmt: skip
        items = [
            (item.removeprefix("item/"), shown(one.name), _passage(one.passage))
            for one in finding.find(case, query_of(words), words, limit=_MOST_FOUND)
            for item in one.items
        ]
        unread = lacking_lines(taking.lacking(case).items())
    return desk.page("search", words=words, hits=hits, items=items, unread=unread)


def _passage(passage: finding.Passage | None) -> tuple[str, list[tuple[str, bool]]]:
    if passage is None:
        return "", []
    return shown(place_label(passage.at)), [(shown(word), hit) for word, hit in passage.words]


def events(desk: Desk, request: Request) -> Response:
    """What happened when, by the dates in records."""
    with desk.session.opening() as case:
        names = desk.session.names(case)
        every = desk.session.once(case, "events", lambda: timeline.events(lookup.every(case)))
        told = [
            (
                one.id,
                when(one.fact.begin, one.fact.end, is_period=one.fact.is_period),
                names.of_row(one.id, one.kind, one.title),
                shown(one.title),
                ", ".join(
                    filter(None, (one.fact.path, confidence_labels().get(one.fact.confidence, "")))
                ),
                shown(one.fact.says),
            )
            for one in every[:_MOST_EVENTS]
        ]
    return desk.page("timeline", events=told, more=max(0, len(every) - _MOST_EVENTS))


def due(desk: Desk, request: Request) -> Response:
    """Letters and how their answers stand, the earliest due first; consents and their ends."""
    day = desk.session.clocks.now().date()
    with desk.session.opening() as case:
        letters: list[tuple[date, str, str, str]] = []
        for stored in lookup.every(case, "letter"):
            if isinstance(stored.record, Letter):
                last = state_on(stored.record, day).due or date.max
                says = shown(state_text(stored.record, day))
                letters.append((last, stored.id, shown(stored.record.title()), says))
        consents = [
            (
                stored.id,
                shown(title_of(case, stored.record.source)),
                ", ".join(grant.use for grant in stored.record.grants),
                written_date(stored.record.given_on),
                written_date(stored.record.until or ""),
                written_date(stored.record.withdrawn_on or ""),
            )
            for stored in lookup.every(case, "consent")
            if isinstance(stored.record, Consent)
        ]
    return desk.page("due", letters=[one[1:] for one in sorted(letters)], consents=consents)


def verify(desk: Desk, request: Request) -> Response:
    """Check that the case is what its log says, as work of its own."""

    def does(progress: Progress) -> Iterator[str]:
        with desk.session.opening() as case:
            entries = case.size
            wrong = verify_case(case, desk.session.seen, progress=progress)
        for one in wrong:
            yield shown(f"{finding_label(one.kind)}  {one.subject}: {one.message}")
        if is_sound(wrong):
            yield _(
                "Everything is as the log says, from its first entry to the newest, {number}."
            ).format(number=entries - 1)

    desk.work.begin(_("Verifying the case"), "./", does)
    return go_to("work")


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "status"): lacks,
    ("GET", "search"): search_form,
    ("POST", "search"): found,
    ("GET", "timeline"): events,
    ("GET", "due"): due,
    ("POST", "verify"): verify,
}
