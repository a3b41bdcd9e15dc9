"""Voices altered: pitch and formants moved by random amounts that nobody is told.

The method is Praat's "Change gender": the sound is played at another speed, which moves the
formants, and its pitch and length are put right again by overlap-add (PSOLA; Moulines and
Charpentier 1990). How weak that is: docs/explanation/altering-voices.md.
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

#: Formants are multiplied or divided by 1.14 to 1.28, pitch by 1.18 to 1.45: never by about 1.
FORMANTS = (1.14, 1.28)
PITCH = (1.18, 1.45)
#: Where a voice may be put, Hz: lower creaks, higher squeaks.
PITCH_FROM_HZ, PITCH_TO_HZ = 85.0, 270.0
#: No block's median pitch is moved by a factor less than this.
LEAST = 1.12
#: How a voice rises and falls is its owner's: intonation is made flatter by such a factor.
FLATTER = (0.6, 0.8)
#: From block to block both drift by up to this much, so that no single factor undoes the whole.
FORMANT_DRIFT, PITCH_DRIFT = 0.015, 0.04

#: What remains of the spectrum. The lower edge takes out the mains hum (50 or 60 Hz, not its
#: harmonics) wherever the formant factor puts it; the upper edge is a share of the band that there
#: was, so that where the sound ends does not tell the factor.
LOW_HZ, HIGH_HZ = 140.0, 5_700.0
HIGH_SHARE = 0.76

#: A block ends at the quietest place between these two.
SHORTEST_S, LONGEST_S = 6.0, 9.0
FADE_S = 0.03
#: Praat needs as much to look for a pitch.
LEAST_S = 0.2
VOICE_FROM_HZ, VOICE_TO_HZ = 70.0, 500.0


def _praat() -> Any:
    """Return Praat, which has no wheel for every machine: pyproject.toml says for which."""
    try:
        import parselmouth
        import parselmouth.praat
    except ImportError:
        raise InputError(
            _(
                "voices cannot be altered on this machine: praat-parselmouth, which does it, is "
                "not installed, since there is none ready-made for Linux on ARM. Leave the sound "
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

    What comes out is as long as what went in, and the same in every channel: differences between
    channels say where somebody stood.

    Args:
        rate_hz: sampling rate of what goes in and comes out.
        random: draws the factors; take a fresh ``np.random.default_rng()``, so that no seed is
            known to anyone.
        bandwidth_hz: up to where there is sound, where that is less than half of `rate_hz`.

    Raises:
        InputError: Praat is not there.
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
        self._waiting: list[_Mono] = []
        self._held = 0
        self._tail: _Mono = np.zeros(0)
        self._channels = 1

    def feed(self, samples: Samples) -> Samples:
        """Take float32 (n, channels), -1 to 1; return what is ready, (m, channels)."""
        self._channels = samples.shape[1]
        if len(samples):
            self._waiting.append(samples.mean(axis=1, dtype=np.float64))
            self._held += len(samples)
        ready: list[_Mono] = [np.zeros(0)]
        longest = int(LONGEST_S * self._rate_hz)
        while self._held > longest + self._fade:
            held = np.concatenate(self._waiting)
            cut = self._quietest(held[:longest])
            ready.append(self._block(held[: cut + self._fade], last=False))
            self._waiting, self._held = [held[cut:]], len(held) - cut
        return self._out(np.concatenate(ready))

    def end(self) -> Samples:
        """Return the rest."""
        held: _Mono = np.concatenate([np.zeros(0), *self._waiting])
        self._waiting, self._held = [], 0
        return self._out(self._block(held, last=True))

    def _quietest(self, block: _Mono) -> int:
        """Return where the quietest fade lies, so that no word is cut where it can be helped."""
        first = int(SHORTEST_S * self._rate_hz)
        energy = np.concatenate([[0.0], np.cumsum(block[first:] ** 2)])
        return first + int(np.argmin(energy[self._fade :] - energy[: -self._fade]))

    def _block(self, block: _Mono, *, last: bool) -> _Mono:
        """Alter a block, blend its beginning with the end of the one before, keep its own end."""
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
            # Where there is no voice only the spectrum is moved; Praat tells that as a warning.
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
        """Return where the median pitch of a block is put: near the same place for every voice.

        The first voice decides where. What is put in one place is not merely multiplied: how high
        somebody speaks is gone, even for one who knew the factor.
        """
        setting = self._setting
        if not np.isfinite(median_hz):
            return 0.0  # Praat's word for "as it is"
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


def altered(samples: Samples, rate_hz: int, random: np.random.Generator) -> Samples:
    """Return a whole recording with its voices altered (`Alteration` in one go).

    Args:
        samples: float32 (n, channels), -1 to 1.
        rate_hz: sampling rate.
        random: draws the factors, which are kept nowhere.

    Returns:
        float32 (n, channels), the same in every channel.
    """
    alteration = Alteration(rate_hz, random)
    step = int(LONGEST_S * rate_hz)
    pieces = [
        alteration.feed(samples[at : at + step]) for at in range(0, max(1, len(samples)), step)
    ]
    return np.concatenate([*pieces, alteration.end()])


def _away_from_one(random: np.random.Generator, factors: tuple[float, float]) -> float:
    factor = float(random.uniform(*factors))
    return factor if random.random() < 0.5 else 1 / factor
