"""The completeness of a survey in a few plain sentences, no surer than it is."""

from collections.abc import Iterator

import numpy as np

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.survey.counting import LOOKED_OVER
from contrechamp.measure.survey.density import FEWEST_WALKS
from contrechamp.measure.survey.distance import FEWEST
from contrechamp.measure.survey.matching import KINDS_DIFFER
from contrechamp.measure.survey.next_places import KM_AN_HOUR
from contrechamp.measure.survey.run import Compared, Completeness
from contrechamp.measure.survey.strata import SQUARE_M
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.ranged import ranged
from contrechamp.publish.survey import in_view, pictures
from contrechamp.wording.cameras import kind_label


def headline(told: Completeness, numbers: Numbers) -> str:
    """Return the title of the page."""
    if told.rate is None:
        return _("Nothing was looked over yet")
    return _("{share} of the streets of this survey were looked over").format(
        share=numbers.percent(told.looked_share)
    )


def sentences(told: Completeness, numbers: Numbers) -> list[str]:
    """Return what was found out, the most important first."""
    return [
        *_walked(told, numbers),
        *_lists(told, numbers),
        *_all(told, numbers),
        *pictures.sentences(told.pictures, numbers),
        *in_view.sentences(told.in_view, numbers),
    ]


def _walked(told: Completeness, numbers: Numbers) -> Iterator[str]:
    whole = float(told.km.sum() + told.km_left.sum()) * 1000.0
    if told.rate is None:
        yield _(
            "No walk passes a street of this survey: give the recorded walks (GPX, KML) on which "
            "it was made. Without them nobody can tell a street without cameras from one where "
            "nobody looked."
        )
        return
    yield _(
        "{walked} were walked. From there {looked} of {whole} of street were in view, as far as "
        "people notice a camera ({within})."
    ).format(
        walked=numbers.quantity(told.walked_m, "m", 10.0),
        looked=numbers.quantity(float(told.km.sum()) * 1000.0, "m", 10.0, size=whole),
        whole=numbers.quantity(whole, "m", 10.0),
        within=numbers.quantity(told.asked.within_m, "m"),
    )
    yield ngettext(
        "One camera was found there: {per_km} to a kilometre.",
        "{n} cameras were found there: {per_km} to a kilometre.",
        told.rate.found,
    ).format(n=numbers.plain(told.rate.found), per_km=ranged(told.rate.per_km, numbers, 0.1))


def _lists(told: Completeness, numbers: Numbers) -> Iterator[str]:
    if told.rate is None:
        return
    if told.compared is None:
        yield _(
            "How many were missed where people walked, one list cannot tell: let somebody else "
            "walk a part of it again, apart from the first, and give both lists."
        )
        return
    yield from _compared(told.compared, numbers)
    if told.more_lists:
        yield ngettext(
            "{n} further list counts among what was found, and was not compared.",
            "{n} further lists count among what was found, and were not compared.",
            told.more_lists,
        ).format(n=numbers.plain(told.more_lists))


def _compared(compared: Compared, numbers: Numbers) -> Iterator[str]:
    both, (first, second) = compared.both, compared.names
    yield _("{first} has {n_first} and {second} {n_second}; both have {common}.").format(
        first=first,
        second=second,
        n_first=numbers.plain(both.lengths[0]),
        n_second=numbers.plain(both.lengths[1]),
        common=ranged(both.in_both, numbers),
    )
    if compared.left_out:
        yield ngettext(
            "{n} pair stands too close to others to be told apart, and was not compared: fewer "
            "may seem to be in both than are.",
            "{n} pairs stand too close to others to be told apart, and were not compared: fewer "
            "may seem to be in both than are.",
            compared.left_out,
        ).format(n=numbers.plain(compared.left_out))
    if both.total is None or both.share_found is None:
        yield _("How many were missed cannot be told: the two lists have too few in common.")
        return
    least, most = np.quantile(both.share_found, (0.05, 0.95)).tolist()
    yield _(
        "So {total} cameras stand on these streets, of which the two lists together have {low} to "
        "{high}. "
        "There are more if what is easy to find for one is easy for the other as well."
    ).format(
        total=ranged(both.total, numbers),
        low=numbers.percent(least),
        high=numbers.percent(most),
    )
    if both.few_in_both:
        yield _("Few are in both lists: the number of all may lie too low by more than it says.")


def _all(told: Completeness, numbers: Numbers) -> Iterator[str]:
    everywhere = told.everywhere
    if everywhere is None:
        return
    total = ranged(everywhere.total, numbers)
    if everywhere.missed is None:
        yield _(
            "On all streets of this survey there are {total} cameras, if those not looked over "
            "are like those that were, and without what was missed."
        ).format(total=total)
    else:
        yield _(
            "On all streets of this survey there are {total} cameras, if those not looked over "
            "are like those that were."
        ).format(total=total)
    if told.known_elsewhere:
        yield ngettext(
            "{n} camera is known on a street that was not looked over.",
            "{n} cameras are known on streets that were not looked over.",
            told.known_elsewhere,
        ).format(n=numbers.plain(told.known_elsewhere))


def left_aside(told: Completeness, numbers: Numbers) -> list[str]:
    """Return which cameras of the input do not count, and why."""
    found = []
    if told.beyond:
        found.append(
            ngettext(
                "{n} camera stands on no street of this survey, and does not count.",
                "{n} cameras stand on no street of this survey, and do not count.",
                told.beyond,
            ).format(n=numbers.plain(told.beyond))
        )
    if told.indoor:
        found.append(
            ngettext(
                "{n} camera is mapped as indoor, and does not count.",
                "{n} cameras are mapped as indoor, and do not count.",
                told.indoor,
            ).format(n=numbers.plain(told.indoor))
        )
    return found


def method(told: Completeness, numbers: Numbers) -> list[str]:
    """Return how it was found out, and what was assumed."""
    return [
        _(
            "A number in brackets holds nine in ten of {draws} draws: of how many cameras are "
            "found, of which entries of two lists are one camera, of how many both missed."
        ).format(draws=numbers.plain(told.asked.draws)),
        _(
            "A stretch of street counts as looked over if {share} of it was in view of the walker, "
            "between the buildings and within {within}. That people notice cameras so far away is "
            "an assumption; say --within if yours notice more or less."
        ).format(
            share=numbers.percent(LOOKED_OVER),
            within=numbers.quantity(told.asked.within_m, "m"),
        ),
        _(
            "Counts vary from square to square ({side} wide) more than by chance; that widens the "
            "brackets. With fewer than {fewest} squares it cannot be seen, and the brackets are "
            "too narrow."
        ).format(side=numbers.quantity(SQUARE_M, "m"), fewest=numbers.plain(FEWEST_WALKS)),
        _(
            "Entries of two lists are one camera as often as their places ({error} off in each "
            "direction), kinds (which lists are taken to give otherwise in {differ} of cases) and "
            "the density of cameras make it likely."
        ).format(
            error=numbers.quantity(told.asked.error_m, "m"),
            differ=numbers.percent(KINDS_DIFFER),
        ),
        _distance(told, numbers),
        _(
            "A place to go to is what is left in a square {side} wide. Its minutes are at {pace} "
            "an hour, with the way from one square to the next. By how much it narrows the "
            "brackets is what is expected if just this place is walked."
        ).format(
            side=numbers.quantity(SQUARE_M, "m"),
            pace=numbers.quantity(KM_AN_HOUR * 1000.0, "m"),
        ),
        _("Ways that the map has beside each other, such as the pavements of a road, count each."),
    ]


def _distance(told: Completeness, numbers: Numbers) -> str:
    found = told.detection
    if found is None:
        return _(
            "From which distance cameras are noticed cannot be told: too few were found (fewer "
            "than {n})."
        ).format(n=numbers.plain(FEWEST))
    text = _(
        "By the distances of those found, {share} of the cameras within {within} of the way were "
        "noticed, if cameras were as dense near the way as away from it. Along a street they are "
        "not: this is no part of the figures."
    ).format(
        share=numbers.percent(float(np.median(found.found_share))),
        within=numbers.quantity(found.most_m, "m"),
    )
    if found.few:
        text = " ".join((text, _("It rests on few cameras.")))
    return " ".join((text, *_distance_by_kind(told, numbers)))


def _distance_by_kind(told: Completeness, numbers: Numbers) -> Iterator[str]:
    """Return what was noticed of each kind, where there are enough of two kinds to compare."""
    if len(told.detection_by_kind) < 2:
        return
    shares = [
        _("{kind}: {share}").format(
            kind=kind_label(kind), share=numbers.percent(float(np.median(found.found_share)))
        )
        for kind, found in told.detection_by_kind.items()
    ]
    yield _("By kind: {shares}.").format(shares=numbers.all_of(shares))
