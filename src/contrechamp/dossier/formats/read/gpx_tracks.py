"""Import of GPX files: tracks as the route of a visit, waypoints as what was marked on the way."""

from collections.abc import Iterator, Mapping
from typing import Any

from contrechamp.cell import failures
from contrechamp.dossier.formats.read import answers, gpx_waypoints
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Draft, ImportContext, Read, Reader
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.fieldwork import Observation


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like GPX."""
    return b"<gpx" in source.head[:4096]


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield one observation of the walk, and its waypoints; what was seen is the user's to write.

    Raises:
        InputError: if the file is not GPX, is empty, or no point of a track has a time.
    """
    points = 0
    for answer in source.ask("maps:walk"):
        match answer:
            case {"walk": dict(walk)} if not points:
                yield _walk(source, context, walk)
            case {"point": dict(found)}:
                points += 1
                where = f"{source.name}: {points}"
                point = gpx_waypoints.waypoint(found, points, where)
                yield gpx_waypoints.read(source, context, point)
            case _:
                raise failures.nonsense(source.name)


FORMAT = Reader(fits, read)


def _walk(source: SourceFile, context: ImportContext, walk: Mapping[str, Any]) -> Draft:
    metres = answers.number(walk.get("metres"), source.name) or 0.0
    names = ", ".join(answers.texts(walk.get("names"), source.name))
    day, begun, ended = (answers.text(walk.get(one), source.name) for one in ("day", "from", "to"))
    record = Observation(
        date=day,
        seen=f"GPX {names}: {metres / 1000:.1f} km".replace(" :", ":"),
        route=THIS_FILE,
        note=f"UTC {begun}-{ended}",
    )
    return Draft(record, context.id("gpx", source.sha256), source.name)
