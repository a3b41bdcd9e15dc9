"""What is compared, as it was written down before anybody saw a figure (TOML)."""

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: What can be compared between groups or areas.
MEASURES: Final = ("seen_share", "trip_share", "cameras_per_km", "cameras_per_1000")
#: Of the necessary trips that begin there; and all that are shares of what is in view.
TRIPS: Final = MEASURES[1]
OF_VIEWS: Final = MEASURES[:2]
#: Of a comparison: everybody, or every area, that is not on the first side.
REST: Final = "rest"
#: Fewest people of whom a figure is given.
FEWEST: Final = 10
#: Further than this no census is off.
_MOST_ERROR: Final = 0.5
_PARTS: Final = ("people", "groups", "covariates", "compare")
_OF_PEOPLE: Final = ("column", "error", "fewest", "cluster")
_OF_COMPARE: Final = ("name", "groups", "areas", "covariate", "measure", "level", "standardised")


@dataclass(frozen=True)
class Comparison:
    """One comparison.

    Args:
        name: as the publication calls it.
        groups: names of two groups of people; empty where areas or a covariate are compared.
        areas: ids of areas on either side, the second of which may be (`REST`,).
        covariate: name of one; "" where groups or areas are compared.
        measure: of `MEASURES`; of a covariate always cameras to the kilometre.
        level: name of the level; "" for the first.
        standardised: for the kinds of streets.
    """

    name: str
    groups: tuple[str, ...]
    areas: tuple[tuple[str, ...], ...]
    covariate: str
    measure: str
    level: str
    standardised: bool


@dataclass(frozen=True)
class Plan:
    """What is compared, and by which columns of the table of people.

    Args:
        people: column with the number of people.
        error: standard error of these numbers, as a share of each.
        fewest: people of whom a figure is given.
        cluster: column by which areas are alike; "" for squares.
        groups: name -> column with how many of the people belong to it.
        covariates: name -> column with what an area is like.
        comparisons: in their order.
        digest: SHA-256 of all of it, whatever its layout and comments.
    """

    people: str
    error: float
    fewest: int
    cluster: str
    groups: Mapping[str, str]
    covariates: Mapping[str, str]
    comparisons: tuple[Comparison, ...]
    digest: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns with numbers, each once."""
        names = (self.people, *self.groups.values(), *self.covariates.values())
        return tuple(dict.fromkeys(names))


def from_toml(text: str, *, name: str) -> Plan:
    """Return a plan.

    Args:
        text: of the file.
        name: of the file, for errors.

    Raises:
        InputError: if it is not TOML, or says something else than a plan does.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(_("is not TOML: {error}").format(error=error), where=name) from None
    _known(told, _PARTS, name)
    people = _section(told, "people", name)
    _known(people, _OF_PEOPLE, f"{name}: people")
    groups, covariates = (_columns(told, part, name) for part in ("groups", "covariates"))
    if REST in groups:
        raise InputError(
            _("this name is for all others; call the group something else"),
            where=f"{name}: groups.{REST}",
        )
    stated = told.get("compare", [])
    if not isinstance(stated, list) or not stated:
        raise InputError(
            _("expected one [[compare]] or more: what is compared is stated beforehand"), where=name
        )
    comparisons = tuple(
        _comparison(one, groups, covariates, f"{name}: compare {number}")
        for number, one in enumerate(stated, start=1)
    )
    names = [one.name for one in comparisons]
    if len(set(names)) < len(names):
        raise InputError(_("two comparisons have one name"), where=f"{name}: compare")
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=True, default=str)
    return Plan(
        people=_text(people, "column", f"{name}: people"),
        error=_number(people, "error", 0.0, (0.0, _MOST_ERROR), f"{name}: people"),
        fewest=int(_number(people, "fewest", FEWEST, (1, 1_000_000), f"{name}: people")),
        cluster=_text(people, "cluster", f"{name}: people", default=""),
        groups=groups,
        covariates=covariates,
        comparisons=comparisons,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
    )


def _known(section: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for key in section:
        if key not in names:
            raise InputError(
                _("unknown key; expected {names}").format(names=", ".join(names)),
                where=f"{where}.{key}",
            )


def _section(told: Mapping[str, Any], part: str, name: str) -> Mapping[str, Any]:
    section = told.get(part, {})
    if not isinstance(section, dict):
        raise InputError(_("expected a section [{part}]").format(part=part), where=name)
    return section


def _columns(told: Mapping[str, Any], part: str, name: str) -> dict[str, str]:
    section = _section(told, part, name)
    return {key: _text(section, key, f"{name}: {part}") for key in section}


def _text(section: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    text = section.get(key, default)
    if not isinstance(text, str) or (default is None and not text.strip()):
        raise InputError(_("expected a name"), where=f"{where}.{key}")
    return text.strip()


def _number(
    section: Mapping[str, Any], key: str, default: float, ends: tuple[float, float], where: str
) -> float:
    value = section.get(key, default)
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or not ends[0] <= value <= ends[1]:
        raise InputError(
            _("expected a number from {low} to {high}").format(
                low=f"{ends[0]:g}", high=f"{ends[1]:g}"
            ),
            where=f"{where}.{key}",
        )
    return float(value)


def _comparison(
    one: Any, groups: Mapping[str, str], covariates: Mapping[str, str], where: str
) -> Comparison:
    if not isinstance(one, dict):
        raise InputError(_("expected a section [{part}]").format(part="[compare]"), where=where)
    _known(one, _OF_COMPARE, where)
    sides = [key for key in ("groups", "areas", "covariate") if key in one]
    if len(sides) != 1:
        raise InputError(_("expected one of groups, areas and covariate"), where=where)
    covariate = one.get("covariate", "")
    if covariate and covariate not in covariates:
        raise InputError(_("no such covariate is named above"), where=f"{where}.covariate")
    by_group = _groups(one.get("groups"), groups, where) if "groups" in one else ()
    measure = one.get("measure", "cameras_per_km" if covariate else MEASURES[0])
    possible = ("cameras_per_km",) if covariate else MEASURES[:3] if by_group else MEASURES
    if measure not in possible:
        raise InputError(
            _("expected one of {names}").format(names=", ".join(possible)),
            where=f"{where}.measure",
        )
    standardised = one.get("standardised", False)
    if not isinstance(standardised, bool) or (
        standardised and measure in ("cameras_per_1000", TRIPS)
    ):
        raise InputError(
            _(
                "expected true or false; what is given by people or trips cannot be standardised "
                "for streets"
            ),
            where=f"{where}.standardised",
        )
    return Comparison(
        name=_text(one, "name", where),
        groups=by_group,
        areas=_areas(one["areas"], where) if "areas" in one else (),
        covariate=str(covariate),
        measure=measure,
        level=_text(one, "level", where, default=""),
        standardised=standardised,
    )


def _groups(told: Any, groups: Mapping[str, str], where: str) -> tuple[str, ...]:
    good = isinstance(told, list) and len(told) == 2 and told[0] != told[1]
    if not good or told[0] not in groups or told[1] not in (*groups, REST):
        raise InputError(
            _('expected two groups that are named above, or one and "rest"'),
            where=f"{where}.groups",
        )
    return tuple(told)


def _areas(told: Any, where: str) -> tuple[tuple[str, ...], ...]:
    expected = InputError(
        _('expected two lists of ids of areas, or one and "rest"'), where=f"{where}.areas"
    )
    if not isinstance(told, list) or len(told) != 2 or told[0] == REST:
        raise expected
    sides = []
    for side in told:
        ids = [REST] if side == REST else side
        if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
            raise expected
        sides.append(tuple(ids))
    if set(sides[0]) & set(sides[1]):
        raise InputError(_("an area stands on both sides"), where=f"{where}.areas")
    return tuple(sides)
