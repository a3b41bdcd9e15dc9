"""Draws a second of what all mapped cameras of Helsinki see of its streets."""

from dataclasses import dataclass

from benchmarks.engine import DORI, fastest
from benchmarks.towns import helsinki_file
from contrechamp.measure.network import foot_network
from contrechamp.measure.pieces import cut_streets
from contrechamp.measure.priors import default
from contrechamp.measure.stage import set_stage
from contrechamp.measure.trips import choose_stops
from contrechamp.scene.read import read_scene

DRAWS = 200
RUNS = 3
TARGET_HEIGHT_M = 1.6


@dataclass(frozen=True)
class Measured:
    """How long some draws of all cameras took."""

    cameras: int
    pieces: int
    draws: int
    seconds: float


def measured(threads: int) -> Measured:
    """Time the draws; reading, placing and cutting streets to pieces are not counted."""
    scene = read_scene([helsinki_file()])
    stage = set_stage(
        scene, default(), DORI, target_height_m=TARGET_HEIGHT_M, seed=1, threads=threads
    )
    stops = choose_stops(scene.streets, scene.homes, scene.places, seed=1, most_homes=0)
    pieces = cut_streets(foot_network(scene.streets, stops.snapped), scene.streets).pieces
    numbers = stage.uniforms(DRAWS)
    seconds = fastest(lambda: stage.expose(numbers, pieces), RUNS)
    return Measured(len(scene.cameras), pieces.n_pieces, DRAWS, seconds)
