"""Two measurements side by side, as a page."""

from typing import Final

from contrechamp.base.i18n import active_language
from contrechamp.base.shown_text import shown
from contrechamp.local_page.messages import Request, Response, not_found
from contrechamp.publish.numbers import Numbers
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.record_pages import ID
from contrechamp.web.runs import comparing, files, reading
from contrechamp.web.runs.run_pages import moment_of

#: Addresses that read files in a cell.
SLOW: Final = frozenset({"compare"})


def compare(desk: Desk, request: Request) -> Response:
    """The figures of two runs, with what of their difference can be told."""
    asked = [request.fields.get(name, "") for name in ("first", "second")]
    if not all(map(ID.fullmatch, asked)):
        return not_found()
    with desk.session.opening() as case:
        there = {one.id: one for one in files.kept_runs(case)}
        kept = [there[one] for one in asked if one in there]
        if len(kept) < len(asked):
            return not_found()
        first, second = reading.measurements(case, kept)
        given = [reading.said(case, one).given for one in kept]
    numbers = Numbers(active_language())
    names = (f"1 · {shown(kept[0].title)}", f"2 · {shown(kept[1].title)}")
    return desk.page(
        "compare",
        runs=[
            (one.id, name, moment_of(one), [shown(file[1]) for file in files_of])
            for one, name, files_of in zip(kept, names, given, strict=True)
        ],
        chart_of_both=comparing.compared_chart(first, second, numbers),
        table=comparing.compared_table(first, second, names, numbers),
        why_not=comparing.why_not(first, second),
        items=dict.fromkeys(
            file[0].partition("/")[2] for files_of in given for file in files_of if file[0]
        ),
    )


PAGES: Final[dict[tuple[str, str], Answers]] = {("GET", "compare"): compare}
