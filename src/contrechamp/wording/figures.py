"""Names of the figures of a measurement, their groups, readings and scenarios."""

from contrechamp.base.i18n import _


def figure_label(key: str) -> str:
    """Return what a figure measures."""
    labels = {
        "streets.seen_m": _("Walkable street within view of at least one mapped camera"),
        "streets.seen_share": _(
            "Share of the whole walkable street within view of a mapped camera"
        ),
        "streets.cameras_at_once": _("Mapped cameras at once, where at least one has a view"),
        "streets.seen_by_one_m": _("Walkable street within view of exactly one mapped camera"),
        "streets.seen_by_several_m": _(
            "Walkable street within view of two and more mapped cameras at once"
        ),
        "streets.hidden_m": _("Walkable street that walls, hedges and fences take out of view"),
        "area.seen_m2": _("Ground within view of at least one mapped camera"),
        "area.seen_share": _("Share of the ground within view of at least one mapped camera"),
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


def group_label(group: str) -> str:
    """Return the name of the cameras that a figure is about: ``all``, ``kind:dome``..."""
    labels = {
        "all": _("all mapped cameras"),
        "operator:public": _("operator: public"),
        "operator:private": _("operator: private"),
        "operator:unknown": _("operator: not mapped"),
        "kind:fixed": _("kind: fixed"),
        "kind:panning": _("kind: panning"),
        "kind:dome": _("kind: dome"),
        "kind:unknown": _("kind: not mapped"),
        "screens:all": _("all of these together"),
    }
    return labels.get(group, group)


def is_near(group: str) -> bool:
    """Return whether a group holds the streets around the cameras."""
    return group.startswith("near:")


def certainty_labels() -> dict[str, str]:
    """Return the names of the four readings of an uncertain share, in the order of the switch."""
    return {
        "mean": _("on average"),
        "median": _("median"),
        "q05": _("at least"),
        "q95": _("at most"),
    }


def scenario_labels() -> dict[str, str]:
    """Return the names of the three scenarios."""
    return {
        "p10": _("all unknowns at the first decile"),
        "p50": _("at the median"),
        "p90": _("at the last decile"),
    }
