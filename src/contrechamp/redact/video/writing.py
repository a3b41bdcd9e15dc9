"""Writes H.264 in MP4: one stream of pictures, at most one of sound, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.bitstream import BitStreamFilterContext
from av.codec.context import Flags
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from numpy.typing import NDArray

from contrechamp.base.errors import OutputError
from contrechamp.base.files import unwritable
from contrechamp.redact.video.reading import Film

#: x264: fast enough for a laptop; with this rate factor most people see no loss.
PRESET, RATE_FACTOR = "veryfast", "21"
SOUND_BITS_PER_S = 128_000
#: Supplemental information (NAL unit type 6) holds x264's version and settings; no player needs it.
_WITHOUT_SEI = "filter_units=remove_types=6"


class VideoWriter:
    """A new video; as a context manager, it removes the file if anything goes wrong.

    Args:
        target: overwritten if it exists.
        film: properties of the pictures.
        rate_hz: samples per second of the sound; 0: no sound.
        channels: of the sound, 1 or 2.
        threads: of the encoder; 0: as many as there are cores.

    Raises:
        OutputError: `target` cannot be written, which may show in any method.
    """

    def __init__(
        self, target: Path, film: Film, rate_hz: int = 0, channels: int = 2, threads: int = 0
    ) -> None:
        self._target = target
        self._ticks = film.time_base
        self._pending: tuple[VideoFrame, int] | None = None
        self._durations: dict[int, int] = {}
        self._rate_hz, self._layout = rate_hz, "mono" if channels == 1 else "stereo"
        try:
            # bitexact keeps the name and version of the library out of the file.
            options = {"fflags": "+bitexact", "movflags": "+faststart"}
            self._container = av.open(str(target), "w", format="mp4", options=options)
        except (av.error.FFmpegError, OSError) as error:
            raise self._failed(error) from error
        self._video = self._video_stream(film, threads)
        self._strip = BitStreamFilterContext(_WITHOUT_SEI, self._video)
        self._audio: Any = self._sound_stream() if rate_hz else None

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        done = False
        try:
            if kind is None:
                self._finish()
                done = True
            else:
                self._close_quietly()
        finally:
            if not done and self._target.is_file():
                with contextlib.suppress(PermissionError):  # the cell lets nothing be removed
                    self._target.unlink()

    def picture(self, frame: VideoFrame, ticks: int) -> None:
        """Take one frame, upright 4:2:0 of 8 bits, shown at `ticks`, later than the one before."""
        # How long a frame is shown is known only when the next one comes.
        if self._pending is not None:
            self._encode(ticks - self._pending[1])
        self._pending = (frame, ticks)

    def last_for(self, ticks: int) -> None:
        """Set how long the last frame is shown; call it after the last `picture`."""
        if self._pending is not None:
            self._encode(max(1, ticks))
        self._pending = None

    def sound(self, samples: NDArray[np.float32], at: int) -> None:
        """Take samples, (n, channels), -1 to 1, that begin at sample `at` of the sound."""
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T, np.float32), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._rate_hz
        frame.pts, frame.time_base = at, Fraction(1, self._rate_hz)
        with self._writing():
            self._container.mux(self._audio.encode(frame))

    def _video_stream(self, film: Film, threads: int) -> Any:
        stream: Any = self._container.add_stream(
            "libx264", options={"preset": PRESET, "crf": RATE_FACTOR}
        )
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        stream.time_base = film.time_base
        context = stream.codec_context
        context.time_base = film.time_base
        # Without B-frames pictures are stored in display order, and MP4 keeps all times exactly,
        # also the end of the last frame too; with them it rounds the end of variable-rate videos.
        context.max_b_frames = 0
        context.thread_type, context.thread_count = "FRAME", threads
        context.sample_aspect_ratio = film.aspect
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = (
            film.colours
        )
        return stream

    def _sound_stream(self) -> Any:
        stream: Any = self._container.add_stream("aac", rate=self._rate_hz, layout=self._layout)
        stream.bit_rate = SOUND_BITS_PER_S
        stream.codec_context.flags |= Flags.bitexact  # or it writes its name between samples
        return stream

    def _encode(self, duration: int) -> None:
        frame, ticks = self._pending or (None, 0)
        if frame is None:
            return
        self._durations[ticks] = duration
        frame.pts, frame.time_base = ticks, self._ticks
        # The picture type in the source must not steer the encoder.
        frame.pict_type = PictureType.NONE
        with self._writing():
            self._mux(self._video.encode(frame))

    def _mux(self, packets: Iterable[Packet[Any]]) -> None:
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts or 0, 0)
            for bare in self._strip.filter(packet):
                bare.stream = self._video
                self._container.mux(bare)

    def _finish(self) -> None:
        self.last_for(1)
        with self._writing():
            self._mux(self._video.encode(None))
            self._container.mux(self._strip.filter(None))
            if self._audio is not None:
                self._container.mux(self._audio.encode(None))
            self._container.close()

    def _close_quietly(self) -> None:
        try:
            self._container.close()
        except (av.error.FFmpegError, OSError, ValueError):
            return  # the first error is reported, and the file is removed

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn errors of the library into one that users can read."""
        try:
            yield
        except (av.error.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> OutputError:
        return unwritable(str(self._target), error)
