"""What a run over tiles found, in plain sentences."""

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.results import Figure
from contrechamp.measure.tiles.together import Together
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import DIGITS, how_sure, spread
from contrechamp.publish.summary import length_in_view
from contrechamp.scene.tables import Scene


def sentences(told: Together, scene: Scene, numbers: Numbers) -> list[str]:
    """Return what is in view, and how sure that is."""
    first = told.figures[0].level
    by_group = {(one.key, one.group == "all"): one for one in told.figures if one.level == first}
    found = [length_in_view(by_group["streets.seen_m", True], len(scene.cameras), numbers)]
    share = by_group.get(("streets.seen_share", False))
    if share is not None:
        found.append(_share(share, told, numbers))
    found.append(
        ngettext(
            "It was measured in one tile.", "It was measured in {n} tiles.", told.tiles
        ).format(n=numbers.plain(told.tiles))
    )
    return found


def _share(share: Figure, told: Together, numbers: Numbers) -> str:
    return _(
        "Of the {total} of walkable street near a mapped camera, {share} lies within "
        "view{how_sure}."
    ).format(
        total=numbers.about(told.near_walkable_m, "m"),
        share=spread(share, numbers, DIGITS).value,
        how_sure=how_sure(spread(share, numbers, DIGITS)),
    )
