"""Whatever somebody mapped of a camera is used, or told: nothing is ignored in silence.

Keys are those that taginfo counts most of ``camera:*`` and ``surveillance*``, and others that are
mapped on cameras; values are those in use, and odd ones.
"""

from itertools import product
from pathlib import Path

import pytest

from contrechamp.scene.camera_tags import read_camera
from contrechamp.scene.read import read_scene

KEYS = (
    *("camera", "cameras", "camera:type", "camera:mount", "camera:direction", "camera:angle"),
    *("camera:tilt", "camera:height", "camera:range", "camera:count", "camera:model"),
    *("camera:fov", "camera:resolution", "camera:brand", "camera:operator", "camera:zone"),
    *("camera:lens", "camera:ptz", "camera:status", "camera:url", "camera:view", "camera_type"),
    *("camera:type:note", "surveillance", "surveillance:type", "surveillance:zone"),
    *("surveillance:camera", "surveillance:operator", "surveillance:direction"),
    *("surveillance:count", "surveillance:note", "surveillance:shape", "surveillance:material"),
    *("surveillance_type", "direction", "height", "est_height", "indoor", "level", "layer"),
    *("location", "tunnel", "revolving", "operator", "operator:type", "start_date", "check_date"),
)
VALUES = (
    *("yes", "no", "unknown", "camera", "dome", "fixed", "fisheye", "panorama;dome", "public"),
    *("outdoor", "indoor", "public;indoor", "webcam", "traffic", "street", "90", "90-180", "-1"),
    *("90;x", "up", "NNE", "360", "1e9", "12 ft", "0", "wall", "🎥", "a" * 300, "2024-13-41"),
)
CAMERA = {"man_made": "surveillance"}
#: What is assumed anyway: saying so changes nothing.
SAID_ANYWAY = {
    *product(("camera:type",), ("unknown",)),
    *product(("operator:type",), ("unknown",)),
    *product(("surveillance",), ("public", "outdoor")),
    ("surveillance:type", "camera"),
    *product(("indoor", "tunnel", "revolving"), ("no", "0")),
    *product(("level", "layer"), ("90", "360", "1e9", "0")),
}


@pytest.mark.parametrize("key", KEYS)
def test_each_tag_is_used_or_told(key: str) -> None:
    plain = read_camera(CAMERA, "node/1").rows
    for value in VALUES:
        found = read_camera({**CAMERA, key: value}, "node/1")
        told = {one.tag for one in found.unreadable} | {name for name, _value in found.unused}
        changed = repr(found.rows) != repr(plain)  # NaN is not equal to itself
        assert changed or key in told or (key, value) in SAID_ANYWAY, (key, value)


@pytest.mark.parametrize(
    ("first", "second"),
    [("camera:direction", "direction"), ("height", "est_height"), ("camera:tilt", "camera:angle")],
)
def test_of_two_tags_for_one_thing_the_one_that_does_not_count_is_told(
    first: str, second: str
) -> None:
    found = read_camera({**CAMERA, first: "10", second: "20"}, "node/1")
    assert found.unused == [(second, "20")]


def test_the_notice_of_a_file_counts_them(tmp_path: Path) -> None:
    nodes = "".join(
        f'<node id="{n}" lat="45.0" lon="-27.0"><tag k="man_made" v="surveillance"/>'
        f'<tag k="camera:lens" v="{lens}"/><tag k="height" v="tall"/></node>'
        for n, lens in ((1, "2.8"), (2, "2.8"), (3, "12"))
    )
    path = tmp_path / "town.osm"
    path.write_text(f'<osm version="0.6">{nodes}</osm>')
    scene = read_scene([path])
    messages = [notice.message for notice in scene.notices if notice.kind == "tag-not-used"]
    assert messages == [
        "tags of cameras that are not used: camera:lens=12 (1), camera:lens=2.8 (2)"
    ]
    assert scene.counts["unreadable_tags"] == 3
