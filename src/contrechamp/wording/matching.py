"""How names are alike, and what was decided about them, in words."""

from contrechamp.base.i18n import _


def how_label(how: str) -> str:
    """Return the form in which two names are alike; empty for the written form."""
    return {"written": "", "latin": _("in Latin letters"), "consonants": _("by consonants")}[how]


def decision_label(decided: str) -> str:
    """Return what a person decided; empty where nobody did."""
    return {"": "", "confirmed": _("confirmed"), "rejected": _("rejected")}[decided]
