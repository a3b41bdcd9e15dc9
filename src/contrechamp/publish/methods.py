"""The methods section: what was assumed, read and decided, and how to repeat it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from contrechamp import __version__
from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.results import Measurement
from contrechamp.publish.all_cameras import METHOD
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.table import ReportTable, columns
from contrechamp.publish.unknowns import unknown_label
from contrechamp.scene.screen_fields import SCREENS, screen_label
from contrechamp.scene.service_names import service_label
from contrechamp.scene.tables import Scene
from contrechamp.wording.cameras import kind_label
from contrechamp.wording.methods import count_label, stated_label
from contrechamp.wording.notices import notice_label

#: Notices that the page prints; all are in figures.json.
LISTED_NOTICES = 300


def geometry_paragraphs(
    *, open_ground: bool = False, screens: bool = False, relief: bool = False
) -> list[str]:
    """Return how visible regions are computed, in plain words."""
    if open_ground:
        return [
            _(
                "The place was taken as open ground: there is no building, wall, terrain, tree or "
                "vehicle. A camera has a target in view if the target lies inside its horizontal "
                "and vertical field of view and within range. Between buildings less would be in "
                "view: these figures are no measure of such a place."
            ),
            _(
                "Indoor cameras see nothing of the outside. Panning and dome cameras see every "
                "direction over time, one part at a time."
            ),
            *([_relief()] if relief else []),
            *_cameras_and_draws()[1:],
        ]
    if relief:
        return [
            _(
                "A building is a block with upright walls, a flat roof and a height above the "
                "lowest ground along its outline; there is no tree and no vehicle. A camera has a "
                "target in view if the straight line between the two is free, if the target lies "
                "inside its horizontal and vertical field of view, and if it is within range."
            ),
            _relief(),
            *([_screens()] if screens else []),
            *_cameras_and_draws(),
        ]
    return [
        _(
            "A building is a block with upright walls, a flat roof and a height; there is no "
            "terrain, no tree and no vehicle. A camera has a target in view if the straight line "
            "between the two is free, if the target lies inside its horizontal and vertical field "
            "of view, and if it is within range. The regions are exact for these blocks: they are "
            "not made of pixels or of single rays."
        ),
        *([_screens()] if screens else []),
        *_cameras_and_draws(),
    ]


def _relief() -> str:
    return _(
        "The ground is that of the height model: triangles between points, which hide what lies "
        "behind them; cameras, targets, buildings and walls stand on it. Whether the ground is in "
        "the way is exact for these triangles. Streets are looked at point by point, 1 m apart "
        "(lines over open ground 2.5 m): an end of what is in view is off by half of that at most, "
        "and what hides less than that may be missed. Regions on the map are drawn in sectors of "
        "2 degrees. Earth's curvature and the bending of light are in it; errors of the model "
        "itself are not."
    )


def _screens() -> str:
    return _(
        "Walls, hedges, fences and gates that stand free are thin blocks of this sort: who looks "
        "from above sees over them. Fences of wire or bars, and open gates, hide nothing; what can "
        "be seen through or not, as far as the map says, hides in half of the draws. A retaining "
        "wall hides by what rises above the higher ground, which no map says. Around a camera that "
        "is mapped on one, it hides nothing."
    )


def _cameras_and_draws() -> list[str]:
    return [
        _(
            "A camera on a wall, or mapped inside a building, is moved to the outer side of the "
            "wall and does not look through it. Which wall that is may be open, and is then drawn: "
            "of a camera inside a house without a direction, and of one that looks into its wall. "
            "Indoor cameras see nothing of the street. "
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


def priors_table(measurement: Measurement, numbers: Numbers) -> ReportTable:
    """Return what was assumed where nothing is mapped, with sources."""
    low, mid, high, used = _("First decile"), _("Median"), _("Last decile"), _("Used for")
    return ReportTable(
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
                    numbers.measured(value, prior.unit)
                    for value in (prior.p10, prior.p50, prior.p90)
                ),
                numbers.plain(prior.n_cameras),
                prior.source,
            )
            for prior in measurement.priors
        ),
    )


def inputs_table(scene: Scene, numbers: Numbers) -> ReportTable:
    """Return the files that were read, with their digests."""
    size = _("Bytes")
    return ReportTable(
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


def facts_table(measurement: Measurement, scene: Scene, numbers: Numbers) -> ReportTable:
    """Return seed, draws, projection and all else that describes the run."""
    facts = [
        (_("Version"), f"contrechamp {__version__}"),
        (_("Metric plane"), f"{scene.crs.name} ({scene.crs.to_string()})"),
        (_("Largest scale error of the projection"), numbers.percent(scene.scale_error, 0.0001)),
        (_("Mapped cameras"), numbers.plain(len(scene.cameras))),
        (_("Buildings"), numbers.plain(len(scene.buildings))),
        (_("Pieces of walkable street"), numbers.plain(len(measurement.pieces))),
        *_stated(measurement.methods, numbers),
        *((_count_label(name), numbers.plain(n)) for name, n in sorted(scene.counts.items())),
    ]
    return ReportTable(
        _("Facts of this run"),
        columns(_("What"), _("Value")),
        tuple(facts),
    )


def _stated(methods: Mapping[str, Any], numbers: Numbers) -> list[tuple[str, str]]:
    shown_elsewhere = ("crs", "scale_error", "notices", "levels")
    return [
        # A seed is a name more than a number: no grouping.
        (stated_label(key), str(value) if key == "seed" else _stated_value(value, numbers))
        for key, value in sorted(methods.items())
        if key not in shown_elsewhere
    ]


def _count_label(name: str) -> str:
    """Return the name of a count; ``trips:school`` and the like name their service."""
    what, _colon, service = name.partition(":")
    if what in SCREENS:
        return screen_label(what)
    words = count_label(what) or unknown_label(what).replace("_", " ")
    return f"{words} ({service_label(service)})" if service else words


def _stated_value(value: Any, numbers: Numbers) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return numbers.plain(value)
    if isinstance(value, float):
        return numbers.significant(value, 4)
    if isinstance(value, Mapping):
        return "; ".join(
            f"{_count_label(str(key))}: {_stated_value(item, numbers)}"
            for key, item in sorted(value.items())
        )
    if isinstance(value, list | tuple):
        return ", ".join(_stated_value(item, numbers) for item in value) or "–"
    return unknown_label(str(value))


def notice_counts(scene: Scene, numbers: Numbers) -> ReportTable:
    """Return the number of notices of each kind."""
    count = _("How many")
    kinds = Counter(notice.kind for notice in scene.notices)
    return ReportTable(
        _("Notices: what a reader could not use or had to decide"),
        columns(_("Kind"), count, numeric=(count,)),
        tuple((notice_label(kind), numbers.plain(n)) for kind, n in sorted(kinds.items())),
    )


def notices_table(scene: Scene, numbers: Numbers) -> ReportTable:
    """Return the first `LISTED_NOTICES` notices."""
    left = len(scene.notices) - LISTED_NOTICES
    return ReportTable(
        _("All notices") if left <= 0 else _("The first notices"),
        columns(_("Where"), _("Kind"), _("What was found and what was done")),
        tuple(
            (notice.where, notice_label(notice.kind), notice.message)
            for notice in scene.notices[:LISTED_NOTICES]
        ),
        note=""
        if left <= 0
        else ngettext("{n} more is in figures.json.", "{n} more are in figures.json.", left).format(
            n=numbers.plain(left)
        ),
    )


def same_cameras_table(scene: Scene, numbers: Numbers) -> ReportTable:
    """Return the pairs of entries that may be one camera."""
    distance = _("Apart")
    return ReportTable(
        _("Two entries that may be one camera (nothing was merged)"),
        columns(_("Entry"), _("Other entry"), distance, numeric=(distance,)),
        tuple(
            (pair.id_a, pair.id_b, numbers.quantity(pair.distance_m, "m"))
            for pair in scene.same_cameras
        ),
    )


def limits(measurement: Measurement) -> list[str]:
    """Return what the figures do not say: design, "What an interval covers"."""
    return [
        _(
            "The figures are about mapped cameras only. Cameras that nobody mapped, and mapped "
            "ones that are gone, are not in any figure or interval."
        )
        if METHOD not in measurement.methods
        else _(
            "The figures are about mapped cameras only, but for those that say of all cameras. "
            "Mapped cameras that are gone count in all of them."
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
            "The 90 % intervals cover what was drawn because it is not mapped, such as direction, "
            "height and lens. They do not cover what is assumed and not drawn, errors of the map, "
            "trees, vehicles, terrain, or wrong assumptions in the distributions themselves."
        ),
    ]


def files_table() -> ReportTable:
    """Return the files beside the report."""
    return ReportTable(
        _("Beside this page"),
        columns(_("File"), _("What is in it")),
        tuple(file_meanings().items()),
    )


def file_meanings() -> dict[str, str]:
    """Return published files -> what they hold."""
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
    """Return the name of a kind of camera, capitalised for a heading."""
    label = kind_label(kind)
    return label[:1].upper() + label[1:]
