"""Words for the completeness of a survey."""

from contrechamp.base.i18n import _


def stratum_label(code: str) -> str:
    """Return the name of a kind of street (`measure.survey.strata`)."""
    labels = {
        "by-services": _("beside a public place"),
        "main-roads": _("main road"),
        "foot-ways": _("foot way"),
        "other-streets": _("other street"),
    }
    return labels.get(code, code)


def why_not_in_view(code: str) -> str:
    """Return why it cannot be told what all cameras have in view (`measure.survey.in_view`)."""
    reasons = {
        "not-walked": _("no walk passes a street of this survey"),
        "no-buildings": _("the input has no building, so nothing says what hides what"),
        "none-found": _("no camera was found that the others could be like"),
        "too-many": _("more cameras may be missing than figures can rest on"),
    }
    return reasons.get(code, code)
