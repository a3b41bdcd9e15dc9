"""The fields of a camera: the specification that tables, records, forms and pages are made from.

A field added here becomes a column of the camera table and of the open data, and a field of the
record. It is read from its tags and from tables, checked against its bounds, written back to them,
and asked for in the field form if it has a question. Using its value is up to other code.
"""

import math
from collections.abc import Mapping

from contrechamp.base.i18n import N_
from contrechamp.scene.table_fields import TableField, Tag

_UNKNOWN = {"unknown": "unknown"}

FIELDS: tuple[TableField, ...] = (
    TableField(
        name="id",
        holds="line",
        help=(
            "The name of the camera, which no other one has. It appears in the report: no names of "
            "people."
        ),
        aliases=("camera_id", "cam_id", "camera_no"),
        recorded=False,
    ),
    TableField(
        name="kind",
        holds="choice",
        help=(
            "Whether the camera is fixed, turns, or sits in a dome; unknown if that cannot be told."
        ),
        label=N_("kind of camera"),
        choices={
            **dict.fromkeys(("fixed", "bullet", "static"), "fixed"),
            **dict.fromkeys(("panning", "ptz"), "panning"),
            "dome": "dome",
            **_UNKNOWN,
        },
        absent="unknown",
        tags=(Tag("camera:type"),),
        to_osm=True,
        question=N_("Kind"),
        offered={
            "fixed": N_("Fixed"),
            "panning": N_("Turns"),
            "dome": N_("Dome"),
            "unknown": N_("Not known"),
        },
        aliases=("type", "camera_type"),
    ),
    TableField(
        name="mount",
        holds="line",
        help="What the camera hangs on, such as wall, pole, ceiling or roof.",
        label=N_("mount"),
        tags=(Tag("camera:mount"),),
        to_osm=True,
        question=N_("What it hangs on"),
        offered={
            "wall": N_("Wall"),
            "pole": N_("Pole"),
            "ceiling": N_("Ceiling"),
            "roof": N_("Roof"),
            "other": N_("Something else"),
        },
        aliases=("camera_mount", "mounted_on"),
    ),
    TableField(
        name="height_m",
        holds="number",
        help="How high above the ground the camera hangs, in metres, such as 3.5.",
        label=N_("height of the camera"),
        measured_in=N_("metres above the ground"),
        low=0.0,
        high=1000.0,
        absent=math.nan,
        tags=(Tag("height"), Tag("est_height")),
        to_osm=True,
        drawn=True,
        question=N_("Height"),
        aliases=("height",),
    ),
    TableField(
        name="heading_deg",
        holds="number",
        help=(
            "Where the camera points, in degrees clockwise from north: north 0, east 90, south 180."
        ),
        label=N_("direction"),
        measured_in=N_("degrees clockwise from north"),
        low=0.0,
        high=360.0,
        absent=math.nan,
        tags=(Tag("camera:direction"), Tag("direction")),
        to_osm=True,
        drawn=True,
        question=N_("Direction"),
        aliases=("heading", "direction", "azimuth", "bearing"),
    ),
    TableField(
        name="heading_north",
        holds="choice",
        help=(
            "Which north the direction was read from: a compass shows magnetic north, a map true "
            "north. Unknown counts as true north."
        ),
        label=N_("north of the direction"),
        choices={
            **dict.fromkeys(("true", "geographic", "map", "t"), "true"),
            **dict.fromkeys(("magnetic", "compass", "mag", "m"), "magnetic"),
            **_UNKNOWN,
        },
        absent="unknown",
        question=N_("Which north the direction is from"),
        offered={
            "magnetic": N_("Magnetic: a compass"),
            "true": N_("True: a map, or a compass set to true north"),
            "unknown": N_("Not known"),
        },
        asked_with="heading_deg",
        aliases=("north", "north_ref", "heading_ref"),
    ),
    TableField(
        name="tilt_deg",
        holds="number",
        help=(
            "How far down the camera points, in degrees below the horizon: level 0, straight "
            "down 90."
        ),
        label=N_("tilt"),
        measured_in=N_("degrees below the horizon"),
        low=-90.0,
        high=90.0,
        absent=math.nan,
        # camera:tilt is negative for down, the older camera:angle positive.
        tags=(Tag("camera:tilt", -1), Tag("camera:angle")),
        to_osm=True,
        drawn=True,
        question=N_("Tilt"),
        aliases=("tilt",),
    ),
    TableField(
        name="hfov_deg",
        holds="number",
        help=(
            "The horizontal field of view: the angle that the picture takes in from left to "
            "right, in degrees, such as 94."
        ),
        label=N_("horizontal field of view"),
        measured_in=N_("degrees"),
        low=0.0,
        high=360.0,
        low_excluded=True,
        absent=math.nan,
        drawn=True,
        aliases=("hfov", "fov", "field_of_view"),
    ),
    TableField(
        name="vfov_deg",
        holds="number",
        help=(
            "The vertical field of view: the angle that the picture takes in from top to "
            "bottom, in degrees, such as 53."
        ),
        label=N_("vertical field of view"),
        measured_in=N_("degrees"),
        low=0.0,
        high=180.0,
        low_excluded=True,
        absent=math.nan,
        drawn=True,
        aliases=("vfov",),
    ),
    TableField(
        name="width_px",
        holds="whole",
        help="The width of the camera's picture in pixels, such as 1920.",
        label=N_("resolution (picture width)"),
        measured_in=N_("pixels"),
        low=1.0,
        high=100_000.0,
        absent=math.nan,
        drawn=True,
    ),
    TableField(
        name="range_m",
        holds="number",
        help=(
            "The greatest horizontal distance at which the camera is taken to see, in metres, "
            "such as 50."
        ),
        label=N_("range"),
        measured_in=N_("metres"),
        low=0.0,
        high=100_000.0,
        low_excluded=True,
        absent=math.nan,
        drawn=True,
        aliases=("range",),
    ),
    TableField(
        name="indoor",
        holds="flag",
        help="Whether the camera hangs indoors: it then sees nothing of the street.",
        label=N_("indoors"),
        absent=False,
        tags=(Tag("surveillance"), Tag("indoor")),
        recorded=False,
    ),
    TableField(
        name="indoor_doubtful",
        holds="flag",
        help=(
            "Whether the sources contradict each other on whether the camera hangs indoors: both "
            "are then drawn, alike often."
        ),
        label=N_("contradiction on whether it hangs indoors"),
        absent=False,
        recorded=False,
    ),
    TableField(
        name="operator",
        holds="line",
        help="Who runs the camera, if it is written there.",
        label=N_("operator"),
        tags=(Tag("operator"),),
        recorded=False,  # there it is a reference to an actor
    ),
    TableField(
        name="operator_class",
        holds="choice",
        help="What kind of operator runs the camera; figures are given for each.",
        choices={
            **dict.fromkeys(("public", "government", "police", "military", "municipal"), "public"),
            **dict.fromkeys(
                (
                    *("private", "business", "commercial"),
                    *("private_non_profit", "religious", "community"),
                ),
                "private",
            ),
            **_UNKNOWN,
        },
        absent="unknown",
        tags=(Tag("operator:type"),),
        recorded=False,
    ),
    TableField(
        name="zone",
        holds="line",
        help="What kind of place the camera covers, by OpenStreetMap's surveillance:zone.",
        label=N_("zone"),
        tags=(Tag("surveillance:zone"),),
        recorded=False,
    ),
    TableField(
        name="make",
        holds="line",
        help="The maker or brand of the camera, as it is written on it.",
        label=N_("maker"),
        tags=(Tag("manufacturer"), Tag("camera:manufacturer"), Tag("brand"), Tag("camera:brand")),
        recorded=False,  # there it is a reference to a product
        aliases=("manufacturer", "brand"),
    ),
    TableField(
        name="model",
        holds="line",
        help="The model of the camera, as it is written on it.",
        label=N_("model"),
        tags=(Tag("model"), Tag("camera:model")),
        recorded=False,
        aliases=("camera_model",),
    ),
    TableField(
        name="by_model",
        holds="line",
        help="Which columns of the row were filled by a table of models, as names with commas.",
        recorded=False,
    ),
    TableField(
        name="first_seen",
        holds="date",
        help="The first day on which the camera was seen, such as 2021-11-02.",
        tags=(Tag("start_date"),),
        aliases=("installation_date", "install_date", "date_installed", "installed_on"),
    ),
    TableField(
        name="last_seen",
        holds="date",
        help="The last day on which the camera was seen, such as 2022-05-14.",
        tags=(Tag("check_date"), Tag("survey:date")),
    ),
    TableField(
        name="source",
        holds="line",
        help="Where the row comes from. It appears in the open data, after file and row.",
        recorded=False,
    ),
)

BY_NAME: Mapping[str, TableField] = {one.name: one for one in FIELDS}
#: The fields that a record has under the same name, and those that the field form asks for.
RECORDED = tuple(one for one in FIELDS if one.recorded)
ASKED = tuple(one for one in FIELDS if one.question)
#: Names of columns that mean something in a camera table.
KNOWN_NAMES = frozenset(
    name for one in FIELDS for name in (one.name, *one.aliases, *(tag.key for tag in one.tags))
)
