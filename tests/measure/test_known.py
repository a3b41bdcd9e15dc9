from small_scenes import cameras

from contrechamp.measure.known import known_names, known_share


def test_a_camera_of_which_only_the_place_is_mapped():
    table = cameras({})
    assert known_share(table).tolist() == [0.0]
    assert known_names(table)[0] == [""]
    assert "heading_deg" in known_names(table)[1][0]


def test_what_is_mapped_counts():
    table = cameras({"kind": "fixed", "heading_deg": 0.0, "height_m": 4.0})
    assert known_share(table).tolist() == [3 / 8]
    assert known_names(table)[0] == ["kind,height_m,heading_deg"]


def test_direction_and_tilt_of_a_dome_are_neither_known_nor_assumed():
    table = cameras({"kind": "dome", "heading_deg": 90.0, "height_m": 4.0})
    known, assumed = known_names(table)
    assert known == ["kind,height_m"]
    assert assumed == ["hfov_deg,width_px,range_m"]
    assert known_share(table).tolist() == [2 / 5]
