"""SAMPLE measurements among the records of a case: the figures of the sample town of `sample`."""

import json
from pathlib import Path
from typing import Any

from contrechamp.dossier.records.measurements import Measurement, NamedFigure
from contrechamp.publish.figures import figures_json
from dossier.samples import item, text
from publish import sample

#: (median, 5 % and 95 % quantile) of the street in view in `publish.sample`, in metres.
SEEN_M = (780.0, 624.0, 936.0)


def figures(language: str = "en") -> dict[str, Any]:
    town = sample.scene()
    content = figures_json(
        sample.measurement(town), town, command=("contrechamp",), language=language
    )
    found: dict[str, Any] = json.loads(content)
    return found


def figures_item(tmp_path: Path, content: Any = None, name: str = "sample-figures.json") -> str:
    """Add a figures.json to the case of a test, while it is closed; return its reference."""
    held = json.dumps(figures() if content is None else content).encode()
    return item(tmp_path, held, name)


def measurement(file: str, **more: Any) -> Measurement:
    named = NamedFigure(key="seen", measures="streets.seen_m")
    share = NamedFigure(key="share", measures="streets.seen_share", level="detection")
    return Measurement(
        **{
            "names": text("SAMPLE town, made up"), "file": file, "figures": (named, share),
            "sample": True, **more,
        }
    )  # fmt: skip
