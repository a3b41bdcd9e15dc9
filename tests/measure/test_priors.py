import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.measure.prior_table import prior_table
from contrechamp.measure.priors import (
    BOUNDS,
    KINDS,
    Aimed,
    ByDensity,
    Quantiles,
    default,
    from_toml,
    kinds_of,
)
from contrechamp.measure.stage import set_stage
from contrechamp.sight.levels import parse_levels
from measure.small_scenes import cameras, scene


@pytest.mark.parametrize(
    ("unknown", "kind", "deciles"),
    [
        ("focal_mm", "fixed", (2.8, 6.8, 26.0)),
        ("focal_mm", "dome", (2.8, 6.5, 68.2)),
        ("focal_mm", "panning", (2.8, 6.5, 68.2)),
        ("width_px", "fixed", (1920, 2560, 3840)),
        ("width_px", "dome", (1280, 2560, 3840)),
        ("height_m", "fixed", (3, 5, 12)),
    ],
)
def test_the_table_says_what_the_design_says(unknown, kind, deciles):
    assert default().of(unknown, kind).at(np.array([0.1, 0.5, 0.9])) == pytest.approx(deciles)


def test_every_unknown_has_a_source_and_a_row_for_every_kind():
    priors = default()
    for unknown in BOUNDS:
        for kind in ("",) if unknown == "building_height_m" else kinds_of(unknown):
            assert priors.row(unknown, kind).source
    assert sum(priors.kind_shares.values()) == 1.0


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_quantiles_rise_with_probability_and_stay_within_the_source(p, q):
    low, high = sorted((p, q))
    for row in default().rows:
        if not isinstance(row, Quantiles):
            continue
        first, second = row.at(np.array([low, high]))
        assert row.knots[0][1] - 1e-9 <= first <= second + 1e-9 <= row.knots[-1][1] + 2e-9


def test_a_logarithmic_scale_puts_the_geometric_mean_in_the_middle():
    row = default().of("height_m", "fixed")
    assert row.at(0.3) == pytest.approx(np.sqrt(3.0 * 5.0))


def test_a_section_changes_its_row_and_no_other():
    priors = from_toml(
        '[height_m]\nquantiles = [[0.0, 2], [1.0, 4]]\nsource = "own survey"\n', name="p.toml"
    )
    assert priors.of("height_m", "dome").at(0.5) == 3.0
    assert priors.of("height_m", "dome").source == "own survey"
    assert priors.of("width_px", "dome") == default().of("width_px", "dome")


def test_a_section_by_kind_leaves_the_other_kinds_as_they_are():
    priors = from_toml('[focal_mm.dome]\nvalue = 2.8\nsource = "data sheet"\n', name="p.toml")
    assert priors.of("focal_mm", "dome").fixed
    assert priors.of("focal_mm", "panning").knots == default().of("focal_mm", "panning").knots
    assert priors.of("focal_mm", "fixed") == default().of("focal_mm", "fixed")


def test_tilt_and_range_follow_from_others_unless_they_are_given():
    priors = default()
    for kind in KINDS:
        assert isinstance(priors.row("tilt_deg", kind), Aimed)
        assert isinstance(priors.row("range_m", kind), ByDensity)
    with pytest.raises(KeyError):
        priors.of("range_m", "dome")
    text = '[tilt_deg]\nvalue = 30\nsource = "x"\n[range_m.dome]\nvalue = 50\nsource = "y"\n'
    given = from_toml(text, name="p.toml")
    assert given.of("tilt_deg", "fixed").at(0.2) == 30.0
    assert given.of("range_m", "dome").at(0.9) == 50.0
    assert isinstance(given.row("range_m", "fixed"), ByDensity)


def mapped(**count):
    rows = [{"kind": kind} for kind, n in count.items() for _ in range(n)]
    return cameras(*rows, {"kind": "unknown"}, {"kind": "dome", "indoor": True})


@pytest.mark.parametrize(
    ("count", "shares"),
    [
        ({"fixed": 15, "dome": 5}, {"fixed": 0.75, "dome": 0.25}),
        # One less than twenty, and none that is fixed: they say nothing of the others.
        ({"fixed": 14, "dome": 5}, {"fixed": 0.55, "panning": 0.04, "dome": 0.41}),
        ({"panning": 34, "dome": 6}, {"fixed": 0.55, "panning": 0.04, "dome": 0.41}),
    ],
)
def test_kinds_come_from_the_same_input_where_it_can_say(count, shares):
    priors = default().for_input(mapped(**count), parse_levels("dori2014"))
    assert priors.kind_shares == pytest.approx(shares)
    assert ("20 outdoor cameras" in priors.kind_source) == (len(shares) == 2)
    given = from_toml('[kind]\nfixed = 1\nsource = "count"', name="p.toml")
    assert given.for_input(mapped(**count), ()).kind_shares == {"fixed": 1.0}


@pytest.mark.parametrize(
    ("levels", "ppm"), [("dori2014", 12.5), ("iec2025", 12.5), ("62.5", 12.5), ("10,100", 10.0)]
)
def test_a_range_never_ends_before_the_least_demanding_level(levels, ppm):
    priors = default().for_input(cameras({}), parse_levels(levels))
    assert priors.row("range_m", "fixed").ppm == ppm


def test_kind_shares_and_building_heights_can_be_given():
    text = """
    [kind]
    fixed = 0.75
    dome = 0.25
    source = "count"
    [building_height_m]
    value = 9
    source = "all alike here"
    """
    priors = from_toml(text, name="p.toml")
    assert priors.kind_shares == {"fixed": 0.75, "dome": 0.25}
    assert not priors.heights_around
    assert priors.of("building_height_m").at(0.5) == 9.0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("height_m = ", "p.toml"),
        ('[hight_m]\nvalue = 3\nsource = "x"', "p.toml: hight_m"),
        ("height_m = 3", "p.toml: height_m"),
        ("[height_m]\nvalue = 3", "p.toml: height_m.source"),
        ('[height_m]\nvalue = -3\nsource = "x"', "p.toml: height_m.value"),
        ('[height_m]\nvalue = nan\nsource = "x"', "p.toml: height_m.value"),
        ('[height_m]\nvalue = true\nsource = "x"', "p.toml: height_m.value"),
        ('[height_m]\nvalue = 3\nquantiles = [[0.5, 3]]\nsource = "x"', "p.toml: height_m"),
        ('[height_m]\nvalues = 3\nsource = "x"', "p.toml: height_m.values"),
        ('[height_m]\nquantiles = []\nsource = "x"', "p.toml: height_m.quantiles"),
        ('[height_m]\nquantiles = [[0.5]]\nsource = "x"', "p.toml: height_m.quantiles"),
        ('[height_m]\nquantiles = [[1.5, 3]]\nsource = "x"', "p.toml: height_m.quantiles"),
        ('[height_m]\nquantiles = [[0.5, 3], [0.5, 4]]\nsource = "x"', "height_m.quantiles"),
        ('[height_m]\nquantiles = [[0.1, 4], [0.9, 3]]\nsource = "x"', "height_m.quantiles"),
        ('[tilt_deg]\nvalue = 0\nscale = "log"\nsource = "x"', "p.toml: tilt_deg.scale"),
        ('[height_m]\nvalue = 3\nscale = "ln"\nsource = "x"', "p.toml: height_m.scale"),
        ('[focal_mm.dome]\nvalue = 3\nsource = "x"\n[focal_mm.ptz]\nvalue = 3', "focal_mm.ptz"),
        ('[kind]\nfixed = 0.5\nsource = "x"', "p.toml: kind"),
        ('[kind]\nptz = 1\nsource = "x"', "p.toml: kind.ptz"),
        ("[kind]\nfixed = 1", "p.toml: kind.source"),
        ("kind = 3", "p.toml: kind"),
    ],
)
def test_what_cannot_be_used_is_named_with_file_and_key(text, place):
    with pytest.raises(InputError) as caught:
        from_toml(text, name="p.toml")
    assert place in caught.value.where
    assert len(str(caught.value)) > len(caught.value.where) + 10


def test_a_lens_that_looks_all_round_counts_for_no_prior_of_direction_or_tilt():
    rows = ({"kind": "fixed", "hfov_deg": 360.0}, {"kind": "fixed"})
    place = scene(cameras=cameras(*rows))
    stage = set_stage(place, default(), parse_levels("25"), target_height_m=1.6, seed=1, threads=1)
    used = {one.unknown: one.n_cameras for one in prior_table(stage, place) if "fixed" in one.kinds}
    assert (used["heading_deg"], used["tilt_deg"], used["height_m"]) == (1, 1, 2)
    drawn = {unknown: int(mask.sum()) for unknown, mask in stage.drawn.items()}
    assert drawn["heading_deg"] == used["heading_deg"]
