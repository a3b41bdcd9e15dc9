"""Words for who bears it: measures, shapes, and why something cannot be told."""

from contrechamp.base.i18n import _


def reason_text(code: str) -> str:
    """Return why a comparison cannot be told (`measure.disparity.cannot`), as a sentence."""
    texts = {
        "group-empty": _("nobody of a group lives in areas with a walkable street"),
        "group-too-small": _("a group is so small that people in it could be told"),
        "others-too-small": _(
            "so few people are in neither group that they could be told by subtraction"
        ),
        "side-empty": _("there is no area on one side"),
        "side-without-street": _("the areas of one side have no walkable street"),
        "side-without-people": _("nobody lives in the areas of one side"),
        "too-few-people": _("so few people live in the areas of one side that they could be told"),
        "nothing-in-view": _("on one side nothing is in view in any draw, so that no ratio exists"),
        "no-trips": _(
            "on one side no necessary trip begins: no home has a way to a service on this map"
        ),
        "no-cameras": _("no camera stands in the areas"),
        "few-areas": _("there are too few areas with a street and known values for a regression"),
        "few-clusters": _("there are too few clusters of areas to tell chance from a pattern"),
        "no-variation": _("the covariate is the same in all areas"),
        "collinear": _("the covariate follows from the kinds of streets that are held"),
        "not-settled": _(
            "no ratio is large enough: all cameras stand where the value is one-sided"
        ),
        "values-missing": _("values of the covariate are missing"),
    }
    return texts.get(code, code)


def measure_label(code: str) -> str:
    """Return the name of a measure (`measure.disparity.plan.MEASURES`)."""
    labels = {
        "seen_share": _("share of street in view"),
        "trip_share": _("share of necessary trips in view"),
        "cameras_per_km": _("cameras to a kilometre of street"),
        "cameras_per_1000": _("cameras to a thousand residents"),
    }
    return labels.get(code, code)


def shape_text(code: str) -> str:
    """Return what a rate does as a covariate rises (`measure.disparity.shape`), as a sentence."""
    texts = {
        "flat": _("No curve fits better than none: the rate does not go with it."),
        "line": _("A line fits best: no hump is to be seen."),
        "hump": _("The rate is highest in the middle: a line would hide that."),
        "hollow": _("The rate is highest at both ends: a line would hide that."),
        "two-humps": _("Two kinds of places are high at once, and those between are low: a line "
                       "would hide that."),
        "hump-and-hollow": _("The rate rises and falls more than once: a line would hide that."),
        "cannot-tell": _("Whether it is a line or a hump cannot be told from so many areas."),
    }  # fmt: skip
    return texts.get(code, code)
