"""What the map says about each camera: what is mapped, assumed, and in view."""

import math
from typing import Any

import pandas as pd

from contrechamp.base.i18n import _
from contrechamp.measure.results import Measurement, Prior
from contrechamp.publish import quantised
from contrechamp.publish.methods import kind_of_camera
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.quantised import Frame
from contrechamp.publish.unknowns import unknown_label
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.scene.tables import Scene
from contrechamp.wording.cameras import kind_label, mount_label, operator_label
from contrechamp.wording.levels import level_label

#: Parameter -> names that its prior may have in the table of priors.
_PRIORS_OF = {"hfov_deg": ("hfov_deg", "focal_mm", "lens"), "vfov_deg": ("vfov_deg",)}


def camera_cards(
    measurement: Measurement, scene: Scene, frame: Frame, numbers: Numbers
) -> list[dict[str, Any]]:
    """Return one card per camera, aligned with the table of cameras.

    A card has ``at`` (x, y on the map), ``id``, ``title``, ``aimed`` (its direction is mapped or
    irrelevant), ``rank`` (of the visit) and ``parts``: headings with rows of (name, value).
    """
    cameras = measurement.cameras
    if measurement.pieces.empty:  # the rank is by the street that each has in view
        cameras = cameras.drop(columns="visit_rank", errors="ignore")
    at = quantised.points(cameras.geometry.to_numpy(), frame)
    degrees = scene.cameras.geometry.to_crs(4326)
    mapped_rows = scene.cameras.to_dict("records")
    measured_rows = cameras.to_dict("records")
    cards = []
    for i, (mapped, measured) in enumerate(zip(mapped_rows, measured_rows, strict=True)):
        assumed = [name for name in str(measured["assumed"]).split(",") if name]
        known = [name for name in str(measured["known"]).split(",") if name]
        ends = _between(scene, i, assumed, numbers)
        drawn = [name for name in assumed if name not in ends]
        parts = [
            (_("On the map"), _mapped(mapped, known, numbers)),
            (
                _("Assumed"),
                [
                    *_assumed(mapped, measured, drawn, measurement.priors, numbers),
                    *([name, text] for name, text in ends.values()),
                ],
            ),
            (_("In view, mean over the draws"), _in_view(measured, measurement, numbers)),
            (_("Place"), _place(mapped, measured, degrees.iloc[i], numbers)),
        ]
        cards.append(
            {
                "at": at[i],
                "id": str(mapped["id"]),
                "title": kind_of_camera(str(mapped["kind"])),
                "aimed": "heading_deg" not in assumed,
                "rank": int(measured.get("visit_rank", i + 1)),
                "parts": [[title, rows] for title, rows in parts if rows],
            }
        )
    return cards


def _mapped(mapped: dict[str, Any], known: list[str], numbers: Numbers) -> list[list[str]]:
    rows = [[_("mount"), mount_label(str(mapped["mount"]))]]
    by_model = str(mapped["by_model"]).split(",")
    for name in known:
        value = _value(name, mapped[name], numbers)
        of_model = _("{value}, by its model").format(value=value)
        rows.append([unknown_label(name), of_model if name in by_model else value])
    called = f"{mapped['make']} {mapped['model']}".strip()
    if called:
        rows.append([_("model"), called])
    operator = str(mapped["operator"]) or "–"
    rows.append(
        [
            _("operator"),
            _("{name} ({kind})").format(
                name=operator, kind=operator_label(str(mapped["operator_class"]))
            ),
        ]
    )
    if mapped["zone"]:
        rows.append([_("zone"), str(mapped["zone"])])
    if mapped["indoor"]:
        rows.append([_("indoors"), _("yes: sees nothing of the street by default")])
    seen = [numbers.day(str(mapped[name])) for name in ("first_seen", "last_seen") if mapped[name]]
    if seen:
        rows.append([_("noted"), " – ".join(dict.fromkeys(seen))])
    return rows


def _assumed(
    mapped: dict[str, Any],
    measured: dict[str, Any],
    assumed: list[str],
    priors: tuple[Prior, ...],
    numbers: Numbers,
) -> list[list[str]]:
    rows = []
    for name in assumed:
        if name == "heading_deg":
            text = _("any direction that the mount leaves free")
            if measured["free_width_deg"] < 360:
                text = _("any direction that the mount leaves free: {width}° from {start}°").format(
                    width=numbers.plain(measured["free_width_deg"]),
                    start=numbers.plain(measured["free_from_deg"]),
                )
        else:
            text = _prior_text(_prior_of(name, str(mapped["kind"]), priors), numbers)
        rows.append([unknown_label(name), text])
    return rows


def _between(
    scene: Scene, camera: int, assumed: list[str], numbers: Numbers
) -> dict[str, tuple[str, str]]:
    """Return what the model of a camera limits: parameter -> (name, both ends of it)."""
    rows = {}
    for column, ends in scene.limits.items():
        low, high = ends[camera].tolist()
        parameter = "hfov_deg" if column == "focal_mm" else column
        if parameter not in assumed or math.isnan(low):
            continue
        unit = column.rpartition("_")[2]
        text = _("{low} to {high}, by its model").format(
            low=numbers.measured(low, unit), high=numbers.measured(high, unit)
        )
        rows[parameter] = unknown_label(column), text
    return rows


def _prior_of(name: str, kind: str, priors: tuple[Prior, ...]) -> Prior | None:
    """Return the prior of a parameter; of several, the one for the kind of camera.

    Of a camera of a kind that is not mapped it is that for fixed cameras: most are.
    """
    rows = [prior for prior in priors if prior.unknown in _PRIORS_OF.get(name, (name,))]
    wanted = "fixed" if kind == "unknown" else kind
    for prior in rows:
        if wanted in prior.kinds:
            return prior
    return rows[0] if rows else None


def _prior_text(prior: Prior | None, numbers: Numbers) -> str:
    if prior is None:
        return _("see the table of what is assumed")
    middle = numbers.measured(prior.p50, prior.unit)
    if not math.isfinite(prior.p50) or prior.p10 == prior.p90:
        return middle if math.isfinite(prior.p50) else prior.distribution
    text = _("{middle} (eight in ten: {low} to {high})").format(
        middle=middle,
        low=numbers.measured(prior.p10, prior.unit),
        high=numbers.measured(prior.p90, prior.unit),
    )
    return f"{unknown_label(prior.unknown)}: {text}" if prior.unknown == "focal_mm" else text


def _in_view(
    measured: dict[str, Any], measurement: Measurement, numbers: Numbers
) -> list[list[str]]:
    if measurement.pieces.empty:
        return []
    return [
        [level_label(level.name), _street_in_view(measured, level.name, numbers)]
        for level in measurement.levels
    ]


def _street_in_view(measured: dict[str, Any], level: str, numbers: Numbers) -> str:
    seen, alone = float(measured[f"{level}_seen_m"]), float(measured[f"{level}_alone_m"])
    if not seen > 0.0:
        return _("nothing of the street")
    length = numbers.about(seen, "m")
    if not alone > 0.0:
        return _("{seen} of street, all of it in view of others too").format(seen=length)
    if numbers.about(alone, "m") == length:
        return _("{seen} of street, in view of no other").format(seen=length)
    return _("{seen} of street, {alone} of it in view of no other").format(
        seen=length, alone=numbers.about(alone, "m")
    )


def _place(
    mapped: dict[str, Any], measured: dict[str, Any], degrees: Any, numbers: Numbers
) -> list[list[str]]:
    rows = [[_("latitude, longitude"), numbers.coordinates(degrees.y, degrees.x)]]
    if measured["moved_m"] > 0:
        rows.append(
            [
                _("moved"),
                _("{distance} to the outer side of a wall").format(
                    distance=numbers.quantity(measured["moved_m"], "m", 0.1, finest=0.1)
                ),
            ]
        )
    if pd.notna(measured.get("visit_rank")):
        rows.append([_("rank of a visit"), numbers.plain(measured["visit_rank"])])
    if mapped["source"]:
        rows.append([_("source"), str(mapped["source"])])
    return rows


def _value(name: str, value: Any, numbers: Numbers) -> str:
    if isinstance(value, str):
        return kind_label(value) if name == "kind" else value
    return numbers.measured(float(value), BY_NAME[name].unit)
