"""Take the pictures of the README: the top of the demo's report, and pages of the sample's.

After ``make demo`` and ``make report``: ``python docs/images/draw.py demo-out report-out``. The first is
taken in headless Chromium, 1280 px wide, which needs Debian's chromium; the second is the page of the
PDF that has the figures, in English and in Arabic.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pymupdf
from PIL import Image

HERE = Path(__file__).parent
WIDTH_PX, HEIGHT_PX = 1280, 1130  # down to the lower edge of the map
COLOURS = 256
DPI, GAP_PX = 76, 8


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


def papers(report: Path) -> None:
    """Draw ``report.png`` beside this file: the page of figures in two languages, side by side."""
    pages = []
    for language, title in (("en", "Figures"), ("ar", "الأرقام")):
        paper = pymupdf.open(report / f"report-{language}.pdf")
        outline = {name: number for _level, name, number in paper.get_toc()}
        drawn = paper[outline[title] - 1].get_pixmap(dpi=DPI)
        pages.append(Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples))
    wide, high = pages[0].size
    both = Image.new("RGB", (2 * wide + GAP_PX, high), "#b9b5ab")
    for place, one in enumerate(pages):
        both.paste(one, (place * (wide + GAP_PX), 0))
    both.quantize(COLOURS, dither=Image.Dither.NONE).save(HERE / "report.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    papers(Path(sys.argv[2]))
