"""The file of a run that answers with figures, as far as a publication tells of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.measure.results import Driver, Estimate, Figure, Prior, Span
from contrechamp.publish.answers import answer_of
from contrechamp.publish.found import Read
from contrechamp.sight.arrays import Level

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class MeasuredFile:
    """A run of `contrechamp measure`, or of another command of `publish.answers`.

    Args:
        command: its name.
        version: of the program that made it.
        seed: of its draws; None if it does not say.
        draws: how many there were; None if it does not say.
        inputs: of each file that was measured: its format, licence and SHA-256; never its name.
        figures: by key, level and group.
        priors: what was assumed where nothing was mapped, and was used.
        densities: of each level, in pixels per metre.
        drivers: how much each unknown contributes to the interval of the street in view.
        assumes: what a figure takes for granted, by key, level and group; codes of
            `wording.assumptions`.
    """

    command: str
    version: str
    seed: int | None
    draws: int | None
    inputs: tuple[tuple[str, str, str], ...]
    figures: Mapping[tuple[str, str, str], Figure]
    priors: tuple[Prior, ...]
    densities: Mapping[str, float]
    assumes: Mapping[tuple[str, str, str], tuple[str, ...]]
    drivers: tuple[Driver, ...] = ()

    def found(self) -> Read:
        """Return what plots and tables need of it."""
        levels = tuple(Level(name, ppm) for name, ppm in self.densities.items())
        return Read(levels, tuple(self.figures.values()), self.drivers)

    def figure(self, measures: str, level: str, group: str) -> Figure | None:
        """Return a figure; one that is of no level is found by any. None if there is none."""
        found = self.figures.get((measures, level, group))
        return self.figures.get((measures, "", group)) if found is None else found


def measured_file(value: Any, where: str) -> MeasuredFile:
    """Return what figures.json, or the file of another answering command, says.

    Args:
        value: its JSON.
        where: the item, for errors.

    Raises:
        InputError: if it is no such file.
    """
    if isinstance(value, InputError):
        raise value
    try:
        answer = answer_of(value["schema"])
        if answer is None:
            raise KeyError("schema")
        asked = value["methods"] if "methods" in value else value["asked"]
        figures = [_figure(one) for one in value[answer.listed]]
        assumes = [tuple(map(str, one.get("assumes", ()))) for one in value[answer.listed]]
        names = [(one.key, one.level, one.group) for one in figures]
        return MeasuredFile(
            command=answer.command,
            version=str(value["software"]["version"]),
            seed=_whole(asked.get("seed")),
            draws=_whole(asked.get("draws")),
            inputs=tuple(
                (str(one["format"]), str(one["licence"]), str(one["sha256"]))
                for one in value["inputs"]
            ),
            figures=dict(zip(names, figures, strict=True)),
            priors=tuple(_prior(one) for one in value.get("priors", ()) if one["n_cameras"]),
            densities={str(one["name"]): float(one["ppm"]) for one in value["levels"]},
            drivers=tuple(_driver(one) for one in value.get("drivers", ())),
            assumes=dict(zip(names, assumes, strict=True)),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            _(
                "it is not the figures.json of a measurement, nor the file of completeness, "
                "access, disparity or change: contrechamp measure and these commands write one"
            ),
            where=where,
        ) from error


def _figure(one: Mapping[str, Any]) -> Figure:
    estimate, span = one["estimate"], one.get("span")
    return Figure(
        key=str(one["key"]),
        level=str(one["level"]),
        group=str(one["group"]),
        unit=str(one["unit"]),
        estimate=Estimate(
            median=_number(estimate["median"]),
            q05=_number(estimate["q05"]),
            q95=_number(estimate["q95"]),
            mean=_number(estimate["mean"]),
            standard_error=_number(estimate["standard_error"]),
            enough_draws=bool(estimate["enough_draws"]),
            n_draws=int(estimate["n_draws"]),
        ),
        known_share=_number(one["known_share"]),
        scenarios={str(name): _number(at) for name, at in (one.get("scenarios") or {}).items()},
        span=_or_none(span, _span),
    )


def _span(one: Mapping[str, Any]) -> Span:
    return Span(_number(one["low"]), _number(one["high"]), tuple(map(str, one["assumed"])))


def _driver(one: Mapping[str, Any]) -> Driver:
    numbers = ("first_order", "total", "half_width_m", "half_width_if_known_m")
    of = {name: _number(one[name]) for name in numbers}
    return Driver(unknown=str(one["unknown"]), level=str(one["level"]), **of)


def _prior(one: Mapping[str, Any]) -> Prior:
    return Prior(
        unknown=str(one["unknown"]),
        applies_to=str(one["applies_to"]),
        distribution=str(one["distribution"]),
        p10=_number(one["p10"]),
        p50=_number(one["p50"]),
        p90=_number(one["p90"]),
        unit=str(one["unit"]),
        source=str(one["source"]),
        n_cameras=int(one["n_cameras"]),
        kinds=tuple(map(str, one["kinds"])),
    )


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _whole(value: Any) -> int | None:
    return _or_none(value, int)


def _or_none(value: Any, read: Callable[[Any], _Value]) -> _Value | None:
    return None if value is None else read(value)
