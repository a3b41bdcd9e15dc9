"""What may lie within view, by squares: how much of each, days and levels beside each other."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.publish.report.drawing import shares
from contrechamp.publish.report.drawing.squares import Square
from contrechamp.publish.report.seen_file import seen_file
from dossier.samples import camera, desk, item, publication, released
from publish.measured import figures_item, measurement
from publish.test_publishing import against, plain, published

#: A made-up place in the open Atlantic, and how far a hundred metres reach there, in degrees.
LON, LAT, EAST, NORTH = -27.0, 45.0, 0.00127, 0.0009


def regions(*boxes: Sequence[float]) -> Any:
    return np.array([shapely.box(*one) for one in boxes], dtype=object)


def test_a_share_is_how_much_of_a_square_lies_in_any_region() -> None:
    found = shares.shares_of(regions((0, 0, 150, 100), (50, 0, 150, 50), (-10, -20, 0, -10)), 100)
    assert found == pytest.approx(
        {Square(0, 0, 100): 1.0, Square(100, 0, 100): 0.5, Square(-100, -100, 100): 0.01}
    )
    assert shares.shares_of(np.array([shapely.Polygon()], dtype=object), 100) == {}
    assert [shares.class_of(one) for one in (0.001, 0.25, 0.26, 0.75, 0.76, 1)] == [
        1,
        1,
        2,
        3,
        4,
        4,
    ]


@given(st.lists(st.tuples(*[st.integers(-400, 400)] * 4), min_size=1, max_size=6))
def test_shares_add_up_to_the_area_of_all_regions(corners: list[tuple[int, ...]]) -> None:
    boxes = regions(
        *((min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in corners)
    )
    found = shares.shares_of(boxes, 100)
    area = sum(share * square.side**2 for square, share in found.items())
    assert area == pytest.approx(shapely.union_all(boxes).area)


def test_a_large_area_has_no_more_squares_than_can_be_told_apart() -> None:
    side = shares.side_for((0, 0, 90_000, 30_000), 100)
    assert side == 1600
    assert shares.side_for((0, 0, 900, 300), 100) == 100


def seen_item(folder: Path, name: str, *reached: float) -> str:
    """Return an item with a region for each level, so many hundred metres wide and one high."""
    features = [
        {
            "type": "Feature",
            "properties": {"camera": "SAMPLE", "level": level},
            "geometry": {"type": "MultiPolygon", "coordinates": [[[
                [LON, LAT], [LON + EAST * wide, LAT], [LON + EAST * wide, LAT + NORTH],
                [LON, LAT + NORTH], [LON, LAT],
            ]]]},
        }
        for level, wide in zip(("visible", "recognition"), reached, strict=True)
    ]  # fmt: skip
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return item(folder, content, name)


def test_days_stand_below_each_other_with_a_list_of_what_changed(tmp_path: Path) -> None:
    file = figures_item(tmp_path)
    before = seen_item(tmp_path, "before.geojson", 3.0, 1.0)
    after = seen_item(tmp_path, "after.geojson", 6.0, 1.0)
    with desk(tmp_path) as at:
        late = at.put(measurement(file, on="2026-05-01", seen=after))
        early = at.put(measurement(file, on="2026-04-01", seen=before))
        hung = at.put(camera())  # a camera on another continent has a map of its own
        ref = at.put(publication(late, early, hung, cell_m=100))
        released(at, ref)
        published(at, ref, tmp_path / "out", languages=("en", "he"))
    page = (tmp_path / "out/report-en.html").read_text(encoding="utf-8")
    part = page[page.index('id="maps-seen-1"') :]
    assert part.index("1 April 2026") < part.index("1 May 2026")
    assert part.count('id="map-seen-1"') == 1
    assert "this is a bound" in part
    assert "squares with more within view than before: " in part
    assert 'id="maps-cameras"' in page
    shown = plain(tmp_path / "out", "report-*")
    for number in (f"{LON:.1f}", f"{LAT:.2f}", f"{LON + EAST * 3:.3f}", f"{LAT + NORTH:.3f}"):
        assert number not in shown


@pytest.mark.parametrize(
    "value",
    [
        {}, {"features": [{}]}, {"features": [{"geometry": None, "properties": {}}]},
        {"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]},
                       "properties": {"level": "visible"}}]},
        {"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]},
                       "properties": {"level": "visible"}}]},
        {"features": [{"geometry": {"type": "Polygon", "coordinates": [
            [[500000, 1], [500001, 1], [500001, 2], [500000, 1]]]},
                       "properties": {"level": "visible"}}]},
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="item/0: "):
        seen_file(value, "item/0")


def test_a_file_that_is_no_map_of_a_view_stands_against_publishing(tmp_path: Path) -> None:
    file = figures_item(tmp_path)
    other = item(tmp_path, b'{"features": 1}', "sample.geojson")
    with desk(tmp_path) as at:
        ref = at.put(publication(at.put(measurement(file, seen=other))))
        released(at, ref)
        assert "it is not the seen.geojson of a measurement" in against(at, ref, tmp_path / "out")
