"""One value for many cameras, changes undone through the log, cameras that may be the same."""

import re
from pathlib import Path

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.schema import to_json
from contrechamp.dossier.writing import restoring
from contrechamp.web.map.points import Point, Points
from contrechamp.web.map.twins import proposed
from vault import cases
from web.test_map_cameras import form, said
from web.test_workbench_map import camera_row, script, written
from web.workbenches import Hand, text, told

NAMES = [f"{number:016x}" for number in (1, 2, 3)]


def selected(hand: Hand, *numbers: int) -> None:
    hand.get("map")
    script(hand, "map/select.json", how="only", ids=[f"{one:016x}" for one in numbers])


def entries(page: str) -> list[str]:
    return re.findall(r'name="entry" value="(\d+)"', page)


def corrected(hand: Hand, record: str, **fields: str) -> None:
    hand.awake_s += 5
    sent = form(text(hand.get("camera", id=record))) | {f"f.{k}": v for k, v in fields.items()}
    assert hand.post("camera", **sent).status == 303


def test_one_value_goes_into_all_that_are_selected_and_is_shown_before(
    opened: Hand, place: Path
) -> None:
    written(opened, camera_row(1, height_m="3"), camera_row(2, height_m="4.5"), camera_row(3))
    assert "Select cameras in the list or on the map first." in text(opened.get("bulk"))
    selected(opened, 1, 2)
    page = text(opened.post("bulk", field="height_m", value="4.50"))
    assert "Changed: 1 camera." in page
    assert said(place, NAMES[0])["height_m"] == "3"
    opened.post("bulk/write", field="height_m", value="4.50", reason="SAMPLE reason")
    assert opened.worked() == ["1 camera changed."]
    assert [said(place, one).get("height_m") for one in NAMES] == ["4.5", "4.5", None]
    with cases.opened(place / "case") as case:
        assert [lookup.get(case, one).version for one in NAMES] == [2, 1, 1]
    # Empty: it is not known.
    opened.post("bulk/write", field="height_m", value="")
    opened.worked()
    assert [said(place, one).get("height_m") for one in NAMES] == [None, None, None]


def test_a_value_that_none_can_have_changes_none(opened: Hand, place: Path) -> None:
    written(opened, camera_row(1), camera_row(2))
    selected(opened, 1, 2)
    for field, value in (("heading_deg", "north"), ("kind", "<b>SAMPLE</b>"), ("height_m", "-1")):
        answered = opened.post("bulk", field=field, value=value)
        assert answered.status == 422
        assert "<b>" not in text(answered)
        opened.post("bulk/write", field=field, value=value)
        assert opened.worked()
    assert opened.post("bulk/write", field="note", value="x").status == 422
    assert opened.post("bulk/write", field="nowhere", value="x").status == 422
    with cases.opened(place / "case") as case:
        assert {lookup.get(case, one).version for one in NAMES[:2]} == {1}


def test_a_change_is_undone_by_a_new_version_also_after_a_restart(
    opened: Hand, place: Path
) -> None:
    written(opened, camera_row(1, heading_deg="90"), camera_row(2, heading_deg="90"))
    corrected(opened, NAMES[0], heading_deg="180")
    selected(opened, 1, 2)
    opened.awake_s += 5
    opened.post("bulk/write", field="heading_deg", value="270")
    opened.worked()
    # The process ends; another one has the case.
    again = Hand(place, opened.state, awake_s=opened.awake_s + 60)
    again.unlock()
    found = entries(text(again.get("changes")))
    assert len(found) == 2  # the bulk edit is one, and that they are new is none
    # The earlier change lies below a later one.
    again.post("changes/undo", entry=found[1])
    assert "was changed since: undo that first" in again.worked()[0]
    again.post("changes/undo", entry=found[0])
    assert again.worked() == ["2 cameras say again what they said before."]
    assert [said(place, one)["heading_deg"] for one in NAMES[:2]] == ["180", "90"]
    with cases.opened(place / "case") as case:
        assert [lookup.get(case, one).version for one in NAMES[:2]] == [4, 3]
        told_of = [to_json(one.record)["heading_deg"]
                   for one in lookup.versions(case, f"record/{NAMES[0]}")]  # fmt: skip
        assert told_of == ["90", "180", "270", "180"]
    # Undoing is undone in the same way.
    again.awake_s += 5
    again.post("changes/undo", entry=entries(text(again.get("changes")))[0])
    again.worked()
    assert [said(place, one)["heading_deg"] for one in NAMES[:2]] == ["270", "270"]
    again.post("changes/undo", entry="999999")
    assert "there is no such change any more" in again.worked()[0]
    again.desk.close()


def test_two_changes_of_one_record_within_a_second_are_two_steps(opened: Hand, place: Path) -> None:
    written(opened, camera_row(1))
    for heading in ("10", "20", "30"):
        sent = form(text(opened.get("camera", id=NAMES[0]))) | {"f.heading_deg": heading}
        opened.post("camera", **sent)
    with cases.opened(place / "case") as case:
        steps = restoring.steps(case, "camera", 10)
        assert [(len(one.records), one.is_new) for one in steps] == [
            (1, False), (1, False), (1, False), (1, True)
        ]  # fmt: skip
        assert len(restoring.steps(case, "camera", 2)) == 2
        assert restoring.steps(case, "barrier", 10) == []


def test_what_was_drawn_by_mistake_is_erased_once_that_is_sure(opened: Hand, place: Path) -> None:
    written(opened, camera_row(1), camera_row(2), camera_row(3))
    corrected(opened, NAMES[1], name="SAMPLE other")
    assert opened.post("changes/erase", id=NAMES[0]).status == 422
    assert opened.post("changes/erase", id=NAMES[1], sure="yes").status == 422
    assert opened.post("changes/erase", id=NAMES[0], sure="yes").status == 303
    with cases.opened(place / "case") as case:
        assert [lookup.is_there(case, one) for one in NAMES] == [False, True, True]
    assert "Listed: 2 of 2." in text(opened.get("map"))


def test_cameras_that_may_be_the_same_are_proposed_and_selected_together(opened: Hand) -> None:
    written(
        opened,
        camera_row(1, name='<b>SAMPLE</b> "1"'),
        camera_row(2, position={"lon": "-26.998400", "lat": "45.000401"}),
        camera_row(7),
    )
    page = text(opened.get("twins"))
    assert "Pairs: 1" in page
    assert "<b>" not in page
    both = {f"s.{NAMES[0]}": "1", f"c.{NAMES[0]}": "yes", f"c.{NAMES[1]}": "yes"}
    opened.post("map/select", how="ticked", **both)
    assert told(script(opened, "map/list.json"))["selected"] == 2


def test_two_files_make_two_sources_and_one_mast_is_several_cameras() -> None:
    points = Points()
    rows = {"a": ("item/1", "node/1#1"), "b": ("item/1", "node/1#2"), "c": ("item/2", "x")}
    points.put(
        {f"record/{name}": Point("camera", name, 24.94, 60.17, float("nan"), name, (source,))
         for name, source in rows.items()}
    )  # fmt: skip
    pairs = {frozenset((one.id, other.id)) for one, other, _away in proposed(points)}
    assert pairs == {frozenset("ac"), frozenset("bc")}
    points.put({"record/c": Point("camera", "c", 24.9402, 60.17, 0.0, "c", (("item/2", "x"),))})
    assert proposed(points) == []  # eleven metres away
    assert proposed(Points()) == []
