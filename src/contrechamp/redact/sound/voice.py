"""Alters voices: shifts pitch and formants by random amounts that are kept secret.

The method is Praat's "Change gender": the sound is played at another speed, which shifts the
formants, and its pitch and length are restored by overlap-add (PSOLA; Moulines and Charpentier
1990). docs/explanation/altering-voices.md says how weak that is.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

Samples = npt.NDArray[np.float32]
_Mono = npt.NDArray[np.float64]

#: Formants are multiplied or divided by 1.14 to 1.28, pitch by 1.18 to 1.45, so never by about 1.
FORMANTS = (1.14, 1.28)
PITCH = (1.18, 1.45)
#: Range that pitch is moved to: lower voices creak, higher ones squeak.
PITCH_FROM_HZ, PITCH_TO_HZ = 85.0, 270.0
#: The median pitch of each block is moved by at least this factor.
LEAST = 1.12
#: Intonation, which is personal, is flattened by a factor in this range.
FLATTER = (0.6, 0.8)
#: Both factors vary by up to this much between blocks, so that no single factor undoes it all.
FORMANT_DRIFT, PITCH_DRIFT = 0.015, 0.04

#: The band that remains. The lower edge removes the mains hum (50 or 60 Hz, not its harmonics)
#: wherever the formant factor moves it; the upper edge is a share of the source's band, so that
#: where the spectrum ends does not reveal the factor.
LOW_HZ, HIGH_HZ = 140.0, 5_700.0
HIGH_SHARE = 0.76

#: A block ends at its quietest point between these two.
SHORTEST_S, LONGEST_S = 6.0, 9.0
FADE_S = 0.03
#: Praat needs at least this much to find a pitch.
LEAST_S = 0.2
VOICE_FROM_HZ, VOICE_TO_HZ = 70.0, 500.0


def _praat() -> Any:
    """Import Praat, which does not have wheels for every machine (see pyproject.toml)."""
    try:
        import parselmouth
        import parselmouth.praat
    except ImportError:
        raise InputError(
            _(
                "voices cannot be altered on this machine: praat-parselmouth, which does it, is "
                "not installed, since there is no ready-made one for Linux on ARM. Leave the sound "
                "out or keep it as it is, or install a C++ compiler and then praat-parselmouth"
            )
        ) from None
    return parselmouth


@dataclass
class _Setting:
    formants: float
    pitch: float
    flatter: float
    target_hz: float | None = None


class Alteration:
    """Alters one recording piece by piece, in memory that does not grow with its length.

    The output is as long as the input, and the same in every channel: differences between channels
    tell where somebody stood.

    Args:
        rate_hz: sampling rate of input and output.
        random: draws the factors; pass a fresh ``np.random.default_rng()``, whose seed nobody
            knows.
        bandwidth_hz: of the source, if less than half of `rate_hz`.

    Raises:
        InputError: Praat is not installed.
    """

    def __init__(
        self, rate_hz: int, random: np.random.Generator, bandwidth_hz: float | None = None
    ) -> None:
        self._praat = _praat()
        self._rate_hz = rate_hz
        self._random = random
        self._setting = _Setting(
            _away_from_one(random, FORMANTS),
            _away_from_one(random, PITCH),
            random.uniform(*FLATTER),
        )
        top = min(HIGH_HZ, HIGH_SHARE * min(bandwidth_hz or np.inf, rate_hz / 2))
        self._band = butter(6, (LOW_HZ, top), "bandpass", fs=rate_hz, output="sos")
        self._band_state = np.zeros((len(self._band), 2))
        self._fade = int(FADE_S * rate_hz)
        self._pending: list[_Mono] = []
        self._pending_count = 0
        self._tail: _Mono = np.zeros(0)
        self._channels = 1

    def feed(self, samples: Samples) -> Samples:
        """Take float32 (n, channels), -1 to 1; return what is ready, (m, channels)."""
        self._channels = samples.shape[1]
        if len(samples):
            self._pending.append(samples.mean(axis=1, dtype=np.float64))
            self._pending_count += len(samples)
        ready: list[_Mono] = [np.zeros(0)]
        longest = int(LONGEST_S * self._rate_hz)
        while self._pending_count > longest + self._fade:
            pending = np.concatenate(self._pending)
            cut = self._quietest(pending[:longest])
            ready.append(self._block(pending[: cut + self._fade], last=False))
            self._pending, self._pending_count = [pending[cut:]], len(pending) - cut
        return self._out(np.concatenate(ready))

    def end(self) -> Samples:
        """Return the rest."""
        pending: _Mono = np.concatenate([np.zeros(0), *self._pending])
        self._pending, self._pending_count = [], 0
        return self._out(self._block(pending, last=True))

    def _quietest(self, block: _Mono) -> int:
        """Return where the quietest stretch begins, so that words are not cut if possible."""
        first = int(SHORTEST_S * self._rate_hz)
        energy = np.concatenate([[0.0], np.cumsum(block[first:] ** 2)])
        return first + int(np.argmin(energy[self._fade :] - energy[: -self._fade]))

    def _block(self, block: _Mono, *, last: bool) -> _Mono:
        """Alter a block and cross-fade it with the end of the last one; hold back its own end."""
        altered = self._altered(block)
        over = min(len(self._tail), len(altered))
        rising = np.linspace(0, 1, over, endpoint=False)
        altered[:over] = altered[:over] * rising + self._tail[:over] * (1 - rising)
        if last:
            return altered
        self._tail = altered[-self._fade :]
        return altered[: -self._fade]

    def _altered(self, block: _Mono) -> _Mono:
        out: _Mono = np.zeros(len(block))
        if not len(block):
            return out
        padding = max(0, int(LEAST_S * self._rate_hz) - len(block))
        call = self._praat.praat.call
        sound = self._praat.Sound(np.pad(block, (0, padding)), sampling_frequency=self._rate_hz)
        pitch = sound.to_pitch(0.8 / VOICE_FROM_HZ, VOICE_FROM_HZ, VOICE_TO_HZ)
        median_hz = float(call(pitch, "Get quantile...", 0, 0, 0.5, "Hertz"))
        formant_drift, pitch_drift = self._random.uniform(-1, 1, size=2)
        with warnings.catch_warnings():
            # Praat warns where there is no voice, and only the spectrum is shifted.
            warnings.simplefilter("ignore")
            altered = call(
                [sound, pitch],
                "Change gender...",
                self._setting.formants * (1 + FORMANT_DRIFT * formant_drift),
                self._target_hz(median_hz, 1 + PITCH_DRIFT * pitch_drift),
                self._setting.flatter,
                1.0,
            ).values[0]
        length = min(len(out), len(altered))
        out[:length] = altered[:length]
        return out

    def _target_hz(self, median_hz: float, drift: float) -> float:
        """Return the median pitch that a block is moved to: nearly the same for every voice.

        The first voice decides it. As pitch is not merely multiplied, how high somebody speaks is
        lost even to those who know the factor.
        """
        setting = self._setting
        if not np.isfinite(median_hz):
            return 0.0  # Praat leaves the pitch as it is
        if setting.target_hz is None:
            there = median_hz * setting.pitch
            if not PITCH_FROM_HZ <= there <= PITCH_TO_HZ:
                there = median_hz / setting.pitch
            setting.target_hz = float(np.clip(there, PITCH_FROM_HZ, PITCH_TO_HZ))
        target_hz = setting.target_hz * drift
        if 1 / LEAST < target_hz / median_hz < LEAST:
            return median_hz * LEAST if target_hz >= median_hz else median_hz / LEAST
        return target_hz

    def _out(self, mono: _Mono) -> Samples:
        if len(mono):
            mono, self._band_state = sosfilt(self._band, mono, zi=self._band_state)
        flat = np.clip(mono, -1, 1).astype(np.float32)
        return np.repeat(flat[:, None], self._channels, axis=1)


def _away_from_one(random: np.random.Generator, factors: tuple[float, float]) -> float:
    factor = float(random.uniform(*factors))
    return factor if random.random() < 0.5 else 1 / factor
