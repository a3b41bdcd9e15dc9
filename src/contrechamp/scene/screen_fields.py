"""What stands free and hides (screens, for short): kinds, and how each of them stands and hides.

A screen is a thin body with a height on the ground: a wall, a hedge, a fence, a gate in one of
them. Buildings are none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contrechamp.base.i18n import N_, _


@dataclass(frozen=True)
class ScreenKind:
    """A kind of screen.

    Args:
        label: what it is called, several of it.
        width_m: how thick it is taken to be where that is not mapped; our choice: what is hidden
            hardly hangs on it.
    """

    label: str
    width_m: float


WALL, CITY_WALL, RETAINING_WALL = "wall", "city_wall", "retaining_wall"
HEDGE, FENCE, NOISE_BARRIER, GATE = "hedge", "fence", "noise_barrier", "gate"

SCREENS: Mapping[str, ScreenKind] = {
    WALL: ScreenKind(N_("walls"), 0.3),
    CITY_WALL: ScreenKind(N_("city walls"), 2.0),
    RETAINING_WALL: ScreenKind(N_("retaining walls"), 0.3),
    HEDGE: ScreenKind(N_("hedges"), 0.8),
    FENCE: ScreenKind(N_("fences"), 0.05),
    NOISE_BARRIER: ScreenKind(N_("noise barriers"), 0.2),
    GATE: ScreenKind(N_("gates"), 0.1),
}

#: Greatest height and thickness that is taken for one, metres.
HIGHEST_M, WIDEST_M = 200.0, 1000.0

#: In which share of the draws something hides of which nothing says whether it can be seen through:
#: our choice, since neither is known to be likelier.
MAY_HIDE = 0.5

#: Fences (OSM `fence_type`) that hide what is behind them, and those that do not.
SOLID_FENCES = frozenset(
    (
        *("wood", "panel", "concrete", "stone", "brick", "corrugated_metal", "metal_sheet"),
        *("sheet_metal", "slate", "brushwood", "bamboo", "reed", "wattle", "plastic", "boards"),
        *("hedge", "wooden_panel", "noise", "wall"),
    )
)
OPEN_FENCES = frozenset(
    (
        *("chain_link", "wire", "barbed_wire", "electric", "chain", "rope", "pole", "railing"),
        *("bars", "metal_bars", "iron_bars", "wrought_iron", "split_rail", "post_and_rail"),
        *("post_and_wire", "post_and_chain", "net", "netting", "mesh", "wire_mesh", "roundpole"),
        *("log", "jersey_barrier", "avalanche", "snow", "rail", "glass", "handrail", "picket"),
    )
)
#: Values of `material` that tell the same of a fence or gate without a type, and of walls.
SOLID_MATERIALS = frozenset(
    (
        *("wood", "concrete", "stone", "brick", "sandstone", "limestone", "masonry", "adobe"),
        *("dry_stone", "reinforced_concrete", "sheet_metal", "corrugated_metal", "plastic"),
    )
)
OPEN_MATERIALS = frozenset({"glass", "plexiglass", "wire", "chain_link", "mesh", "acrylic"})


def screen_label(kind: str) -> str:
    """Return the name of a kind of screen, several of it, in the user's language."""
    return _(SCREENS[kind].label) if kind in SCREENS else kind.replace("_", " ")
