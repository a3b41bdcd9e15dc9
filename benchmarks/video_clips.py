"""Made-up clips in which it is known exactly where every face is, in every frame.

Heads of real portraits walk, turn, come nearer, hide behind pillars and each other before real
photographs that show no face, while a camera pans, zooms and shakes, in the light and in the dark.
Portraits and photographs are those of `benchmarks.face_pictures`; the two halves share none.

Every clip is lifted so that nothing in it is as dark as a cover: what is black in the output of a
program is what it covered, whatever it says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.face_pictures import archive, marks, photographs

WIDTH, HEIGHT, RATE = 1920, 1080, 30
#: Height of faces, px.
FACE_PX = (10.0, 60.0)
#: Of the brightness 0..255, what is darkest: covers lie well below.
LIFT = 40.0
#: A face counts in a frame when at least so much of it is in the picture and not hidden.
LEAST_VISIBLE = 0.5

KINDS = (
    "pan", "zoom", "walk", "pillars", "cuts", "blur", "dark", "shake", "turn", "approach",
    "crossing", "dark pillars",
)  # fmt: skip

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """Faces of a clip, one row for each face in each frame in which it counts.

    Args:
        frame: (n,), from 0.
        face: (n,), number of the face.
        box: (n, 4), the part inside the picture, px.
        hidden: (n, 4), the box of what hides part of it; no area: nothing does.
        tall: (n,), height of the whole face, px.
    """

    frame: NDArray[np.int64]
    face: NDArray[np.int64]
    box: F8
    hidden: F8
    tall: F8


@dataclass
class _Head:
    sprite: Image.Image  # head with its own outline
    middle: F8  # of the face, in the sprite
    face: F8  # width and height of the face in the sprite
    at: F8  # in the world at second 0, px
    speed: F8  # px of the world per second
    tall: float  # px in the world
    growth: float  # per second
    bob: tuple[float, float]
    turn: tuple[float, float]  # period in seconds (0: never), phase
    light: float


@dataclass(frozen=True)
class _Placed:
    box: F8
    head: _Head
    squash: float
    angle: float


def make(half: int, number: int, folder: Path, seconds: float = 3.0) -> tuple[Path, Truth, str]:
    """Make one clip, or return it if it lies there; the same numbers give the same clip."""
    kind = KINDS[number % len(KINDS)]
    file = folder / f"clip-{half}-{number:02}.mp4"
    known = file.with_suffix(".npz")
    if file.exists() and known.exists():
        return file, _read(known), kind
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([7, half, number])
    count = round(seconds * RATE)
    shots = 3 if kind == "cuts" else 1
    rows: list[tuple[int, int, F8, F8, float]] = []
    part = file.with_suffix(".part.mp4")
    with av.open(str(part), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for shot in range(shots):
            first, last = shot * count // shots, (shot + 1) * count // shots
            scene = _Scene(half, kind, last - first, rng)
            for frame in range(first, last):
                picture, shown_faces = scene.frame(frame - first)
                rows += [
                    (frame, 100 * shot + face, box, hidden, tall)
                    for face, box, hidden, tall in shown_faces
                ]
                shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
                shown.pts = frame
                out.mux(stream.encode(shown))
        out.mux(stream.encode(None))
    truth = Truth(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]).reshape(-1, 4),
        np.array([row[3] for row in rows]).reshape(-1, 4),
        np.array([row[4] for row in rows]),
    )
    np.savez_compressed(known, **truth.__dict__)
    part.replace(file)
    return file, truth, kind


def _read(file: Path) -> Truth:
    with np.load(file) as data:
        return Truth(**{name: data[name] for name in ("frame", "face", "box", "hidden", "tall")})


class _Scene:
    """A world, the heads in it, and the camera that looks at it."""

    def __init__(self, half: int, kind: str, frames: int, rng: np.random.Generator) -> None:
        self.kind, self.frames, self.rng = kind, frames, rng
        behind = photographs(half)
        self.world = _world(behind[rng.integers(len(behind))])
        self.dark = rng.uniform(0.12, 0.25) if "dark" in kind else rng.uniform(0.6, 0.86)
        self.noise = rng.uniform(6, 12) if "dark" in kind else rng.uniform(0, 4)
        people = list(marks().items())[half::2]
        count = int(rng.integers(7, 12))
        self.heads = sorted(
            (self._head(people[rng.integers(len(people))]) for _ in range(count)),
            key=lambda head: head.tall,
        )
        self.pillars = self._pillars(behind) if "pillars" in kind else []
        self.shake = rng.normal(0, 1, (frames + 8, 2)).cumsum(axis=0)
        self.shake -= np.linspace(self.shake[0], self.shake[-1], len(self.shake))
        self.sway = float(rng.choice([-1, 1]))

    def _head(self, person: tuple[str, F8]) -> _Head:
        rng, kind = self.rng, self.kind
        file, mark = person
        low, high = FACE_PX if kind != "shake" else (10.0, 24.0)
        tall = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        at = rng.uniform((0.12, 0.15), (0.88, 0.85)) * self.world.size
        speed = rng.normal(0, (30, 4))
        growth = 0.0
        if kind in ("walk", "crossing", "pillars", "dark pillars"):
            speed = np.array([rng.choice([-1, 1]) * rng.uniform(60, 260), rng.normal(0, 8)])
        if kind == "crossing":
            at[1] = self.world.height * rng.uniform(0.42, 0.58)
        if kind == "approach":
            tall, growth = tall * 0.6, rng.uniform(0.15, 0.45)
        sprite, middle, face = _sprite(file, mark)
        if rng.random() < 0.5:
            sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            middle = np.array([sprite.width - middle[0], middle[1]])
        return _Head(
            sprite, middle, face, at, speed, tall, growth,
            (float(rng.uniform(0.0, 0.12)), float(rng.uniform(1.5, 2.2))),
            (float(rng.uniform(2.0, 4.0)) if kind == "turn" or rng.random() < 0.15 else 0.0,
             float(rng.uniform(0, 6.28))),
            float(rng.uniform(0.5, 1.05)),
        )  # fmt: skip

    def _pillars(self, behind: list[Path]) -> list[tuple[F8, Image.Image]]:
        other = Image.open(behind[self.rng.integers(len(behind))]).convert("RGB")
        pillars = []
        for x in np.linspace(0.15, 0.85, 6) * self.world.width:
            wide = int(self.rng.uniform(25, 140))
            x += self.rng.uniform(-80, 80)
            strip = other.crop((40, 0, 40 + wide, other.height)).resize((wide, self.world.height))
            pillars.append((np.array([x, 0.0, x + wide, self.world.height]), strip))
        return pillars

    def camera(self, frame: float) -> tuple[F8, float]:
        """Return where in the world the picture's middle is, and the zoom."""
        part = frame / max(1, self.frames - 1)
        middle = np.array(self.world.size) / 2
        zoom = 1.0
        if self.kind in ("pan", "dark", "cuts"):
            middle[0] += self.sway * (part - 0.5) * 700
        if self.kind == "blur":
            middle[0] += self.sway * 300 * np.sin(part * 2.5 * np.pi)
            middle[1] += 90 * np.sin(part * 5 * np.pi)
        if self.kind == "zoom":
            zoom = 1.0 + 0.55 * (part if self.sway > 0 else 1 - part)
        low = int(frame)
        shake = self.shake[low] + (frame - low) * (self.shake[low + 1] - self.shake[low])
        middle += shake * (3.0 if self.kind == "shake" else 0.4)
        return middle, zoom

    def frame(self, number: int) -> tuple[NDArray[np.uint8], list[tuple[int, F8, F8, float]]]:
        """Return one frame, (height, width, 3), and the faces that count in it."""
        if self.kind == "blur":
            parts = [self._drawn(number + shift)[0] for shift in (-0.2, 0.0, 0.2, 0.4)]
            pixels = np.mean(parts, axis=0)
            placed, pillars = self._drawn(number, draw=False)[1:]
        else:
            picture, placed, pillars = self._drawn(number)
            pixels = picture.astype(np.float32)
        pixels = LIFT + pixels * self.dark
        if self.noise:
            small = self.rng.normal(0, self.noise, (HEIGHT // 2, WIDTH // 2)).astype(np.float32)
            pixels += np.maximum(np.repeat(np.repeat(small, 2, 0), 2, 1), -8)[:, :, None]
        rgb = np.clip(pixels, LIFT - 4, 255).astype(np.uint8)
        return rgb, list(self._truth(placed, pillars))

    def _drawn(
        self, time: float, draw: bool = True
    ) -> tuple[NDArray[np.uint8], list[_Placed], list[F8]]:
        middle, zoom = self.camera(max(0.0, time))
        corner = middle - np.array([WIDTH, HEIGHT]) / 2 / zoom
        step = 1 / zoom
        canvas = Image.new("RGB", (1, 1))
        if draw:
            affine = (step, 0, corner[0], 0, step, corner[1])
            canvas = self.world.transform(
                (WIDTH, HEIGHT), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR
            )
        placed = []
        for head in self.heads:
            one = self._place(head, time / RATE, corner, zoom)
            placed.append(one)
            if draw:
                _paste(canvas, one)
        pillars = []
        for box, strip in self.pillars:
            shown = (box - np.tile(corner, 2)) * zoom
            pillars.append(np.rint(shown))
            if draw and shown[2] > 0 and shown[0] < WIDTH:
                canvas.paste(strip, (int(np.rint(shown[0])), int(np.rint(shown[1]))))
        return np.asarray(canvas), placed, pillars

    def _place(self, head: _Head, seconds: float, corner: F8, zoom: float) -> _Placed:
        tall = head.tall * (1 + head.growth * seconds)
        at = head.at + head.speed * seconds
        at = at + np.array([0, head.bob[0] * tall * np.sin(head.bob[1] * 6.28 * seconds)])
        squash, angle = 1.0, 0.0
        if head.turn[0]:
            phase = head.turn[1] + 6.28 * seconds / head.turn[0]
            squash = 0.4 + 0.6 * abs(np.cos(phase / 2))
            angle = 18 * np.sin(phase)
        wide = tall * head.face[0] / head.face[1] * squash
        middle = (at - corner) * zoom
        half = np.array([wide, tall]) * zoom / 2
        return _Placed(np.hstack([middle - half, middle + half]), head, squash, angle)

    def _truth(
        self, placed: list[_Placed], pillars: list[F8]
    ) -> Iterator[tuple[int, F8, F8, float]]:
        for number, one in enumerate(placed):
            whole = one.box
            inside = np.clip(whole, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
            # Nearer heads are drawn after; theirs hide with hair and chin, so a little more.
            before = [_grown(other.box, 0.15) for other in placed[number + 1 :]] + pillars
            overlaps = [(_shared(inside, other), k) for k, other in enumerate(before)]
            area = _area(whole)
            visible = (_area(inside) - sum(shared for shared, _k in overlaps)) / area
            if visible < LEAST_VISIBLE:
                continue
            shared, k = max(overlaps, default=(0.0, 0))
            yield number, inside, before[k] if shared > 0 else np.zeros(4), whole[3] - whole[1]


def _world(file: Path) -> Image.Image:
    photo = Image.open(file).convert("RGB")
    scale = max(2900 / photo.width, 1700 / photo.height)
    return photo.resize((round(photo.width * scale), round(photo.height * scale)))


def _sprite(file: str, mark: F8) -> tuple[Image.Image, F8, F8]:
    """Return head and shoulders with a soft outline, the middle and the size of the face in it."""
    portrait = Image.open(archive() / "avatars" / file).convert("RGBA")
    middle, face = (mark[:2] + mark[2:]) / 2, mark[2:] - mark[:2]
    mask = Image.new("L", portrait.size, 0)
    reach = np.array([0.95, 1.05]) * face[1]
    ImageDraw.Draw(mask).ellipse([*(middle - reach), *(middle + reach)], fill=255)
    rim = Image.new("L", portrait.size, 0)
    edge = max(1, round(0.06 * face[1]))
    rim.paste(255, (edge, edge, portrait.width - edge, portrait.height))
    both = Image.fromarray(np.minimum(np.asarray(mask), np.asarray(rim)))
    portrait.putalpha(both.filter(ImageFilter.GaussianBlur(float(0.06 * face[1]))))
    return portrait, middle, face


def _paste(canvas: Image.Image, one: _Placed) -> None:
    """Draw a head so that its face fills its box, to a fraction of a pixel."""
    head, box = one.head, one.box
    scale = np.array([box[2] - box[0], box[3] - box[1]]) / head.face
    centre = (box[:2] + box[2:]) / 2
    low = np.floor(centre - head.middle * scale - 2)
    high = np.ceil(centre + (np.array(head.sprite.size) - head.middle) * scale + 2)
    if high[0] < 0 or high[1] < 0 or low[0] > WIDTH or low[1] > HEIGHT:
        return
    # Reduced with a filter first, then put in place to a fraction of a pixel.
    size = np.maximum(1, np.rint(np.array(head.sprite.size) * scale)).astype(int)
    small = head.sprite.resize((int(size[0]), int(size[1])), Image.Resampling.LANCZOS)
    if one.angle:
        small = small.rotate(one.angle, Image.Resampling.BICUBIC, center=tuple(head.middle * scale))
    shift = centre - head.middle * scale - low
    layer = small.transform(
        (int(high[0] - low[0]), int(high[1] - low[1])),
        Image.Transform.AFFINE,
        (1, 0, -shift[0], 0, 1, -shift[1]),
        Image.Resampling.BILINEAR,
    )
    red, green, blue, alpha = layer.split()
    colour = Image.merge(
        "RGB", [band.point(lambda v: v * head.light) for band in (red, green, blue)]
    )
    canvas.paste(colour, (int(low[0]), int(low[1])), alpha)


def _grown(box: F8, share: float) -> F8:
    by = share * (box[2:] - box[:2])
    return np.hstack([box[:2] - by, box[2:] + by])


def _area(box: F8) -> float:
    return float(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]))


def _shared(one: F8, other: F8) -> float:
    return _area(np.hstack([np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])]))
