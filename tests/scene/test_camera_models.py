"""Tables of makers' models: names as people write them, values that fill, limits that stay."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.measure.priors import BOUNDS
from contrechamp.scene.camera_models import scene_with_models
from contrechamp.scene.model_names import ModelName
from contrechamp.scene.model_spans import SPANS, bounds, parse_span
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import Scene
from scene.worlds import LAT, LON

MODELS = """make,model,kind,focal_mm,hfov_deg,vfov_deg,width_px,ir_range_m,source
SAMPLE Optics,DS-2CD 2143,fixed,2.8,105,58,2688,30,made up
SAMPLE Optics,V-10,fixed,2.8-12,105-32,58–18,1920-2560,,made up
SAMPLE Optics,F4,,4,,,,,made up
Other SAMPLE,X1,panning,,,,,,made up
SAMPLE Optics,X1,dome,,,,,,made up
,Lone,fixed,,90,,,,made up
"""


def scene(tmp_path: Path, *rows: str, header: str, models: str = MODELS) -> Scene:
    survey, table = tmp_path / "survey.csv", tmp_path / "models.csv"
    lines = [f"c{number},{LON},{LAT},{row}" for number, row in enumerate(rows)]
    survey.write_text("\n".join([f"id,lon,lat,{header}", *lines]) + "\n")
    table.write_text(models)
    return scene_with_models(read_scene([survey]), table)


def told(read: Scene, kind: str) -> list[str]:
    return [f"{one.where}: {one.message}" for one in read.notices if one.kind == kind]


def test_a_data_sheet_fills_what_is_not_mapped_and_limits_what_it_leaves_open(
    tmp_path: Path,
) -> None:
    read = scene(
        tmp_path,
        "sample optics,ds2cd2143,,,",
        "SAMPLE Optics,V-10,dome,,",
        ",F4,,,",
        ",Lone,,60,",
        "SAMPLE Optics,V-10,,104,1280",
        ",,,,",
        header="make,model,kind,hfov_deg,width_px",
    )
    cameras = read.cameras
    assert cameras["kind"].tolist() == ["fixed", "dome", "unknown", "fixed", "fixed", "unknown"]
    np.testing.assert_array_equal(cameras["hfov_deg"], [105, np.nan, np.nan, 60, 104, np.nan])
    np.testing.assert_array_equal(cameras["vfov_deg"], [58, *[np.nan] * 5])
    np.testing.assert_array_equal(cameras["width_px"], [2688, *[np.nan] * 3, 1280, np.nan])
    assert cameras["by_model"].tolist() == [
        "kind,hfov_deg,vfov_deg,width_px", "", "", "kind", "kind", "",
    ]  # fmt: skip
    nan = [np.nan, np.nan]
    for name, expected in {
        "focal_mm": [nan, nan, [4, 4], nan, nan, nan],
        "hfov_deg": [nan, [32, 105], nan, nan, nan, nan],
        "vfov_deg": [nan, [18, 58], nan, nan, [18, 58], nan],
        "width_px": [nan, [1920, 2560], nan, nan, nan, nan],
    }.items():
        np.testing.assert_array_equal(read.limits[name], expected, err_msg=name)
    assert told(read, "model-used") == [
        "models.csv:7: Lone: used for 1 camera",
        "models.csv:2: SAMPLE Optics DS-2CD 2143: used for 1 camera; the reach of its infrared "
        "light is not: figures are by day",
        "models.csv:4: SAMPLE Optics F4: used for 1 camera",
        "models.csv:3: SAMPLE Optics V-10: used for 2 cameras",
    ]
    # A dome is not what a fixed camera is, 60 degrees are not 90, 1280 is below 1920.
    assert told(read, "model-contradicted") == [
        "survey.csv:3: its kind of camera is not what its model has (SAMPLE Optics V-10): kept as "
        "mapped",
        "survey.csv:5: its horizontal field of view is not what its model has (Lone): kept as "
        "mapped",
        "survey.csv:6: its resolution (picture width) is not what its model has (SAMPLE Optics "
        "V-10): kept as mapped",
    ]
    assert read.counts["cameras_with_a_model"] == read.counts["cameras_by_their_model"] == 5
    assert read.inputs[-1].name == "models.csv"


@pytest.mark.parametrize(
    ("make", "model", "used"),
    [
        ("SAMPLE Optics", "DS-2CD 2143", 1),
        ("SAMPLE OPTICS", "ds 2cd-2143", 1),
        ("", "Sample-Optics DS2CD2143", 1),
        ("Sample Optics", "sample optics DS-2CD2143", 1),
        ("", "DS-2CD2143", 1),
        ("", "DS-2CD2143G2", 0),  # a longer name is another model
        ("", "DS-2CD214", 0),
        ("Other SAMPLE", "DS-2CD2143", 0),  # of another maker
        ("", "V10", 1),
        ("", "V1O", 0),
        ("", "X1", 0),  # of two makers
        ("Other sample", "X1", 1),
        ("Whoever", "Lone", 1),  # the table does not say whose it is
        ("SAMPLE Optics", "", 0),
        ("", "-", 0),
    ],
)
def test_names_count_as_people_write_them_and_nothing_is_guessed(
    tmp_path: Path, make: str, model: str, used: int
) -> None:
    read = scene(tmp_path, f"{make},{model}", header="make,model")
    assert len(told(read, "model-used")) == used
    unclear = told(read, "model-not-clear")
    assert unclear == (
        ["models.csv: X1 may be each of Other SAMPLE X1 (models.csv:5), SAMPLE Optics X1 "
         "(models.csv:6): used for none"]
        if (make, model) == ("", "X1") else []
    )  # fmt: skip
    asked = any(letter.isalnum() for letter in model)
    assert len(told(read, "model-not-found")) == int(asked and not used and not unclear)


@given(st.text("aZ09- é", max_size=8), st.text("aZ09- é", max_size=8))
def test_a_name_is_its_own_however_it_is_written(make: str, model: str) -> None:
    name = ModelName(make, model)
    if not name.keys:
        return
    for other in (
        ModelName(make.upper(), model.lower()),
        ModelName(make, f" {model}-"),
        ModelName("", f"{make} {model}"),
        ModelName(make, f"{make} {model}"),
    ):
        assert name.may_be(other), other
        assert other.may_be(name), other


def test_tags_of_openstreetmap_name_the_model(tmp_path: Path) -> None:
    osm, table = tmp_path / "town.osm", tmp_path / "models.csv"
    osm.write_text(
        f'<osm version="0.6"><node id="7" version="1" lon="{LON}" lat="{LAT}">'
        '<tag k="man_made" v="surveillance"/><tag k="brand" v="Sample Optics"/>'
        '<tag k="model" v="DS2CD2143"/></node></osm>'
    )
    table.write_text(MODELS)
    read = scene_with_models(read_scene([osm]), table)
    assert (read.cameras["make"][0], read.cameras["hfov_deg"][0]) == ("Sample Optics", 105.0)
    assert not told(read, "tag-not-used")


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ("make,hfov_deg\nA,90\n", "expected a table of models with the columns make, model"),
        ("model,hfov_deg\nA,wide\n", 'models.csv:2: hfov_deg: "wide": expected 0.1 to 360 deg'),
        ("model,hfov_deg\nA,361\n", 'models.csv:2: hfov_deg: "361"'),
        ("model,focal_mm\nA,0-4\n", 'models.csv:2: focal_mm: "0-4"'),
        ("model,kind\nA,bulletproof\n", "models.csv:2: kind"),
        ("model,width_px\n ,90\n", "models.csv:2: model: missing"),
        ("make,model\nA,X-1\na,ax1\n", 'models.csv:3: model: "ax1": the same model as in row 2'),
    ],
)
def test_a_table_that_cannot_be_used_says_where(tmp_path: Path, models: str, expected: str) -> None:
    with pytest.raises(InputError) as refused:
        scene(tmp_path, "B,C", header="make,model", models=models)
    assert expected in str(refused.value)


def test_columns_that_mean_nothing_are_told_and_others_names_are_read(tmp_path: Path) -> None:
    models = "Manufacturer;Model;HFOV_deg;price\nSAMPLE;X;2,5;100\n"
    read = scene(tmp_path, "Sample,X", header="make,model", models=models)
    assert told(read, "column-not-used") == ["models.csv: column that is not used: price"]
    assert read.cameras["hfov_deg"].tolist() == [2.5]


@pytest.mark.parametrize(
    ("text", "column", "span"),
    [
        ("2.8", "focal_mm", (2.8, 2.8)),
        ("2,8 – 12 mm", "focal_mm", (2.8, 12.0)),
        ("2.8 to 12", "focal_mm", (2.8, 12.0)),
        ("105°..32°", "hfov_deg", None),
        ("105..32°", "hfov_deg", (32.0, 105.0)),
        ("-5", "hfov_deg", None),
        ("1e3", "width_px", None),
        ("2.8-6-12", "focal_mm", None),
    ],
)
def test_spans_are_read_as_data_sheets_give_them(
    text: str, column: str, span: tuple[float, float] | None
) -> None:
    assert parse_span(text, column) == span


def test_bounds_are_those_of_the_priors_where_these_have_some() -> None:
    assert bounds("focal_mm") == BOUNDS["focal_mm"][:2]
    assert all(low < high for low, high in map(bounds, SPANS))
