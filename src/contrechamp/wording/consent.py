"""Why consent does not cover a use."""

from contrechamp.base.i18n import _


def refusal_labels() -> dict[str, str]:
    """Return the words for each reason to refuse a use."""
    return {
        "none": _("no consent covers it"),
        "withdrawn": _("the consent was withdrawn"),
        "ended": _("the consent has ended"),
        "not-yet": _("the consent was not given yet"),
        "closed": _("a closed passage is used in no publication"),
        "unsaid": _("say in uses how it is used"),
        "team": _("it is for those who work on the case alone"),
    }
