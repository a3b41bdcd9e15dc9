"""Take the picture of a measurement at the workbench, of the made-up town: the README's, and the tutorial's.

``PYTHONPATH=tests python docs/images/draw_workbench.py``, in the folder of the project. It needs Debian's
chromium, and opens pages by what the tests open them with.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image

from publish.browser import chromium
from web.test_workbench_browser import Tab
from web.test_workbench_runs_browser import begin
from web.workbenches import running

HERE = Path(__file__).parent
WIDTH_PX, HEIGHT_PX = 1280, 1000  # down to the lower edge of the second plot
COLOURS = 256


def main() -> None:
    """Draw ``measured.png`` beside this file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cases").mkdir()
        with (
            running(folder / "cases", folder / "state") as run,
            chromium(folder / "profile") as page,
        ):
            page.go_to(run.address)
            tab = Tab(page, run, page.evaluate("location.href"))
            begin(tab, "en")
            tab.go("run-new?kind=measure")
            tab.fill(title="SAMPLE: a made-up town, after an invented survey")
            page.evaluate(
                "document.querySelectorAll('input[name^=in-]').forEach((one) => one.click())"
            )
            tab.click("form[action=runs] button.main")
            tab.until("location.pathname.endsWith('/work') && !document.querySelector('progress')")
            tab.go("runs")
            tab.click(".items a")
            page.resize(WIDTH_PX, HEIGHT_PX)
            with Image.open(io.BytesIO(page.picture())) as picture:
                few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
                few.save(HERE / "measured.png", optimize=True)


if __name__ == "__main__":
    main()
