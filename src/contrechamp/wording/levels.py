"""Names of the levels of detail."""

from contrechamp.base.i18n import _

#: How the name of a level of the user's own ends.
_OWN = "px_m"


def has_a_name(name: str) -> bool:
    """Return whether a level has a name in a standard, and not its density alone."""
    return not name.endswith(_OWN)


def level_label(name: str) -> str:
    """Return the name of a level; one of the user's own keeps the name that it has."""
    labels = {
        "visible": _("in view"),
        "detection": _("detection"),
        "observation": _("observation"),
        "recognition": _("recognition"),
        "identification": _("identification"),
        "overview": _("overview"),
        "outline": _("outline"),
        "discern": _("discern"),
        "perceive": _("perceive"),
        "characterise": _("characterise"),
        "validate": _("validate"),
        "scrutinise": _("scrutinise"),
    }
    if not has_a_name(name):
        return _("{density} px/m").format(density=name.removesuffix(_OWN))
    return labels.get(name, name)
