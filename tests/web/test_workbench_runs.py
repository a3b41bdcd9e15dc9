"""Measurements at the workbench: asked for, run beside it, kept, compared, and cited."""

import hashlib
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.web.runs import running
from vault import cases
from web.workbenches import PATIENCE_S, Hand, items, text

pytestmark = pytest.mark.slow
EXAMPLES = Path("docs/examples")
TOWN, SURVEY = EXAMPLES / "sample-town.osm", EXAMPLES / "sample-survey.csv"
#: Few, for what is tested here is not how sure the figures are.
FEW = {"draws": "20", "homes": "0"}


#: How the rows of the length of street in view begin.
SEEN = "Walkable street within view of at least one mapped camera"


def table_rows(page: str) -> list[str]:
    return re.findall(r'<tr>\s*<th scope="row".*?</tr>', page, re.DOTALL)


def choices(page: str) -> dict[str, str]:
    """Return the files that a form offers: name -> its input."""
    return {
        name: field
        for field, name in re.findall(
            r'name="(in-[0-9a-f]{16})" value="yes"(?: checked)?> <bdi>([^<]+)</bdi>', page
        )
    }


def bring(hand: Hand, *paths: Path) -> dict[str, str]:
    hand.send("upload", *((one.name, one.read_bytes()) for one in paths))
    hand.worked()
    return choices(text(hand.get("run-new", kind="measure")))


def measured(hand: Hand, *fields: str, **more: str) -> list[str]:
    """Measure files of the case; return what was said."""
    asked = {"kind": "measure", **FEW, **dict.fromkeys(fields, "yes"), **more}
    begun = hand.post("runs", **asked)
    assert begun.to == "work", text(begun)
    return hand.worked()


def runs(hand: Hand) -> list[str]:
    """Return the runs that are listed, the newest first."""
    return re.findall(r'<a href="run\?id=([0-9a-f]{16})">', text(hand.get("runs")))


@pytest.fixture(scope="module")
def made_run(made_case: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case in which the town was measured twice: faces, and the ground."""
    place = tmp_path_factory.mktemp("run")
    shutil.copytree(made_case[0], place / "case")
    hand = Hand(place, place / "state")
    assert hand.unlock().status == 303
    town = bring(hand, TOWN)["sample-town.osm"]
    for title, height in (("SAMPLE faces", "1.6"), ("SAMPLE ground", "0")):
        said = measured(hand, town, title=title, target_height_m=height, on="2026-04")
        assert said[-1] == f"It is kept in the case: {title}"
        hand.awake_s += 60
    hand.desk.close()
    return place


@pytest.fixture
def hand_of_run(made_run: Path, tmp_path: Path) -> Iterator[Hand]:
    shutil.copytree(made_run, tmp_path / "cases")
    hand = Hand(tmp_path / "cases", tmp_path / "cases" / "state", awake_s=10_000.0)
    assert hand.unlock().status == 303
    yield hand
    hand.desk.close()


def test_a_run_is_kept_in_the_case_and_shown_with_its_intervals(hand_of_run: Hand) -> None:
    hand = hand_of_run
    second, first = runs(hand)
    page = text(hand.get("run", id=first))
    assert "SAMPLE faces" in page
    assert "walkable street lies within view" in page
    assert page.count('<svg class="plot"') > 10
    assert "Half the interval (90 %) of the street within view" in page
    assert "sample-town.osm" in page
    assert "<dd><bdi>20</bdi></dd>" in page
    names = [name.partition("/")[2] for name in items(hand.place / "case") if "faces" in name]
    assert {one.rpartition("/")[2] for one in names} == {
        "figures.json", "seen.geojson", "draws.json", "index.html", "run.json"
    }  # fmt: skip
    assert second != first


def test_its_report_is_shown_where_it_can_do_nothing(hand_of_run: Hand) -> None:
    hand = hand_of_run
    run = runs(hand)[0]
    around = hand.get("run-report", id=run)
    assert f'src="run-report.html?id={run}"' in text(around)
    inside = hand.get("run-report.html", id=run)
    assert '<svg id="drawing"' in text(inside)
    rules = hand.workbench.rules()
    outer = rules.headers(around)["Content-Security-Policy"]
    inner = rules.headers(inside)
    assert "frame-src 'self'" in outer
    assert "sandbox" in inner["Content-Security-Policy"]
    assert "script-src" not in inner["Content-Security-Policy"]
    assert inner["X-Frame-Options"] == "SAMEORIGIN"
    plain = rules.headers(hand.get("runs"))
    assert "frame-src" not in plain["Content-Security-Policy"]
    assert plain["X-Frame-Options"] == "DENY"


def test_the_difference_is_told_where_the_draws_are_common(hand_of_run: Hand) -> None:
    hand = hand_of_run
    second, first = runs(hand)
    page = text(hand.get("compare", first=first, second=second))
    assert "Both drew the same for each camera" in page
    rows = table_rows(page)
    seen = [one for one in rows if SEEN in one]
    assert seen, page
    assert not any("cannot be told" in one for one in seen)
    others = [one for one in rows if "Ground within view" in one]
    assert others
    assert all("cannot be told" in one for one in others)
    same = text(hand.get("compare", first=first, second=first))
    nothing = [one for one in table_rows(same) if SEEN in one]
    assert nothing
    assert all(re.search(r"<td[^>]*><bdi>0(\.0)?\s*m</bdi></td>\s*</tr>", one) for one in nothing)


def test_of_other_files_the_difference_cannot_be_told(hand_of_run: Hand) -> None:
    hand = hand_of_run
    files = bring(hand, SURVEY)
    said = measured(hand, files["sample-town.osm"], files["sample-survey.csv"], title="SAMPLE both")
    assert said[-1] == "It is kept in the case: SAMPLE both"
    third, _second, first = runs(hand)
    page = text(hand.get("compare", first=first, second=third))
    assert "The two measured different files" in page
    rows = table_rows(page)
    assert rows
    assert all("cannot be told" in one for one in rows)
    assert re.search(r'href="run-new\?kind=change&amp;in-[0-9a-f]{16}=yes', page)


def test_a_text_cites_its_figures_and_a_publication_shows_them(hand_of_run: Hand) -> None:
    hand = hand_of_run
    run = runs(hand)[1]
    hand.post("edit", kind="publication", id="", version="0", **{
        "f.name": "SAMPLE publication", "f.language": "en",
    })  # fmt: skip
    page = text(hand.get("run", id=run))
    cited = re.search(r"\{\{ figure:(record/[0-9a-f]{16})#seen \}\}", page)
    publication = re.search(r'<option value="([0-9a-f]{16})">SAMPLE publication', page)
    assert cited, page
    assert publication, page
    went = hand.post("run-cite", id=run, publication=publication[1])
    assert went.to == f"record?id={publication[1]}"
    with cases.opened(hand.place / "case") as case:
        shown = lookup.get(case, f"record/{publication[1]}").record
        measurement = lookup.get(case, cited[1]).record
    assert shown.cites == (cited[1],)  # type: ignore[attr-defined]
    assert isinstance(measurement, Measurement)
    assert measurement.on == "2026-04"
    assert [one.ref.partition("/")[0] for one in measurement.evidence] == ["item"]
    assert {one.key for one in measurement.figures} >= {"seen", "seen-recognition", "ground"}


def test_what_cannot_be_asked_is_told_on_the_form(opened: Hand) -> None:
    for fields, wrong in (
        ({"kind": "measure"}, "choose what is to be measured"),
        ({"kind": "measure", "draws": "0"}, "draws: 0 is no number from 1 to"),
        ({"kind": "measure", "draws": "1e3"}, "draws: 1e3 is no number"),
        ({"kind": "measure", "levels": "sharp"}, "sharp"),
        ({"kind": "measure", "on": "spring"}, "expected a date"),
        ({"kind": "access", "day": "monday"}, "monday"),
    ):
        refused = opened.post("runs", **fields)
        assert refused.status == 422
        assert wrong in text(refused)
    assert opened.post("runs", kind="spying").status == 404
    assert opened.get("run-new", kind="spying").status == 404
    assert opened.get("run", id="0" * 16).status == 404
    assert opened.get("compare", first="0" * 16, second="x").status == 404


def test_a_run_that_cannot_be_done_says_why_and_leaves_nothing(opened: Hand) -> None:
    files = bring(opened, SURVEY)
    before = items(opened.place / "case")
    said = measured(opened, files["sample-survey.csv"])
    assert "building" in "".join(said)
    assert items(opened.place / "case") == before
    assert runs(opened) == []


def workers() -> set[int]:
    """Return the processes that measure now and that this process began."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if running.MODULE.encode() in words and parent == os.getpid():
            found.add(int(folder.name))
    return found


def begun(hand: Hand) -> int:
    """Begin a run that would take long; return its process once it measures."""
    town = bring(hand, TOWN)["sample-town.osm"]
    hand.post("runs", kind="measure", draws="20000", **{town: "yes"})
    piece = hand.desk.work.piece
    assert piece is not None
    end = time.monotonic() + PATIENCE_S
    while piece.label != "Draws":
        assert piece.running, piece
        assert time.monotonic() < end, piece
        time.sleep(0.05)
    (process,) = workers()
    return process


def gone(process: int) -> bool:
    return process not in workers()


def test_a_run_tells_how_far_it_is_and_once_stopped_leaves_nothing(opened: Hand) -> None:
    assert opened.get("work/events").to == ""
    process = begun(opened)
    words = Path(f"/proc/{process}/cmdline").read_bytes()
    assert words.endswith(running.MODULE.encode() + b"\0")  # neither a file nor what opens the case
    before = items(opened.place / "case")
    told = opened.get("work/events")
    assert told.kind == "text/event-stream"
    assert told.goes_on is not None
    assert '"label": "Draws"' in str(told.goes_on())
    refused = opened.post("runs", kind="measure", records="yes")
    assert "other work is under way" in text(refused)
    opened.post("work/stop")
    assert "stopped; what was done before stays" in opened.worked()
    assert gone(process)
    assert items(opened.place / "case") == before
    assert '"running": false' in str(told.goes_on())
    assert told.goes_on() is None


def test_a_run_whose_process_is_killed_says_so_and_leaves_nothing(opened: Hand) -> None:
    process = begun(opened)
    os.kill(process, signal.SIGKILL)
    assert "the process that measured ended before it was done" in "".join(opened.worked())
    assert runs(opened) == []


def test_a_run_ends_when_the_case_is_locked(opened: Hand) -> None:
    process = begun(opened)
    opened.post("lock")
    assert gone(process)
    assert not opened.desk.session.is_open


def test_the_cameras_of_the_case_itself_are_measured_too(opened: Hand, place: Path) -> None:
    town = bring(opened, TOWN)["sample-town.osm"]
    opened.send("import/files", (SURVEY.name, SURVEY.read_bytes()))
    opened.get("import")
    opened.post("import/write")
    assert any("written" in line for line in opened.worked())
    page = text(opened.get("run-new", kind="measure"))
    told = re.search(r"The (\d+) cameras among the records", page)
    assert told, page
    said = measured(opened, town, "records", title="SAMPLE records")
    assert said[-1] == "It is kept in the case: SAMPLE records"
    there = {name.rpartition("/")[2]: content for name, content in items(place / "case").items()}
    assert there["case-cameras.csv"].count(b"\n") == 1 + int(told[1])
    read = json.loads(there["figures.json"])["inputs"]
    assert hashlib.sha256(there["case-cameras.csv"]).hexdigest() in {one["sha256"] for one in read}
    # The bundle of a publication runs the command again, beside files of these names.
    command = json.loads(there["figures.json"])["command"]
    assert {"sample-town.osm", "case-cameras.csv"} <= set(command)


@pytest.mark.parametrize(
    ("kind", "names", "figures", "wanted"),
    [
        ("completeness", ("sample-town.osm", "sample-walk.gpx", "sample-survey.csv"),
         "completeness.json", "Where to go next"),
        ("access", ("sample-town.osm", "sample-barriers.geojson"), "access.json", "school"),
        ("change", ("sample-town.osm", "sample-survey-before.csv", "sample-survey.csv"),
         "change.json", "camera"),
    ],
)  # fmt: skip
def test_the_other_questions_are_answered_as_well(
    opened: Hand, place: Path, kind: str, names: tuple[str, ...], figures: str, wanted: str
) -> None:
    files = bring(opened, *(EXAMPLES / one for one in names))
    fields = {files[one]: "yes" for one in names}
    if kind == "change":
        days = dict(zip(names, ("2025-02", "2021-04", "2025-02"), strict=True))
        fields |= {files[one].replace("in-", "on-"): day for one, day in days.items()}
    begun = opened.post("runs", kind=kind, title=f"SAMPLE {kind}", draws="20", **fields)
    assert begun.to == "work", text(begun)
    said = opened.worked()
    assert said[-1] == f"It is kept in the case: SAMPLE {kind}", said
    (run,) = runs(opened)
    page = text(opened.get("run", id=run))
    assert wanted in page
    assert figures in {name.rpartition("/")[2] for name in items(place / "case")}
    assert "<svg" in text(opened.get("run-report.html", id=run))
    refused = opened.post("run-cite", id=run, publication="0" * 16)
    assert "there is no such measurement" in text(refused)
