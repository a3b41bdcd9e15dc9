"""Take the picture of the README: the top of the demo's report, in headless Chromium, 1280 px wide.

After ``make demo``: ``python docs/images/draw.py demo-out``. It needs Debian's chromium.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
WIDTH_PX, HEIGHT_PX = 1280, 1130  # down to the lower edge of the map
COLOURS = 256


def main(report: Path) -> None:
    """Draw ``helsinki.png`` beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        subprocess.run(
            [
                "chromium",
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={folder}/profile", "--virtual-time-budget=20000"),
                *(f"--window-size={WIDTH_PX},{HEIGHT_PX}", f"--screenshot={shot}"),
                (report / "index.html").resolve().as_uri(),
            ],
            check=True,
            capture_output=True,
        )
        with Image.open(shot) as picture:
            few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            few.save(HERE / "helsinki.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
