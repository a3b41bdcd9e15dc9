"""What pictures of streets say of how many cameras there are, in sentences and for programs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.survey.pictures import FromPictures
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.ranged import quantiles, ranged


def sentences(told: FromPictures | None, numbers: Numbers) -> Iterator[str]:
    """Return what the pictures say, no surer than they are; nothing without pictures."""
    if told is None:
        return
    yield ngettext(
        "One picture shows {length} of one side of streets, and {seen} cameras.",
        "{n} pictures show {length} of one side of streets, and {seen} cameras.",
        told.pictures,
    ).format(
        n=numbers.plain(told.pictures),
        length=numbers.quantity(told.side_km * 1000.0, "m", 10.0),
        seen=ranged(told.seen, numbers),
    )
    if told.share_found is None:
        yield _(
            "By them {per_km} cameras to a kilometre can be seen on pictures; how many stand "
            "there, they cannot tell: count a few of the places closely, and say --recall."
        ).format(per_km=ranged(told.per_km, numbers, 0.1))
    else:
        least, most = np.quantile(told.share_found, (0.05, 0.95)).tolist()
        yield _(
            "By them {per_km} cameras stand to a kilometre, as pictures show {low} to {high} of "
            "those that do."
        ).format(
            per_km=ranged(told.per_km, numbers, 0.1),
            low=numbers.percent(least),
            high=numbers.percent(most),
        )
    if told.right is None:
        yield _("Each picture was judged once: nothing tells how often that was right.")
    else:
        yield _(
            "{people} people judged them; as far as they tell of each other, the least reliable "
            "is right in {low} of answers and the most reliable in {high}."
        ).format(
            people=numbers.plain(told.people),
            low=numbers.percent(float(told.right.min())),
            high=numbers.percent(float(told.right.max())),
        )


def for_machines(told: FromPictures | None, decimals: int) -> dict[str, Any] | None:
    """Return the same as JSON values; None without pictures."""
    if told is None:
        return None
    return {
        "pictures": told.pictures,
        "side_km": round(told.side_km, decimals),
        "people": told.people,
        "answers": told.answers,
        "seen": quantiles(told.seen, decimals),
        "per_km": quantiles(told.per_km, decimals),
        "share_found": quantiles(told.share_found, decimals),
        "right": None if told.right is None else np.sort(told.right).round(decimals).tolist(),
    }
