"""Runs: those that are kept, the form of a new one, what one came to, and its way into a text."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_moment
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.records.field_types import DATE, check_form
from contrechamp.local_page.messages import HTML, Request, Response, go_to, not_found
from contrechamp.publish import findings
from contrechamp.publish.files import INDEX_HTML
from contrechamp.publish.found import find
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.survey.writing import NEXT
from contrechamp.vault.case import Case
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.record_pages import ID
from contrechamp.web.runs import asked as asking
from contrechamp.web.runs import citing, files, reading, running
from contrechamp.web.runs.asked import AREAS, BESIDE, CHANGE, COMPLETENESS, INPUT, KINDS, MEASURE
from contrechamp.web.runs.files import Kept
from contrechamp.wording.figures import figure_label

#: Addresses that read files in a cell.
SLOW: Final = frozenset({"run"})
#: Longest report that is shown, in bytes.
_MOST_REPORT: Final = 64 << 20
#: Figures whose tables are shown, in their order; the report has all.
_TABLES: Final = (
    "streets.seen_m", "streets.seen_share", "streets.seen_by_several_m", "streets.cameras_at_once",
    "area.seen_m2", "tracks.seen_m", "tracks.seen_share",
)  # fmt: skip
_MOST_NEXT: Final = 30
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    AREAS: (".geojson", ".json", ".gpkg", ".parquet"), asking.PRIORS: (".toml",),
    asking.MODELS: (".csv", ".xlsx"),
}  # fmt: skip


def kind_label(kind: str) -> str:
    """Return what a run finds out."""
    return {
        MEASURE: _("What cameras have in view"),
        COMPLETENESS: _("How complete a survey is, and where to go next"),
        asking.ACCESS: _("Who reaches what through barriers"),
        CHANGE: _("What changed between days"),
    }[kind]


def runs(desk: Desk, request: Request) -> Response:
    """The runs of the case, and where one is begun."""
    with desk.session.opening() as case:
        kept = files.kept_runs(case)
    return desk.page(
        "runs",
        kinds=[(kind, kind_label(kind)) for kind in KINDS],
        runs=[(one.id, shown(one.title), kind_label(one.kind), moment_of(one)) for one in kept],
        comparable=[
            (one.id, f"{shown(one.title)} ({moment_of(one)})")
            for one in kept
            if one.kind == MEASURE
        ],
    )


def new(desk: Desk, request: Request) -> Response:
    """The form of a run."""
    kind = request.fields.get("kind", MEASURE)
    return not_found() if kind not in KINDS else _form(desk, kind, request.fields)


def begin(desk: Desk, request: Request) -> Response:
    """Begin a run, as work of its own."""
    fields = request.fields
    kind, on = fields.get("kind", ""), fields.get("on", "").strip()
    if kind not in KINDS:
        return not_found()
    try:
        if on:
            check_form(on, DATE, _("day"))
        with desk.session.opening() as case:
            asked = _asked(case, kind, fields)
        asking.check(asked)
        desk.work.check_free()
    except ContrechampError as error:
        return _form(desk, kind, fields, wrong=str(error))

    def does(progress: Progress) -> Iterator[str]:
        yield from _run(desk, asked, on, progress)

    desk.work.begin(kind_label(kind), "runs", does)
    return go_to("work")


def _run(desk: Desk, asked: asking.Asked, on: str, progress: Progress) -> Iterator[str]:
    now, language = desk.session.clocks.now, active_language()
    with folder_in_memory() as (memory, _lock):
        inputs, out = memory / "inputs", memory / "out"
        inputs.mkdir()
        with desk.session.opening() as case:
            whole, left_out = files.taken_out(case, asked, inputs, now().date())
        if left_out:
            yield ngettext(
                "{count} record may not leave the case, and is not in what is measured.",
                "{count} records may not leave the case, and are not in what is measured.",
                left_out,
            ).format(count=left_out)
        told = whole.told()
        for one in told["given"]:
            one["path"] = str(inputs / one["name"])
        job = {**told, "language": language, "out": str(out), "command": whole.command(language)}
        result = running.run(job, progress, desk.work.say)
        with desk.session.opening(write=True) as case:
            kept = files.keep(case, whole, result, inputs, out, now)
            if kept.kind == MEASURE:
                citing.record(case, kept, whole.given, on=on, now=now())
    yield from map(shown, [*result["sentences"][:1], *result["warnings"]])
    yield _("It is kept in the case: {title}").format(title=shown(kept.title))


def run(desk: Desk, request: Request) -> Response:
    """What a run came to: figures with their intervals, as plots and tables."""
    with desk.session.opening() as case:
        kept = _kept(case, request.fields.get("id", ""))
        if kept is None:
            return not_found()
        said = reading.said(case, kept)
        found = reading.measurements(case, [kept])[0] if kept.kind == MEASURE else None
        leads = reading.table(case, kept.items.get(NEXT, "")) if kept.kind == COMPLETENESS else []
        names = ShortNames(case)
        records = [
            (one.id, shown(names.line(one.ref)), citing.texts(one))
            for one in citing.records_of(case, kept)
        ]
        publications = [(one.id, shown(one.title)) for one in lookup.listed(case, "publication")]
    return desk.page(
        "run",
        id=kept.id,
        kind=kept.kind,
        title=shown(kept.title),
        label=kind_label(kept.kind),
        moment=moment_of(kept),
        said=_lines(said),
        given=[(item.partition("/")[2], shown(name), on) for item, name, _role, on in said.given],
        options=sorted((name, shown(value)) for name, value in said.options.items()),
        leads=[[shown(cell) for cell in row] for row in leads[: _MOST_NEXT + 1]],
        more_leads=max(0, len(leads) - 1 - _MOST_NEXT),
        records=records,
        publications=publications,
        has_report=INDEX_HTML in kept.items,
        **_figures(found),
    )


def report(desk: Desk, request: Request) -> Response:
    """The report of a run, in a frame."""
    with desk.session.opening() as case:
        kept = _kept(case, request.fields.get("id", ""))
    if kept is None:
        return not_found()
    return desk.page("run-report", frame="has", id=kept.id, title=shown(kept.title))


def framed(desk: Desk, request: Request) -> Response:
    """What is in that frame: whoever wrote it, it cannot do anything."""
    with desk.session.opening() as case:
        kept = _kept(case, request.fields.get("id", ""))
        if kept is None or INDEX_HTML not in kept.items:
            return not_found()
        page = files.content(case, kept.items[INDEX_HTML], _MOST_REPORT)
    return Response(page, HTML, frame="is", again_s=0)


def record(desk: Desk, request: Request) -> Response:
    """Make the figures of a run ones that texts can cite, where that is not yet so."""
    with desk.session.opening(write=True) as case:
        kept = _asked_run(case, request)
        if not citing.records_of(case, kept):
            given = [asking.Given(*one) for one in reading.said(case, kept).given]
            citing.record(case, kept, given, on="", now=desk.session.clocks.now())
    return go_to(f"run?id={kept.id}")


def cite(desk: Desk, request: Request) -> Response:
    """Let a publication show the figures of a run."""
    publication = request.fields.get("publication", "")
    if ID.fullmatch(publication) is None:
        raise InputError(_("choose a publication"))
    with desk.session.opening(write=True) as case:
        kept = _asked_run(case, request)
        citing.into(case, kept, f"record/{publication}", now=desk.session.clocks.now())
    return go_to(f"record?id={publication}")


def moment_of(kept: Kept) -> str:
    """Return when a run was done, as people read it."""
    at = kept.moment
    return written_moment(f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[9:11]}:{at[11:13]}:{at[13:15]}Z")


def _kept(case: Case, run_id: str) -> Kept | None:
    return files.kept_run(case, run_id) if ID.fullmatch(run_id) else None


def _asked_run(case: Case, request: Request) -> Kept:
    kept = _kept(case, request.fields.get("id", ""))
    if kept is None or kept.kind != MEASURE:
        raise InputError(_("there is no such measurement"))
    return kept


def _asked(case: Case, kind: str, fields: Mapping[str, str]) -> asking.Asked:
    """Return the run that a form asks for, with the names of its files as they are now."""
    there = dict(files.offered(case))
    wanted = [
        (item, INPUT) for item in there if fields.get(f"in-{item.partition('/')[2]}") == "yes"
    ]
    for role, kinds in BESIDE.items():
        chosen = f"item/{fields.get(role, '')}"
        choices = dict(files.offered(case, _ENDINGS[role])) if kind in kinds else {}
        if chosen in choices:
            there[chosen] = choices[chosen]
            wanted = [one for one in wanted if one[0] != chosen] + [(chosen, role)]
    names = asking.named([(item, there[item]) for item, _role in wanted])
    return asking.Asked(
        kind,
        fields.get("title", "").strip() or kind_label(kind),
        tuple(
            asking.Given(item, name, role, _day(kind, item, fields))
            for (item, role), name in zip(wanted, names, strict=True)
        ),
        asking.options_of(kind, fields),
        fields.get("records") == "yes" and kind != CHANGE,
    )


def _day(kind: str, item: str, fields: Mapping[str, str]) -> str:
    return fields.get(f"on-{item.partition('/')[2]}", "").strip()[:20] if kind == CHANGE else ""


def _form(desk: Desk, kind: str, fields: Mapping[str, str], wrong: str = "") -> Response:
    with desk.session.opening() as case:
        items = [(item.partition("/")[2], shown(name)) for item, name in files.offered(case)]
        beside = [
            (role, [(item.partition("/")[2], shown(name))
                    for item, name in files.offered(case, _ENDINGS[role])])
            for role, kinds in BESIDE.items()
            if kind in kinds
        ]  # fmt: skip
        cameras = lookup.count(case).get("camera", 0)
    return desk.page(
        "run-new",
        status=422 if wrong else 200,
        kind=kind,
        label=kind_label(kind),
        items=items,
        beside=[one for one in beside if one[1]],
        cameras=cameras if kind != CHANGE else 0,
        options=asking.OPTIONS[kind],
        said=dict(fields),
        wrong=wrong,
    )


def _lines(said: reading.Said) -> dict[str, list[str]]:
    return {
        name: [shown(line) for line in getattr(said, name)]
        for name in ("sentences", "warnings", "notices")
    }


def _figures(kept: reading.KeptMeasurement | None) -> dict[str, Any]:
    """Return the plots and tables of a measurement."""
    if kept is None:
        return {"charts": [], "tables": [], "assumed": ""}
    found = kept.found
    numbers = Numbers(active_language())
    charts = [
        findings.totals_chart(found, numbers),
        findings.scenario_chart(found, numbers),
        findings.drivers_chart(found, numbers),
    ]
    tables = [
        findings.figure_table(figure_label(key), of_key, numbers, of="level")
        for key in _TABLES
        if (of_key := find(found, key))
    ]
    return {
        "charts": [one for one in charts if one is not None],
        "tables": [one for one in (*tables, findings.drivers_table(found, numbers)) if one],
        "assumed": findings.assumed_note(found, numbers),
    }


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "runs"): runs,
    ("GET", "run-new"): new,
    ("POST", "runs"): begin,
    ("GET", "run"): run,
    ("GET", "run-report"): report,
    ("GET", "run-report.html"): framed,
    ("POST", "run-record"): record,
    ("POST", "run-cite"): cite,
}
