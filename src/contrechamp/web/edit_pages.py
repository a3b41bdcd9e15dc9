"""Records written by a form: what another tab wrote meanwhile is shown, and never lost."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.field_lines import field_lines
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.short_names import in_full
from contrechamp.dossier.records.json_references import with_references
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import REF, from_json, to_json
from contrechamp.dossier.writing import store
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.vault.case import Case
from contrechamp.web import record_forms
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.record_pages import ID, NOT_BY_FORM, asked_record


def edit(desk: Desk, request: Request) -> Response:
    """The form of a record, or of a new one of a kind."""
    kind = request.fields.get("kind", "")
    if "id" not in request.fields:
        cls = _by_form(kind)
        with desk.session.opening() as case:
            return _form(desk, case, cls, kind, {}, "", 0)
    with desk.session.opening() as case:
        stored = lookup.get(case, asked_record(request))
        cls = _by_form(stored.kind)
        content = to_json(stored.record)
        return _form(desk, case, cls, stored.kind, content, stored.id, stored.version)


def save(desk: Desk, request: Request) -> Response:
    """Write what a form says, unless the record was changed since the form was made."""
    fields = request.fields
    kind, cls = fields.get("kind", ""), _by_form(fields.get("kind", ""))
    record_id, version = fields.get("id", ""), _number(fields.get("version", ""))
    content = record_forms.read(cls, fields)
    if record_id and ID.fullmatch(record_id) is None:
        raise InputError(_("there is no such record"))
    if fields.get("more"):
        with desk.session.opening() as case:
            return _form(desk, case, cls, kind, content, record_id, version)
    with desk.session.opening(write=True) as case:
        now = lookup.get(case, f"record/{record_id}") if record_id else None
        if now is not None and now.version != version:
            return _form(desk, case, cls, kind, content, record_id, version, meanwhile=now)
        try:
            given = with_references(cls, content, in_full(case), kind)
            stored = store.put(
                case, from_json(cls, given, where=kind), record_id=record_id, version=version,
                reason=fields.get("reason", "")[:500], now=desk.session.clocks.now(),
            )  # fmt: skip
        except ContrechampError as error:
            return _form(desk, case, cls, kind, content, record_id, version, wrong=str(error))
    return go_to(f"record?id={stored.id}")


def _form(
    desk: Desk,
    case: Case,
    cls: type,
    kind: str,
    content: Mapping[str, Any],
    record_id: str,
    version: int,
    *,
    wrong: str = "",
    meanwhile: Stored | None = None,
) -> Response:
    names = desk.session.names(case)
    titles = {ref: shown(names.line(ref)) for ref in _refs_in(content)}
    theirs: list[str] = []
    if meanwhile is not None:
        mine = set(field_lines(content))
        theirs = [line for line in field_lines(to_json(meanwhile.record)) if line not in mine]
    return desk.page(
        "edit",
        status=422 if wrong or meanwhile else 200,
        kind=kind,
        id=record_id,
        version=meanwhile.version if meanwhile else version,
        inputs=record_forms.inputs(cls, content, titles),
        wrong=wrong,
        meanwhile=meanwhile is not None,
        theirs=theirs,
    )


def _refs_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _refs_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _refs_in(one)
    elif isinstance(value, str) and REF.fullmatch(value):
        yield value


def _by_form(kind: str) -> type:
    """Return the class of a kind that is written by a form.

    Raises:
        InputError: if there is no such kind, or it is written by a deed of its own.
    """
    if kind in NOT_BY_FORM:
        raise InputError(_("records of this kind are written by what they are about"))
    return class_of(kind)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "edit"): edit,
    ("POST", "edit"): save,
}
