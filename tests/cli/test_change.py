"""``contrechamp change``: what changed between maps of several days, and what cannot be told."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import EXAMPLES, SURVEY, TOWN, WALK, CaseRun, Done, Run

BEFORE = EXAMPLES / "sample-survey-before.csv"
EVENTS = EXAMPLES / "sample-events.csv"
FIRST, LAST = ("--map", "2025-05-03"), ("--map", "2026-05-02")


def surveys(contrechamp: Run, out: Path, *more: object) -> Done:
    """Compare two surveys: the town is the ground, and both walked the same way."""
    return contrechamp(
        "change", *FIRST, BEFORE, *FIRST, WALK, *LAST, TOWN, *LAST, SURVEY, *LAST, WALK,
        "-o", out, "--draws", "60", *more,
    )  # fmt: skip


def maps(contrechamp: Run, out: Path, *more: object) -> Done:
    """Compare a list with a map: nobody walked."""
    return contrechamp("change", *FIRST, BEFORE, *LAST, TOWN, "-o", out, "--draws", "60", *more)


def test_two_surveys_tell_what_was_put_up_and_taken_down(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "change"
    done = surveys(contrechamp, out, "--found", "0.6", "0.9", "--events", EVENTS)
    assert done.status == 0, done.err
    assert "that both surveys looked over" in done.out
    assert sorted(path.name for path in out.iterdir()) == [
        "cameras.csv", "change.json", "index.html",
    ]  # fmt: skip
    told = json.loads((out / "change.json").read_text())
    [step] = told["steps"]
    assert step["surveyed"]["both"] >= 1
    assert step["surveyed"]["put_up"]["q05"] <= step["surveyed"]["put_up"]["median"]
    assert [one["title"][:6] for one in told["events"]] == ["SAMPLE", "SAMPLE"]
    rows = list(csv.DictReader(io.StringIO((out / "cameras.csv").read_text())))
    of = {row["id"]: row for row in rows}
    assert (of["SAMPLE-1"]["on_map_2025-05-03"], of["SAMPLE-1"]["on_map_2026-05-02"]) == ("1", "1")
    assert of["SAMPLE-1"]["seen_by"] == "2025-05-03"
    assert of["SAMPLE-9"]["on_map_2026-05-02"] == "0"
    assert of["SAMPLE-5"]["seen_last"] == "2026-05-02"
    page = (out / "index.html").read_text()
    assert "<script" not in page
    assert "SAMPLE: a shop opens" in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)
    assert "--found 0.6 0.9" in page


def test_without_the_share_found_change_is_not_told(contrechamp: Run, tmp_path: Path) -> None:
    done = surveys(contrechamp, tmp_path / "change")
    assert done.status == 0, done.err
    assert "say --found" in done.out
    assert "cannot be told from these maps alone" in done.out


def test_maps_alone_tell_no_change(contrechamp: Run, tmp_path: Path) -> None:
    done = maps(contrechamp, tmp_path / "change", "--found", "0.6", "0.9")
    assert done.status == 0, done.err
    assert "nobody's walk says" in done.out
    told = json.loads((tmp_path / "change" / "change.json").read_text())
    assert told["steps"][0]["surveyed"] is None


def test_the_same_file_twice_is_told_as_that(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp(
        "change", *FIRST, TOWN, *LAST, TOWN, "-o", tmp_path / "change", "--draws", "40"
    )
    assert done.status == 0, done.err
    assert "one map given twice" in done.out
    told = json.loads((tmp_path / "change" / "change.json").read_text())
    # The same cameras in the same draws: no difference at all, not a small one.
    same = told["steps"][0]["difference_m"]["visible"]
    assert [same[name] for name in ("q05", "median", "q95")] == [0.0, 0.0, 0.0]
    assert (same["span"]["low"], same["span"]["high"]) == (0.0, 0.0)


def test_the_difference_is_that_of_the_cameras_that_differ(
    contrechamp: Run, tmp_path: Path
) -> None:
    told = surveys(contrechamp, tmp_path / "change", "--json").json()
    [step] = told["steps"]
    first, last = (one["seen_m"]["visible"]["on_the_map"] for one in told["dates"])
    apart = step["difference_m"]["visible"]
    # By common random numbers it is narrower than two intervals together.
    width = (first["q95"] - first["q05"]) + (last["q95"] - last["q05"])
    assert apart["q95"] - apart["q05"] < width


def test_the_order_of_the_days_counts_not_that_of_the_words(
    contrechamp: Run, tmp_path: Path
) -> None:
    one = maps(contrechamp, tmp_path / "one", "--json").json()
    other = contrechamp(
        "change", *LAST, TOWN, *FIRST, BEFORE, "-o", tmp_path / "two", "--draws", "60", "--json"
    ).json()
    assert one["steps"] == other["steps"]


def test_cameras_whose_time_runs_backwards_are_told(contrechamp: Run, tmp_path: Path) -> None:
    table = tmp_path / "before.csv"
    table.write_text(BEFORE.read_text().replace("2025-05-03,2025-05-03", "2025-05-03,2019", 1))
    done = contrechamp(
        "change", *FIRST, table, *LAST, TOWN, "-o", tmp_path / "change", "--draws", "40"
    )
    assert done.status == 0, done.err
    told = json.loads((tmp_path / "change" / "change.json").read_text())
    assert told["dates_backwards"] == ["SAMPLE-1"]
    assert "last seen before it was first seen" in (tmp_path / "change" / "index.html").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--map", "May", TOWN, *LAST, TOWN), "May is no date"),
        ((*LAST, TOWN), "expected maps of two days or more"),
        ((*FIRST, TOWN, *LAST, SURVEY), "the last map must have the streets"),
    ],
)
def test_maps_that_cannot_be_compared_say_why(
    contrechamp: Run, tmp_path: Path, words: tuple[object, ...], says: str
) -> None:
    done = contrechamp("change", *words, "-o", tmp_path / "change", "--draws", "20")
    assert done.status == 2
    assert says in done.err
    assert not (tmp_path / "change").exists()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("day,what\n2026,x\n", "expected a table with the columns date, title, source"),
        ("date,title,confidence\n2026,x,surely\n", "events.csv:2: confidence: surely says nothing"),
        (
            "begin,end,title,field,says,confidence,short_name\nsoon,,x,,y,,z\n",
            "events.csv:2: begin: soon is no date",
        ),
        ("date,title\nsoon,x\n", "events.csv:2: date: soon is no date"),
        ("date,title\n2026,\n", "events.csv:2: title: expected what happened"),
    ],
)
def test_events_that_cannot_be_used_say_where(
    contrechamp: Run, tmp_path: Path, table: str, says: str
) -> None:
    (tmp_path / "events.csv").write_text(table)
    done = maps(contrechamp, tmp_path / "change", "--events", tmp_path / "events.csv")
    assert done.status == 2
    assert says in done.err


def test_what_a_case_tells_stands_on_the_line_as_sure_as_it_is(
    case: CaseRun, item: str, put: Callable[..., str], contrechamp: Run, tmp_path: Path
) -> None:
    put("contract", 'name = "=SAMPLE cameras"\nsigned_on = "2025-11"\nfrom_date = "2026"\n'
                    f'to_date = "2027"\n[[evidence]]\nref = "item/{item}"\n')  # fmt: skip
    done = case("timeline", "-o", tmp_path / "dates")
    assert done.status == 0, done.err
    done = maps(contrechamp, tmp_path / "change", "--events", tmp_path / "dates" / "timeline.csv")
    assert done.status == 0, done.err
    told = json.loads((tmp_path / "change" / "change.json").read_text())
    signed, lasts = told["events"]
    assert (signed["date"], signed["title"]) == ("2025-11", "=SAMPLE cameras (signed_on)")
    assert (lasts["date"], lasts["title"]) == ("2026/2027", "=SAMPLE cameras (from_date)")
    assert told["inputs"][-1]["name"] == "timeline.csv"
    page = (tmp_path / "change" / "index.html").read_text()
    assert "November 2025" in page


def test_how_sure_an_event_is_stays_with_it(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("date,title,confidence\n2026,SAMPLE,alleged\n")
    done = maps(contrechamp, tmp_path / "change", "--events", tmp_path / "events.csv")
    assert done.status == 0, done.err
    [event] = json.loads((tmp_path / "change" / "change.json").read_text())["events"]
    assert event["confidence"] == "alleged"
    page = (tmp_path / "change" / "index.html").read_text()
    assert re.search(r"SAMPLE</bdi></td>\s*<td><bdi>alleged", page)


def test_titles_are_text_wherever_they_stand(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("date,title\n2026,<script>alert(1)</script>\n")
    done = maps(contrechamp, tmp_path / "change", "--events", tmp_path / "events.csv")
    assert done.status == 0, done.err
    assert "<script" not in (tmp_path / "change" / "index.html").read_text()


def test_the_same_again_gives_the_same_bytes(contrechamp: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert surveys(contrechamp, tmp_path / name, "--found", "0.6", "0.9").status == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_what_is_assumed_of_views_stands_beside_a_difference(
    contrechamp: Run, tmp_path: Path
) -> None:
    done = maps(contrechamp, tmp_path / "change")
    assert done.status == 0, done.err
    [step] = json.loads((tmp_path / "change" / "change.json").read_text())["steps"]
    for level, told in step["difference_m"].items():
        assert told["span"]["low"] <= told["median"] <= told["span"]["high"], level
