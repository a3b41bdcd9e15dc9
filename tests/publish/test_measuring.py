"""The main job as every door to it calls it: on the sample town, in the language in use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.base.errors import OutputError, UsageError
from contrechamp.base.i18n import activate
from contrechamp.publish.measure_job import MeasureJob
from contrechamp.publish.measuring import measure_and_publish

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
INPUTS = (EXAMPLES / "sample-town.osm", EXAMPLES / "sample-survey.csv")


@pytest.fixture
def french() -> Iterator[None]:
    activate("fr")
    yield
    activate("en")


@pytest.mark.usefixtures("french")
@pytest.mark.slow
def test_what_came_out_is_told_in_words_and_numbers(tmp_path: Path) -> None:
    job = MeasureJob(inputs=INPUTS, out=tmp_path / "out", draws=20, homes=0)
    done = measure_and_publish(job, again=("contrechamp", "measure"))
    assert done.report.index.is_file()
    assert len(done.scene.cameras) >= 4
    # Each step is known by the label of its bar, whatever the language.
    assert all(spent > 0 for spent in done.for_machines()["seconds"].values())
    assert done.draws_a_second() > 0
    assert "caméra" in done.sentences()[0]


def test_what_cannot_be_done_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    nowhere = (tmp_path / "nowhere.osm",)
    with pytest.raises(UsageError, match="--levels"):
        measure_and_publish(MeasureJob(nowhere, tmp_path / "out", level_set="x"), again=())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("SAMPLE")
    with pytest.raises(OutputError, match="not written by contrechamp"):
        measure_and_publish(MeasureJob(nowhere, tmp_path / "mine"), again=())
