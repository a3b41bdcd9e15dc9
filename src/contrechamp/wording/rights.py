"""The standing of a legal instrument's texts, in words."""

from contrechamp.base.i18n import _


def standing_label(standing: str) -> str:
    """Return the standing of a text in one language; empty for the authentic one."""
    return {
        "authentic": "",
        "official": _("(official, not authentic)"),
        "translation": _("(a translation)"),
    }[standing]
