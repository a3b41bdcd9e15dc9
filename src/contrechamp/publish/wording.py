"""What the stable words of a measurement are called in the reader's language, written once."""

from collections.abc import Mapping

from contrechamp.base.i18n import _
from contrechamp.publish.numbers import Numbers
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.scene.service_names import service_label
from contrechamp.sight.arrays import Level


def level_label(name: str) -> str:
    """Return what a level is called; a level of the user's own keeps its name."""
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


def level_meaning(level: Level, numbers: Numbers) -> str:
    """Return what a level asks of the picture."""
    if level.ppm == 0:
        return _("free line of sight, inside the range and the field of view; any pixel density")
    return _("at least {density} pixels per metre").format(density=numbers.significant(level.ppm))


def figure_label(key: str) -> str:
    """Return what a figure measures."""
    labels = {
        "streets.seen_m": _("Walkable street within view of at least one mapped camera"),
        "streets.seen_share": _("Share of walkable street within view of a mapped camera"),
        "streets.cameras_at_once": _("Mapped cameras at once, where at least one has a view"),
        "streets.seen_by_one_m": _("Walkable street within view of exactly one mapped camera"),
        "streets.seen_by_several_m": _(
            "Walkable street within view of two and more mapped cameras at once"
        ),
        "area.seen_m2": _("Ground within view of at least one mapped camera"),
        "trips.seen_m": _("Metres of a walk within view of a mapped camera"),
        "trips.seen_share": _("Share of a walk within view of a mapped camera"),
        "trips.cameras": _("Different mapped cameras along a walk"),
        "trips.least_watched_seen_m": _("Metres within view on the least exposed way"),
        "trips.detour_m": _("Detour that the least exposed way costs"),
        "trips.no_detour_share": _("Share of walks that no detour takes out of view"),
        "tracks.seen_m": _("Metres of a recorded walk within view of a mapped camera"),
        "tracks.seen_share": _("Share of a recorded walk within view of a mapped camera"),
        "tracks.cameras": _("Different mapped cameras along a recorded walk"),
    }
    return labels.get(key, key)


def group_label(group: str, area_names: Mapping[str, str]) -> str:
    """Return for whom a figure holds: ``all``, ``operator:public``, ``service:school``...

    Args:
        group: the stable word.
        area_names: id -> name of areas; one without a name is called by its id.
    """
    if group == "all":
        return _("all mapped cameras")
    kind, _colon, value = group.partition(":")
    labels = {
        "operator:public": _("operator: public"),
        "operator:private": _("operator: private"),
        "operator:unknown": _("operator: not mapped"),
        "kind:fixed": _("kind: fixed"),
        "kind:panning": _("kind: panning"),
        "kind:dome": _("kind: dome"),
        "kind:unknown": _("kind: not mapped"),
    }
    if group in labels:
        return labels[group]
    if kind == "service":
        return _("to the nearest: {service}").format(service=service_label(value))
    if kind == "area":
        return _("area {name}").format(name=area_names.get(value) or value)
    return group


def unknown_label(unknown: str) -> str:
    """Return what a parameter of a camera (or building) is called."""
    labels = {
        "lens": _("lens (field of view)"),
        "focal_mm": _("focal length"),
        "building_height_m": _("height of buildings"),
    }
    if unknown in BY_NAME:
        return _(BY_NAME[unknown].label)
    return labels.get(unknown, unknown)


def kind_label(kind: str) -> str:
    """Return what a kind of camera is called."""
    labels = {
        "fixed": _("fixed camera"),
        "panning": _("panning camera"),
        "dome": _("dome camera"),
        "unknown": _("camera of a kind that is not mapped"),
    }
    return labels.get(kind, kind)


def mount_label(mount: str) -> str:
    """Return what a mount is called; other words of the map are kept as they are."""
    labels = {
        "wall": _("wall"),
        "pole": _("pole"),
        "ceiling": _("ceiling"),
        "street_lamp": _("street lamp"),
        "": _("not mapped"),
    }
    return labels.get(mount, mount)


def operator_label(operator_class: str) -> str:
    """Return what a class of operator is called."""
    labels = {
        "public": _("public"),
        "private": _("private"),
        "unknown": _("not mapped"),
    }
    return labels.get(operator_class, operator_class)


def certainty_labels() -> dict[str, str]:
    """Return the four readings of an uncertain share, in the order of the switch."""
    return {
        "mean": _("on average"),
        "median": _("median"),
        "q05": _("at least"),
        "q95": _("at most"),
    }
