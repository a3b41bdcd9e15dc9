"""The options of a measurement and their defaults; imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path

LEVELS = "dori2014"
TARGET_M = 1.6
DRAWS = 1000
SEED = 1
SAME_CAMERA_M = 10.0
PIECE_M = 10.0
HOMES = 200


@dataclass(frozen=True)
class MeasureJob:
    """What is to be measured and how; the options of ``contrechamp measure``."""

    inputs: tuple[Path, ...]
    out: Path
    areas: Path | None = None
    level_set: str = LEVELS
    target_height_m: float = TARGET_M
    draws: int = DRAWS
    seed: int = SEED
    priors_file: Path | None = None
    models_file: Path | None = None
    crs: str | None = None
    skip_bad_rows: bool = False
    declination_deg: float | None = None
    same_camera_m: float = SAME_CAMERA_M
    piece_m: float = PIECE_M
    homes: int = HOMES
    whole: bool = False
    threads: int | None = None
    open_ground: bool = False
    completeness: Path | None = None
    without: str = ""


def check_levels(text: str) -> None:
    """Check that a text names levels, as `sight.levels.parse_levels` takes them.

    Raises:
        UsageError: if it does not.
    """
    from contrechamp.sight.levels import parse_levels

    parse_levels(text)
