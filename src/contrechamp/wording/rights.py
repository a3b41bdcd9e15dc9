"""What is said of the texts of legal instruments."""

from contrechamp.base.i18n import _


def standing_label(standing: str) -> str:
    """Return what a text in a language is; nothing where it is the authentic one."""
    return {
        "authentic": "",
        "official": _("(official, not authentic)"),
        "translation": _("(a translation)"),
    }[standing]
