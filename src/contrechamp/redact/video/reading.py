"""Reads videos within limits: frames upright, in 4:2:0 with 8 bits, each with its time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import av.error
import av.filter
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from contrechamp.base.errors import InputError
from contrechamp.base.files import reason_of, unreadable
from contrechamp.base.i18n import _
from contrechamp.redact.video.upright import Turn, turn_of

#: Only these are opened: other demuxers (playlists, image sequences) read more files.
_CONTAINERS = "mov,mp4,matroska,webm,avi,mpeg,mpegts,asf"
_VIDEO_CODECS = ("h264", "hevc", "vp8", "vp9", "libdav1d", "mpeg4", "h263", "mjpeg", "mpeg1video",
                 "mpeg2video", "msmpeg4v2", "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1")  # fmt: skip
_SOUND_CODECS = ("aac", "opus", "vorbis", "mp3float", "mp3", "alac", "flac", "ac3", "eac3",
                 "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_f32le", "pcm_u8", "pcm_alaw",
                 "pcm_mulaw", "adpcm_ima_wav", "adpcm_ms", "mp2float", "mp2", "wmav1", "wmav2",
                 "amrnb", "amrwb")  # fmt: skip

_PQ, _HLG = 16, 18
STUDIO_RANGE, FULL_RANGE = 1, 2
#: Share of packets that may be broken; their frames are lost in the source too.
MOST_BAD_PACKETS = 0.05
#: A Matroska file counts as cut off if this much of the duration in its header is missing.
CUT_OFF_S = 0.5
#: A frame without a time, or with one not later than the last, is put this much later, ticks.
_NEXT_TICK = 1


@dataclass(frozen=True)
class VideoLimits:
    """Limits beyond which a video is refused.

    Args:
        pixels: of one frame.
        frames: in total.
        duration_s: in total.
        wall_s: elapsed time of one pass.
    """

    pixels: int = 8192 * 4320
    frames: int = 2_000_000
    duration_s: float = 6 * 3600.0
    wall_s: float = 24 * 3600.0


LIMITS = VideoLimits()


@dataclass(frozen=True)
class Film:
    """What is known of a video before all of it is decoded.

    Args:
        width: of the upright picture as it will be written, px, even.
        height: likewise.
        source_size: of the upright picture in the source; odd sides lose their last pixel.
        time_base: seconds per tick.
        turn: how the stored picture is turned upright.
        aspect: aspect ratio of an upright pixel; 1 is square.
        codec: name of the source's codec.
        high_range: whether the source is HDR (PQ or HLG), to be converted to BT.709.
        colours: matrix, primaries, transfer and range of the output, as FFmpeg numbers them.
        expected_frames: by the container, or by duration and rate; 0: unknown.
        sound_streams: how many.
        other_streams: kinds of the streams that are neither this video nor sound.
        tags: names of the metadata of the container and the streams.
        chapters: how many.
    """

    width: int
    height: int
    source_size: tuple[int, int]
    time_base: Fraction
    turn: Turn
    aspect: Fraction
    codec: str
    high_range: bool
    colours: tuple[int, int, int, int]
    expected_frames: int
    sound_streams: int
    other_streams: tuple[str, ...]
    tags: tuple[str, ...]
    chapters: int

    @property
    def is_full_range(self) -> bool:
        """Whether brightness goes from 0 to 255, not from 16 to 235."""
        return self.colours[3] == FULL_RANGE


@dataclass(frozen=True)
class ShownFrame:
    """One frame.

    Args:
        number: from 0.
        ticks: when it is shown, in the time base of the film.
        lasts: for how long, in ticks, as the container says; 0: it does not say.
        frame: yuv420p, upright, with even sides. It may share memory with the decoder: make it
            writable before drawing.
        damaged: whether the decoder met an error in it.
    """

    number: int
    ticks: int
    lasts: int
    frame: VideoFrame
    damaged: bool


@contextmanager
def opened(source: Path) -> Iterator[InputContainer]:
    """Open a video with the allowed demuxers and decoders only.

    Raises:
        InputError: it is not a video, or is damaged.
    """
    options = {
        "format_whitelist": _CONTAINERS,
        "protocol_whitelist": "file",
        "codec_whitelist": ",".join((*_VIDEO_CODECS, *_SOUND_CODECS)),
    }
    try:
        container = av.open(str(source), "r", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        advice = _("expected MP4, MOV, 3GP, MKV, WebM, AVI, MPEG or WMV, complete and undamaged")
        raise unreadable(str(source), error, advice, form=_("a video")) from error
    with container:
        yield container


def examine(source: Path, limits: VideoLimits = LIMITS) -> Film:
    """Return what the headers and the first frame of `source` tell.

    Raises:
        InputError: it is not a video, has an unsupported codec, or exceeds a limit.
    """
    with opened(source) as container:
        stream = _video_stream(container, source)
        duration_s = _duration_s(container, stream)
        if duration_s is not None and duration_s > limits.duration_s:
            _refuse_long(source, limits)
        if stream.width * stream.height > limits.pixels:
            _refuse_large(source, stream.width, stream.height, limits)
        rate = stream.average_rate or Fraction(0)
        expected = stream.frames or int((duration_s or 0.0) * float(rate))
        first = next(_decoded(container, stream, source), None)
        if first is None:
            raise InputError(_("has no frame that can be decoded"), where=str(source))
        if first.width * first.height > limits.pixels:
            _refuse_large(source, first.width, first.height, limits)
        turn = turn_of(display_matrix(first))
        size = turn.size(first.width, first.height)
        if min(size) < 16:
            raise InputError(
                _("is {width} x {height} px; expected at least 16 px a side").format(
                    width=size[0], height=size[1]
                ),
                where=str(source),
            )
        aspect = stream.sample_aspect_ratio or Fraction(1)
        high_range = first.color_trc in (_PQ, _HLG)
        colours = (
            (1, 1, 1, 1)
            if high_range
            else (
                int(first.colorspace),
                int(first.color_primaries),
                int(first.color_trc),
                FULL_RANGE if _is_full_range(first) else STUDIO_RANGE,
            )
        )
        return Film(
            width=size[0] // 2 * 2,
            height=size[1] // 2 * 2,
            source_size=size,
            time_base=Fraction(stream.time_base or Fraction(1, 90_000)),
            turn=turn,
            aspect=Fraction(1) if not aspect else (1 / aspect if turn.transposed else aspect),
            codec=stream.codec_context.codec.canonical_name,
            high_range=high_range,
            colours=colours,
            expected_frames=min(expected, limits.frames),
            sound_streams=len(container.streams.audio),
            other_streams=tuple(
                other.type or "unknown"
                for other in container.streams
                if other.index != stream.index and other.type != "audio"
            ),
            tags=tuple(sorted({*container.metadata, *_stream_tags(container)})),
            chapters=len(container.chapters()),
        )


def frames(
    source: Path, film: Film, limits: VideoLimits = LIMITS, threads: int = 0
) -> Iterator[ShownFrame]:
    """Decode every frame of `source` in display order.

    Args:
        source: the video.
        film: as returned by `examine`.
        limits: what it may cost.
        threads: of the decoder; 0: as many as there are cores.

    Raises:
        InputError: the video exceeds a limit, changes its size, or cannot be decoded further.
    """
    until = time.monotonic() + limits.wall_s
    stored = film.turn.size(*film.source_size)
    with opened(source) as container:
        stream = _video_stream(container, source)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        convert = _converter(stream, film)
        last: int | None = None
        first: int | None = None
        for number, frame in enumerate(_decoded(container, stream, source)):
            if (frame.width, frame.height) != stored:
                raise InputError(
                    _(
                        "the picture changes its size at frame {number}; convert the video to one "
                        "size first"
                    ).format(number=number + 1),
                    where=str(source),
                )
            ticks = frame.pts if frame.pts is not None else frame.dts
            if last is not None and (ticks is None or ticks <= last):
                ticks = last + _NEXT_TICK
            last = ticks or 0
            first = last if first is None else first
            if number >= limits.frames or (last - first) * film.time_base > limits.duration_s:
                _refuse_long(source, limits)
            if time.monotonic() > until:
                raise InputError(
                    _("took longer than {seconds:.0f} s to read, and was given up").format(
                        seconds=limits.wall_s
                    ),
                    where=str(source),
                )
            lasts = int(frame.duration or 0)
            yield ShownFrame(number, last, lasts, convert(frame), bool(frame.is_corrupt))


def _decoded(container: InputContainer, stream: VideoStream, source: Path) -> Iterator[VideoFrame]:
    """Decode in display order; skip single bad packets, but refuse a file with many."""
    read = bad = 0
    end_s = 0.0
    reason = ""
    try:
        for packet in container.demux():
            if packet.pts is not None and packet.time_base is not None:
                end_s = max(end_s, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            # Not `stream_index`, which the packets that flush the decoders do not have.
            if packet.stream.index != stream.index:
                continue
            read += bool(packet.size)
            try:
                yield from cast(list[VideoFrame], packet.decode())
            except av.error.InvalidDataError as error:
                bad += 1
                reason = reason_of(error)
    except av.error.EOFError:
        pass
    except (av.error.FFmpegError, ValueError) as error:
        reason = reason_of(error)
        bad = read
    if bad > read * MOST_BAD_PACKETS:
        raise InputError(
            _("cannot be decoded to its end ({reason}); repair or shorten it first").format(
                reason=reason
            ),
            where=str(source),
        )
    # Writers of AVI count the frame that they were about to write.
    missing = stream.frames - read - ("avi" in container.format.name)
    if missing > 0 or _ends_before(container, end_s):
        raise InputError(
            _("is cut off before its end; copy it again, or repair it first"),
            where=str(source),
        )


def _ends_before(container: InputContainer, end_s: float) -> bool:
    """Whether a Matroska file ends well before the duration that its header gives."""
    if "matroska" not in container.format.name or container.duration is None:
        return False
    return end_s < container.duration / av.time_base - CUT_OFF_S


def _converter(stream: VideoStream, film: Film) -> Any:
    """Return a function that makes a decoded frame as in `ShownFrame`, in BT.709 if it is HDR."""
    stages: list[tuple[str, str]] = []
    if film.high_range:
        # swscale maps tones by itself once the output transfer differs from the input's.
        target = "out_transfer=bt709:out_primaries=bt709:out_color_matrix=bt709:out_range=tv"
        stages.append(("scale", target))
    stages += [("format", "yuv420p")]
    stages += [(name, argument) for name, argument in film.turn.filters]
    if (film.width, film.height) != film.source_size:
        stages.append(("crop", f"{film.width}:{film.height}:0:0:exact=1"))
    only_format = len(stages) == 1
    graph: Any = None

    def convert(frame: VideoFrame) -> VideoFrame:
        nonlocal graph
        if only_format:
            full = _is_full_range(frame)
            if frame.format.name == "yuv420p":
                return frame
            if full:
                return frame.reformat(
                    format="yuv420p", src_color_range="JPEG", dst_color_range="JPEG"
                )
            return frame.reformat(format="yuv420p")
        if graph is None:
            graph = av.filter.Graph()
            nodes = [
                graph.add_buffer(
                    width=frame.width,
                    height=frame.height,
                    format=frame.format,
                    time_base=film.time_base,
                )
            ]
            nodes += [graph.add(name, argument) for name, argument in stages]
            graph.link_nodes(*nodes, graph.add("buffersink")).configure()
        graph.vpush(frame)
        return graph.vpull()  # type: ignore[no-any-return]

    return convert


def _is_full_range(frame: VideoFrame) -> bool:
    return frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj")


def display_matrix(frame: VideoFrame) -> list[int] | None:
    """Return how a frame is turned for display, for `upright.turn_of`; None: as it is stored."""
    for side in cast(Any, frame.side_data):
        if side.type.name == "DISPLAYMATRIX":
            return [int(value) for value in np.frombuffer(bytes(side), np.int32)]
    return None


def _video_stream(container: InputContainer, source: Path) -> VideoStream:
    """Return the first stream of moving pictures; cover pictures do not count."""
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if not moving:
        raise InputError(
            _("has no video; sound alone is masked as a sound file"), where=str(source)
        )
    stream = moving[0]
    # FFmpeg applies its codec whitelist only when probing.
    if stream.codec_context is None or stream.codec_context.codec.name not in _VIDEO_CODECS:
        raise InputError(
            _("has a video codec that is not supported; convert it to MP4 with H.264 first"),
            where=str(source),
        )
    return stream


def _duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def _stream_tags(container: InputContainer) -> set[str]:
    return {name for stream in container.streams for name in stream.metadata}


def _refuse_long(source: Path, limits: VideoLimits) -> None:
    raise InputError(
        _("is longer than {hours:g} hours or {frames} frames; cut it into parts first").format(
            hours=limits.duration_s / 3600, frames=f"{limits.frames:,}"
        ),
        where=str(source),
    )


def _refuse_large(source: Path, width: int, height: int, limits: VideoLimits) -> None:
    raise InputError(
        _("has {width} x {height} px; at most {limit} million pixels are allowed").format(
            width=width, height=height, limit=limits.pixels // 1_000_000
        ),
        where=str(source),
    )
