"""What is said of names that are alike, and of what was decided about them."""

from contrechamp.base.i18n import _


def how_label(how: str) -> str:
    """Return in which form two names are alike; nothing where it is as they are written."""
    return {"written": "", "latin": _("in Latin letters"), "consonants": _("by consonants")}[how]


def decision_label(decided: str) -> str:
    """Return what a person decided; nothing where nobody did."""
    return {"": "", "confirmed": _("confirmed"), "rejected": _("rejected")}[decided]
