"""One value for all cameras that are selected; changes undone; cameras that may be the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_moment, written_number
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_help import field_text
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import from_json, members, to_json
from contrechamp.dossier.writing import erasing, restoring, store
from contrechamp.dossier.writing.store import Put
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.scene.camera_fields import RECORDED
from contrechamp.vault.case import Case
from contrechamp.web import record_forms
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.map.map_pages import of_desk
from contrechamp.web.map.twins import proposed
from contrechamp.web.record_pages import asked_record

#: Fields that one value can be right for, of many cameras.
FIELDS: Final = tuple(one.name for one in RECORDED)
_MOST_STEPS: Final = 30
_MOST_TWINS: Final = 200
_MOST_SAID: Final = 12
_MOST_REASON: Final = 500


def bulk(desk: Desk, request: Request) -> Response:
    """Ask which field of the selected cameras is to say what, and show what that would change."""
    field, value = request.fields.get("field", ""), request.fields.get("value", "").strip()
    selected = sorted(of_desk(desk).selected)
    wrong, said = "", Counter[str]()
    if field in FIELDS:
        try:
            with desk.session.opening() as case:
                for before, after in _changes(case, selected, field, value):
                    if before == after:
                        continue
                    if not said:  # the rules that one meets, all of them do
                        _check(case, after)
                    said[str(before.get(field, ""))] += 1
        except InputError as error:
            wrong = str(error)
    return desk.page(
        "map/bulk",
        status=422 if wrong else 200,
        count=len(selected),
        in_words=_cameras(len(selected)),
        fields=[(one.name, one.name.replace("_", " "), field_text(one))
                for one in members(Camera) if one.name in FIELDS],
        field=field if field in FIELDS else "",
        value=value,
        wrong=wrong,
        changes=sum(said.values()),
        changes_in_words=_cameras(sum(said.values())),
        said=[(shown(text), written_number(many)) for text, many in said.most_common(_MOST_SAID)],
    )  # fmt: skip


def write_bulk(desk: Desk, request: Request) -> Response:
    """Write one value into a field of all selected cameras, all of them or none."""
    field, value = request.fields.get("field", ""), request.fields.get("value", "").strip()
    reason = request.fields.get("reason", "")[:_MOST_REASON]
    if field not in FIELDS:
        raise InputError(_("choose a field"))
    selected = sorted(of_desk(desk).selected)

    def does(progress: Progress) -> Iterator[str]:
        with (
            desk.session.opening(write=True) as case,
            progress(_("Changing cameras"), len(selected)) as advance,
        ):
            puts = []
            for (before, after), stored in zip(
                _changes(case, selected, field, value), lookup.those(case, selected), strict=True
            ):
                advance(1)
                if before != after:
                    record = from_json(Camera, after, where="camera")
                    puts.append(Put(record, stored.id, version=stored.version))
            store.put_all(case, puts, reason=reason, now=desk.session.clocks.now())
        yield _("{cameras} changed.").format(cameras=_cameras(len(puts)))

    desk.work.begin(_("Changing the selected cameras"), "map", does)
    return go_to("work")


def changes(desk: Desk, request: Request) -> Response:
    """The last changes of cameras, each with what undoes it."""
    with desk.session.opening() as case:
        steps = restoring.steps(case, "camera", _MOST_STEPS)
        titles = lookup.listed_of(case, {one.records[0] for one in steps})
        told = [
            (
                one.entry,
                written_moment(one.at),
                one.records[0],
                shown(titles[one.records[0]].title),
                _cameras(len(one.records)),
                one.is_new,
                len(one.records) == 1,
            )
            for one in steps
        ]
    return desk.page("map/changes", steps=told)


def undo(desk: Desk, request: Request) -> Response:
    """Take a change back, by a new version of each record that it changed."""
    number = request.fields.get("entry", "")
    entry = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
    reason = request.fields.get("reason", "")[:_MOST_REASON] or _("undone")

    def does(progress: Progress) -> Iterator[str]:
        with desk.session.opening(write=True) as case:
            steps = restoring.steps(case, "camera", _MOST_STEPS)
            step = next((one for one in steps if one.entry == entry), None)
            if step is None:
                raise InputError(_("there is no such change any more: look at the list again"))
            with progress(_("Undoing"), len(step.records)) as advance:
                written = restoring.undo(
                    case, step, reason=reason, now=desk.session.clocks.now(), advance=advance
                )
        yield _("{cameras} say again what they said before.").format(cameras=_cameras(len(written)))

    desk.work.begin(_("Undoing a change"), "changes", does)
    return go_to("work")


def erase(desk: Desk, request: Request) -> Response:
    """Erase a camera that was drawn by mistake: it was never changed, and nothing names it."""
    ref = asked_record(request)
    if request.fields.get("sure") != "yes":
        raise InputError(_("tick the box first: what is erased does not come back"))
    with desk.session.opening(write=True) as case:
        stored = lookup.get(case, ref)
        if stored.kind != "camera" or stored.version != 1 or lookup.cited_by(case, ref):
            raise InputError(
                _("only a camera that was never changed, and that nothing names, is erased here")
            )
        reason = request.fields.get("reason", "")[:_MOST_REASON] or _("drawn by mistake")
        erasing.erase(case, [stored.id], reason=reason, now=desk.session.clocks.now())
    return go_to("changes")


def twins(desk: Desk, request: Request) -> Response:
    """Cameras that may be the same one: proposed, never merged."""
    case_map = of_desk(desk)
    with desk.session.opening() as case:
        case_map.refresh(case)
    found = proposed(case_map.points)
    return desk.page(
        "map/twins",
        pairs=[
            (one.id, shown(one.title), other.id, shown(other.title), written_number(round(away, 1)))
            for one, other, away in found[:_MOST_TWINS]
        ],
        count=written_number(len(found)),
        more=len(found) > _MOST_TWINS,
    )


def _changes(
    case: Case, selected: list[str], field: str, value: str
) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Yield what each camera says, and what it would say.

    Raises:
        InputError: if no camera can say that.
    """
    said = record_forms.read(Camera, {f"{record_forms.PREFIX}{field}": value}).get(field)
    for stored in lookup.those(case, selected):
        before = to_json(stored.record)
        after = {name: one for name, one in before.items() if name != field}
        if said is not None:
            after[field] = said
        # As it would be read back: 90 and 90.0 are one direction.
        yield before, to_json(from_json(Camera, after, where="camera"))


def _check(case: Case, content: Mapping[str, Any]) -> None:
    """Check what a camera would say.

    Raises:
        InputError: if a rule forbids it.
    """
    one = Put(from_json(Camera, content, where="camera"), store.new_id(), new=True)
    store.check(View(case, {one.id: one.record}), one)


def _cameras(count: int) -> str:
    return ngettext("{count} camera", "{count} cameras", count).format(count=written_number(count))


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "bulk"): bulk,
    ("POST", "bulk"): bulk,
    ("POST", "bulk/write"): write_bulk,
    ("GET", "changes"): changes,
    ("POST", "changes/undo"): undo,
    ("POST", "changes/erase"): erase,
    ("GET", "twins"): twins,
}
