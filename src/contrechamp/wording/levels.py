"""Names of the levels of detail."""

from contrechamp.base.i18n import _


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
    if name.endswith("px_m"):
        return _("{density} px/m").format(density=name.removesuffix("px_m"))
    return labels.get(name, name)
