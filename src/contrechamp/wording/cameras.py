"""Names of unknowns, and of kinds, mounts and operators of cameras."""

from contrechamp.base.i18n import _


def unknown_label(unknown: str) -> str:
    """Return the name of an unknown that is not a field of a camera."""
    labels = {
        "lens": _("lens (field of view)"),
        "focal_mm": _("focal length"),
        "building_height_m": _("height of buildings"),
        "screen_height_m": _("height of walls, hedges and fences"),
        "screen_hides": _("whether fences and gates can be seen through"),
        "place": _("which wall it hangs on"),
        "relief": _("errors of the height model"),
    }
    return labels.get(unknown, unknown)


def kind_label(kind: str) -> str:
    """Return the name of a kind of camera."""
    labels = {
        "fixed": _("fixed camera"),
        "panning": _("panning camera"),
        "dome": _("dome camera"),
        "unknown": _("camera of a kind that is not mapped"),
    }
    return labels.get(kind, kind)


def mount_label(mount: str) -> str:
    """Return the name of a mount; other values from the map are kept as they are."""
    labels = {
        "wall": _("wall"),
        "pole": _("pole"),
        "ceiling": _("ceiling"),
        "street_lamp": _("street lamp"),
        "": _("not mapped"),
    }
    return labels.get(mount, mount)


def operator_label(operator_class: str) -> str:
    """Return the name of a class of operator."""
    labels = {
        "public": _("public"),
        "private": _("private"),
        "unknown": _("not mapped"),
    }
    return labels.get(operator_class, operator_class)
