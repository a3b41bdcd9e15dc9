"""What is assumed where the map says nothing: one table with its sources, and how to change it.

The table is `default()`. A TOML file changes rows of it (`from_toml`). A section is named after
the unknown, followed by a dot and the kind of camera if it holds for that kind only::

    [height_m]                       # every camera whose height is not mapped
    quantiles = [[0.1, 2.5], [0.5, 3.5], [0.9, 6.0]]   # [probability, value] pairs
    scale = "log"                    # between the pairs: "linear" (default) or "log"
    source = "own survey of 40 cameras, May 2026"

    [focal_mm.dome]                  # only domes; also .fixed, .panning
    value = 2.8                      # one value for all of them
    source = "data sheet of the model that the city bought"

    [kind]                           # cameras whose kind is not mapped: probabilities, sum 1
    fixed = 0.7
    dome = 0.3
    source = "count on the high street"

A section may be named ``focal_mm``, ``width_px``, ``height_m``, ``tilt_deg`` or ``range_m`` (each
also by kind), ``building_height_m`` (which then replaces the heights around each building without
a height), ``screen_height_m`` (of walls, hedges and fences; also by kind, such as
``screen_height_m.hedge``) or ``kind``. ``source`` is required.

Without such a section two unknowns follow from others: the tilt from what a camera is aimed at
(`Aimed`), and the range from pixel density (`ByDensity`).
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.screen_fields import (
    CITY_WALL,
    FENCE,
    GATE,
    HEDGE,
    HIGHEST_M,
    NOISE_BARRIER,
    RETAINING_WALL,
    SCREENS,
    WALL,
)
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]

KINDS = ("fixed", "panning", "dome")
#: Kinds that turn, or look all round: over time they see every direction that is free.
TURNING = ("panning", "dome")

#: Unknown -> lowest and highest value that is accepted, and the unit. A prior describes most
#: cameras, so its bounds are narrower than those of a single camera (`scene.camera_fields`).
BOUNDS: Mapping[str, tuple[float, float, str]] = {
    "focal_mm": (0.5, 5000.0, "mm"),
    "width_px": (16.0, 100_000.0, "px"),
    "height_m": (0.1, 500.0, "m"),
    "tilt_deg": (-90.0, 90.0, "deg"),
    "range_m": (1.0, 5000.0, "m"),
    "building_height_m": (0.5, 1000.0, "m"),
    "screen_height_m": (0.0, HIGHEST_M, "m"),
}
#: Unknown -> kinds of what it is of, where these are not kinds of camera.
_KINDS_OF: Mapping[str, tuple[str, ...]] = {"screen_height_m": tuple(SCREENS)}


def kinds_of(unknown: str) -> tuple[str, ...]:
    """Return the kinds that an unknown may have rows for: of camera, or of what stands free."""
    return _KINDS_OF.get(unknown, KINDS)


@dataclass(frozen=True)
class Quantiles:
    """The distribution of one unknown, as its quantile function.

    Args:
        unknown: a name of `BOUNDS`.
        kinds: of camera, or of what stands free, that it applies to; empty for buildings.
        knots: (probability, value) pairs, both ascending. Between two knots the value is
            interpolated on `scale`. Below the first and above the last it stays constant, so that
            no value is drawn outside of what the source gives.
        scale: "linear", or "log" for values that differ by factors.
        source: in the user's language.
    """

    unknown: str
    kinds: tuple[str, ...]
    knots: tuple[tuple[float, float], ...]
    scale: str
    source: str

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to draw."""
        return self.knots[0][1] == self.knots[-1][1]

    def at(self, probability: F8 | float) -> F8:
        """Return the values at these probabilities, in the shape of `probability`."""
        p, value = np.array(self.knots, dtype=np.float64).T
        if self.fixed:
            return np.full(np.shape(probability), value[0])
        if self.scale == "log":
            return np.asarray(np.exp(np.interp(probability, p, np.log(value))))
        return np.asarray(np.interp(probability, p, value))


@dataclass(frozen=True)
class Aimed:
    """A tilt that follows from lens, resolution and height: a camera is aimed at what it is to see.

    The distance aimed at is drawn between those at which the picture has `nearest_ppm` and
    `farthest_ppm` pixels per metre, on a logarithmic scale; the camera looks down (or up) to
    `AIM_HEIGHT_M` at that distance.

    Args:
        kinds: of camera that it applies to.
        source: in the user's language.
        nearest_ppm: pixels per metre at the nearest distance that is aimed at.
        farthest_ppm: at the farthest.
        part: of the probabilities from 0 (nearest) to 1 (farthest), first and last that are used.
    """

    kinds: tuple[str, ...]
    source: str
    nearest_ppm: float = 250.0
    farthest_ppm: float = 25.0
    part: tuple[float, float] = (0.0, 1.0)
    unknown: str = "tilt_deg"

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to draw."""
        return False


@dataclass(frozen=True)
class ByDensity:
    """A range that follows from lens and resolution: it ends where pixels get too few.

    A field of view that is mapped without a resolution tells neither: on maps it is the range of
    directions that a camera covers (`camera:direction=90-180`), by turning or with several lenses.
    The range is then `most_m`.

    Args:
        kinds: of camera that it applies to.
        source: in the user's language.
        ppm: pixels per metre below which nothing counts as in view.
        most_m: horizontal distance at which the calculation ends in any case.
    """

    kinds: tuple[str, ...]
    source: str
    ppm: float = 12.5
    most_m: float = 100.0
    unknown: str = "range_m"

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to draw, beside lens, resolution and height."""
        return True


Row = Quantiles | Aimed | ByDensity


def held(row: Row) -> bool:
    """Whether a row stands for one value that the table gives."""
    return isinstance(row, Quantiles) and row.fixed


#: Height above the ground that cameras are aimed at: the middle of a person, so that both feet and
#: head are in the picture.
AIM_HEIGHT_M = 1.0
#: No camera is aimed at what is nearer than this, or it would look straight down.
AIM_NEAREST_M = 2.0
#: The kinds of cameras of one input say something of the others from this number on.
FEWEST_KINDS = 20


@dataclass(frozen=True)
class Priors:
    """Everything that is assumed.

    Args:
        rows: for each unknown of a camera, and for the height of what stands free, rows that cover
            every kind; one row for buildings.
        kind_shares: probability of each kind for a camera whose kind is not mapped; they sum to 1.
        kind_source: where these shares come from.
        kind_given: whether the user gave them; if not, they are no better than `for_input` says.
        heights_around: whether a building without a height takes one of the heights around it. The
            row for buildings is then used only where too few heights are known.
    """

    rows: tuple[Row, ...]
    kind_shares: Mapping[str, float]
    kind_source: str
    kind_given: bool = False
    heights_around: bool = True

    def row(self, unknown: str, kind: str = "") -> Row:
        """Return the row of an unknown, for a kind of camera ("" for buildings)."""
        for row in self.rows:
            if row.unknown == unknown and (kind in row.kinds or not row.kinds):
                return row
        raise KeyError(unknown, kind)

    def of(self, unknown: str, kind: str = "") -> Quantiles:
        """Return the row of an unknown that has quantiles of its own; KeyError if it has none."""
        row = self.row(unknown, kind)
        if not isinstance(row, Quantiles):
            raise KeyError(unknown, kind)
        return row

    def for_input(self, cameras: gpd.GeoDataFrame, levels: Sequence[Level]) -> "Priors":
        """Return these priors as they are used for some cameras and levels.

        Where the user gave no shares of kinds, they are those of the outdoor cameras of the same
        input, if at least `FEWEST_KINDS` have a kind and some of these are fixed: where nobody
        mapped a fixed camera, mappers wrote down what strikes the eye, and not a sample.

        A range by density never ends before the least demanding level does.
        """
        asked = [level.ppm for level in levels if level.ppm > 0.0]
        rows = tuple(
            replace(row, ppm=min([row.ppm, *asked])) if isinstance(row, ByDensity) else row
            for row in self.rows
        )
        priors = replace(self, rows=rows)
        kind = cameras["kind"].to_numpy(str)[~cameras["indoor"].to_numpy(bool)]
        count = {name: int((kind == name).sum()) for name in KINDS}
        n = sum(count.values())
        if self.kind_given or n < FEWEST_KINDS or not count["fixed"]:
            return priors
        return replace(
            priors,
            kind_shares={name: number / n for name, number in count.items() if number},
            kind_source=ngettext(
                "the one outdoor camera of this input whose kind is mapped",
                "the {n} outdoor cameras of this input whose kind is mapped",
                n,
            ).format(n=n),
        )


def default() -> Priors:
    """Return the table of priors, with its sources in the user's language."""
    market = _(
        "models on the market: 15,220 models of 143 brands, figures published by PanoptiCity "
        "(README, 2025), as first decile, median and last decile"
    )
    practice = _(
        "OpenStreetMap practice: 5 m where nothing is said; 3 to 12 m is usual, "
        "taken as first and last decile"
    )
    aim = _(
        "our choice: a camera is aimed at what it is to see, where its lens gives 250 "
        "(“identification”) to 25 pixels per metre (“detection”). A quarter of the tilts is then "
        "below 3°, half below 7°, three quarters below 19°; of the 168 fixed outdoor cameras of "
        "OpenStreetMap in Switzerland, June 2023, whose tilt is mapped, at most 10°, 15° and 30°"
    )
    sharp = _(
        "“monitoring”, the lowest level of IEC 62676-4:2014 as vendors quote it, by daylight; the "
        "greatest distance is our choice, a bound of the calculation"
    )
    floors = _(
        "our choice: 2, 4 and 7 floors of 3 m; used only where too few heights are known around"
    )
    one, turn, every = ("fixed",), TURNING, KINDS
    log = "log"
    rows: tuple[Row, ...] = (
        # unknown, kinds, (probability, value)..., scale, source
        Quantiles("focal_mm", one, ((0.1, 2.8), (0.5, 6.8), (0.9, 26.0)), log, market),
        Quantiles("focal_mm", turn, ((0.1, 2.8), (0.5, 6.5), (0.9, 68.2)), log, market),
        Quantiles("width_px", one, ((0.1, 1920.0), (0.5, 2560.0), (0.9, 3840.0)), log, market),
        Quantiles("width_px", turn, ((0.1, 1280.0), (0.5, 2560.0), (0.9, 3840.0)), log, market),
        Quantiles("height_m", every, ((0.1, 3.0), (0.5, 5.0), (0.9, 12.0)), log, practice),
        Aimed(every, aim),
        ByDensity(every, sharp),
        Quantiles("building_height_m", (), ((0.1, 6.0), (0.5, 12.0), (0.9, 21.0)), log, floors),
        *_of_screens(),
    )
    return Priors(
        rows=rows,
        # Counted in the export of all `man_made=surveillance` of Switzerland that the repository
        # sarangof/Security_cameras_Geneva keeps (sample.json, 14 June 2023): of 2,144 objects,
        # without those indoors and guards, 759 are fixed, 569 domes, 60 panning.
        kind_shares={"fixed": 0.55, "panning": 0.04, "dome": 0.41},
        kind_source=_(
            "OpenStreetMap in all of Switzerland, June 2023: of 1,388 outdoor cameras with a kind, "
            "759 are fixed, 569 domes and 60 panning; mappers may have chosen which kinds they note"
        ),
    )


def _of_screens() -> tuple[Quantiles, ...]:
    """Return the rows of what stands free: walls, hedges, fences."""
    law = _(
        "our choice, between what rules on fences have: in England 1 m along a road and 2 m "
        "elsewhere need no leave (General Permitted Development Order 2015, schedule 2, part 2, "
        "class A); in France walls between plots are 2.6 m high, and 3.2 m in towns of 50,000 and "
        "more, unless something else is agreed on (Code civil, article 663)"
    )
    hedge = _(
        "our choice, between hedges that are kept low and those of 2 m, from which on rules on "
        "plants at borders begin (France, Code civil, article 671; England and Wales, Anti-social "
        "Behaviour Act 2003, part 8)"
    )
    city = _(
        "our choice; the walls of the Old City of Jerusalem are said to be 12 m high on average"
    )
    held = _(
        "our choice: half of them end where the higher ground does, and hide nothing; others carry "
        "a parapet of up to 1.1 m, as on a balcony"
    )
    noise, log, lin = _("our choice: 2, 3 and 5 m"), "log", "linear"
    rows: tuple[tuple[str, tuple[float, float, float], str, str], ...] = (
        (WALL, (1.0, 2.0, 3.2), log, law),
        (CITY_WALL, (4.0, 8.0, 12.0), log, city),
        (RETAINING_WALL, (0.0, 0.0, 1.1), lin, held),
        (HEDGE, (0.8, 1.5, 2.5), log, hedge),
        (FENCE, (1.0, 1.5, 2.0), log, law),
        (NOISE_BARRIER, (2.0, 3.0, 5.0), log, noise),
        (GATE, (1.0, 1.5, 2.0), log, law),
    )
    return tuple(
        Quantiles(
            "screen_height_m", (kind,), tuple(zip((0.1, 0.5, 0.9), metres, strict=True)), scale, of
        )
        for kind, metres, scale, of in rows
    )


def from_toml(text: str, *, name: str) -> Priors:
    """Return the default priors with the changes of a TOML text (its format is described above).

    Args:
        text: content of the file.
        name: of the file, for messages.

    Raises:
        InputError: naming file and key, if the text is not TOML, a name is unknown, or the numbers
            do not make a distribution.
    """
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(_("not a TOML file: {reason}").format(reason=error), where=name) from error
    priors = default()
    for unknown, section in sections.items():
        where = f"{name}: {unknown}"
        if unknown == "kind":
            priors = _with_kind_shares(priors, section, where)
            continue
        if unknown not in BOUNDS:
            raise InputError(
                _("unknown prior; expected one of {names}").format(
                    names=", ".join(("kind", *BOUNDS))
                ),
                where=where,
            )
        kinds = kinds_of(unknown)
        by_kind = isinstance(section, dict) and any(key in kinds for key in section)
        if by_kind and unknown != "building_height_m":
            for kind, part in section.items():
                if kind not in kinds:
                    raise InputError(
                        _("expected only sections by kind here ({kinds})").format(
                            kinds=", ".join(kinds)
                        ),
                        where=f"{where}.{kind}",
                    )
                row = _row(unknown, (kind,), part, f"{where}.{kind}")
                priors = _with_row(priors, row)
        elif unknown == "building_height_m":
            row = _row(unknown, (), section, where)
            priors = replace(_with_row(priors, row), heights_around=False)
        else:
            priors = _with_row(priors, _row(unknown, kinds, section, where))
    return priors


def _with_row(priors: Priors, row: Quantiles) -> Priors:
    """Let `row` replace the rows of the same unknown, for its kinds of camera."""
    kept = []
    for old in priors.rows:
        if old.unknown != row.unknown:
            kept.append(old)
            continue
        left = tuple(kind for kind in old.kinds if kind not in row.kinds)
        if left:
            kept.append(replace(old, kinds=left))
    return replace(priors, rows=(*kept, row))


def _row(unknown: str, kinds: tuple[str, ...], section: Any, where: str) -> Quantiles:
    if not isinstance(section, dict):
        raise InputError(_("expected a section with value or quantiles, and source"), where=where)
    allowed = ("value", "quantiles", "scale", "source")
    for key in section:
        if key not in allowed:
            raise InputError(
                _("unknown key; expected {names}").format(names=", ".join(allowed)),
                where=f"{where}.{key}",
            )
    if ("value" in section) == ("quantiles" in section):
        raise InputError(_("expected either value or quantiles"), where=where)
    scale = section.get("scale", "linear")
    if scale not in ("linear", "log"):
        raise InputError(_('expected "linear" or "log"'), where=f"{where}.scale")
    knots: tuple[tuple[float, float], ...]
    if "value" in section:
        knots = ((0.5, _number(section["value"], unknown, f"{where}.value")),)
    else:
        knots = _knots(section["quantiles"], unknown, f"{where}.quantiles")
    if scale == "log" and knots[0][1] <= 0.0:
        raise InputError(_("a logarithmic scale needs values above 0"), where=f"{where}.scale")
    return Quantiles(unknown, kinds, knots, scale, _source(section, where))


def _knots(pairs: Any, unknown: str, where: str) -> tuple[tuple[float, float], ...]:
    expected = _("expected [probability, value] pairs, such as [[0.1, 3], [0.5, 5], [0.9, 12]]")
    if not isinstance(pairs, list) or not pairs:
        raise InputError(expected, where=where)
    knots = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not _is_number(pair[0]):
            raise InputError(expected, where=where)
        probability = float(pair[0])
        if not 0.0 <= probability <= 1.0:
            raise InputError(
                _("probability {number} is not between 0 and 1").format(number=pair[0]),
                where=where,
            )
        knots.append((probability, _number(pair[1], unknown, where)))
    for (p0, value0), (p1, value1) in pairwise(knots):
        if p1 <= p0:
            raise InputError(_("probabilities must rise from pair to pair"), where=where)
        if value1 < value0:
            raise InputError(
                _("values must not fall where probability rises ({first} before {second})").format(
                    first=f"{value0:g}", second=f"{value1:g}"
                ),
                where=where,
            )
    return tuple(knots)


def _number(value: Any, unknown: str, where: str) -> float:
    low, high, unit = BOUNDS[unknown]
    if not _is_number(value) or not low <= float(value) <= high:
        raise InputError(
            _("{value} is not a number from {low} to {high} {unit}").format(
                value=value, low=f"{low:g}", high=f"{high:g}", unit=unit
            ),
            where=where,
        )
    return float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _source(section: Mapping[str, Any], where: str) -> str:
    source = section.get("source")
    if not isinstance(source, str) or not source.strip():
        raise InputError(
            _("expected where these numbers come from, in a few words"), where=f"{where}.source"
        )
    return source.strip()


def _with_kind_shares(priors: Priors, section: Any, where: str) -> Priors:
    expected = _("expected probabilities of {kinds} that sum to 1, and source").format(
        kinds=", ".join(KINDS)
    )
    if not isinstance(section, dict):
        raise InputError(expected, where=where)
    shares = {}
    for key, value in section.items():
        if key == "source":
            continue
        if key not in KINDS or not _is_number(value) or not 0.0 <= float(value) <= 1.0:
            raise InputError(expected, where=f"{where}.{key}")
        shares[key] = float(value)
    if not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise InputError(expected, where=where)
    return replace(priors, kind_shares=shares, kind_source=_source(section, where), kind_given=True)
