"""What happened when, as a table and as a calendar (iCalendar, RFC 5545)."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from contrechamp import __version__
from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.formats.write.table_files import write_table
from contrechamp.dossier.reading import short_names, timeline
from contrechamp.dossier.reading.timeline import Event
from contrechamp.wording.confidence import confidence_labels
from contrechamp.wording.timeline import exactness, when

TABLE, CALENDAR = "timeline.csv", "timeline.ics"
COLUMNS = (
    "first_day", "last_day", "begin", "end", "is_period", "precision", "qualified", "confidence",
    "kind", "id", "short_name", "title", "field", "says",
)  # fmt: skip
#: Octets of a line, without its end (RFC 5545, 3.1).
MAX_LINE = 75
#: What a text of a calendar cannot hold, and what some readers take for the end of a line.
_NOT_TEXT = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029], " ")


def write(
    outgoing: Outgoing,
    folder: Path,
    *,
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
) -> None:
    """Write what records that may leave tell of, of some kind or time, as CSV and as a calendar."""
    events = timeline.events(outgoing.records(kind), since=since, until=until)
    names = short_names.among((one.id, one.kind, one.title) for one in events)
    write_table(folder / TABLE, COLUMNS, (_row(one, names) for one in events))
    with (folder / CALENDAR).open("w", encoding="utf-8", newline="") as target:
        for line in calendar(events, names, outgoing.day):
            target.writelines(f"{part}\r\n" for part in folded(line))


def _row(event: Event, names: Mapping[str, str]) -> Sequence[str]:
    fact = event.fact
    first, last = event.first_day.isoformat(), event.last_day.isoformat()
    told = (event.kind, event.id, names[event.id], event.title, fact.path, fact.says)
    return [
        first, last, fact.begin, fact.end, "true" if fact.is_period else "",
        timeline.precision(fact), timeline.qualified(fact), fact.confidence,
        *map(as_cell, told),
    ]  # fmt: skip


def calendar(events: Sequence[Event], names: Mapping[str, str], day: date) -> Iterator[str]:
    """Yield the lines of a calendar, not yet folded.

    Args:
        events: a whole-day entry each; what is known to the month covers all days of it.
        names: id -> short name.
        day: on which it is made.
    """
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//contrechamp//{__version__}//EN")
    for event in events:
        yield from (
            "BEGIN:VEVENT",
            f"UID:{uid(event)}",
            f"DTSTAMP:{_basic(day)}T000000Z",
            f"DTSTART;VALUE=DATE:{_basic(event.first_day)}",
            f"DTEND;VALUE=DATE:{_basic(_day_after(event.last_day))}",
            f"SUMMARY:{escaped(_summary(event))}",
            f"DESCRIPTION:{escaped(_description(event, names))}",
            "CLASS:CONFIDENTIAL",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        )
    yield "END:VCALENDAR"


def uid(event: Event) -> str:
    """Return what a calendar knows an event by: the same each time, and no id of the case."""
    digest = hashlib.sha256(f"contrechamp timeline {event.id} {event.fact.path}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def escaped(text: str) -> str:
    r"""Return a value of type TEXT (RFC 5545, 3.3.11).

    >>> escaped("a,b;c\nBEGIN:VEVENT")
    'a\\,b\\;c\\nBEGIN:VEVENT'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_NOT_TEXT)
    for letter in "\\;,":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """Yield the lines that stand for a long one; no character is torn apart."""
    part: list[str] = []
    size = 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > MAX_LINE:
            yield "".join(part)
            part, size = [" "], 1
        part.append(letter)
        size += octets
    yield "".join(part)


def _summary(event: Event) -> str:
    what = f"{event.title or event.kind} ({event.fact.name})"
    exact = exactness(timeline.precision(event.fact), timeline.qualified(event.fact))
    return f"{what}: {exact}" if exact else what


def _description(event: Event, names: Mapping[str, str]) -> str:
    fact = event.fact
    lines = [when(fact.begin, fact.end, is_period=fact.is_period), fact.says, names[event.id]]
    if fact.confidence:
        lines.append(
            _("Confidence: {confidence}").format(confidence=confidence_labels()[fact.confidence])
        )
    return "\n".join(filter(None, lines))


def _basic(day: date) -> str:
    return day.isoformat().replace("-", "")


def _day_after(day: date) -> date:
    """Return the day at which an entry no longer is; the last day of the calendar has none."""
    return day if day == date.max else day + timedelta(days=1)
