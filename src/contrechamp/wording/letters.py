"""The state of a letter, in words."""

from contrechamp.base.i18n import _


def letter_labels() -> dict[str, str]:
    """Return the words for each state of a letter."""
    return {
        "draft": _("not sent"),
        "waiting": _("waiting for an answer"),
        "no-reply": _("no reply by the day that it was due"),
        "partly-answered": _("answered in part"),
        "answered": _("answered"),
    }
