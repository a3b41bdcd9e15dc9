"""Names of what the methods of a measurement state and count."""

from contrechamp.base.i18n import _


def stated_label(key: str) -> str:
    """Return the name of a setting or count of a measurement."""
    labels = {
        "seed": _("Seed of the draws"),
        "draws": _("Draws"),
        "open_ground": _("Over open ground, without any building"),
        "target_height_m": _("Height of the target above the ground, in metres"),
        "piece_m": _("Largest length of a piece of street, in metres"),
        "level_set": _("Set of levels"),
        "scenario_draws": _("Draws of directions in each scenario"),
        "span_draws": _("Draws in each alternative to what is assumed"),
        "range_by_density": _("Where a view ends of a camera without a range"),
        "driver_pairs": _("Pairs of draws that tell which unknown matters"),
        "ground_draws": _("Draws for the area of ground"),
        "ground_line_spacing_m": _("Distance of the lines that measure the ground, in metres"),
        "walkable_m": _("Walkable street, in metres"),
        "near_m": _("Distance up to which a street is near a camera, in metres"),
        "near_walkable_m": _("Walkable street near a mapped camera, in metres"),
        "tolerance": _("Convergence: largest Monte Carlo error, as a share of the interval"),
        "draws_in_all": _("Draws in all, with scenarios and exchanges"),
        "draws_needed": _("Draws that would be enough for every figure"),
        "drawn": _("Cameras (or buildings) for which it was drawn"),
        "held": _("Assumed and held, not drawn"),
        "mapped": _("Cameras for which it is mapped"),
        "cameras_indoor": _("Cameras indoors"),
        "cameras_on_wall": _("Cameras on a wall"),
        "cameras_moved_m": _("Farthest that a camera was moved to the outer side, in metres"),
        "buildings_within_reach": _("Buildings within reach of a camera"),
        "buildings_without_height": _("Of these, without a height"),
        "building_height_sources": _("Where heights of buildings come from"),
        "heights_around": _("Buildings around from which a missing height is drawn"),
        "screens_within_reach": _("Walls, hedges and fences within reach of a camera"),
        "screens_without_height": _("Of these walls, hedges and fences, without a height"),
        "relief": _("The ground, by a height model"),
        "trips": _("Walks from home"),
    }
    return labels.get(key, key)


def count_label(what: str) -> str:
    """Return the name of what is counted (objects, tags, walks); "" if it has none here."""
    labels = {
        "barriers_outside_the_area": _("Barriers outside the area, left out"),
        "buildings_above_an_open_space": _("Buildings above an open space"),
        "buildings_cut_by_the_edge": _("Buildings cut by the edge of the extract, left out"),
        "buildings_left_out_underground": _("Buildings underground or indoors, left out"),
        "buildings_left_out_roof": _("Roofs on posts, left out"),
        "cameras_by_their_model": _("Cameras with values of their model"),
        "cameras_model_not_clear": _("Cameras whose model may be several, which is not used"),
        "cameras_model_not_found": _("Cameras whose model is not in the table of models"),
        "cameras_with_a_model": _("Cameras that name their model"),
        "cameras_outside_the_area": _("Cameras outside the area, left out"),
        "directions_from_magnetic_north": _("Directions turned from magnetic to true north"),
        "objects_in_two_extracts": _("Objects that are in two extracts"),
        "places_outside_the_area": _("Services outside the area, left out"),
        "repaired_polygons": _("Outlines that were repaired"),
        "rows_left_out": _("Rows that were left out"),
        "screens_switched_off": _("Walls, hedges and fences taken as not there, as asked"),
        "streets_on_bridges": _("Streets on bridges, taken as on the ground"),
        "streets_underground_or_indoor": _("Streets underground or indoors, left out"),
        "tracks_outside_the_area": _("Walks outside the area, left out"),
        "unreadable_tags": _("Tags that could not be read"),
        "height": _("tagged height"),
        "levels": _("tagged floors, 3 m each"),
        "none": _("nothing tagged"),
        "cell_m": _("metres between two points of the ground"),
        "model_cell_m": _("metres between two heights of the model"),
        "filled_share": _("share of the ground without a height of its own"),
        "lowest_m": _("lowest ground, in metres"),
        "highest_m": _("highest ground, in metres"),
        "px_per_m": _("pixels per metre, at least"),
        "most_m": _("metres, at most"),
        "homes": _("homes"),
        "homes_in_sample": _("homes that walks begin at"),
        "homes_off_network": _("homes too far from any street"),
        "homes_without_way": _("homes without a way"),
        "services": _("services"),
        "services_off_network": _("services too far from any street"),
        "trips": _("walks"),
    }
    return labels.get(what, "")
