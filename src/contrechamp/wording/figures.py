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
        "streets.seen_all_m": _(
            "Walkable street of the survey within view of any camera, of those that nobody found "
            "as well"
        ),
        "cameras.all": _("Cameras on all streets of the survey"),
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
        **_of_answers(),
    }
    return labels.get(key, key)


def _of_answers() -> dict[str, str]:
    """Return what the figures of answering commands measure (`publish.citable`)."""
    return {
        "survey.looked_share": _("Share of the street of the survey that was looked over"),
        "survey.cameras_found": _("Cameras found on streets that were looked over"),
        "survey.cameras_per_km": _("Cameras found to a kilometre of street"),
        "survey.share_found": _("Share of the cameras that the lists have"),
        "survey.cameras_missed": _("Cameras missed on streets that were looked over"),
        "survey.cameras": _("Cameras on all streets of the survey"),
        "survey.seen_found_m": _("Street within view of a camera that was found"),
        "survey.seen_all_m": _("Street within view of any camera"),
        "survey.pictures_per_km": _("Cameras to a kilometre of street, by pictures"),
        "access.cut_off_share": _("Share of people whom barriers cut off"),
        "access.never_share": _("Share of people who have no way even without barriers"),
        "access.minutes": _("Minutes on foot, with barriers"),
        "access.free_minutes": _("Minutes on foot, without barriers"),
        "access.added_minutes": _("Minutes that barriers add"),
        "access.metres": _("Way on foot, with barriers"),
        "access.free_metres": _("Way on foot, without barriers"),
        "access.forced_share": _("Share of people who have no way out of view and checkpoints"),
        "access.shortest_m": _("The shortest way"),
        "access.shortest_seen_m": _("Of the shortest way, within view"),
        "access.least_exposed_m": _("The least exposed way"),
        "access.least_exposed_seen_m": _("Of the least exposed way, within view"),
        "access.people_cut_off": _("People cut off if one barrier shuts"),
        "access.homes_cut_off": _("Homes cut off if one barrier shuts"),
        "access.street_cut_off": _("Street cut off if one barrier shuts"),
        "disparity.seen_share": _("Share of street within view"),
        "disparity.seen_share_standardised": _(
            "Street within view, as many times as where streets are of the same kinds"
        ),
        "disparity.cameras_per_km": _("Cameras to a kilometre of street"),
        "disparity.cameras_per_km_standardised": _(
            "Cameras to a kilometre of street, as many times as where streets are of the same kinds"
        ),
        "disparity.cameras_per_1000": _("Cameras to a thousand residents"),
        "disparity.cameras_per_1000_standardised": _(
            "Cameras to a thousand residents, as many times as where streets are of the same kinds"
        ),
        "disparity.trip_share": _("Share of necessary trips within view"),
        "disparity.ratio": _("How many times as much on the first side"),
        "disparity.covariate_ratio": _(
            "How many times as many cameras to a kilometre, with each standard deviation"
        ),
        "change.cameras_surely_there": _("Cameras surely there"),
        "change.cameras_on_the_map": _("Cameras on the map"),
        "change.cameras_possibly_there": _("Cameras possibly there"),
        "change.seen_m": _("Street within view of the cameras on the map"),
        "change.more_seen_m": _("More street within view of the cameras on the later map"),
        "change.put_up": _("Cameras put up between two surveys"),
        "change.taken_down": _("Cameras taken down between two surveys"),
        "change.more_cameras": _("More cameras at the second survey"),
    }


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
