"""Records: listed with filters, shown, written by a form, and judged by a second person."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, cast, get_args

from contrechamp.base.errors import InputError
from contrechamp.base.field_lines import field_lines
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_moment
from contrechamp.dossier import status
from contrechamp.dossier.permission import releasing, reviews
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.permission.verdicts import Verdict
from contrechamp.dossier.reading import conditions, finding, lookup
from contrechamp.dossier.reading.field_paths import paths
from contrechamp.dossier.reading.in_words import in_words
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.short_names import ShortNames, full_ref
from contrechamp.dossier.reading.state_text import state_text
from contrechamp.dossier.reading.titles import citing
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.contents import open_json
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import REF, to_json
from contrechamp.local_page.messages import Request, Response, go_to, not_found
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.inbox_pages import page_number
from contrechamp.wording import gates
from contrechamp.wording.standing import flag_labels
from contrechamp.wording.status import lack_line

#: Records of one page of a list.
PER_PAGE: Final = 50
ID: Final = re.compile(r"[0-9a-f]{16}")
#: Kinds that are written by deeds of their own, or rather than by a form.
NOT_BY_FORM: Final = frozenset({"review", "release", "conflict"})
_OPERATORS: Final = tuple(dict.fromkeys((*conditions.TEXT, *conditions.NUMBER, *conditions.DAY)))


def records(desk: Desk, request: Request) -> Response:
    """The records of a kind, or of all; page by page."""
    kind, number = request.fields.get("kind", ""), page_number(request)
    if kind not in KINDS:
        kind = ""
    first = (number - 1) * PER_PAGE
    with desk.session.opening() as case:
        names = desk.session.names(case)
        found = list(islice(lookup.listed(case, kind), first, first + PER_PAGE + 1))
        rows = [
            (one.id, names.of_row(one.id, one.kind, one.title), shown(one.title), "")
            for one in found[:PER_PAGE]
        ]
        counts = lookup.count(case)
    return _list(desk, rows, kind, counts, number=number, more=len(found) > PER_PAGE)


def filtered(desk: Desk, request: Request) -> Response:
    """The records of which a field says something; what was asked stands in no address."""
    fields = request.fields
    kind = fields.get("kind", "") if fields.get("kind", "") in KINDS else ""
    path, op, value = (fields.get(name, "").strip() for name in ("field", "op", "value"))
    rows, wrong, more = [], "", False
    with desk.session.opening() as case:
        names, counts = desk.session.names(case), lookup.count(case)
        try:
            asked = conditions.condition(
                path, op, value, kind=kind, full_ref=lambda text: full_ref(case, text, names=names)
            )
            found, more = finding.find(case, kind=kind, conditions=[asked], limit=PER_PAGE * 4)
            for one in found:
                name = names.of_row(one.record.id, one.record.kind, one.record.title)
                said = "; ".join(shown(text) for text in map(str, one.said.get(path, [])))
                rows.append((one.record.id, name, shown(one.record.title), said))
        except InputError as error:
            wrong = str(error)
    return _list(desk, rows, kind, counts, wrong=wrong, cut=more, asked=(path, op, value))


def _list(
    desk: Desk,
    rows: list[tuple[str, str, str, str]],
    kind: str,
    counts: Mapping[str, int],
    *,
    number: int = 1,
    more: bool = False,
    cut: bool = False,
    wrong: str = "",
    asked: tuple[str, str, str] = ("", "contains", ""),
) -> Response:
    classes = [KINDS[kind]] if kind else list(KINDS.values())
    return desk.page(
        "records",
        status=422 if wrong else 200,
        rows=rows,
        kind=kind,
        kinds=[(name, counts.get(name, 0)) for name in KINDS],
        can_add=kind not in NOT_BY_FORM,
        fields=sorted({path for cls in classes for path in paths(cls)}),
        operators=_OPERATORS,
        asked=asked,
        number=number,
        more=more,
        cut=cut,
        wrong=wrong,
    )


def record(desk: Desk, request: Request) -> Response:
    """The page of a record: what it says, how it stands, who judged it, who cites it."""
    ref = asked_record(request)
    closed = request.fields.get("closed") == "yes"
    day = desk.session.clocks.now().date()
    with desk.session.opening() as case:
        stored = lookup.find(case, ref)
        if stored is None:
            return not_found()
        names = desk.session.names(case)
        standings = Standings(View(case), day)
        whole, opened = to_json(stored.record), open_json(stored.record)
        told = in_words(type(stored.record), whole if closed else opened)
        lines = list(field_lines(told, named=lambda text: _named(names, text)))
        flags = [
            (flag_labels()[flag.code], flag.at, shown(names.line(flag.because)) if flag.because
             else "")
            for flag in standings.of(ref)
        ]  # fmt: skip
        lacks = [
            shown(lack_line(lack.why, lack.at))
            for lack in status.of_record(stored, standings, status.languages(case))
        ]
        judged = [
            (shown(one.review.record.title()), one.current) for one in reviews.reviews(case, ref)
        ]
        releases = list(_releases(standings, ref, names))
        cited = [
            (one.ref.partition("/")[2], shown(names.line(one.ref))) for one in citing(case, ref)
        ]
        earlier = lookup.versions(case, ref)
        mine = stored.member == case.unlocked.member
        name = names.of(ref)
    return desk.page(
        "record",
        id=stored.id,
        kind=stored.kind,
        title=shown(stored.record.title()),
        name=name,
        version=stored.version,
        at=written_moment(stored.at),
        lines=lines,
        state=state_text(stored.record, day),
        has_closed=whole != opened and not closed,
        flags=flags,
        lacks=lacks,
        judged=judged,
        releases=releases,
        cited=cited,
        versions=[(one.version, written_moment(one.at)) for one in earlier],
        can_edit=stored.kind not in NOT_BY_FORM,
        can_review=not mine and stored.kind not in NOT_BY_FORM,
    )


def difference(desk: Desk, request: Request) -> Response:
    """What the newest version of a record says otherwise than the one before it."""
    ref = asked_record(request)
    with desk.session.opening() as case:
        found = lookup.versions(case, ref)
        names = desk.session.names(case)
        lines = [_lines_of(one, names) for one in found]
    newest = max(range(len(found)), key=lambda place: found[place].version)
    before = sorted(range(len(found)), key=lambda place: found[place].version)[-2:][0]
    return desk.page(
        "difference",
        id=lookup.id_of(ref),
        gone=[one for one in lines[before] if one not in lines[newest]],
        come=[one for one in lines[newest] if one not in lines[before]],
        versions=(found[before].version, found[newest].version),
    )


def review(desk: Desk, request: Request) -> Response:
    """Say what one thinks of a record that somebody else wrote."""
    ref, verdict = asked_record(request), request.fields.get("verdict", "")
    if verdict not in get_args(Verdict):
        raise InputError(_("choose what you think of it"))
    why = request.fields.get("why", "")[:2000]
    with desk.session.opening(write=True) as case:
        reviews.review(case, ref, cast(Verdict, verdict), why=why, now=desk.session.clocks.now())
    return go_to(f"record?id={lookup.id_of(ref)}")


def release(desk: Desk, request: Request) -> Response:
    """Give leave for a record to be published, or take it back; gates are passed elsewhere."""
    ref, now = asked_record(request), desk.session.clocks.now()
    day, why = now.date().isoformat(), request.fields.get("why", "").strip()[:2000]
    with desk.session.opening(write=True) as case:
        if request.fields.get("revoke"):
            if not why:
                raise InputError(_("say why it is taken back: that stays in the case"))
            reviews.revoke(case, ref, on=day, reason=why, now=now)
        else:
            reviews.release(case, ref, on=day, why=why, now=now)
    return go_to(f"record?id={lookup.id_of(ref)}")


def _releases(
    standings: Standings, ref: str, names: ShortNames
) -> Iterator[tuple[bool, str, list[str]]]:
    for state in releasing.of(standings, ref):
        line = gates.state_line(state.ended, len(state.unmet), state.release.on)
        yield state.holds, line, [shown(one) for one in releasing.lines(state.unmet, names)]


def _lines_of(stored: Stored, names: ShortNames) -> list[str]:
    told = in_words(type(stored.record), open_json(stored.record))
    return list(field_lines(told, named=lambda text: _named(names, text)))


def _named(names: ShortNames, text: str) -> str:
    return names.line(text) if REF.fullmatch(text) else text


def asked_record(request: Request) -> str:
    """Return the reference to the record that a request names.

    Raises:
        InputError: if it is none.
    """
    told = request.fields.get("id", "")
    if ID.fullmatch(told) is None:
        raise InputError(_("there is no such record"))
    return f"record/{told}"


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "records"): records,
    ("POST", "records"): filtered,
    ("GET", "record"): record,
    ("GET", "difference"): difference,
    ("POST", "judge"): review,
    ("POST", "release"): release,
}
