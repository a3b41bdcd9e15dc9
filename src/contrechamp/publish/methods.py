"""The methods section: what was assumed, what was read, what was decided, how to do it again."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from contrechamp import __version__
from contrechamp.base.i18n import _
from contrechamp.measure.results import Measurement
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.table import Table, columns
from contrechamp.publish.wording import kind_label, unknown_label
from contrechamp.scene.service_names import service_label
from contrechamp.scene.tables import Scene

#: Notices that the page prints; all are in figures.json.
LISTED_NOTICES = 300


def geometry_paragraphs() -> list[str]:
    """Return how the visible regions come about, in plain words."""
    return [
        _(
            "A building is a block with upright walls, a flat roof and a height; there is no "
            "terrain, no tree and no vehicle. A camera has a target in view if the straight line "
            "between the two is free, if the target lies inside its horizontal and vertical field "
            "of view, and if it is within range. The regions are exact for these blocks: they are "
            "not made of pixels or of single rays."
        ),
        _(
            "A camera on a wall, or mapped inside a building, is moved to the outer side of the "
            "nearest wall and does not look through it. Indoor cameras see nothing of the street. "
            "Panning and dome cameras see every free direction over time, one part at a time."
        ),
        _(
            "Pixel density is the width of the picture divided by the width of what it shows at "
            "the distance of the target, measured along the line of sight."
        ),
        _(
            "What is not mapped is drawn from the distributions below, for all cameras at once in "
            "each draw; medians and intervals are those of whole draws. Unknowns of two cameras "
            "are drawn independently of each other. One operator often buys one model: the table "
            "of scenarios shows what happens when all cameras are alike."
        ),
    ]


def priors_table(measurement: Measurement, numbers: Numbers) -> Table:
    """Return what was assumed where nothing is mapped, with the sources."""
    low, mid, high, used = _("First decile"), _("Median"), _("Last decile"), _("Used for")
    return Table(
        _("What is assumed where nothing is mapped"),
        columns(
            *(_("Unknown"), _("Applies to"), _("Distribution"), low, mid, high, used, _("Source")),
            numeric=(low, mid, high, used),
        ),
        tuple(
            (
                unknown_label(prior.unknown),
                prior.applies_to,
                prior.distribution,
                *(
                    prior_value(value, prior.unit, numbers)
                    for value in (prior.p10, prior.p50, prior.p90)
                ),
                numbers.plain(prior.n_cameras),
                prior.source,
            )
            for prior in measurement.priors
        ),
    )


def prior_value(value: float, unit: str, numbers: Numbers) -> str:
    """Return one value of a prior with its unit."""
    if value != value:
        return "–"
    text = numbers.plain(value) if abs(value) >= 100 else numbers.significant(value)
    return f"{text}°" if unit == "deg" else f"{text}\N{NO-BREAK SPACE}{unit}".rstrip()


def inputs_table(scene: Scene, numbers: Numbers) -> Table:
    """Return the files that were read, with their digests."""
    size = _("Bytes")
    return Table(
        _("Files that were read"),
        columns(_("File"), _("Format"), size, _("Licence"), _("SHA-256"), numeric=(size,)),
        tuple(
            (
                file.name,
                file.format,
                numbers.plain(file.size_bytes),
                file.licence or _("not stated"),
                file.sha256,
            )
            for file in scene.inputs
        ),
    )


def facts_table(measurement: Measurement, scene: Scene, numbers: Numbers) -> Table:
    """Return seed, draws, projection and whatever else the run states."""
    facts = [
        (_("Version"), f"contrechamp {__version__}"),
        (_("Metric plane"), f"{scene.crs.name} ({scene.crs.to_string()})"),
        (_("Largest scale error of the projection"), numbers.percent(scene.scale_error, 0.0001)),
        (_("Mapped cameras"), numbers.plain(len(scene.cameras))),
        (_("Buildings"), numbers.plain(len(scene.buildings))),
        (_("Pieces of walkable street"), numbers.plain(len(measurement.pieces))),
        *_stated(measurement.methods, numbers),
        *((count_label(name), numbers.plain(n)) for name, n in sorted(scene.counts.items())),
    ]
    return Table(
        _("Facts of this run"),
        columns(_("What"), _("Value")),
        tuple(facts),
    )


def _stated(methods: Mapping[str, Any], numbers: Numbers) -> list[tuple[str, str]]:
    labels = {
        "seed": _("Seed of the draws"),
        "draws": _("Draws"),
        "target_height_m": _("Height of the target above the ground, in metres"),
        "piece_m": _("Largest length of a piece of street, in metres"),
        "level_set": _("Set of levels"),
        "scenario_draws": _("Draws of directions in each scenario"),
        "driver_pairs": _("Pairs of draws that tell which unknown matters"),
        "ground_draws": _("Draws for the area of ground"),
        "ground_line_spacing_m": _("Distance of the lines that measure the ground, in metres"),
        "walkable_m": _("Walkable street, in metres"),
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
        "trips": _("Walks from home"),
    }
    shown_elsewhere = ("crs", "scale_error", "notices", "levels")
    return [
        # A seed is a name more than a number: no grouping.
        (labels.get(key, key), str(value) if key == "seed" else _stated_value(value, numbers))
        for key, value in sorted(methods.items())
        if key not in shown_elsewhere
    ]


def count_label(name: str) -> str:
    """Return what is counted; ``trips:school`` and the like are said of their service."""
    labels = {
        "buildings_above_an_open_space": _("Buildings above an open space"),
        "buildings_cut_by_the_edge": _("Buildings cut by the edge of the extract, left out"),
        "buildings_left_out_underground": _("Buildings underground or indoors, left out"),
        "buildings_left_out_roof": _("Roofs on posts, left out"),
        "cameras_outside_the_area": _("Cameras outside the area, left out"),
        "objects_in_two_extracts": _("Objects that are in two extracts"),
        "repaired_polygons": _("Outlines that were repaired"),
        "rows_left_out": _("Rows that were left out"),
        "streets_on_bridges": _("Streets on bridges, taken as on the ground"),
        "streets_underground_or_indoor": _("Streets underground or indoors, left out"),
        "unreadable_tags": _("Tags that could not be read"),
        "height": _("tagged height"),
        "levels": _("tagged floors, 3 m each"),
        "none": _("nothing tagged"),
        "homes": _("homes"),
        "homes_in_sample": _("homes that walks begin at"),
        "homes_off_network": _("homes too far from any street"),
        "homes_without_way": _("homes without a way"),
        "services": _("services"),
        "services_off_network": _("services too far from any street"),
        "trips": _("walks"),
    }
    what, _colon, service = name.partition(":")
    label = labels.get(what) or unknown_label(what).replace("_", " ")
    return f"{label} ({service_label(service)})" if service else label


def notice_label(kind: str) -> str:
    """Return what a kind of notice is called."""
    labels = {
        "unreadable-tag": _("tag that cannot be read"),
        "cut-by-the-edge": _("cut by the edge of the extract"),
        "repaired-polygon": _("repaired outline"),
        "empty-polygon": _("outline that encloses nothing"),
        "no-place": _("object without a place"),
        "outside-the-area": _("outside of the area"),
        "row-left-out": _("row left out"),
        "column-not-used": _("column not used"),
        "short-track": _("track of fewer than two points"),
        "given-twice": _("file given twice"),
    }
    return labels.get(kind, kind)


def _stated_value(value: Any, numbers: Numbers) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return numbers.plain(value)
    if isinstance(value, float):
        return numbers.significant(value, 4)
    if isinstance(value, Mapping):
        return "; ".join(
            f"{count_label(str(key))}: {_stated_value(item, numbers)}"
            for key, item in sorted(value.items())
        )
    if isinstance(value, list | tuple):
        return ", ".join(_stated_value(item, numbers) for item in value) or "–"
    return unknown_label(str(value))


def notice_counts(scene: Scene, numbers: Numbers) -> Table:
    """Return how many notices of each kind there are."""
    count = _("How many")
    kinds = Counter(notice.kind for notice in scene.notices)
    return Table(
        _("Notices: what a reader could not use or had to decide"),
        columns(_("Kind"), count, numeric=(count,)),
        tuple((notice_label(kind), numbers.plain(n)) for kind, n in sorted(kinds.items())),
    )


def notices_table(scene: Scene, numbers: Numbers) -> Table:
    """Return the first `LISTED_NOTICES` notices."""
    left = len(scene.notices) - LISTED_NOTICES
    return Table(
        _("All notices") if left <= 0 else _("The first notices"),
        columns(_("Where"), _("Kind"), _("What was found and what was done")),
        tuple(
            (notice.where, notice_label(notice.kind), notice.message)
            for notice in scene.notices[:LISTED_NOTICES]
        ),
        note="" if left <= 0 else _("{n} more are in figures.json.").format(n=numbers.plain(left)),
    )


def same_cameras_table(scene: Scene, numbers: Numbers) -> Table:
    """Return the pairs that may be one camera; they were not merged."""
    distance = _("Apart")
    return Table(
        _("Two entries that may be one camera (nothing was merged)"),
        columns(_("Entry"), _("Other entry"), distance, numeric=(distance,)),
        tuple(
            (pair.id_a, pair.id_b, numbers.quantity(pair.distance_m, "m"))
            for pair in scene.same_cameras
        ),
    )


def limits() -> list[str]:
    """Return what the figures do not say: design, "What an interval covers"."""
    return [
        _(
            "The figures are about mapped cameras only. Cameras that nobody mapped, and mapped "
            "ones that are gone, are not in any figure or interval."
        ),
        _(
            "“Within view” means that nothing stands between a mapped camera and the place. It "
            "does not say that the camera was on, pointed there, or that anyone looked."
        ),
        _(
            "A pixel density says what the device can resolve in good light. It never says that a "
            "person was recognised."
        ),
        _(
            "The 90 % intervals cover what was drawn: direction, height, lens and resolution where "
            "they are not mapped. They do not cover errors of the map, trees, vehicles, terrain, "
            "or wrong assumptions in the distributions themselves."
        ),
    ]


def files_table() -> Table:
    """Return what lies beside the report."""
    return Table(
        _("Beside this page"),
        columns(_("File"), _("What is in it")),
        tuple(file_meanings().items()),
    )


def file_meanings() -> dict[str, str]:
    """Return what each published file is."""
    layer = _("{what}, as GeoJSON (RFC 7946) and GeoParquet, in longitude and latitude")
    return {
        "index.html": _("this report; needs no network"),
        "figures.json": _("every figure, prior, input and notice, for programs"),
        "figures.schema.json": _("the JSON Schema of figures.json"),
        "figures.csv": _("every figure, for a spreadsheet"),
        "cameras.geojson, cameras.parquet": layer.format(
            what=_("cameras: what is mapped, what is assumed, what was measured")
        ),
        "streets.geojson, streets.parquet": layer.format(
            what=_("walkable streets with the share of each within view")
        ),
        "seen.geojson, seen.parquet": layer.format(
            what=_("visible region of each camera at each level")
        ),
        "pieces.parquet": _("the pieces of street that the map colours, as GeoParquet"),
        "README.txt": _("this list, and the licence of the data"),
    }


def kind_of_camera(kind: str) -> str:
    """Return the kind with a capital for a heading."""
    label = kind_label(kind)
    return label[:1].upper() + label[1:]
