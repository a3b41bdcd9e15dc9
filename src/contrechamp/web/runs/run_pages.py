"""Runs: those that are kept, what one came to, and its way into a text."""

from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_moment
from contrechamp.dossier.reading import lookup
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
from contrechamp.web.runs import citing, files, reading
from contrechamp.web.runs.asked import COMPLETENESS, KINDS, MEASURE
from contrechamp.web.runs.files import Kept
from contrechamp.web.runs.run_form import kind_label
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


def run(desk: Desk, request: Request) -> Response:
    """What a run came to: figures with their intervals, as plots and tables."""
    with desk.session.opening() as case:
        kept = _kept(case, request.fields.get("id", ""))
        if kept is None:
            return not_found()
        said = reading.said(case, kept)
        found = reading.measurements(case, [kept])[0] if kept.kind == MEASURE else None
        leads = reading.table(case, kept.items.get(NEXT, "")) if kept.kind == COMPLETENESS else []
        names = desk.session.names(case)
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
        told_in=(said.language, direction_of(said.language)),
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
    ("GET", "run"): run,
    ("GET", "run-report"): report,
    ("GET", "run-report.html"): framed,
    ("POST", "run-record"): record,
    ("POST", "run-cite"): cite,
}
