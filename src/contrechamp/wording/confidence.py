"""How sure something is, in words."""

from contrechamp.base.i18n import _


def confidence_labels() -> dict[str, str]:
    """Return the words for each degree of confidence."""
    return {
        "confirmed": _("confirmed"),
        "corroborated": _("corroborated"),
        "single-source": _("from one source"),
        "alleged": _("alleged"),
        "inferred": _("inferred"),
    }


def confidence_meanings() -> dict[str, str]:
    """Return what each degree of confidence means, in a sentence."""
    return {
        "confirmed": _("We have seen it ourselves, or whoever is concerned says so of themselves."),
        "corroborated": _("At least two sources say so that know it independently."),
        "single-source": _("One source says so, or several that all rely on the same one."),
        "alleged": _("Somebody claims it, and we could not check it."),
        "inferred": _("We conclude it from what is cited; nobody says it in these words."),
    }


def confidence_explained() -> dict[str, str]:
    """Return the words for each degree of confidence, with what it means."""
    meanings = confidence_meanings()
    return {code: f"{label}: {meanings[code]}" for code, label in confidence_labels().items()}
