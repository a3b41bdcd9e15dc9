"""What is asked of access, and what is assumed where nothing is said; imports nothing heavy."""

from dataclasses import dataclass
from typing import Final

#: Of an adult on level ground, metres a second: 4.8 km an hour. An assumption that no draw changes.
SPEED_M_S: Final = 1.33
#: Share of the possible links of the map (`links`) that people walk, at most: an assumption, drawn
#: between none and this. No published figure is known to us.
LINKS_SHARE: Final = 0.4
DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")


@dataclass(frozen=True)
class Asked:
    """What is asked of access.

    Args:
        groups: of people, each the permits that they hold, in lower case; none is the group of
            those without a permit. By default that one, and one for each permit that is named.
        day: of the week, of `DAYS`.
        hour: of which barriers are compared, 0 to 23.
        draws: how many.
        seed: of all draws.
        links_share: greatest share of the possible links that are walked, 0 to 1.
        between: ids or names of two areas whose ways the smallest set of cameras has in view.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    day: str = "we"
    hour: int = 8
    draws: int = 200
    seed: int = 1
    links_share: float = LINKS_SHARE
    between: tuple[str, str] | None = None
