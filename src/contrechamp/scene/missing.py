"""What a measurement needs of its inputs, and the shortest way to what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.source_tables import SourceTables


@dataclass(frozen=True)
class Amounts:
    """How much there is of what a measurement needs.

    Args:
        cameras: number of them.
        buildings: number of them.
        streets: number of walkable ones.
        tracks: number of recorded walks.
        areas: number of them.
        barriers: number of them, which access asks for.
        places: number of public places, which access asks for.
    """

    cameras: int
    buildings: int
    streets: int
    tracks: int
    areas: int
    barriers: int = 0
    places: int = 0


def amounts(tables: Sequence[SourceTables]) -> Amounts:
    """Return how much several files hold together."""
    return Amounts(
        cameras=sum(len(one.cameras) for one in tables),
        buildings=sum(len(one.footprints) for one in tables),
        streets=sum(path.walkable for one in tables for path in one.paths),
        tracks=sum(len(one.tracks) for one in tables),
        areas=sum(len(one.areas) for one in tables),
        barriers=sum(len(one.barriers) for one in tables),
        places=sum(len(one.places) for one in tables),
    )


def what_is_missing(there: Amounts, *, open_ground: bool) -> list[str]:
    """Return a sentence for each thing that is missing: silence would read as "nothing in view".

    Args:
        there: what was read.
        open_ground: no buildings are expected, and there must be none.
    """
    missing = []
    if not there.cameras:
        missing.append(
            _(
                "no camera found: give a table with lon and lat, a row a camera, or an "
                "OpenStreetMap extract with objects tagged man_made=surveillance"
            )
        )
    if not there.buildings and not open_ground:
        missing.append(
            _(
                "no building found, and without walls every view would be free: give an "
                "OpenStreetMap extract or a file of buildings, or say --open if there are none"
            )
        )
    if there.buildings and open_ground:
        missing.append(
            ngettext(
                "--open is for places without buildings, and {count} was read: leave it out",
                "--open is for places without buildings, and {count} were read: leave it out",
                there.buildings,
            ).format(count=there.buildings)
        )
    if not (there.streets or there.tracks or there.areas):
        missing.append(
            _(
                "no walkable street found to give figures for: give an OpenStreetMap extract, a "
                "recorded walk (GPX, KML), or polygons with --areas"
            )
        )
    return missing


def one_message(problems: Sequence[str]) -> str:
    """Return several problems as one message, which names each."""
    if len(problems) == 1:
        return problems[0]
    head = _("{count} things are in the way:").format(count=len(problems))
    return "\n".join([head, *(f"- {problem}" for problem in problems)])
