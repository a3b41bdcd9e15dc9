"""The figures of a measurement as ones that texts cite, and its way into a publication."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.titles import citing
from contrechamp.dossier.records.field_types import Evidence, Text
from contrechamp.dossier.records.measurements import Measurement, NamedFigure
from contrechamp.dossier.writing import linking, store
from contrechamp.vault.case import Case
from contrechamp.web.runs import reading
from contrechamp.web.runs.asked import Given
from contrechamp.web.runs.files import SEEN, Kept

#: What the figures are called that a text most often cites; others are added in the record's form.
_NAMES: Final = {"streets.seen_m": "seen", "area.seen_m2": "ground", "tracks.seen_m": "walk"}
_KIND: Final = "measurement"


def record(case: Case, kept: Kept, given: Iterable[Given], *, on: str, now: datetime) -> Stored:
    """Write the record by which texts cite the figures of a run.

    Args:
        case: open for writing.
        kept: a measurement.
        given: its files.
        on: the day that the data show; "" if nobody said.
        now: for the log.

    Raises:
        InputError: if a rule forbids it.
    """
    found = reading.measurements(case, [kept])[0]
    named = tuple(
        NamedFigure(key=f"{_NAMES[key]}-{level}".replace("_", "-").replace(".", "-")[:40]
                    if level != "visible" else _NAMES[key], measures=key, level=level)
        for key, level, group in found.file.figures
        if group == "all" and key in _NAMES
    )  # fmt: skip
    made = Measurement(
        names=(Text(language=active_language(), text=kept.title),),
        file=kept.figures,
        seen=kept.items.get(SEEN),
        figures=named,
        on=on or None,
        evidence=tuple(Evidence(ref=one.item) for one in given if one.item),
    )
    return store.put(case, made, now=now)


def records_of(case: Case, kept: Kept) -> list[Stored]:
    """Return the records by which texts cite the figures of a run."""
    if not kept.figures:
        return []
    refs = [one.ref for one in citing(case, kept.figures) if one.kind == _KIND]
    return list(lookup.those(case, map(lookup.id_of, refs)))


def texts(stored: Stored) -> list[str]:
    """Return what is written into a text for each figure to stand there."""
    figures = stored.record.figures if isinstance(stored.record, Measurement) else ()
    return [f"{{{{ figure:{stored.ref}#{one.key} }}}}" for one in figures]


def into(case: Case, kept: Kept, publication: str, *, now: datetime) -> None:
    """Let a publication show the figures of a run.

    Raises:
        InputError: if the run has no record yet, or a rule forbids it.
    """
    records = records_of(case, kept)
    if not records:
        raise InputError(_("first make its figures ones that texts can cite"))
    linking.link(case, publication, "cites", records[0].ref, now=now)
