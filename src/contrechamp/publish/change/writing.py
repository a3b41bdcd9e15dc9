"""What changed from files to a folder: read, worked out, written whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from contrechamp.base.i18n import _, active_language
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.change.asked import Asked
from contrechamp.measure.change.dates import Event
from contrechamp.measure.change.run import Change, change
from contrechamp.measure.engine import compile_engine
from contrechamp.publish import methods
from contrechamp.publish.answer_folder import AnswerFolder, head
from contrechamp.publish.answers import CHANGE
from contrechamp.publish.change import sentences, tables
from contrechamp.publish.change.citable import citable
from contrechamp.publish.change.events import read_events
from contrechamp.publish.change.reading import read_maps
from contrechamp.publish.command import as_typed, without_folders
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.open_data import OSM_ATTRIBUTION, OSM_LICENCE, is_from_osm
from contrechamp.publish.single_page import SinglePage, rendered
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.tables import Notice
from contrechamp.sight.levels import parse_levels

INDEX, CAMERAS = "index.html", "cameras.csv"
_FOLDER: Final = AnswerFolder(CHANGE, (INDEX, CHANGE.file, CAMERAS))


@dataclass(frozen=True)
class ChangeJob:
    """What is asked, of which files; the options of ``contrechamp change``."""

    maps: tuple[tuple[str, Path], ...]
    out: Path
    events: Path | None
    level_set: str
    crs: str | None
    skip_bad_rows: bool
    asked: Asked


@dataclass(frozen=True)
class Written:
    """What came out.

    Args:
        notices: of all that was read.
        index: the page.
        headline: of the page.
        sentences: of the page, with what was not used.
        for_machines: what ``--json`` prints.
    """

    notices: Sequence[Notice]
    index: Path
    headline: str
    sentences: Sequence[str]
    for_machines: Mapping[str, Any]


def change_and_write(
    job: ChangeJob,
    *,
    again: Sequence[str],
    cell: MapReader | None = None,
    progress: Progress = silent,
) -> Written:
    """Read, work out and write, in the active language.

    Args:
        job: what is asked.
        again: the words of the command that repeats it.
        cell: reads the inputs, and is closed then.
        progress: one bar per step.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    levels = parse_levels(job.level_set)
    _FOLDER.check_writable(job.out)
    events, told_of_events = read_events(job.events)
    maps = read_maps(
        job.maps, crs=job.crs, skip_bad_rows=job.skip_bad_rows, cell=cell, progress=progress
    )
    if cell is not None:
        cell.close()  # it would only hold memory from here on
    compile_engine(progress)
    told = change(maps, levels, job.asked, progress)
    numbers = Numbers(active_language())
    page = _page(told, events, numbers, again)
    machine = {
        **head(
            CHANGE,
            [*(file for one in maps for file in one.scene.inputs), *told_of_events],
            {**asdict(job.asked), "threads": None},
            citable(told),
            levels,
        ),
        **tables.for_machines(told, events),
    }
    contents: dict[str, Callable[[], bytes]] = {
        INDEX: lambda: rendered(page, numbers.language),
        CAMERAS: lambda: tables.cameras_csv(told),
    }
    _FOLDER.write(job.out, machine, again, contents, progress=progress)
    notices = [notice for one in maps for notice in one.scene.notices]
    said = [*page.sentences, *page.asides]
    return Written(notices, job.out / INDEX, page.headline, said, machine)


def _page(
    told: Change, events: Sequence[Event], numbers: Numbers, again: Sequence[str]
) -> SinglePage:
    maps = tables.small_maps(told, numbers)
    line = tables.timeline(told, events, numbers)
    from_osm = any(is_from_osm(one.scene) for one in told.maps)
    credit = f" {OSM_ATTRIBUTION}, {OSM_LICENCE}." if from_osm else ""
    return SinglePage(
        kicker=_("What changed"),
        headline=sentences.headline(told, numbers),
        sentences=sentences.sentences(told, numbers),
        asides=sentences.asides(told, numbers),
        charts=[tables.counts_chart(told, numbers), tables.metres_chart(told, numbers)],
        curves=[line] if line else [],
        maps_title=_("Date by date"),
        maps=maps,
        key=(
            ("point", "there", _("on this map and the one before")),
            ("point", "new", _("on this map, not on the one before")),
            ("point", "gone", _("on the one before, not on this map")),
        ),
        caption=_("Scale bar: {n} m. North is up.").format(n=maps[0].bar // 10) + credit,
        tables=[
            tables.dates_table(told, numbers),
            tables.steps_table(told, numbers),
            *([tables.events_table(told, events, numbers)] if events else []),
        ],
        method=sentences.method(told, numbers),
        method_tables=[methods.inputs_table(one.scene, numbers) for one in told.maps],
        command=as_typed(without_folders(again)),
    )
