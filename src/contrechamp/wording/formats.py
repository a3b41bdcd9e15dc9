"""What the formats are that records are imported from."""

from contrechamp.base.i18n import _


def format_label(name: str) -> str:
    """Return what a format is, with its name in `dossier.formats.read.registry.FORMATS`."""
    labels = {
        "records": _("records of a case"),
        "tables": _("tables of records"),
        "ftm": _("FollowTheMoney"),
        "submissions": _("submissions of the field form"),
        "attachments": _("pictures of submissions"),
        "gpx": _("walks and waypoints"),
        "ocds": _("open contracting data"),
        "bayanat": _("an export of Bayanat"),
        "cameras": _("cameras"),
        "mapped": _("a table with a mapping"),
        "photos": _("photos"),
    }
    return f"{labels[name]} ({name})" if name in labels else name
