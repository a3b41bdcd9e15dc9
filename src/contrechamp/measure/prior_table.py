"""The table of the priors that were used, as the methods section prints it."""

import math
from dataclasses import replace

import numpy as np
from babel.numbers import format_decimal
from numpy.typing import NDArray

from contrechamp.base.i18n import _, active_language
from contrechamp.measure.draws import lacks, possible_kinds, values_drawn
from contrechamp.measure.lens import CHART, hfov_from_focal
from contrechamp.measure.model_limits import limited
from contrechamp.measure.priors import (
    AIM_HEIGHT_M,
    BOUNDS,
    KINDS,
    TURNING,
    Aimed,
    ByDensity,
    Priors,
    Quantiles,
)
from contrechamp.measure.results import Prior
from contrechamp.measure.stage import Stage
from contrechamp.scene.screen_fields import screen_label
from contrechamp.scene.tables import Scene

Mask = NDArray[np.bool_]

DECILES = np.array([0.1, 0.5, 0.9])
#: Unknown of the table -> camera column whose value makes it unnecessary, where the names differ.
_COLUMN_OF = {"focal_mm": "hfov_deg"}


def prior_table(stage: Stage, scene: Scene) -> tuple[Prior, ...]:
    """Return every assumption, its source, and for how many cameras (or buildings) it was used."""
    priors, cameras = stage.priors, stage.cameras
    outdoor = ~cameras["indoor"].to_numpy(bool)
    kind_known = np.isin(cameras["kind"].to_numpy(str), KINDS)
    may_be = possible_kinds(cameras, priors)
    may_be_fixed = may_be["fixed"]

    rows = [
        _kind_row(priors, int((outdoor & ~kind_known).sum())),
        _plain_row(
            "heading_deg",
            _("fixed cameras"),
            _("uniform over the directions that the mount leaves free"),
            "deg",
            _("our choice: every direction alike; a camera on a wall does not look into it"),
            int((lacks(cameras, "heading_deg") & may_be_fixed).sum()),
            ("fixed",),
        ),
    ]
    doubtful = int((outdoor & cameras["indoor_doubtful"].to_numpy(bool)).sum())
    if doubtful:
        rows.append(
            _plain_row(
                "indoor",
                _("cameras whose sources say both"),
                _("indoors in half of the draws"),
                "",
                _("our choice: neither of two contradicting sources is known to be right"),
                doubtful,
                KINDS,
            )
        )
    if stage.places.several.any():
        rows.append(
            _plain_row(
                "place",
                _("cameras that may hang on several walls"),
                _(
                    "drawn inside a house: on each outer side of it, which weighs by each metre of "
                    "wall over the square of its distance; looking into their wall: on it in half "
                    "of the draws, else on another side or free, as the map directs it"
                ),
                "",
                _("our choice: nothing is published on how far from its wall a camera is mapped"),
                int((outdoor & stage.places.several).sum()),
                KINDS,
            )
        )
    for row in priors.rows:
        if row.unknown in ("building_height_m", "screen_height_m"):
            continue
        used = lacks(cameras, _COLUMN_OF.get(row.unknown, row.unknown))
        used &= ~_by_model(stage, row.unknown)
        used &= np.any([may_be[name] for name in row.kinds], axis=0)
        if row.unknown == "tilt_deg":
            used &= may_be_fixed
        n_used = int(used.sum())
        if not isinstance(row, Quantiles):
            rows.append(_derived_row(row, priors, n_used, stage.target_height_m))
            continue
        rows.append(_quantile_row(row, row.at(DECILES).tolist(), n_used))
        if row.unknown == "focal_mm":
            rows.append(_hfov_row(row, n_used))
    rows += _model_rows(stage, outdoor)
    rows.append(
        _plain_row(
            "vfov_deg",
            _("fixed cameras"),
            _("9/16 of the horizontal field of view"),
            "deg",
            _("16:9 pictures; the angles are in the ratio of the sides, as with wide lenses"),
            int((lacks(cameras, "vfov_deg") & may_be_fixed & ~_by_model(stage, "vfov_deg")).sum()),
            ("fixed",),
        )
    )
    return (*rows, *_building_rows(stage, scene), *_screen_rows(stage))


def _screen_rows(stage: Stage) -> list[Prior]:
    """Return a row for each kind of what stands free some of which has no height."""
    if stage.screens is None:
        return []
    unknown = np.isnan(stage.screens.known_m) & (stage.screens.hides_share > 0.0)
    rows = []
    for row in stage.priors.rows:
        if row.unknown == "screen_height_m" and isinstance(row, Quantiles):
            used = int((unknown & np.isin(stage.screens.kind, row.kinds)).sum())
            if used:
                names = ", ".join(screen_label(kind) for kind in row.kinds)
                of_no_camera = replace(row, kinds=())
                found = _quantile_row(of_no_camera, row.at(DECILES).tolist(), used)
                of = _("without a height: {what}").format(what=names)
                rows.append(replace(found, applies_to=of))
    may = int(((stage.screens.hides_share > 0.0) & (stage.screens.hides_share < 1.0)).sum())
    if may:
        rows.append(
            _plain_row(
                "screen_hides",
                _("fences and gates of which nothing says whether they can be seen through"),
                _("hides what is behind it in half of the draws; a gate, if it is shut"),
                "",
                _("our choice: neither is known to be likelier"),
                may,
            )
        )
    return rows


def _by_model(stage: Stage, unknown: str) -> Mask:
    """Return for which cameras both ends of an unknown come from their models, (n,)."""
    columns = ("focal_mm", "hfov_deg") if unknown == "focal_mm" else (unknown,)
    n = len(stage.cameras)
    return np.asarray(np.any([limited(stage.limits, column, n) for column in columns], axis=0))


def _model_rows(stage: Stage, outdoor: Mask) -> list[Prior]:
    """Return a row for each unknown that models limit; its deciles are those of the median one."""
    rows = []
    for column, ends in stage.limits.items():
        used = outdoor & limited(stage.limits, column, len(stage.cameras))
        if not used.any():
            continue
        low, high = np.median(np.log(ends[used]), axis=0)
        deciles = np.exp(low + DECILES * (high - low)).tolist()
        rows.append(
            Prior(
                unknown=column,
                applies_to=_("cameras whose model is in the table of models"),
                distribution=_(
                    "between both ends of the data sheet, each factor alike likely (logarithmic); "
                    "the deciles are those of the median camera"
                ),
                p10=deciles[0],
                p50=deciles[1],
                p90=deciles[2],
                unit=column.rpartition("_")[2],
                source=_("the table of models; between the ends our choice, nothing is published"),
                n_cameras=int(used.sum()),
            )
        )
    return rows


def _plain_row(
    unknown: str,
    applies_to: str,
    distribution: str,
    unit: str,
    source: str,
    n: int,
    kinds: tuple[str, ...] = (),
) -> Prior:
    nan = math.nan
    return Prior(unknown, applies_to, distribution, nan, nan, nan, unit, source, n, kinds)


def _number(value: float) -> str:
    return str(format_decimal(value, "#,##0.###", locale=active_language()))


def _percent(share: float) -> str:
    """Return a share as a percentage, as the report writes it, with a no-break space."""
    return f"{_number(100.0 * share)}\N{NO-BREAK SPACE}%"


def _kind_row(priors: Priors, n: int) -> Prior:
    labels = {"fixed": _("fixed"), "panning": _("panning"), "dome": _("dome")}
    shares = ", ".join(
        f"{labels[name]} {_percent(share)}"
        for name, share in priors.kind_shares.items()
        if share > 0.0
    )
    return _plain_row(
        "kind", _("cameras whose kind is not mapped"), shares, "", priors.kind_source, n
    )


def _applies_to(kinds: tuple[str, ...]) -> str:
    if set(kinds) == set(KINDS):
        return _("all cameras")
    if set(kinds) == set(TURNING):
        return _("panning and dome cameras")
    labels = {
        "fixed": _("fixed cameras"),
        "panning": _("panning cameras"),
        "dome": _("dome cameras"),
    }
    return ", ".join(labels[name] for name in kinds)


def _distribution(row: Quantiles) -> str:
    if row.fixed:
        return _("one value, not drawn")
    knots = ", ".join(
        _("{value} at {share}").format(value=_number(value), share=_percent(p))
        for p, value in row.knots
    )
    if row.scale == "log":
        return _("{knots}; between them on a logarithmic scale, ends held").format(knots=knots)
    return _("{knots}; between them on a linear scale, ends held").format(knots=knots)


def _derived_row(row: Aimed | ByDensity, priors: Priors, n: int, target_height_m: float) -> Prior:
    """Return a row whose values follow from others; its deciles are those of what is drawn."""
    kinds = ("fixed",) if isinstance(row, Aimed) else row.kinds
    values = [values_drawn(row.unknown, kind, priors, target_height_m) for kind in kinds]
    deciles = np.quantile(np.concatenate(values), DECILES).tolist()
    if isinstance(row, Aimed):
        distribution = _(
            "looks down to {height} m above the ground, at a distance where the picture has "
            "{most} to {least} pixels per metre, on a logarithmic scale"
        ).format(
            height=_number(AIM_HEIGHT_M),
            most=_number(row.nearest_ppm),
            least=_number(row.farthest_ppm),
        )
    else:
        distribution = _(
            "where the picture has {ppm} pixels per metre, by lens and resolution; never beyond "
            "{metres} m"
        ).format(ppm=_number(row.ppm), metres=_number(row.most_m))
    return Prior(
        unknown=row.unknown,
        applies_to=_applies_to(kinds),
        distribution=distribution,
        p10=deciles[0],
        p50=deciles[1],
        p90=deciles[2],
        unit=BOUNDS[row.unknown][2],
        source=row.source,
        n_cameras=n,
        kinds=kinds,
    )


def _quantile_row(row: Quantiles, deciles: list[float], n: int) -> Prior:
    return Prior(
        unknown=row.unknown,
        applies_to=_applies_to(row.kinds) if row.kinds else _("buildings without a height"),
        distribution=_distribution(row),
        p10=deciles[0],
        p50=deciles[1],
        p90=deciles[2],
        unit=BOUNDS[row.unknown][2],
        source=row.source,
        n_cameras=n,
        kinds=row.kinds,
    )


def _hfov_row(row: Quantiles, n: int) -> Prior:
    """Return the row of the fields of view that belong to the deciles of the focal length."""
    angles = hfov_from_focal(row.at(DECILES)).tolist()
    return Prior(
        unknown="hfov_deg",
        applies_to=_applies_to(row.kinds),
        distribution=_("from the focal length; at its first decile, median and last decile"),
        p10=angles[0],
        p50=angles[1],
        p90=angles[2],
        unit="deg",
        source=_(
            "a vendor's chart for 1/2.7\" sensors, {shortest} to {longest} mm; "
            "for longer lenses the pinhole formula that continues it"
        ).format(shortest=_number(min(CHART)), longest=_number(max(CHART))),
        n_cameras=n,
        kinds=row.kinds,
    )


def _building_rows(stage: Stage, scene: Scene) -> list[Prior]:
    heights, n = stage.heights, len(stage.heights.unknown)
    if not len(scene.buildings) or not n:
        return []
    neighbours = heights.around_m.shape[1]
    if not neighbours:
        row = heights.prior
        return [_quantile_row(row, row.at(DECILES).tolist(), n)]
    drawn = heights.around_m
    which = np.minimum((DECILES * neighbours).astype(np.int64), neighbours - 1)
    middle = np.median(drawn[:, which], axis=0).tolist()
    return [
        Prior(
            unknown="building_height_m",
            applies_to=_("buildings without a height"),
            distribution=_(
                "one of the heights of the {count} nearest buildings that have one; "
                "the deciles are those of the median building"
            ).format(count=neighbours),
            p10=middle[0],
            p50=middle[1],
            p90=middle[2],
            unit="m",
            source=_("the map itself: heights, and floors of 3 m"),
            n_cameras=n,
        )
    ]
