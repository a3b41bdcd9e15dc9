"""Measures how much of faces in videos stays uncovered, how fast, and in how much memory.

Run as ``python -m benchmarks.video``: made-up clips (`benchmarks.video_clips`) go through
contrechamp and through deface 1.5.0, which gets an environment of its own; what both wrote is
decoded, and what is black in it counts as covered. ``--part`` measures one clip and keeps its
figures, so that a long run can be cut into short ones; without it all parts are told together.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.video_clips import HEIGHT, KINDS, WIDTH, Truth, make

FOLDER = Path(__file__).parent / "results" / "video"
DEFACE = "deface==1.5.0"
#: Brightness (studio range) below which a pixel of an output is a cover; clips have none so dark.
COVER_BELOW = 30
#: A face leaks in a frame when less than this share of what shows of it is covered.
ENOUGH = 0.8
SIZES = ((10, 15), (15, 20), (20, 30), (30, 45), (45, 100))
#: Half 0 is for choosing figures, half 1 for reporting them.
CHOOSE, REPORT = 0, 1
WAYS = ("contrechamp", "fast", "deface")

#: Run by deface's own Python: its own function for videos, with its defaults but for the look of
#: covers, so that they can be seen in the pixels. Prints the seconds, without those that
#: loading the net takes, and the seconds of all cores, which other work on the machine moves less.
_DEFACE = """
import os, sys, time
from deface.deface import video_detect
from deface.centerface import CenterFace
net = CenterFace(in_shape=None, backend="auto")
began, used = time.perf_counter(), sum(os.times()[:4])
video_detect(ipath=sys.argv[1], opath=sys.argv[2], centerface=net, threshold=0.2,
             enable_preview=False, cam=False, nested=False, replacewith="solid", mask_scale=1.3,
             ellipse=False, draw_scores=False, ffmpeg_config={"codec": "libx264"})
print("seconds", time.perf_counter() - began)
print("core_s", sum(os.times()[:4]) - used)
for line in open("/proc/self/status"):
    if line.startswith("VmHWM"):
        print("peak_mb", int(line.split()[1]) / 1e3)
"""


def deface_python(given: Path | None) -> Path:
    """Return the Python that deface is installed for, by pip where none is given."""
    if given is not None:
        return given
    folder = FOLDER / "deface"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        wanted = [DEFACE, "onnx", "onnxruntime"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    return python


def by_deface(source: Path, target: Path, python: Path) -> dict[str, float]:
    """Mask one clip with deface."""
    return _told([str(python), "-c", _DEFACE, str(source), str(target)])


def by_us(source: Path, target: Path, fast: bool = False) -> dict[str, float]:
    """Mask one clip with contrechamp, in a process of its own."""
    how = ["--fast"] if fast else []
    return _told(
        [sys.executable, "-m", "benchmarks.video", "--mask", str(source), str(target), *how]
    )


def _told(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    pairs = [line.split() for line in done.stdout.splitlines()]
    return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2 and _is_number(pair[1])}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def mask_here(source: Path, target: Path, fast: bool) -> None:
    """Mask one clip in this process; print seconds by pass, and the peak of memory."""
    from contrechamp.redact.faces.centerface import CenterFace
    from contrechamp.redact.request import Request
    from contrechamp.redact.video import masking

    passes: list[float] = []

    @contextmanager
    def timed(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        del label, total
        began = time.perf_counter()
        yield lambda _amount: None
        passes.append(time.perf_counter() - began)

    net = CenterFace(threads=1)
    _warm()
    began, used = time.perf_counter(), sum(os.times()[:4])
    outcome = masking.mask_video(source, target, Request(fast=fast), timed, detector=net)
    print("seconds", time.perf_counter() - began)
    print("core_s", sum(os.times()[:4]) - used)
    for name, seconds in zip(("search_s", "cover_s", "check_s"), passes, strict=True):
        print(name, seconds)
    print("checks_failed", sum(not check.passed for check in outcome.checks))
    print("looks", len(outcome.looks))
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            print("peak_mb", int(line.split()[1]) / 1e3)


def _warm() -> None:
    """Load what is compiled, as the net is loaded: once, and not for each video."""
    from contrechamp.redact.video.motion import Motion

    motion = Motion(2, 1)
    noise = np.random.default_rng(0).integers(0, 255, (2, 90, 160), np.uint8)
    for grey in noise:
        motion.push(grey)
    motion.follow(np.array([40.0, 40, 60, 60]), 0, 1, np.zeros(2))


def covered(target: Path) -> Iterator[NDArray[np.bool_]]:
    """Yield, frame by frame, which pixels of an output are covered: (height, width)."""
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="yuv420p")[: frame.height] < COVER_BELOW


def judge(target: Path, truth: Truth) -> dict[str, Any]:
    """Return for each face-frame its height and whether it leaks, and the area covered."""
    tall: list[float] = []
    leaks: list[bool] = []
    area = []
    for number, mask in enumerate(covered(target)):
        area.append(float(mask.mean()))
        # deface stretches pictures to a multiple of 16 px.
        scale = np.array([mask.shape[1] / WIDTH, mask.shape[0] / HEIGHT] * 2)
        for row in np.flatnonzero(truth.frame == number):
            tall.append(float(truth.tall[row]))
            box, hidden = truth.box[row] * scale, truth.hidden[row] * scale
            leaks.append(_share(mask, box, hidden) < ENOUGH)
    return {"tall": tall, "leaks": leaks, "area": float(np.mean(area)), "frames": len(area)}


def _share(mask: NDArray[np.bool_], box: NDArray[np.float64], hidden: NDArray[np.float64]) -> float:
    left, top, right, bottom = np.rint(box).astype(int)
    shows = np.ones((bottom - top, right - left), bool)
    if hidden[2] > hidden[0]:
        x0, y0, x1, y1 = np.clip(
            np.rint(hidden).astype(int) - [left, top] * 2, 0, [right - left, bottom - top] * 2
        )
        shows[y0:y1, x0:x1] = False
    inside = mask[top:bottom, left:right][shows]
    return float(inside.mean()) if inside.size else 1.0


def thinned(source: Path, truth: Truth, every: int) -> tuple[Path, Truth]:
    """Return a clip of every so manieth frame, hardly compressed, and where faces are in it.

    For deface, which looks at each frame alone and slowly: which frames it is given says how sure
    its figures are, and not what they are.
    """
    target = source.with_name(f"{source.stem}-{every}.mp4")
    if not target.exists():
        with av.open(str(source)) as old, av.open(str(target), "w") as out:
            stream: Any = out.add_stream("libx264", rate=30, options={"crf": "8"})
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            for number, frame in enumerate(old.decode(video=0)):
                if number % every == 0:
                    frame.pts, frame.time_base = number // every, Fraction(1, 30)
                    frame.pict_type = 0
                    out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    kept = truth.frame % every == 0
    rows = {name: column[kept] for name, column in truth.__dict__.items()}
    return target, Truth(**{**rows, "frame": rows["frame"] // every})


def measure(
    half: int, number: int, deface: Path | None, deface_every: int, ways: list[str]
) -> None:
    """Measure one clip and keep the figures."""
    source, truth, kind = make(half, number, FOLDER)
    for name in ways:
        kept = FOLDER / f"figures-{half}-{number:02}-{name}.json"
        target = FOLDER / f"out-{half}-{number:02}-{name}.mp4"
        if name == "deface":
            given, known = source, truth
            if deface_every > 1:
                given, known = thinned(source, truth, deface_every)
            cost = by_deface(given, target, deface_python(deface))
        else:
            known = truth
            cost = by_us(source, target, fast=name == "fast")
        figures = {"kind": kind, "name": name, **cost, **judge(target, known)}
        kept.write_text(json.dumps(figures))
        leak = np.mean(figures["leaks"])
        print(f"{number:2} {kind:13} {name:12} leak {leak:.4f} area {figures['area']:.4f} "
              f"{figures['frames'] / cost['seconds']:.1f} frames/s "
              f"{cost['core_s'] / figures['frames']:.3f} core-s a frame", flush=True)  # fmt: skip


def bounds(half: int) -> None:
    """Measure decoding alone, and decoding and encoding, of the first clip."""
    from contrechamp.redact.video.reading import examine, frames
    from contrechamp.redact.video.writing import VideoWriter

    source, _truth, _kind = make(half, 0, FOLDER)
    film = examine(source)
    began = time.perf_counter()
    count = sum(1 for _shown in frames(source, film))
    decoded = count / (time.perf_counter() - began)
    began = time.perf_counter()
    with VideoWriter(FOLDER / "bound.mp4", film) as writer:
        for shown in frames(source, film):
            writer.picture(shown.frame, shown.ticks)
    coded = count / (time.perf_counter() - began)
    print(f"decoding alone {decoded:.0f} frames/s; decoding and encoding {coded:.0f} frames/s")


def lengths(half: int) -> None:
    """Measure the peak of memory against the length of the video."""
    source, _truth, _kind = make(half, 2, FOLDER)
    for times in (1, 4, 8):
        joined = FOLDER / f"joined-{times}.mp4"
        if not joined.exists():
            _join(source, joined, times)
        cost = by_us(joined, FOLDER / "joined-out.mp4", fast=True)
        print(f"{times} x the length: peak {cost['peak_mb']:.0f} MB, {cost['seconds']:.0f} s")


def _join(source: Path, target: Path, times: int) -> None:
    with av.open(str(source)) as first, av.open(str(target), "w") as out:
        template = first.streams.video[0]
        stream = out.add_stream_from_template(template)
        shift = 0
        for _ in range(times):
            with av.open(str(source)) as again:
                end = shift
                for packet in again.demux(again.streams.video[0]):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    end = max(end, packet.pts + (packet.duration or 0))
                    packet.stream = stream
                    out.mux(packet)
                shift = end


def table(half: int) -> None:
    """Print what was measured, all clips together."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(FOLDER.glob(f"figures-{half}-*.json")):
        figures = json.loads(file.read_text())
        kept.setdefault(figures["name"], []).append(figures)
    names = ["", "clips", "face-frames", "leak", *(f"{low}-{high} px" for low, high in SIZES),
             "area covered", "frames/s", "core-s per frame", "peak MB"]  # fmt: skip
    print("| " + " | ".join(names) + " |\n|" + " --- |" * len(names))
    for name, clips in kept.items():
        tall = np.concatenate([clip["tall"] for clip in clips])
        leaks = np.concatenate([clip["leaks"] for clip in clips])
        sizes = [leaks[(tall >= low) & (tall < high)] for low, high in SIZES]
        frames = sum(clip["frames"] for clip in clips)
        seconds = sum(clip["seconds"] for clip in clips)
        cells = [
            name, f"{len(clips)}", f"{len(tall):,}", f"{leaks.mean():.4f}",
            *(f"{part.mean():.4f}" if len(part) else "" for part in sizes),
            f"{np.mean([clip['area'] for clip in clips]):.3f}", f"{frames / seconds:.1f}",
            f"{sum(clip['core_s'] for clip in clips) / frames:.3f}",
            f"{max(clip['peak_mb'] for clip in clips):.0f}",
        ]  # fmt: skip
        print("| " + " | ".join(cells) + " |")
    print("\nLeak by kind of clip:\n")
    print("| kind | face-frames | " + " | ".join(kept) + " |\n|" + " --- |" * (2 + len(kept)))
    for kind in KINDS:
        by_way = [
            np.concatenate([c["leaks"] for c in clips if c["kind"] == kind] or [[]])
            for clips in kept.values()
        ]
        if len(by_way[0]):
            row = (f"{leaks.mean():.3f}" if len(leaks) else "" for leaks in by_way)
            print(f"| {kind} | {len(by_way[0]):,} | " + " | ".join(row) + " |")
    ours = kept.get("contrechamp", [])
    if ours:
        total = sum(clip["seconds"] for clip in ours)
        shares = {key: sum(clip[key] for clip in ours) / total
                  for key in ("search_s", "cover_s", "check_s")}  # fmt: skip
        print(
            "\nShare of time: " + ", ".join(f"{key} {share:.2f}" for key, share in shares.items())
        )


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.video", description=__doc__)
    parser.add_argument("--half", type=int, default=REPORT, help="0 to choose, 1 to report")
    parser.add_argument("--clips", type=int, default=24, help="how many (default: %(default)s)")
    parser.add_argument("--part", type=int, help="this clip alone")
    parser.add_argument("--deface", type=Path, help="a Python that has deface 1.5.0")
    parser.add_argument("--deface-every", type=int, default=1, metavar="N",
                        help="give deface every Nth frame (default: %(default)s)")  # fmt: skip
    parser.add_argument("--way", choices=WAYS, action="append", help="only these ways")
    parser.add_argument("--fast", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=("bounds", "lengths", "table"))
    parser.add_argument("--mask", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mask:
        source, target = given.mask
        return mask_here(source, target, given.fast)
    if given.only in ("bounds", "lengths", "table"):
        return {"bounds": bounds, "lengths": lengths, "table": table}[given.only](given.half)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    for number in range(given.clips) if given.part is None else [given.part]:
        measure(given.half, number, given.deface, given.deface_every, given.way or list(WAYS))
    if given.part is None:
        table(given.half)
        bounds(given.half)
        lengths(given.half)
    return None


if __name__ == "__main__":
    main()
