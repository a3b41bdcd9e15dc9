"""Necessary trips by area: of all areas together they are those of `measure`."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from contrechamp.measure.disparity.trips import area_trips
from contrechamp.measure.priors import default
from contrechamp.measure.run import measure
from contrechamp.measure.stage import set_stage
from contrechamp.scene.columns import table
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import AREA_COLUMNS
from contrechamp.sight.levels import parse_levels

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
DRAWS = 30


def test_the_trips_of_all_areas_are_those_of_the_whole() -> None:
    town = read_scene([EXAMPLES / "sample-town.osm", EXAMPLES / "sample-survey.csv"])
    west, south, east, north = town.streets.total_bounds
    middle = (west + east) / 2.0
    halves = [shapely.box(west - 500, south - 500, middle, north + 500),
              shapely.box(middle, south - 500, east + 500, north + 500)]  # fmt: skip
    known = {"id": ["west", "east"], "name": ["west", "east"]}
    town = replace(town, areas=table(AREA_COLUMNS, known, np.array(halves, object), town.crs))
    levels = parse_levels("dori2014")
    trips = area_trips(town, 1)
    assert (trips.metres > 0.0).all()
    stage = set_stage(town, default(), levels, target_height_m=1.6, seed=1, threads=1)
    seen = stage.expose(stage.uniforms(DRAWS), trips.pieces.pieces).seen
    share = trips.seen_share(seen)
    together = share @ trips.metres / trips.metres.sum()
    measured = measure(town, levels=levels, draws=DRAWS, seed=1, threads=1)
    assert measured.trips is not None
    assert trips.metres.sum() == pytest.approx(measured.trips["length_m"].sum())
    for number, level in enumerate(levels):
        [figure] = [
            one.estimate for one in measured.figures
            if (one.key, one.level, one.group) == ("trips.seen_share", level.name, "all")
        ]  # fmt: skip
        low, median, high = np.quantile(together[number], (0.05, 0.5, 0.95))
        assert (low, median, high) == pytest.approx((figure.q05, figure.median, figure.q95))


def test_where_no_home_is_no_trip_begins() -> None:
    town = read_scene([EXAMPLES / "sample-town.osm"])
    far = shapely.box(*(town.streets.total_bounds + 50_000.0))
    known = {"id": ["far"], "name": ["far"]}
    town = replace(town, areas=table(AREA_COLUMNS, known, np.array([far], object), town.crs))
    trips = area_trips(town, 1)
    assert trips.metres.tolist() == [0.0]
    stage = set_stage(
        town, default(), parse_levels("dori2014"), target_height_m=1.6, seed=1, threads=1
    )
    seen = stage.expose(stage.uniforms(2), trips.pieces.pieces).seen
    assert not trips.seen_share(seen).any()
