"""Tiny videos made for tests: a red disc stands for a face, and a detector finds red."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces.hits import Hits

RGB = NDArray[np.uint8]
Place = Callable[[int], tuple[float, float] | None]

#: Half the side of the disc, px.
RADIUS = 14


def standing(_number: int) -> tuple[float, float]:
    return 60.0, 50.0


def picture(number: int, place: Place = standing, size: tuple[int, int] = (160, 120)) -> RGB:
    """A ground with texture, the same in each frame, and a red disc on it; upright."""
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    ground = 90 + 35 * np.sin(columns / 7.0) + 30 * np.cos(rows / 5.0 + columns / 11.0)
    rgb = np.repeat(ground[:, :, None], 3, axis=2)
    at = place(number)
    if at is not None:
        inside = np.hypot(columns + 0.5 - at[0], rows + 0.5 - at[1]) < RADIUS
        rgb[inside] = (220, 20, 20)
        # A pattern on it, so that it can be followed.
        rgb[inside & (rows % 6 < 2)] = (170, 30, 30)
    return rgb.astype(np.uint8)


@dataclass
class FindsRed:
    """A detector that finds red things, and misses where it is told.

    Args:
        score: of what it finds.
        misses: told how often it was called so far; True: it finds nothing this time.
    """

    score: float = 0.9
    misses: Callable[[int], bool] = lambda _call: False
    name: str = "red"
    calls: int = 0
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, rgb: RGB, report_at: float) -> Hits:
        call, self.calls = self.calls, self.calls + 1
        self.sizes.append((rgb.shape[1], rgb.shape[0]))
        red = (rgb[:, :, 0] > 110) & (rgb[:, :, 0] > 2.0 * rgb[:, :, 1])
        rows, columns = np.nonzero(red)
        if len(rows) < 12 or self.misses(call) or self.score < report_at:
            return Hits(np.empty((0, 4)), np.empty(0))
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        return Hits(np.array([box], np.float64), np.array([self.score]))


def write(
    path: Path,
    frames: Sequence[RGB],
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    ticks: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 30),
    sound: bool = False,
    options: dict[str, str] | None = None,
    colours: tuple[int, int, int, int] | None = None,
) -> Path:
    """Encode frames (height, width, 3) to `path`; its suffix says the container."""
    ticks = range(len(frames)) if ticks is None else ticks
    with av.open(str(path), "w") as out:
        # PyAV's own types name only the codecs that it has seen.
        stream: Any = out.add_stream(
            codec, options={"crf": "20", **_quick(codec), **(options or {})}
        )
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt, stream.time_base = pix_fmt, time_base
        stream.codec_context.time_base = time_base
        if colours:
            context = stream.codec_context
            (
                context.colorspace,
                context.color_primaries,
                context.color_trc,
                context.color_range,
            ) = colours
        audio: Any = out.add_stream("aac", rate=48_000, layout="stereo") if sound else None
        for rgb, tick in zip(frames, ticks, strict=True):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = tick, time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if audio:
            seconds = float((ticks[-1] + 1) * time_base)
            at = np.arange(int(48_000 * seconds)) / 48_000
            tone = np.tile(0.3 * np.sin(2 * np.pi * 440 * at), (2, 1)).astype(np.float32)
            samples = av.AudioFrame.from_ndarray(tone, format="fltp", layout="stereo")
            samples.sample_rate = 48_000
            out.mux(audio.encode(samples))
            out.mux(audio.encode(None))
    return path


def _quick(codec: str) -> dict[str, str]:
    return {
        "libx264": {"preset": "ultrafast"},
        "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
        "libsvtav1": {"preset": "12"},
    }[codec]


def ffmpeg(*arguments: object) -> None:
    """Run the program, for what a library would not plant."""
    subprocess.run(
        ["ffmpeg", "-y", "-loglevel", "error", *map(str, arguments)], check=True, timeout=60
    )


@dataclass(frozen=True)
class Decoded:
    """Args: frames: (height, width, 3) each; seconds: when each is shown."""

    frames: list[RGB]
    seconds: list[float]


def read(path: Path) -> Decoded:
    """Decode everything."""
    frames, seconds = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            frames.append(frame.to_ndarray(format="rgb24"))
            seconds.append(float(frame.time))
    return Decoded(frames, seconds)  # type: ignore[arg-type]


def red_pixels(rgb: RGB) -> int:
    """How many pixels look like the disc."""
    red = rgb[:, :, 0].astype(int)
    return int(((red > 110) & (red > 1.8 * rgb[:, :, 1])).sum())
