"""What kinds of place are called in the user's language."""

from contrechamp.base.i18n import _


def service_label(kind: str) -> str:
    """Return what a kind of service (`tables.SERVICES`, or ``home``) is called."""
    labels = {
        "school": _("school"),
        "kindergarten": _("kindergarten"),
        "clinic": _("clinic"),
        "hospital": _("hospital"),
        "doctors": _("doctor's practice"),
        "pharmacy": _("pharmacy"),
        "place_of_worship": _("place of worship"),
        "marketplace": _("marketplace"),
        "supermarket": _("supermarket"),
        "drinking_water": _("drinking water"),
        "transit_stop": _("public transport stop"),
        "home": _("home"),
    }
    return labels.get(kind, kind.replace("_", " "))
