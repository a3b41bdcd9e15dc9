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
