"""What happened meanwhile: a table of one's own, or the timeline that a case lets out.

``contrechamp timeline CASE -o dates`` writes what the records of a case tell of, such as contracts
and installations, as ``timeline.csv``; what may not leave the case is not in it. Its columns say
how exact each date is and how sure each fact: both stay with the event.
"""

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from contrechamp.base.csv_and_xlsx import read_csv
from contrechamp.base.errors import InputError
from contrechamp.base.files import check_name_and_rights, read_bounded
from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import from_cell
from contrechamp.measure.change.dates import Event, When, when
from contrechamp.scene.tables import InputFile
from contrechamp.wording.confidence import confidence_labels

#: More events are no line that anybody reads.
MOST_EVENTS: Final = 500
_MOST_BYTES: Final = 1 << 22
_MOST_TITLE: Final = 500
_OWN: Final = ("date", "title", "source", "confidence")
#: Columns by which the timeline of a case is known.
_OF_A_CASE: Final = frozenset(
    {"begin", "end", "title", "field", "says", "confidence", "short_name"}
)

_Row = Mapping[str, str]


def read_events(path: Path | None) -> tuple[list[Event], tuple[InputFile, ...]]:
    """Return what happened, in the order of time, and the entry of its file for the list of inputs.

    Args:
        path: CSV with the columns date and title, and source and confidence if there are any; or
            the timeline.csv of a case; None if nothing is told.

    Raises:
        InputError: naming the row that cannot be used.
    """
    if path is None:
        return [], ()
    content = read_bounded(path, _MOST_BYTES, where=path.name, advice=check_name_and_rights())
    table = read_csv(io.BytesIO(content), content[:4096], path.name)
    header = [name.lower() for name in table.header]
    event: Callable[[_Row, str], Event] = _of_a_case
    if not set(header) >= _OF_A_CASE:
        event = _own
        if not {"date", "title"} <= set(header):
            raise InputError(
                _("expected a table with the columns {columns}; found {found}").format(
                    columns=", ".join(_OWN), found=", ".join(table.header)[:200]
                ),
                where=path.name,
            )
    found = []
    for row in table.rows:
        where = f"{path.name}:{row.number}"
        if row.problem:
            raise InputError(row.problem, where=where)
        cells = [*row.cells, *[""] * (len(header) - len(row.cells))]
        found.append(event(dict(zip(header, map(str.strip, cells), strict=False)), where))
        if len(found) > MOST_EVENTS:
            raise InputError(
                _("more than {count} events; keep those that matter here").format(
                    count=MOST_EVENTS
                ),
                where=path.name,
            )
    entry = InputFile(path.name, hashlib.sha256(content).hexdigest(), len(content), "CSV")
    return sorted(found, key=lambda one: (one.on.first, one.on.last, one.title)), (entry,)


def _own(row: _Row, where: str) -> Event:
    """Return an event of a table that somebody wrote for it."""
    title = row["title"]
    if not title or len(title) > _MOST_TITLE:
        raise InputError(
            _("expected what happened (letters: at most {n})").format(n=_MOST_TITLE),
            where=f"{where}: title",
        )
    return Event(
        _day(row["date"], f"{where}: date"), title, row.get("source", "")[:_MOST_TITLE],
        _confidence(row, where),
    )  # fmt: skip


def _of_a_case(row: _Row, where: str) -> Event:
    """Return an event of the timeline of a case; of a period, from its first day to its last."""
    begin, end = row["begin"], row["end"]
    first = _day(begin or end, f"{where}: begin")
    last = _day(end or begin, f"{where}: end")
    says, title = from_cell(row["says"]), from_cell(row["title"])
    what = f"{title}: {says}" if says and title and says != title else says or title
    if field := row["field"].rpartition(".")[2]:  # which of its dates: a contract has several
        what = f"{what} ({field})"
    text = f"{begin}/{end}" if begin and end else first.text
    return Event(
        When(first.first, max(first.last, last.last), text),
        what[:_MOST_TITLE] or "–",
        from_cell(row["short_name"])[:_MOST_TITLE],
        _confidence(row, where),
    )


def _day(text: str, where: str) -> When:
    on = when(text)
    if on is None:
        raise InputError(
            _("{text} is no date; expected 2021-04-21, 2021-04 or 2021").format(
                text=text[:40] or "–"
            ),
            where=where,
        )
    return on


def _confidence(row: _Row, where: str) -> str:
    code = row.get("confidence", "")
    if code and code not in confidence_labels():
        raise InputError(
            _("{text} says nothing of how sure it is; expected one of {codes}").format(
                text=code[:40], codes=", ".join(confidence_labels())
            ),
            where=f"{where}: confidence",
        )
    return code
