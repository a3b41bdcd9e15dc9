"""The process that measures: it is told a job, tells how far it is, and knows no case and no key.

    python -m contrechamp.web.runs.worker

A line of JSON on standard input is the job; each line on standard output is news of it, the last
one its result. When standard input ends, whoever asked is gone, and so is this process at once.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import _, activate
from contrechamp.base.json_text import json_text
from contrechamp.base.machine import keep_memory_private
from contrechamp.base.our_place import place_in_ours
from contrechamp.web.runs.asked import ACCESS, AREAS, CHANGE, INPUT, MEASURE, MODELS, PRIORS

#: Draws of a measurement, by which two of them can be compared.
DRAWS_JSON: Final = "draws.json"
#: Digits after the point of metres in it: a millimetre.
_DECIMALS: Final = 3
#: The pages of the workbench go before: the browser waits for them, and nobody for a draw.
_NICE: Final = 5
#: A step tells how far it is this often, in shares of it.
_TELLS: Final = 200


@dataclass
class _News:
    """Where news go, a line each, from whichever thread."""

    out: IO[str]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, **what: Any) -> None:
        with self.lock:
            self.out.write(json_text(what) + "\n")
            self.out.flush()

    @contextmanager
    def progress(self, label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        """Tell how far a step is; see `base.progress.Progress`."""
        done, told = 0.0, 0.0

        def advance(amount: float) -> None:
            nonlocal done, told
            done += amount
            if total is None or done - told >= total / _TELLS:
                self.tell(done=done - told)
                told = done

        self.tell(begins=label, total=total)
        try:
            yield advance
        finally:
            self.tell(ends=label)


def main() -> None:
    """Measure what standard input says."""
    keep_memory_private()
    os.nice(_NICE)
    # What a library prints is no news: it goes where errors go.
    news = _News(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_ends_with_whoever_asked, daemon=True).start()
    activate(str(job["language"]))
    try:
        news.tell(result=_measured(job, news))
    except ContrechampError as error:
        news.tell(error=str(error))
    except MemoryError:
        news.tell(error=_("there is too little memory for it: measure a smaller area"))
    except Exception as error:
        message = _("this should not have happened ({kind} in {place}); please report it")
        place = place_in_ours(error) or "contrechamp"
        news.tell(error=message.format(kind=type(error).__name__, place=place))


def _ends_with_whoever_asked() -> None:
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def _measured(job: Mapping[str, Any], news: _News) -> dict[str, Any]:
    from contrechamp.scene.map_cell import map_cell

    kinds = {MEASURE: _measure, ACCESS: _access, CHANGE: _change}
    with map_cell() as cell:
        return kinds.get(str(job["kind"]), _completeness)(job, news, cell)


def _measure(job: Mapping[str, Any], news: _News, cell: Any) -> dict[str, Any]:
    from contrechamp.publish.measure_job import MeasureJob
    from contrechamp.publish.measuring import measure_and_publish

    told = job["options"]
    done = measure_and_publish(
        MeasureJob(
            inputs=_files(job),
            out=Path(job["out"]),
            areas=_beside(job, AREAS),
            priors_file=_beside(job, PRIORS),
            models_file=_beside(job, MODELS),
            level_set=told["levels"],
            **{name: told[name] for name in
               ("draws", "seed", "target_height_m", "homes", "whole", "open_ground")},
        ),
        again=job["command"],
        cell=cell,
        progress=news.progress,
        first=lambda sentence: news.tell(first=sentence),
    )  # fmt: skip
    found = done.measurement
    if found.draws_m is not None:
        draws = {
            "levels": [level.name for level in found.levels],
            "seen_m": found.draws_m.round(_DECIMALS).tolist(),
        }
        (Path(job["out"]) / DRAWS_JSON).write_text(json_text(draws), encoding="utf-8")
    return _result(done.sentences(), done.scene.notices, found.warnings)


def _completeness(job: Mapping[str, Any], news: _News, cell: Any) -> dict[str, Any]:
    from contrechamp.measure.survey.asked import Asked
    from contrechamp.publish.survey.writing import SurveyJob, survey_and_write

    told = job["options"]
    done = survey_and_write(
        SurveyJob(
            inputs=_files(job), out=Path(job["out"]), areas=_beside(job, AREAS), crs=None,
            skip_bad_rows=False, pictures=None,
            asked=Asked(
                told["within_m"], told["error_m"], told["draws"], told["seed"], told["whole"],
                told["levels"] if told["in_view"] else "",
            ),
        ),
        again=job["command"], cell=cell, progress=news.progress,
    )  # fmt: skip
    return _result(done.sentences, done.scene.notices)


def _access(job: Mapping[str, Any], news: _News, cell: Any) -> dict[str, Any]:
    from contrechamp.measure.access.asked import Asked
    from contrechamp.publish.access.writing import AccessJob, access_and_write

    told = job["options"]
    asked = Asked(
        day=told["day"], hour=told["hour"], draws=told["draws"], seed=told["seed"],
        links_share=told["links_share"],
    )  # fmt: skip
    done = access_and_write(
        AccessJob(
            inputs=_files(job), out=Path(job["out"]), areas=_beside(job, AREAS), crs=None,
            skip_bad_rows=False, level_set=told["levels"], threads=None, asked=asked,
        ),
        again=job["command"], cell=cell, progress=news.progress,
    )  # fmt: skip
    return _result(done.sentences, done.scene.notices)


def _change(job: Mapping[str, Any], news: _News, cell: Any) -> dict[str, Any]:
    from contrechamp.measure.change.asked import Asked
    from contrechamp.publish.change.writing import ChangeJob, change_and_write

    told = job["options"]
    asked = Asked(
        told["draws"], told["seed"], told["target_height_m"], told["error_m"], told["within_m"]
    )
    done = change_and_write(
        ChangeJob(
            maps=tuple((one["on"], Path(one["path"])) for one in job["given"]),
            out=Path(job["out"]), events=None, level_set=told["levels"], crs=None,
            skip_bad_rows=False, asked=asked,
        ),
        again=job["command"], cell=cell, progress=news.progress,
    )  # fmt: skip
    return _result([done.headline, *done.sentences], done.notices)


def _files(job: Mapping[str, Any]) -> tuple[Path, ...]:
    return tuple(Path(one["path"]) for one in job["given"] if one["role"] == INPUT)


def _beside(job: Mapping[str, Any], role: str) -> Path | None:
    return next((Path(one["path"]) for one in job["given"] if one["role"] == role), None)


def _result(sentences: Any, notices: Any, warnings: Any = ()) -> dict[str, Any]:
    return {
        "sentences": list(sentences),
        "warnings": list(warnings),
        "notices": [f"{one.where}: {one.message}" for one in notices],
    }


if __name__ == "__main__":
    main()
