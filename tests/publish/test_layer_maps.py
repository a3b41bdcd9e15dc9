"""What answers tell of streets and areas, by squares: shares of what lies in each."""

import json
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
from contrechamp.publish.report.layer_file import CUT_OFF, IN_VIEW, LOOKED_OVER, layer_file
from dossier.samples import desk, item, publication, released
from publish.measured import figures_item, measurement
from publish.test_publishing import against, plain, published

#: A made-up street in the open Atlantic.
STREET = {"type": "LineString", "coordinates": [[-27.0, 45.0], [-26.9987, 45.0]]}
AREA = {"type": "Polygon", "coordinates": [
    [[-27.0, 45.0], [-26.9987, 45.0], [-26.9987, 45.0009], [-27.0, 45.0009], [-27.0, 45.0]]
]}  # fmt: skip


def layer(*rows: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in rows
        ],
    }


def test_a_mean_is_by_length_or_area() -> None:
    lines = np.array(
        [shapely.LineString([(10, 5), (40, 5)]), shapely.LineString([(50, 5), (160, 5)])], object
    )
    found = shares.mean_shares(lines, np.array([1.0, 0.0]), 100)
    assert found == pytest.approx({Square(0, 0, 100): 30 / 80, Square(100, 0, 100): 0.0})
    areas = np.array([shapely.box(0, 0, 150, 100), shapely.box(150, 0, 200, 100)], object)
    found = shares.mean_shares(areas, np.array([0.2, 0.6]), 100)
    assert found == pytest.approx({Square(0, 0, 100): 0.2, Square(100, 0, 100): 0.4})


@given(
    st.lists(
        st.tuples(*[st.integers(-400, 400)] * 4, st.floats(0, 1)).filter(
            lambda one: one[:2] != one[2:4]
        ),
        min_size=1,
        max_size=6,
    )
)
def test_means_stay_between_the_least_and_the_greatest(rows: list[tuple[float, ...]]) -> None:
    lines = np.array([shapely.LineString([(a, b), (c, d)]) for a, b, c, d, _share in rows], object)
    share = np.array([row[4] for row in rows])
    found = shares.mean_shares(lines, share, 100)
    assert found
    assert min(found.values()) >= share.min() - 1e-9
    assert max(found.values()) <= share.max() + 1e-9


def test_each_layer_is_known_by_what_it_says() -> None:
    [looked] = layer_file(layer(({"looked": True}, STREET), ({"looked": False}, STREET)), "item")
    assert (looked.tells, looked.share.tolist()) == (LOOKED_OVER, [1.0, 0.0])
    rows = [({"school_access": one}, STREET) for one in ("cut", "never", "slower")]
    [cut] = layer_file(layer(*rows), "item")
    assert (cut.tells, cut.of, cut.share.tolist()) == (CUT_OFF, "school", [1.0, 0.0])
    nothing = {"type": "LineString", "coordinates": []}
    [left] = layer_file(layer(({"looked": True}, nothing), ({"looked": False}, STREET)), "item")
    assert left.share.tolist() == [0.0]
    [seen] = layer_file(
        layer(({"seen_share_median": 0.25}, AREA), ({"seen_share_median": None}, AREA)), "item"
    )
    assert (seen.tells, seen.share.tolist()) == (IN_VIEW, [0.25])


@pytest.mark.parametrize(
    "value",
    [
        {"features": []},
        {"features": [{"properties": {"looked": 1}, "geometry": STREET}]},
        {"features": [{"properties": {"looked": True}, "geometry": None}]},
        {"features": [{"properties": {"looked": True}, "geometry": AREA}]},
        {"features": [{"properties": {"other": True}, "geometry": STREET}]},
        {"features": [{"properties": None, "geometry": STREET}]},
        ["SAMPLE"],
        layer(({"looked": True}, {"type": "LineString", "coordinates": [[500, 1], [501, 1]]})),
    ],
)  # fmt: skip
def test_what_is_no_layer_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="item"):
        layer_file(value, "item")


def test_a_publication_draws_it_and_tells_it_in_words(tmp_path: Path) -> None:
    streets = layer(({"looked": True}, STREET), ({"looked": False}, STREET))
    held = item(tmp_path, json.dumps(streets).encode(), "streets.geojson")
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file, layer=held))
        ref = at.put(publication(run, cell_m=1000))
        released(at, ref)
        published(at, ref, tmp_path / "out")
    told = plain(tmp_path / "out")
    assert "Share of the street that was looked over, by square" in told
    assert "squares by their share: up to a half: " in told
    assert "-26.99" not in (tmp_path / "out" / "report-en.html").read_text(encoding="utf-8")


def test_a_file_that_is_no_layer_stands_against_a_publication(tmp_path: Path) -> None:
    held = item(tmp_path, b'{"features": []}', "streets.geojson")
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file, layer=held))
        ref = at.put(publication(run))
        released(at, ref)
        assert "neither the streets.geojson of completeness" in against(at, ref, tmp_path / "out")
