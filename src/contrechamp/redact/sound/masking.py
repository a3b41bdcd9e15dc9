"""Masks sound files: alters voices, and leaves out everything but the sound."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import av
import av.container
import numpy as np

from contrechamp.base.errors import InputError
from contrechamp.base.files import reason_of, unwritable
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.redact.checks.outside_readers import MP4_TAGS
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.outcome import Check, Look, Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.sound.voice import Alteration, Samples

#: Altered sound has one channel of this rate, enough for the band that `Alteration` leaves.
ALTERED_RATE_HZ = 16_000
#: Kept sound is reduced to this at most, so that the longest recording fits into a WAV file.
KEPT_RATE_HZ, KEPT_CHANNELS = 48_000, 2
MAX_HOURS = 6
MAX_CHANNELS = 16
RATES_HZ = (4_000, 384_000)
#: Coders add or drop up to this much at the ends.
CODER_PADDING_S = 0.25


@dataclass(frozen=True)
class SoundFormat:
    """How one kind of file is read and written, with FFmpeg's names; no rates: it takes any."""

    reader: str
    writer: str
    coder: str
    rates_hz: tuple[int, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


_MP3_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_AAC_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
#: No encoder header and no table of contents: frames of sound, and nothing else.
_BARE_MP3 = (("write_xing", "0"), ("id3v2_version", "0"), ("write_id3v1", "0"))
_M4A = SoundFormat("mov", "ipod", "aac", _AAC_RATES)
#: By the format that `kind_of` names. MP4 and Matroska may turn out to be video; that is refused.
_FORMATS = {
    "WAV": SoundFormat("wav", "wav", "pcm_s16le"),
    "MP3": SoundFormat("mp3", "mp3", "libmp3lame", _MP3_RATES, _BARE_MP3),
    "M4A": _M4A,
    "MP4": _M4A,
    "AAC": SoundFormat("aac", "ipod", "aac", _AAC_RATES),
    "Ogg": SoundFormat("ogg", "ogg", "libopus", _OPUS_RATES),
    "FLAC": SoundFormat("flac", "flac", "flac"),
    # No free encoder writes AMR; the phones that recorded it play AAC too.
    "AMR": SoundFormat("amr", "ipod", "aac", _AAC_RATES),
    # Neither is written here: what plays them plays these.
    "WMA": SoundFormat("asf", "ipod", "aac", _AAC_RATES),
    "AIFF": SoundFormat("aiff", "wav", "pcm_s16le"),
    "Matroska": SoundFormat("matroska", "ogg", "libopus", _OPUS_RATES),
}


def mask_sound(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Write the sound of `source` to `target`, with voices altered, and nothing else.

    A request to drop the sound alters it, since nothing would be left to write. The format stays
    the same, except for AMR and WMA (to AAC), AIFF (to WAV) and WebM (to Ogg Opus).

    Args:
        source: WAV, MP3, M4A or AAC, Ogg, FLAC, AMR, WMA, AIFF, or WebM without pictures.
        target: overwritten if it exists.
        request: `sound` is ``keep`` to leave voices unaltered.
        progress: opens a bar.

    Raises:
        InputError: `source` is none of these, is damaged, or is larger than any recording.
    """
    known = _FORMATS.get(kind_of(source, source.name).format)
    if known is None:
        raise InputError(
            _(
                "is no sound file that can be masked: expected WAV, MP3, M4A, AAC, Ogg, FLAC, "
                "AMR, WMA, AIFF or WebM; convert it to WAV first"
            ),
            where=source.name,
        )
    with source.open("rb") as file:
        with _reading(file, known, source.name) as container:
            stream, removed = _chosen(container, source.name)
            keep = request.sound == "keep"
            sound = _Sound(
                min(stream.rate, KEPT_RATE_HZ) if keep else ALTERED_RATE_HZ,
                "stereo" if keep and stream.channels >= KEPT_CHANNELS else "mono",
            )
            duration_s = _duration_s(container, stream)
            with progress(_("Sound of {file}").format(file=source.name), duration_s) as advance:
                pieces = _decoded(container, stream, sound, source.name, advance)
                if not keep:
                    alteration = Alteration(
                        sound.rate_hz, np.random.default_rng(), bandwidth_hz=stream.rate / 2
                    )
                    pieces = _altered(pieces, alteration)
                written = _write(pieces, sound, target, known)
        if not written:
            raise InputError(_("holds no sound"), where=source.name)
    if stream.channels > 1 and not keep:
        removed.append(_("differences between channels"))
    return Outcome(
        kind="sound",
        duration_s=written / sound.rate_hz,
        looks=tuple(_looks(keep)),
        checks=_checks(target, written / sound.rate_hz),
        removed=tuple(removed),
    )


@dataclass(frozen=True)
class _Sound:
    rate_hz: int
    layout: str


@contextlib.contextmanager
def _reading(
    file: IO[bytes], known: SoundFormat, name: str
) -> Iterator[av.container.InputContainer]:
    """Open `file` with the one reader that fits: others, such as playlists, may open more files."""
    try:
        container = av.open(file, "r", format=known.reader, metadata_errors="replace")
    except av.error.FFmpegError as error:
        raise _damaged(name, error) from error
    with container:
        yield container


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(
        _(
            "is damaged or cut off and cannot be decoded ({reason}); open it in another program "
            "and save it as WAV"
        ).format(reason=reason_of(error)),
        where=name,
    )


def _chosen(container: av.container.InputContainer, name: str) -> tuple[Any, list[str]]:
    """Return the sound stream to mask, and the names of what is left out."""
    if any(not _is_cover(stream) for stream in container.streams.video):
        raise InputError(_("is a video: it has moving pictures"), where=name)
    if not container.streams.audio:
        raise InputError(_("holds no sound"), where=name)
    stream = container.streams.audio[0]
    rate_hz, channels = stream.rate or 0, stream.channels or 0
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1] or not 1 <= channels <= MAX_CHANNELS:
        raise InputError(
            _("has {rate} samples a second in {channels} channels, as no recording does").format(
                rate=rate_hz, channels=channels
            ),
            where=name,
        )
    tags = sum(len(set(part.metadata) - MP4_TAGS) for part in (container, *container.streams))
    covers, others = len(container.streams.video), len(container.streams) - 1
    removed = [
        ngettext("{n} tag", "{n} tags", tags).format(n=tags) if tags else "",
        ngettext("{n} picture", "{n} pictures", covers).format(n=covers) if covers else "",
        ngettext("{n} other track", "{n} other tracks", others - covers).format(n=others - covers)
        if others > covers
        else "",
        _("chapters") if container.chapters() else "",
    ]
    return stream, [text for text in removed if text]


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _duration_s(container: av.container.InputContainer, stream: Any) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else 0.0


def _decoded(
    container: av.container.InputContainer, stream: Any, sound: _Sound, name: str, advance: Any
) -> Iterator[Samples]:
    """Yield float32 (n, channels) at the rate and layout of `sound`."""
    resampler = av.AudioResampler(format="fltp", layout=sound.layout, rate=sound.rate_hz)
    samples = 0
    frames = container.decode(stream)
    while True:
        try:
            frame = next(frames, None)
            pieces = resampler.resample(frame)
        except (av.error.FFmpegError, ValueError) as error:  # ValueError: rate or layout changes
            raise _damaged(name, error) from error
        for piece in pieces:
            samples += piece.samples
            yield piece.to_ndarray().T.astype(np.float32, copy=False)
        if frame is None:
            return
        if samples > MAX_HOURS * 3600 * sound.rate_hz:
            raise InputError(
                _("is longer than {hours} hours; cut it into parts").format(hours=MAX_HOURS),
                where=name,
            )
        advance(frame.samples / frame.sample_rate)


def _altered(pieces: Iterator[Samples], alteration: Alteration) -> Iterator[Samples]:
    for piece in pieces:
        yield alteration.feed(piece)
    yield alteration.end()


def _write(pieces: Iterator[Samples], sound: _Sound, target: Path, known: SoundFormat) -> int:
    """Encode the sound; return how many samples were written."""
    try:
        return _encode(pieces, sound, target, known)
    except av.error.FFmpegError as error:
        raise unwritable(str(target), error) from error


def _encode(pieces: Iterator[Samples], sound: _Sound, target: Path, known: SoundFormat) -> int:
    rate_hz = sound.rate_hz
    if known.rates_hz and rate_hz not in known.rates_hz:
        rate_hz = min((rate for rate in known.rates_hz if rate > rate_hz), default=48_000)
    options = {"fflags": "+bitexact", **dict(known.options)}
    written = 0
    with av.open(str(target), "w", format=known.writer, options=options) as container:
        stream: Any = container.add_stream(known.coder, rate=rate_hz, layout=sound.layout)
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for piece in pieces:
            if not len(piece):
                continue
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece.T), format="fltp", layout=sound.layout
            )
            frame.sample_rate = sound.rate_hz
            frame.pts = None
            written += len(piece)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return written


def _looks(keep: bool) -> Iterator[Look]:
    if keep:
        yield Look(
            "voice-unaltered",
            _(
                "The voices are as they were recorded, as requested: anyone who knows a voice, or "
                "has a recording of it, can recognise it."
            ),
            1,
        )
    else:
        yield Look(
            "voice-alteration-weak",
            _(
                "Voices were altered, not made anonymous: people who know them may recognise them, "
                "and the alteration can be estimated and largely undone. If a voice must not be "
                "recognised, do not publish the sound: publish what is said, as text or spoken by "
                "someone else."
            ),
            1,
        )
    yield Look(
        "sound-content",
        _(
            "Listen to all of it: names, places, accent, choice of words and background sounds "
            "(announcements, bells, other people, mains hum) also tell who and where, and are "
            "still there."
        ),
    )


def _checks(target: Path, expected_s: float) -> tuple[Check, ...]:
    """Read the output back."""
    with av.open(str(target)) as container:
        streams: list[Any] = list(container.streams)
        tags = {key for part in (container, *streams) for key in part.metadata}
        tags -= MP4_TAGS | {"encoder"}
        frames: Iterator[Any] = container.decode(streams[0])
        samples = sum(frame.samples for frame in frames)
        seconds = samples / streams[0].rate
        lone = len(streams) == 1 and streams[0].type == "audio" and not container.chapters()
    return (
        Check(_("one sound track and nothing else"), lone, str(len(streams))),
        Check(_("no tags"), not tags, ", ".join(sorted(tags))),
        Check(
            _("as long as the source"),
            abs(seconds - expected_s) <= CODER_PADDING_S,
            _("{seconds:.2f} s").format(seconds=seconds),
        ),
    )
