"""The map of an open case, in memory: brought up to date by what the log says, never written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.dossier.reading import map_items
from contrechamp.scene.map_cell import map_cell
from contrechamp.vault.case import Case
from contrechamp.vault.log import custody
from contrechamp.web.map import ground as grounds
from contrechamp.web.map import points
from contrechamp.web.map.ground import FileCamera, Ground
from contrechamp.web.map.points import KINDS, Points

#: More new entries than that are read as all are.
_MANY: Final = 5_000

Box = tuple[float, float, float, float]


@dataclass
class View:
    """What the list shows of all points; kept here, so that it stands in no address.

    Args:
        kind: of `points.KINDS`.
        words: in the titles, in small letters.
        only_seen: only what lies in `box`.
        box: what the map shows: west, south, east, north in degrees.
        place: what it was moved to: longitude, latitude, zoom.
    """

    kind: str = KINDS[0]
    words: str = ""
    only_seen: bool = False
    box: Box | None = None
    place: tuple[float, float, float] | None = None


@dataclass
class CaseMap:
    """What is known of a case's map, who is selected, and what the list shows.

    Args:
        size: of the log when `points` were read last.
        selected: ids of cameras.
        version: raised by whatever changes tiles.
    """

    size: int = 0
    points: Points = field(default_factory=Points)
    ground: Ground = field(default_factory=Ground)
    #: Files that the ground is made of; None before it was read.
    read: tuple[map_items.MapItem, ...] | None = None
    selected: set[str] = field(default_factory=set)
    view: View = field(default_factory=View)
    version: int = 0

    def refresh(self, case: Case) -> None:
        """Take over what was written since the last time, here or by others."""
        if case.size == self.size:
            return
        if not self.size or case.size - self.size > _MANY:
            found = points.every(case)
            gone = dict.fromkeys(ref for ref in self.points.rows if ref not in found)
            self.points.put({**found, **gone})
        else:
            new = custody.entries_of(case.database, range(self.size, case.size))
            self.points.put(points.those(case, dict.fromkeys(one.subject for one in new.values())))
        self.size = case.size
        cameras = {one.id for one in self.points.ordered if one.kind == "camera"}
        self.selected &= cameras
        self.version += 1

    def is_stale(self, case: Case) -> bool:
        """Return whether the ground is made of other files than the case has."""
        return self.read != tuple(map_items.listed(case))

    def read_ground(self, case: Case, progress: Progress) -> Iterator[str]:
        """Read the files of maps; each line tells of one that could not be read."""
        items = tuple(map_items.listed(case))
        found = []
        with progress(_("Reading the maps of the case"), len(items)) as advance:
            if items:
                with map_cell() as cell:
                    for item in items:
                        found.append(map_items.read(case, item, cell))
                        advance(1)
        self.ground = grounds.made(found)
        self.read = items
        self.version += 1
        for _ref, name, problem in self.ground.problems:
            yield f"{name}: {problem}"

    def shown_rows(self) -> NDArray[np.int64]:
        """Return the rows of the points that the list shows, in the order of the case."""
        view, all_points = self.view, self.points
        rows = all_points.of_kind(view.kind)
        if view.only_seen and view.box is not None:
            rows = rows[self._within(rows, view.box)]
        if view.words:
            words = view.words.casefold()
            hit = (words in all_points.ordered[row].title.casefold() for row in rows.tolist())
            rows = rows[np.fromiter(hit, np.bool_, len(rows))]
        return rows

    def in_box(self, box: Box) -> list[str]:
        """Return the ids of the cameras in a box of degrees."""
        rows = self.points.of_kind("camera")
        return [self.points.ordered[row].id for row in rows[self._within(rows, box)].tolist()]

    def _within(self, rows: NDArray[np.int64], box: Box) -> NDArray[np.bool_]:
        west, south, east, north = box
        lon = np.array([self.points.ordered[row].lon for row in rows.tolist()])
        lat = np.array([self.points.ordered[row].lat for row in rows.tolist()])
        within: NDArray[np.bool_] = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
        return within

    def select(self, ids: list[str], how: str) -> None:
        """Change who is selected.

        Args:
            ids: of cameras; others are passed over.
            how: ``add``, ``remove``, ``only`` or ``toggle``.
        """
        row_of, ordered = self.points.row_of, self.points.ordered
        there = {one for one in ids if one in row_of and ordered[row_of[one]].kind == "camera"}
        match how:
            case "add":
                self.selected |= there
            case "remove":
                self.selected -= there
            case "only":
                self.selected = there
            case "toggle":
                self.selected ^= there
        self.version += 1

    def bounds(self) -> Box | None:
        """Return what all cameras, or else all points, lie in, in degrees; None without any."""
        every = self.points.ordered
        of = [one for one in every if one.kind == "camera"] or every
        if not of:
            return self.ground.bounds
        lon, lat = [one.lon for one in of], [one.lat for one in of]
        return min(lon), min(lat), max(lon), max(lat)

    def not_recorded(self) -> list[FileCamera]:
        """Return the cameras of files that no record names as its source."""
        known = {source for one in self.points.ordered for source in one.sources}
        return [one for one in self.ground.cameras if (one.item, one.id) not in known]
