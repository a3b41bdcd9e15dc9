"""Masking videos through `mask_video`: what comes out, and what is refused."""

import io
import itertools
import json
import os
import resource
import struct
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import matplotlib.cbook
import numpy as np
import pytest
from PIL import Image

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.progress import silent
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.sidecar import from_json
from contrechamp.redact.video import masking
from contrechamp.redact.video.courses import course_of
from contrechamp.redact.video.masking import mask_video
from contrechamp.redact.video.reading import LIMITS, VideoLimits
from contrechamp.redact.video.task import FAST, MOST_WEAK, Scan, Schedule
from contrechamp.redact.video.tracks import Rules, Track
from contrechamp.redact.video.upright import Turn, turn_of
from redact.made_videos import FindsRed, ffmpeg, picture, read, red_pixels, write

pytestmark = pytest.mark.slow

FRAMES = [picture(number) for number in range(12)]


def masked(
    source: Path, request: Request | None = None, detector: Any = None, limits: VideoLimits = LIMITS
) -> tuple[Path, Outcome]:
    target = source.parent / "out" / "target"
    target.parent.mkdir(exist_ok=True)
    outcome = mask_video(
        source, target, request or Request(threads=1), silent, limits=limits,
        detector=detector or FindsRed(),
    )  # fmt: skip
    assert all(check.passed for check in outcome.checks), outcome.checks
    return target, outcome


def probe(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_chapters", "-of", "json",
         str(path)],
        capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


# ---- formats ----


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("b.mov", "libx265", "yuv420p"),
        ("c.mkv", "libx264", "yuv444p"),
        ("d.webm", "libvpx-vp9", "yuv420p"),
        ("e.mp4", "libx265", "yuv420p10le"),
        ("f.webm", "libvpx-vp9", "yuv420p10le"),
        ("g.mkv", "libsvtav1", "yuv420p"),
        ("h.mp4", "libx264", "yuvj420p"),
    ],
)
def test_every_format_comes_out_covered_as_h264_in_mp4(
    tmp_path: Path, name: str, codec: str, pix_fmt: str
) -> None:
    source = tmp_path / name
    if (codec, pix_fmt) == ("libvpx-vp9", "yuv420p10le"):  # not by the library of PyAV
        plain = write(tmp_path / "plain.mp4", FRAMES)
        ffmpeg("-i", plain, "-c:v", codec, "-pix_fmt", pix_fmt, "-cpu-used", 8, source)
    else:
        write(source, FRAMES, codec=codec, pix_fmt=pix_fmt)
    before = source.read_bytes()
    target, outcome = masked(source)
    assert source.read_bytes() == before
    [stream] = probe(target)["streams"]
    assert (stream["codec_name"], stream["pix_fmt"]) in [("h264", "yuv420p"), ("h264", "yuvj420p")]
    assert "mp4" in probe(target)["format"]["format_name"]
    source_read, target_read = read(source), read(target)
    assert np.allclose(target_read.seconds, source_read.seconds, atol=1e-4)
    for rgb, original in zip(target_read.frames, source_read.frames, strict=True):
        assert red_pixels(original) > 300
        assert red_pixels(rgb) == 0
        # What is not covered looks as before.
        assert np.abs(rgb[80:, 100:].astype(int) - original[80:, 100:]).mean() < 8
        assert rgb[45:55, 55:65].max() < 12
    assert (outcome.kind, outcome.frames) == ("video", len(FRAMES))
    # How long the last frame lasts, writers guess.
    assert outcome.duration_s == pytest.approx(len(FRAMES) / 30, abs=0.01)
    [track] = outcome.covered
    assert (track.by, track.frames) == ("face", (0, len(FRAMES) - 1))


def test_frames_of_varying_length_keep_their_times(tmp_path: Path) -> None:
    ticks = [0, 900, 4500, 6000, 6003, 21000, 24000, 27003, 30000, 90000, 93000, 93500]
    source = write(tmp_path / "vfr.mp4", FRAMES, ticks=ticks, time_base=Fraction(1, 90_000))
    target, outcome = masked(source)
    assert read(target).seconds == pytest.approx([tick / 90_000 for tick in ticks], abs=1e-6)
    streams = [probe(path)["streams"][0] for path in (source, target)]
    assert float(streams[1]["duration"]) == pytest.approx(float(streams[0]["duration"]), abs=1e-4)
    assert outcome.duration_s == pytest.approx(float(streams[0]["duration"]), abs=1e-3)


def test_a_video_that_begins_late_begins_late(tmp_path: Path) -> None:
    ticks = [1000 + 40 * number for number in range(12)]
    source = write(tmp_path / "late.mkv", FRAMES, ticks=ticks, time_base=Fraction(1, 1000))
    target, _outcome = masked(source)
    assert read(target).seconds[0] == pytest.approx(read(source).seconds[0], abs=1e-3)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_phone_held_otherwise_comes_out_upright(tmp_path: Path, degrees: int) -> None:
    """Rotation is carried out on the pixels, so that no player has to know of it."""
    upright = [picture(n, lambda _n: (40.0, 110.0), (120, 160)) for n in range(4)]
    stored = [np.ascontiguousarray(np.rot90(rgb, -degrees // 90)) for rgb in upright]
    source = write(tmp_path / "turned.mp4", stored)
    one, content = 1 << 16, source.read_bytes()
    across, along = {90: (0, -one), 180: (-one, 0), 270: (0, one)}[degrees]
    at = content.index(b"tkhd") + 44  # the matrix; not by ffmpeg, whose option is another since 6.0
    turned = struct.pack(">5i", across, along, 0, -along, across)
    source.write_bytes(content[:at] + turned + content[at + len(turned) :])
    shown = tmp_path / "as-a-player-shows-it.png"
    ffmpeg("-i", source, "-frames:v", "1", shown)
    player = np.asarray(Image.open(shown).convert("RGB"))
    hand = from_json({"format": "contrechamp/boxes-1", "size": [120, 160],
                      "cover": [{"box": [80, 10, 110, 30]}]}, "test")  # fmt: skip
    target, outcome = masked(source, Request(hand=hand, threads=1))
    assert (outcome.width, outcome.height) == (120, 160)
    rgb = read(target).frames[0]
    assert rgb.shape == player.shape == (160, 120, 3)
    open_part = np.s_[30:80, :80]
    assert np.abs(rgb[open_part].astype(int) - player[open_part]).mean() < 8
    assert rgb[14:26, 84:106].max() < 12
    assert red_pixels(player) > 300
    assert red_pixels(rgb) == 0
    assert not probe(target)["streams"][0].get("side_data_list")


def test_all_eight_turns_are_what_the_matrix_says() -> None:
    one = 1 << 16
    stored = np.arange(6).reshape(2, 3)
    signs = list(itertools.product((one, -one), repeat=2))
    for a, b, c, d in [(p, 0, 0, q) for p, q in signs] + [(0, p, q, 0) for p, q in signs]:
        # A player puts each stored pixel where the matrix sends it, then shifts all into view.
        places = {
            (a // one * x + c // one * y, b // one * x + d // one * y): stored[y, x]
            for y in range(2)
            for x in range(3)
        }
        left, top = min(x for x, _y in places), min(y for _x, y in places)
        turn = turn_of([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        shown = stored.T if turn.transposed else stored
        shown = shown[:, ::-1] if turn.left_right else shown
        shown = shown[::-1] if turn.top_bottom else shown
        assert {(x - left, y - top): v for (x, y), v in places.items()} == {
            (x, y): shown[y, x] for y in range(shown.shape[0]) for x in range(shown.shape[1])
        }
        assert turn.size(3, 2) == shown.shape[::-1]
    assert turn_of(None) == Turn()


def test_odd_sides_lose_their_last_pixel(tmp_path: Path) -> None:
    frames = [picture(n, size=(161, 121)) for n in range(4)]
    source = write(tmp_path / "odd.webm", frames, codec="libvpx-vp9")
    target, outcome = masked(source)
    assert read(target).frames[0].shape == (120, 160, 3)
    assert (outcome.width, outcome.height) == (160, 120)


def test_hdr_is_brought_to_the_range_of_ordinary_screens(tmp_path: Path) -> None:
    source = write(
        tmp_path / "hdr.mp4", FRAMES[:3], codec="libx265", pix_fmt="yuv420p10le",
        options={"x265-params": "log-level=none:colorprim=bt2020:transfer=arib-std-b67"
                                ":colormatrix=bt2020nc"},
        colours=(9, 9, 18, 1),
    )  # fmt: skip
    with av.open(str(source)) as container:
        assert next(container.decode(video=0)).color_trc == 18
    target, _outcome = masked(source, Request(boxes_only=True, threads=1))
    [stream] = probe(target)["streams"]
    assert (stream["color_transfer"], stream["color_primaries"], stream["pix_fmt"]) == (
        "bt709", "bt709", "yuv420p",
    )  # fmt: skip
    levels = read(target).frames[0].astype(float)
    assert 40 < levels.mean() < 215
    assert levels.std() > 15


# ---- what stays behind ----


def planted(tmp_path: Path) -> Path:
    """A MOV with place, maker, date, chapters, time code, subtitles, sound and a cover picture."""
    plain = write(tmp_path / "plain.mp4", FRAMES, sound=True)
    chapters = tmp_path / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=300\ntitle=Sample street\n"
    )
    subtitles = tmp_path / "words.srt"
    subtitles.write_text("1\n00:00:00,000 --> 00:00:00,300\nSample name\n")
    source = tmp_path / "planted.mov"
    ffmpeg(
        "-i", plain, "-i", subtitles, "-i", chapters, "-map", "0", "-map", "1",
        "-map_metadata", "2", "-map_chapters", "2", "-c", "copy", "-c:s", "mov_text",
        "-metadata", "location=+48.8584+002.2945/", "-metadata", "make=SampleMaker",
        "-metadata", "creation_time=2025-03-04T05:06:07Z", "-metadata", "comment=Sample secret",
        "-metadata:s:v:0", "handler_name=Sample handler", "-metadata:s:a:0", "language=fra",
        "-timecode", "01:02:03:04", source,
    )  # fmt: skip
    return source


@pytest.mark.parametrize("sound", ["drop", "keep", "alter"])
def test_nothing_but_pictures_leaves_and_sound_only_if_asked(tmp_path: Path, sound: Any) -> None:
    source = planted(tmp_path)
    kinds = {stream["codec_type"] for stream in probe(source)["streams"]}
    assert {"video", "audio", "subtitle", "data"} <= kinds
    target, outcome = masked(source, Request(sound=sound, threads=1))
    said = probe(target)
    wanted = ["video"] if sound == "drop" else ["video", "audio"]
    assert [stream["codec_type"] for stream in said["streams"]] == wanted
    assert not said["chapters"]
    assert set(said["format"]["tags"]) <= {"major_brand", "minor_version", "compatible_brands"}
    for stream in said["streams"]:
        assert set(stream["tags"]) <= {"language", "handler_name", "vendor_id"}
        assert stream["tags"]["language"] == "und"
        assert "Sample" not in stream["tags"]["handler_name"]
    content = target.read_bytes()
    for secret in (b"Sample", b"48.85", b"SampleMaker", b"x264", b"Lavf", b"Lavc", b"tmcd", b"fra"):
        assert secret in source.read_bytes() or secret in (b"x264", b"fra", b"Lavc", b"tmcd")
        assert secret not in content, secret
    exif = subprocess.run(
        ["exiftool", "-j", "-G", str(target)], capture_output=True, check=True, timeout=60
    )
    names = {name.split(":")[-1].lower() for name in json.loads(exif.stdout)[0]}
    assert not {n for n in names if "gps" in n or "location" in n or "make" in n or "comment" in n}
    dates = {
        v
        for k, v in json.loads(exif.stdout)[0].items()
        if k.startswith("QuickTime:") and "Date" in k
    }
    assert dates == {"0000:00:00 00:00:00"}
    assert any("metadata" in text for text in outcome.removed)
    assert any("subtitle" in text for text in outcome.removed)
    assert any("chapter" in text for text in outcome.removed)
    assert any("sound" in text for text in outcome.removed) == (sound == "drop")


def sound_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(parts)


def test_sound_that_is_kept_sounds_the_same(tmp_path: Path) -> None:
    source = write(tmp_path / "tone.mp4", FRAMES, sound=True)
    target, _outcome = masked(source, Request(sound="keep", threads=1))
    kept = sound_of(target)
    spectrum = np.abs(np.fft.rfft(kept[4096 : 4096 + 9600]))
    assert np.argmax(spectrum) * 48_000 / 9600 == pytest.approx(440, abs=6)
    assert len(kept) / 48_000 == pytest.approx(len(FRAMES) / 30, abs=0.05)


def test_altered_sound_ends_with_the_pictures(tmp_path: Path) -> None:
    source = write(tmp_path / "tone.mp4", [*FRAMES, *FRAMES, *FRAMES], sound=True)
    target, _outcome = masked(source, Request(sound="alter", threads=1))
    stream = probe(target)["streams"][1]
    assert (stream["channels"], stream["sample_rate"]) == (1, "16000")
    assert float(stream["duration"]) == pytest.approx(36 / 30, abs=0.1)


def test_a_video_without_sound_that_should_be_kept_is_no_error(tmp_path: Path) -> None:
    source = write(tmp_path / "mute.mp4", FRAMES[:3])
    target, _outcome = masked(source, Request(sound="keep", threads=1))
    assert [stream["codec_type"] for stream in probe(target)["streams"]] == ["video"]


# ---- what is covered ----


def test_a_moving_face_is_covered_where_the_detector_misses_it(tmp_path: Path) -> None:
    def place(number: int) -> tuple[float, float]:
        return 30.0 + 3 * number, 60.0

    source = write(tmp_path / "a.mp4", [picture(n, place) for n in range(30)])
    missed = {0, 1, 2, 9, 10, 11, 12, 13, 20, 28, 29}
    detector = FindsRed(misses=lambda call: call in missed)
    target, outcome = masked(source, detector=detector)
    assert [red_pixels(rgb) for rgb in read(target).frames] == [0] * 30
    [track] = outcome.covered
    assert track.frames == (0, 29)


def test_fast_searches_every_third_frame_and_covers_every_frame(tmp_path: Path) -> None:
    source = write(
        tmp_path / "a.mp4", [picture(n, lambda n: (40.0 + 2 * n, 60.0)) for n in range(21)]
    )
    plain, quick = FindsRed(), FindsRed()
    masked(source, detector=plain)
    target, _outcome = masked(source, Request(fast=True, threads=1), detector=quick)
    assert [red_pixels(rgb) for rgb in read(target).frames] == [0] * 21
    assert quick.calls < plain.calls * 0.6


def test_a_face_that_comes_and_goes_inside_is_told(tmp_path: Path) -> None:
    def place(number: int) -> tuple[float, float] | None:
        return (80.0, 60.0) if 90 <= number < 100 else None

    source = write(tmp_path / "a.mp4", [picture(n, place) for n in range(180)])
    _target, outcome = masked(source)
    codes = {look.code: look for look in outcome.looks}
    assert {"track-began-inside", "track-ended-inside"} <= set(codes)
    assert codes["track-began-inside"].seconds < 3.0 < codes["track-ended-inside"].seconds  # type: ignore[operator]
    [track] = outcome.covered
    assert track.frames is not None
    assert 60 <= track.frames[0] <= 90
    assert 99 <= track.frames[1] <= 130


def test_low_scores_are_not_covered_but_told(tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", FRAMES)
    target, outcome = masked(
        source, Request(cover_at=0.5, threads=1), FindsRed(score=0.3, misses=lambda call: call > 1)
    )
    assert not outcome.covered
    assert red_pixels(read(target).frames[0]) > 300
    [look] = [look for look in outcome.looks if look.code == "low-score-uncovered"]
    assert look.score == pytest.approx(0.3)
    assert look.box is not None
    assert look.box[0] < 60 < look.box[2]


def test_cuts_are_told(tmp_path: Path) -> None:
    dark = [(rgb[::-1] // 3).astype(np.uint8) for rgb in FRAMES]
    rng = np.random.default_rng(1)
    other = np.asarray(
        Image.fromarray(rng.integers(0, 90, (15, 20, 3), np.uint8)).resize((160, 120))
    )
    source = write(tmp_path / "a.mp4", [*FRAMES, *[other for _ in dark]])
    _target, outcome = masked(source)
    assert [look.seconds for look in outcome.looks if look.code == "cut"] == [pytest.approx(0.4)]


def hand_boxes(*cover: dict[str, Any], leave: tuple[dict[str, Any], ...] = ()) -> Any:
    return from_json(
        {"format": "contrechamp/boxes-1", "cover": list(cover), "leave": list(leave)}, "test"
    )


def test_boxes_by_hand_come_move_and_go_without_any_detector(tmp_path: Path) -> None:
    source = write(
        tmp_path / "a.mp4", [picture(n, lambda n: (30.0 + 4 * n, 60.0)) for n in range(25)]
    )
    path = [{"at": 0.2, "box": [34, 40, 74, 80]}, {"at": 0.6, "box": [82, 40, 122, 80]}]
    request = Request(hand=hand_boxes({"path": path}), boxes_only=True, threads=1)
    detector = FindsRed()
    target, outcome = masked(source, request, detector)
    assert detector.calls == 0
    reds = [red_pixels(rgb) for rgb in read(target).frames]
    assert reds[6:19] == [0] * 13
    assert min(reds[:5] + reds[20:]) > 200
    [one] = outcome.covered
    assert (one.by, one.frames) == ("hand", (5, 18))


def test_a_sliver_at_the_edge_is_no_torn_cover(tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", FRAMES)
    slivers = [[-30, 20, 3, 90], [20, -30, 90, 2], [157, 20, 190, 90], [20, 118, 90, 140]]
    request = Request(
        hand=hand_boxes(*({"box": box} for box in slivers)), boxes_only=True, threads=1
    )
    target, outcome = masked(source, request)
    assert len(outcome.covered) == 4
    rgb = read(target).frames[0]
    assert rgb[30:80, 0].max() < 30
    assert rgb[0, 30:80].max() < 30


def test_areas_to_leave_stay_open(tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", FRAMES)
    request = Request(hand=hand_boxes(leave=({"box": [40, 30, 80, 70]},)), threads=1)
    target, outcome = masked(source, request)
    assert not outcome.covered
    assert red_pixels(read(target).frames[5]) > 300


def test_boxes_of_another_size_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", FRAMES[:2])
    hand = from_json({"format": "contrechamp/boxes-1", "size": [640, 480], "cover": []}, "a.json")
    with pytest.raises(InputError, match="640 x 480"):
        masked(source, Request(hand=hand, threads=1))
    assert list((tmp_path / "out").iterdir()) == []


def test_noise_has_nothing_to_do_with_the_picture(tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", FRAMES)
    request = Request(style="noise", threads=1)
    one, _ = masked(source, request)
    first = read(one).frames
    two, _ = masked(source, request)
    second = read(two).frames
    area = np.s_[40:60, 50:70]
    # Four patches lie in it: that none of them differs by more than this happens once in 50,000.
    assert np.abs(first[3][area].astype(int) - second[3][area]).max() > 10
    assert np.abs(first[3][area].astype(int) - first[8][area]).mean() < 6
    # The disc is redder than green by 200 and 140; the reddest patch of noise by 52.
    red, green = (first[3][area][:, :, channel].mean(dtype=float) for channel in (0, 1))
    assert red - green < 70


def test_a_real_face_is_found_by_the_net_and_covered(tmp_path: Path) -> None:
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        portrait = Image.open(io.BytesIO(file.read())).convert("RGB").resize((128, 150))
    frames = []
    for number in range(6):
        canvas = Image.fromarray(picture(0, lambda _n: None, (240, 180)))
        canvas.paste(portrait, (20 + 4 * number, 15))
        frames.append(np.asarray(canvas))
    source = write(tmp_path / "a.mp4", frames)
    target = tmp_path / "target"
    outcome = mask_video(source, target, Request(threads=2), silent)
    assert all(check.passed for check in outcome.checks)
    best = max(outcome.covered, key=lambda covered: covered.score or 0)
    assert best.frames == (0, 5)
    assert best.score is not None
    assert best.score > 0.7
    for number, rgb in enumerate(read(target).frames):
        # Where the face is in the portrait, seen with the eye: 50..80 x 30..65.
        assert rgb[15 + 30 : 15 + 65, 20 + 4 * number + 50 : 20 + 4 * number + 80].max() < 20


# ---- checks ----


def test_a_cover_that_is_not_there_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "a.mp4", FRAMES)
    monkeypatch.setattr(masking.CoverPattern, "paint", lambda *_arguments: None)
    outcome = mask_video(source, tmp_path / "t", Request(threads=1), silent, detector=FindsRed())
    failed = [check.name for check in outcome.checks if not check.passed]
    assert failed == ["covered areas show the cover and nothing else"]


def test_a_face_that_is_left_fails_the_check(tmp_path: Path) -> None:
    """The net sees in the output what it did not see in the source."""
    source = write(tmp_path / "a.mp4", FRAMES)
    detector = FindsRed(misses=lambda call: call < len(FRAMES))
    outcome = mask_video(source, tmp_path / "t", Request(threads=1), silent, detector=detector)
    assert [check.passed for check in outcome.checks] == [True, True, True, False]
    unsure = FindsRed(score=0.3, misses=lambda call: call < len(FRAMES))
    outcome = mask_video(source, tmp_path / "t", Request(threads=1), silent, detector=unsure)
    assert all(check.passed for check in outcome.checks)
    assert "found-in-output" in {look.code for look in outcome.looks if look.urgency == 1}


def test_streams_that_should_not_be_there_fail_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = planted(tmp_path)
    real = masking.cover

    def smuggling(task: Any, *rest: Any) -> bool:
        real(task, *rest)
        copied = tmp_path / "copy.mp4"
        ffmpeg("-i", source, "-map", "0:v", "-map", "0:a", "-c", "copy", copied)
        task.target.write_bytes(copied.read_bytes())
        return False

    monkeypatch.setattr(masking, "cover", smuggling)
    outcome = mask_video(source, tmp_path / "t", Request(threads=1), silent, detector=FindsRed())
    failed = {check.name for check in outcome.checks if not check.passed}
    assert "only the streams that were asked for, without metadata" in failed


def test_frames_that_are_missing_fail_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "a.mp4", FRAMES)
    shorter = write(tmp_path / "b.mp4", FRAMES[:-1])
    real = masking.cover

    def losing(task: Any, *rest: Any) -> bool:
        real(task, *rest)
        task.target.write_bytes(shorter.read_bytes())
        return False

    monkeypatch.setattr(masking, "cover", losing)
    outcome = mask_video(
        source, tmp_path / "t", Request(boxes_only=True, threads=1), silent, detector=FindsRed()
    )
    failed = {check.name for check in outcome.checks if not check.passed}
    assert "number and times of frames, and the end, as in the source" in failed


# ---- bad input ----


def refused(source: Path, match: str, limits: VideoLimits = LIMITS) -> None:
    with pytest.raises(InputError, match=match) as caught:
        masked(source, limits=limits)
    assert str(source) in str(caught.value)
    assert list((tmp := source.parent / "out").iterdir()) == [], tmp


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "cannot be read as a video"),
        (b"GIF89a" + bytes(500), "cannot be read as a video"),
        (b"\0\0\0\x20ftypisom" + bytes(range(256)) * 8, "cannot be read as a video"),
        (b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 8, "cannot be read as a video"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "cannot be read as a video"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/hostname\n", "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes, match: str) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(content)
    refused(source, match)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("share", [0.4, 0.8])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, name: str, share: float) -> None:
    frames = [np.random.default_rng(n).integers(0, 255, (120, 160, 3), np.uint8) for n in range(90)]
    whole = write(tmp_path / "whole.mp4", frames)
    source = tmp_path / name
    ffmpeg("-i", whole, "-c", "copy", "-movflags", "+faststart", source)
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content) * share)])
    refused(source, "is cut off|cannot be")


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.mp4", FRAMES, sound=True)
    source = tmp_path / "sound.m4a"
    ffmpeg("-i", plain, "-vn", "-c", "copy", source)
    refused(source, "has no video")


def test_a_codec_that_is_not_meant_is_refused(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.mp4", FRAMES)
    source = tmp_path / "a.mkv"
    ffmpeg("-i", plain, "-c:v", "ffv1", source)
    refused(source, "codec|cannot be read")


@pytest.mark.parametrize(
    ("limits", "match"),
    [
        (VideoLimits(pixels=10_000), "160 x 120 px"),
        (VideoLimits(frames=5), "longer than"),
        (VideoLimits(duration_s=0.2), "longer than"),
        (VideoLimits(wall_s=-1.0), "given up"),
    ],
)
def test_every_limit_holds(tmp_path: Path, limits: VideoLimits, match: str) -> None:
    refused(write(tmp_path / "a.mp4", FRAMES), match, limits)


def test_a_picture_that_changes_its_size_is_refused(tmp_path: Path) -> None:
    parts = [write(tmp_path / f"{n}.mkv", [picture(k, size=s) for k in range(5)])
             for n, s in enumerate([(160, 120), (128, 96)])]  # fmt: skip
    streams = [tmp_path / f"{n}.h264" for n in range(2)]
    for part, stream in zip(parts, streams, strict=True):
        ffmpeg("-i", part, "-c", "copy", "-bsf:v", "h264_mp4toannexb", stream)
    joined = tmp_path / "joined.h264"
    joined.write_bytes(b"".join(stream.read_bytes() for stream in streams))
    source = tmp_path / "joined.mp4"
    ffmpeg("-r", "30", "-i", joined, "-c", "copy", source)
    refused(source, "changes its size")


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 255, (120, 160, 3), np.uint8) for _ in range(20)]
    source = write(tmp_path / "a.mp4", frames)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            masked(source, Request(boxes_only=True, threads=1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    source = write(tmp_path / "a.mp4", FRAMES[:3])
    with pytest.raises(OutputError, match="cannot be written"):
        mask_video(source, tmp_path / "no" / "t", Request(threads=1), silent, detector=FindsRed())


@pytest.mark.parametrize("pass_", ["Covering", "Checking"])
def test_an_interruption_leaves_nothing(tmp_path: Path, pass_: str) -> None:
    source = write(tmp_path / "a.mp4", FRAMES)
    target = tmp_path / "target"

    class Interrupting:
        def __init__(self, label: str) -> None:
            self.label = label

        def __enter__(self) -> Any:
            return self.advance

        def __exit__(self, *_error: object) -> None: ...

        def advance(self, _amount: float) -> None:
            if self.label == pass_:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mask_video(
            source, target, Request(threads=1), lambda label, total: Interrupting(label),
            detector=FindsRed(),
        )  # fmt: skip
    assert not target.exists()


def test_the_source_may_come_as_a_descriptor(tmp_path: Path) -> None:
    """The door opens the file once and hands on no name."""
    source = write(tmp_path / "a.mp4", FRAMES)
    descriptor = os.open(source, os.O_RDONLY)
    try:
        outcome = mask_video(
            Path(f"/dev/fd/{descriptor}"), tmp_path / "t", Request(threads=1), silent,
            detector=FindsRed(),
        )  # fmt: skip
    finally:
        os.close(descriptor)
    assert outcome.frames == len(FRAMES)
    assert all(check.passed for check in outcome.checks)


def test_looks_alternate_between_the_whole_frame_and_enlarged_quarters() -> None:
    schedule = Schedule()
    looks = [schedule.look(number, 1920, 1080) for number in range(24)]
    assert all(look is not None for look in looks)
    for number in (0, 6, 12, 18):
        assert looks[number].size == (1920, 1080)  # type: ignore[union-attr]
    quarters = [looks[number] for number in (3, 9, 15, 21)]
    seen = np.zeros((1080, 1920), bool)
    for look in quarters:
        assert look is not None
        left, top, right, bottom = look.area
        assert look.size[0] == pytest.approx((right - left) * 2, abs=1)
        seen[top:bottom, left:right] = True
    assert seen.all()
    glance = looks[1]
    assert glance is not None
    assert glance.size == (480, 270)
    assert glance.smallest_px == 40


def test_fast_looks_at_every_third_frame() -> None:
    searched = [n for n in range(24) if FAST.look(n, 1920, 1080) is not None]
    assert searched == list(range(0, 24, 3))


def test_small_videos_are_enlarged_and_large_ones_reduced() -> None:
    assert Schedule().look(0, 320, 240).size == (640, 480)  # type: ignore[union-attr]
    assert Schedule().look(3, 320, 240).area == (0, 0, 320, 240)  # type: ignore[union-attr]
    assert Schedule().look(0, 2160, 3840).size == (1080, 1920)  # type: ignore[union-attr]
    assert Schedule().look(3, 2160, 3840).size[1] < 2200  # type: ignore[union-attr]


def test_of_what_is_not_covered_only_so_much_is_kept() -> None:
    """A long video may show thousands of things that look a little like a face."""
    scan = Scan()
    for number in range(5 * MOST_WEAK):
        track = Track(number, [np.array([0.0, 0, 9, 9])], [0.01 + 0.00001 * number])
        scan.take(course_of(track, Rules(cover_at=0.5, continue_at=0.01)))
    assert not scan.courses
    assert len(scan.weak) <= 2 * MOST_WEAK
    assert len(scan.weak) + scan.weak_dropped == 5 * MOST_WEAK
    assert max(course.first for course in scan.weak) == 5 * MOST_WEAK - 1
