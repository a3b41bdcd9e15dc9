"""What the map says of a camera whose model is known: what is from the model, and both ends."""

from dataclasses import replace

import numpy as np

from contrechamp.base.i18n import activate
from contrechamp.publish.camera_card import camera_cards
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.quantised import frame_around
from publish import sample


def test_a_card_says_what_is_from_the_model_and_between_which_ends_the_rest_is() -> None:
    activate("en")
    town = sample.scene()
    n = len(town.cameras)
    width = np.where(np.arange(n) == 0, 2688.0, np.nan)
    cameras = town.cameras.assign(
        width_px=width,
        make=["SAMPLE Optics", *[""] * (n - 1)],
        model=["S-1", *[""] * (n - 1)],
        by_model=["width_px", *[""] * (n - 1)],
    )
    ends = np.full((n, 2), np.nan)
    ends[0] = 2.8, 12.0
    town = replace(town, cameras=cameras, limits={"focal_mm": ends})
    measured = sample.measurement(town)
    measured = replace(
        measured,
        cameras=measured.cameras.assign(
            known=["width_px", *[""] * (n - 1)], assumed=["hfov_deg"] * n
        ),
    )
    frame = frame_around([cameras.geometry.to_numpy()], 10.0)
    first, other, *_rest = camera_cards(measured, town, frame, Numbers("en"))
    parts = {title: dict(rows) for title, rows in first["parts"]}
    assert parts["On the map"]["model"] == "SAMPLE Optics S-1"
    assert parts["On the map"]["resolution (picture width)"].endswith("px, by its model")
    (text,) = parts["Assumed"].values()
    assert text == "2.8 mm to 12 mm, by its model".replace(" mm", "\N{NO-BREAK SPACE}mm")
    others = {title: dict(rows) for title, rows in other["parts"]}
    assert "model" not in others["On the map"]
    assert all("by its model" not in text for text in others["Assumed"].values())
