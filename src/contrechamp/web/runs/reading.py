"""What a run in the case says, read in the cell like every other file of a case."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, available_languages
from contrechamp.dossier.formats.read.json_items import json_items
from contrechamp.publish.found import Read
from contrechamp.publish.report.measured_file import MeasuredFile, measured_file
from contrechamp.vault.case import Case
from contrechamp.web.runs.asked import MEASURE
from contrechamp.web.runs.files import RUN_JSON, SCHEMA, Kept, content
from contrechamp.web.runs.worker import DRAWS_JSON

F8 = NDArray[np.float64]
#: Largest table that is shown, in bytes, and lines of one that are.
_MOST_TABLE: Final = 4 << 20
_MOST_LINES: Final = 500
#: Of what figures.json says of a run: that draws of two runs with these alike belong together.
_SAME_DRAWS: Final = ("seed", "draws", "crs", "piece_m", "walkable_m", "open_ground")


@dataclass(frozen=True)
class Said:
    """What a run was asked, and what it said.

    Args:
        language: of its sentences.
        sentences: its main figures.
        warnings: what whoever reads them must know.
        notices: of its files.
        given: item, name, role and day of each file.
        options: by name.
    """

    language: str
    sentences: Sequence[str]
    warnings: Sequence[str]
    notices: Sequence[str]
    given: Sequence[tuple[str, str, str, str]]
    options: Mapping[str, str]


@dataclass(frozen=True)
class KeptMeasurement:
    """A measurement, as far as it was kept.

    Args:
        file: its figures.json.
        found: what plots and tables need of that.
        draws_m: level -> (n_draws,) metres of street in view in each draw; empty if not kept.
        behind: what has to be alike for draws of two measurements to belong together.
    """

    file: MeasuredFile
    found: Read
    draws_m: Mapping[str, F8]
    behind: tuple[Any, ...]


def said(case: Case, run: Kept) -> Said:
    """Return what a run was asked and said.

    Raises:
        InputError: if its file is none of ours.
    """
    item = run.items[RUN_JSON]
    told = json_items(case, [item])[item]
    if isinstance(told, InputError):
        raise told
    try:
        if told["schema"] != SCHEMA:
            raise KeyError("schema")
        asked = told["asked"]
        sentences, warnings, notices = (
            tuple(map(str, told[name])) for name in ("sentences", "warnings", "notices")
        )
        language = str(told["language"])
        return Said(
            language if language in available_languages() else "en",
            sentences, warnings, notices,
            given=tuple(
                (str(one["item"]), str(one["name"]), str(one["role"]), str(one["on"]))
                for one in asked["given"]
            ),
            options={str(name): str(value) for name, value in asked["options"].items()},
        )  # fmt: skip
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(_("it is not what the workbench writes of a run"), where=item) from error


def measurements(case: Case, runs: Sequence[Kept]) -> list[KeptMeasurement]:
    """Return measurements that were kept, read at once.

    Raises:
        InputError: if one is no measurement, or its file is none of ours.
    """
    if any(run.kind != MEASURE for run in runs):
        raise InputError(_("only measurements of what is in view are compared here"))
    draws = [run.items.get(DRAWS_JSON, "") for run in runs]
    values = json_items(case, [*(run.figures for run in runs), *filter(None, draws)])
    found = []
    for run, item in zip(runs, draws, strict=True):
        value = values[run.figures]
        file = measured_file(value, run.figures)
        found.append(
            KeptMeasurement(
                file,
                file.found(),
                _draws(values.get(item)),
                _behind(value),
            )
        )
    return found


def _draws(value: Any) -> Mapping[str, F8]:
    """Return the draws of a measurement by level; none where its file is none of ours."""
    try:
        metres = np.array(value["seen_m"], np.float64)
        levels = [str(one) for one in value["levels"]]
    except (KeyError, TypeError, ValueError):
        return {}
    if metres.ndim != 2 or metres.shape[1] != len(levels) or not np.isfinite(metres).all():
        return {}
    return {level: metres[:, number] for number, level in enumerate(levels)}


def _behind(value: Any) -> tuple[Any, ...]:
    methods = value["methods"]
    return (
        str(value["software"]["version"]),
        tuple(str(one["sha256"]) for one in value["inputs"]),
        *(str(methods.get(name)) for name in _SAME_DRAWS),
    )


def table(case: Case, item: str) -> list[list[str]]:
    """Return the lines of a table of a run, its header first; none if it is gone."""
    text = content(case, item, _MOST_TABLE).decode("utf-8", "replace")
    return [row for row, _number in zip(csv.reader(io.StringIO(text)), range(_MOST_LINES))]  # noqa: B905
