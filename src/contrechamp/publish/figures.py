"""The figures for programs: canonical JSON with a published schema, and the same as flat CSV."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files as package_files
from typing import Any

import numpy as np

from contrechamp import __version__
from contrechamp.base.json_text import json_text
from contrechamp.base.spreadsheets import as_cell
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish.files import ALL, SCHEMA_ID
from contrechamp.scene.tables import Scene

#: Digits after the point of every number in figures.json and figures.csv: a micrometre, or a
#: millionth of a share, is far finer than what is known, and coarser than noise of the last bits.
DECIMALS = 6


def figures_json(
    measurement: Measurement, scene: Scene, *, command: Sequence[str], language: str
) -> bytes:
    """Return figures.json: sorted keys, numbers rounded to `DECIMALS`, one newline at the end.

    Args:
        measurement: what is published.
        scene: what it was measured on.
        command: the words of the command that repeats it, without folders.
        language: code of the language of the messages in it.
    """
    document = {
        "schema": SCHEMA_ID,
        "software": {"name": "contrechamp", "version": __version__},
        "command": list(command),
        "language": language,
        "files": list(ALL),
        "crs": scene.crs.to_string(),
        "scale_error": scene.scale_error,
        "inputs": [asdict(file) for file in scene.inputs],
        "counts": {
            "cameras": len(scene.cameras),
            "buildings": len(scene.buildings),
            "streets": len(scene.streets),
            "pieces": len(measurement.pieces),
            "trips": 0 if measurement.trips is None else len(measurement.trips),
            **scene.counts,
        },
        "levels": [asdict(level) for level in measurement.levels],
        "figures": [asdict(figure) for figure in measurement.figures],
        "drivers": [asdict(driver) for driver in measurement.drivers],
        "priors": [asdict(prior) for prior in measurement.priors],
        "methods": dict(measurement.methods),
        "warnings": list(measurement.warnings),
        "notices": [asdict(notice) for notice in scene.notices],
        "same_cameras": [asdict(pair) for pair in scene.same_cameras],
    }
    return canonical_json(document) + b"\n"


def canonical_json(value: Any) -> bytes:
    """Return `value` as UTF-8 JSON with sorted keys and rounded numbers; NaN becomes null."""
    return json_text(plain(value), sort_keys=True, allow_nan=False, indent=1).encode()


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: numbers rounded to `DECIMALS`, null for what is none."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        number = round(float(value), DECIMALS)
        return (number or 0.0) if math.isfinite(number) else None
    return None if value is None else str(value)


def figures_schema() -> bytes:
    """Return the JSON Schema of figures.json, as it is published with it."""
    return (package_files("contrechamp.publish") / "schema" / "figures-1.json").read_bytes()


CSV_COLUMNS = (
    *("key", "level", "group", "unit", "median", "q05", "q95", "mean", "standard_error"),
    *("enough_draws", "n_draws", "known_share", "scenario_p10", "scenario_p50", "scenario_p90"),
    *("span_low", "span_high", "span_assumed"),
)


def figures_csv(figures: Sequence[Figure]) -> bytes:
    """Return figures.csv: one row per figure, with the columns `CSV_COLUMNS`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for figure in figures:
        words = (figure.key, figure.level, figure.group, figure.unit)
        estimate = figure.estimate
        numbers = (estimate.median, estimate.q05, estimate.q95, estimate.mean)
        scenarios = (figure.scenarios.get(name) for name in ("p10", "p50", "p90"))
        span = figure.span
        writer.writerow(
            (
                *(as_cell(word) for word in words),
                *(_cell(number) for number in (*numbers, estimate.standard_error)),
                "true" if estimate.enough_draws else "false",
                estimate.n_draws,
                _cell(figure.known_share),
                *(_cell(value) for value in scenarios),
                *((_cell(span.low), _cell(span.high)) if span else ("", "")),
                as_cell(";".join(span.assumed) if span else ""),
            )
        )
    return text.getvalue().encode()


def _cell(number: float | None) -> str:
    rounded = None if number is None else plain(float(number))
    return "" if rounded is None else f"{rounded:.{DECIMALS}f}".rstrip("0").rstrip(".")
