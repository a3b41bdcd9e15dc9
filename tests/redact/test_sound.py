import re
import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from parselmouth.praat import call

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact.request import Request
from contrechamp.redact.sound.masking import mask_sound
from redact.speech import speech

PLANTED = "Maison-Planted"
TAGS = {"title": PLANTED, "artist": PLANTED, "comment": PLANTED}
ID3 = b"TIT2" + struct.pack(">I2x", 1 + len(PLANTED)) + b"\x03" + PLANTED.encode()
ID3_TAG = b"ID3\x03\0\0" + bytes([0, 0, len(ID3) >> 7, len(ID3) & 127]) + ID3

KINDS = {
    "a.wav": ("wav", "pcm_s16le", 44_100),
    "a.mp3": ("mp3", "libmp3lame", 44_100),
    "a.m4a": ("ipod", "aac", 44_100),
    "a.aac": ("adts", "aac", 44_100),
    "opus.ogg": ("ogg", "libopus", 48_000),
    "vorbis.ogg": ("ogg", "vorbis", 44_100),
    "a.flac": ("flac", "flac", 44_100),
    "a.amr": ("amr", "libopencore_amrnb", 8_000),
    "a.webm": ("webm", "libopus", 48_000),
}


def write(path, container, coder, rate_hz, layout="stereo"):
    layout = "mono" if coder == "libopencore_amrnb" else layout
    with av.open(str(path), "w", format=container) as out:
        out.metadata.update(TAGS)
        stream = out.add_stream(coder, rate=rate_hz, layout=layout)
        stream.options = {"strict": "-2"}  # FFmpeg's own Vorbis coder calls itself experimental
        if container in ("ipod", "webm", "ogg"):
            out.set_chapters(
                [
                    {
                        "start": 0,
                        "end": 1000,
                        "time_base": Fraction(1, 1000),
                        "metadata": {"title": PLANTED},
                        "id": 1,
                    }
                ]
            )
        samples = speech(rate_hz=rate_hz).T.repeat(2 if layout == "stereo" else 1, axis=0)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
        frame.sample_rate = rate_hz
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def spoiled(path):
    """Add to a file what recorders and players add around the sound."""
    content = path.read_bytes()
    if path.suffix == ".wav":
        chunks = b"".join(
            name + struct.pack("<I", 602) + PLANTED.encode().ljust(602, b" ")
            for name in (b"bext", b"iXML", b"id3 ", b"_PMX")
        )
        content = content[:12] + chunks + content[12:]
        content = content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
    if path.suffix in (".mp3", ".aac", ".flac"):
        content = ID3_TAG + content
    if path.suffix != ".amr":
        content += b"TAG" + PLANTED.encode().ljust(125, b"\0")
    path.write_bytes(content)
    return path


def decoded(path):
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("fltp", "mono", 16_000)
        frames = [
            piece.to_ndarray()
            for frame in [*container.decode(audio=0), None]
            for piece in resampler.resample(frame)
        ]
    return np.concatenate(frames, axis=1).T


def masked(source, tmp_path, **request):
    target = tmp_path / "out"
    return mask_sound(source, target, Request(**request), silent), target


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("how", ["drop", "alter", "keep"])
def test_sound_comes_out_and_nothing_else_does(tmp_path, name, how):
    source = spoiled(write(tmp_path / name, *KINDS[name]))
    before = source.read_bytes()
    outcome, target = masked(source, tmp_path, sound=how)
    assert [check for check in outcome.checks if not check.passed] == []
    assert source.read_bytes() == before
    content = target.read_bytes()
    assert PLANTED.encode() not in content
    assert PLANTED.encode("utf-16-le") not in content
    assert re.search(rb"Lav[cf]\d", content) is None
    with av.open(str(target)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        assert not container.chapters()
    assert len(decoded(target)) == pytest.approx(len(decoded(source)), abs=0.25 * 16_000)
    assert outcome.kind == "sound"
    assert outcome.duration_s == pytest.approx(len(speech()) / 16_000, abs=0.1)


def pitch_hz(samples):
    sound = call("Create Sound from formula...", "s", 1, 0, len(samples) / 16_000, 16_000, "0")
    sound.values[:] = samples.T
    return call(sound.to_pitch(0.01, 70, 500), "Get quantile...", 0, 0, 0.5, "Hertz")


def test_voices_are_altered_unless_asked_to_be_kept(tmp_path):
    source = write(tmp_path / "a.flac", *KINDS["a.flac"])
    before = pitch_hz(decoded(source))
    for how, changed in (("drop", True), ("alter", True), ("keep", False)):
        outcome, target = masked(source, tmp_path, sound=how)
        ratio = pitch_hz(decoded(target)) / before
        assert (max(ratio, 1 / ratio) > 1.1) == changed
        assert outcome.looks[0].urgency == 1
        assert (outcome.looks[0].code == "voice-unaltered") != changed


def test_kept_sound_sounds_the_same(tmp_path):
    source = write(tmp_path / "a.wav", *KINDS["a.wav"])
    _, target = masked(source, tmp_path, sound="keep")
    np.testing.assert_allclose(decoded(target), decoded(source), atol=2e-4)


def test_no_run_is_like_the_one_before_and_no_factor_is_told(tmp_path):
    source = write(tmp_path / "a.wav", *KINDS["a.wav"])
    outcome, target = masked(source, tmp_path)
    first = decoded(target)
    again, target = masked(source, tmp_path)
    assert again == outcome
    assert len(target.read_bytes()) == 44 + 2 * len(first)  # header, samples
    assert np.corrcoef(first[:, 0], decoded(target)[:, 0])[0, 1] < 0.9


def test_what_was_left_behind_is_said(tmp_path):
    outcome, _ = masked(write(tmp_path / "a.m4a", *KINDS["a.m4a"]), tmp_path)
    assert outcome.removed == (
        "4 tags",
        "1 other track",
        "chapters",
        "differences between channels",
    )


def video(path):
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10, width=32, height=32, pix_fmt="yuv420p")
        for _ in range(3):
            out.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        out.mux(stream.encode(None))
    return path.read_bytes()


def test_what_is_no_sound_is_refused(tmp_path):
    wav = write(tmp_path / "a.wav", *KINDS["a.wav"]).read_bytes()
    for content, expected in (
        (b"", "is empty"),
        (b"Just text\n", "is no sound file"),
        (b"#EXTM3U\n/etc/hostname\n", "is no sound file"),
        (b"%PDF-1.7\n", "no sound file"),
        (b"RIFF\x24\0\0\0WAVE", "damaged"),
        (b"OggS" + bytes(200), "damaged"),
        (b"fLaC" + bytes(200), "damaged"),
        (wav[:44], "damaged"),
        (video(tmp_path / "v.mp4"), "is a video"),
        (wav[:24] + struct.pack("<I", 3_000_000) + wav[28:], "as no recording does"),
    ):
        source = tmp_path / "source.wav"
        source.write_bytes(content)
        with pytest.raises(InputError, match=rf"^source\.wav: .*{expected}"):
            masked(source, tmp_path)


def test_a_recording_that_was_cut_off_gives_what_there_is(tmp_path):
    source = write(tmp_path / "a.wav", *KINDS["a.wav"])
    content = source.read_bytes()
    source.write_bytes(content[: len(content) // 2])
    outcome, target = masked(source, tmp_path)
    assert all(check.passed for check in outcome.checks)
    assert len(decoded(target)) == pytest.approx(len(speech()) / 2, rel=0.01)


def test_content_decides_not_the_name(tmp_path):
    source = write(tmp_path / "a.mp3", *KINDS["a.mp3"]).rename(tmp_path / "photo.jpg")
    outcome, target = masked(source, tmp_path)
    assert all(check.passed for check in outcome.checks)
    with av.open(str(target)) as container:
        assert container.format.name == "mp3"
