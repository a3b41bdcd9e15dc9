"""Decodes the sound of a video alongside its pictures, and alters voices if requested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.redact.request import Request
from contrechamp.redact.video.reading import opened

#: Altered sound has one channel of the first rate; kept sound is resampled to the second.
ALTERED_RATE_HZ, KEPT_RATE_HZ = 16_000, 48_000
#: Sound that comes late by more than this is preceded by silence.
_GAP_S = 0.05
#: A longer gap means that the file is damaged.
_LONGEST_GAP_S = 6 * 3600.0

Samples = NDArray[np.float32]


class Soundtrack:
    """The first sound stream of a video; any others are left out.

    Args:
        source: the video.
        request: its ``sound`` is ``keep`` or ``alter``.
        late_s: added to every time, so that pictures begin at 0 or later.

    Raises:
        InputError: it cannot be decoded, which may show in any method.
    """

    def __init__(self, source: Path, request: Request, late_s: float) -> None:
        self._source = source
        self._late_s = late_s
        altered = request.sound == "alter"
        self.rate_hz = ALTERED_RATE_HZ if altered else KEPT_RATE_HZ
        with opened(source) as container:
            stream = container.streams.audio[0]
            channels = stream.codec_context.channels if stream.codec_context else 1
            own_rate_hz = stream.codec_context.sample_rate if stream.codec_context else 0
        self.channels = 1 if altered or channels == 1 else 2
        self._alteration: Any = None
        if altered:
            from contrechamp.redact.sound.voice import Alteration

            # A fresh generator, whose seed nobody knows.
            self._alteration = Alteration(
                self.rate_hz, np.random.default_rng(), (own_rate_hz or self.rate_hz) / 2
            )
        self._yielded = 0  # samples
        self._read = 0  # samples
        self._pieces = self._decoded()

    def until(self, seconds: float) -> Iterator[tuple[Samples, int]]:
        """Yield the sound before `seconds`: samples (n, channels), and where they begin."""
        while self._read < seconds * self.rate_hz:
            piece = next(self._pieces, None)
            if piece is None:
                return
            self._read += len(piece)
            yield from self._numbered(self._alteration.feed(piece) if self._alteration else piece)

    def rest(self, seconds: float) -> Iterator[tuple[Samples, int]]:
        """Yield the remaining sound before `seconds`, the end of the pictures; call it once."""
        yield from self.until(seconds)
        if self._alteration:
            yield from self._numbered(self._alteration.end())

    def _numbered(self, samples: Samples) -> Iterator[tuple[Samples, int]]:
        if len(samples):
            yield samples[:, : self.channels], self._yielded
            self._yielded += len(samples)

    def _decoded(self) -> Iterator[Samples]:
        """Yield pieces (n, channels) from time 0 on, without gaps."""
        layout = "mono" if self.channels == 1 else "stereo"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=self.rate_hz)
        reached = 0
        with opened(self._source) as container:
            try:
                for frame in container.decode(container.streams.audio[0]):
                    begins = reached
                    if frame.pts is not None and frame.time_base is not None:
                        seconds = float(frame.pts * frame.time_base) + self._late_s
                        begins = round(seconds * self.rate_hz)
                    frame.pts = None
                    for part in resampler.resample(frame):
                        piece = np.ascontiguousarray(part.to_ndarray().T, np.float32)
                        missing = begins - reached
                        if missing > _LONGEST_GAP_S * self.rate_hz:
                            raise self._damaged("gap")
                        if missing > _GAP_S * self.rate_hz:
                            yield np.zeros((missing, self.channels), np.float32)
                            reached += missing
                        elif missing < -_GAP_S * self.rate_hz:
                            piece = piece[-missing:]
                        begins = reached = reached + len(piece)
                        if len(piece):
                            yield piece
            except (av.error.FFmpegError, ValueError) as error:
                raise self._damaged(str(error)) from error

    def _damaged(self, reason: str) -> InputError:
        return InputError(
            _("its sound cannot be decoded to the end ({reason}); leave the sound out").format(
                reason=reason[:200]
            ),
            where=str(self._source),
        )
