"""Video and sound of old phones and recorders: read as they are, written as kinds that we write."""

from pathlib import Path

import pytest

from contrechamp.base.progress import silent
from contrechamp.redact.checks import copies
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.masking import with_container_told
from contrechamp.redact.request import Request
from contrechamp.redact.sound.masking import mask_sound
from contrechamp.redact.video.masking import mask_video
from redact.copies import media

VIDEOS = {
    "AVI of Motion JPEG": ("avi", "mjpeg", "pcm_u8"),
    "AVI of MPEG-4": ("avi", "mpeg4", "libmp3lame"),
    "AVI of MS MPEG-4": ("avi", "msmpeg4", "libmp3lame"),
    "MPEG-PS": ("mpeg", "mpeg2video", "mp2"),
    "MPEG-TS": ("mpegts", "mpeg2video", "mp2"),
    "WMV": ("asf", "wmv2", "wmav2"),
}
SOUNDS = {
    "WMA": ("asf", "wmav2", ".m4a"),
    "AIFF": ("aiff", "pcm_s16be", ".wav"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", VIDEOS)
def test_old_video_becomes_a_checked_mp4(tmp_path: Path, name: str) -> None:
    form, video, sound = VIDEOS[name]
    source = tmp_path / "source"
    source.write_bytes(media(form, video, sound, {"title": "Ada Sample"}))
    kind = kind_of(source, "source")
    assert (kind.kind, kind.suffix) == ("video", ".mp4")
    target = tmp_path / "masked.mp4"
    asked = Request(strip_only=True, sound="keep", threads=1)
    outcome = mask_video(source, target, asked, silent)
    checks, _absent = copies.check_file(target, "video", sound=True)
    assert [check for check in (*outcome.checks, *checks) if not check.passed] == []
    assert outcome.frames == 25
    assert b"Ada Sample" not in target.read_bytes()
    told = with_container_told(outcome, kind)
    assert told.looks[-1].message.endswith("the copy is MP4, which other programs may open.")


@pytest.mark.slow
@pytest.mark.parametrize("name", SOUNDS)
def test_old_sound_becomes_a_checked_copy(tmp_path: Path, name: str) -> None:
    form, coder, suffix = SOUNDS[name]
    source = tmp_path / "source"
    source.write_bytes(media(form, None, coder, {"title": "Ada Sample"}))
    kind = kind_of(source, "source")
    assert (kind.kind, kind.format, kind.suffix) == ("sound", name, suffix)
    target = tmp_path / f"masked{suffix}"
    outcome = mask_sound(source, target, Request(sound="keep"), silent)
    checks, _absent = copies.check_file(target, "sound")
    assert [check for check in (*outcome.checks, *checks) if not check.passed] == []
    assert outcome.duration_s == pytest.approx(1.0, abs=0.25)
    assert b"Ada Sample" not in target.read_bytes()


@pytest.mark.slow
def test_an_avi_that_counts_one_frame_more_is_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "masked.mp4"
    content = bytearray(media("avi", "mjpeg", None))
    for header, at in ((b"avih", 8 + 16), (b"strh", 8 + 32)):
        place = content.index(header) + at
        count = int.from_bytes(content[place : place + 4], "little")
        assert count == 25
        content[place : place + 4] = (count + 1).to_bytes(4, "little")
    source.write_bytes(bytes(content))
    outcome = mask_video(source, target, Request(strip_only=True, threads=1), silent)
    assert [check for check in outcome.checks if not check.passed] == []
