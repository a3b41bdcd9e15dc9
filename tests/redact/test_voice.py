import sys

import numpy as np
import parselmouth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parselmouth.praat import call
from scipy.signal import welch

from contrechamp.base.errors import InputError
from contrechamp.redact.sound.voice import FORMANTS, LEAST, LONGEST_S, Alteration
from redact.speech import speech

pytestmark = pytest.mark.slow

RATE_HZ = 16_000


def altered(samples, rate_hz, random):
    alteration = Alteration(rate_hz, random)
    step = int(LONGEST_S * rate_hz)
    pieces = [
        alteration.feed(samples[at : at + step]) for at in range(0, max(1, len(samples)), step)
    ]
    return np.concatenate([*pieces, alteration.end()])


def median_pitch_hz(samples):
    sound = parselmouth.Sound(samples[:, 0].astype(float), RATE_HZ)
    return call(sound.to_pitch(0.01, 70, 500), "Get quantile...", 0, 0, 0.5, "Hertz")


def spectrum_stretch(before, after):
    """Return by how much the long-term spectrum was stretched: no formant tracker, no Praat."""

    def level(samples):
        hz, power = welch(samples[:, 0], RATE_HZ, nperseg=512)
        return hz, 10 * np.log10(power + 1e-12)

    hz, old = level(before)
    _, new = level(after)
    inside = (hz > 300) & (hz < 3_000)
    factors = np.geomspace(0.7, 1.43, 147)
    likeness = [
        np.corrcoef(np.interp(hz[inside] / factor, hz, old), new[inside])[0, 1]
        for factor in factors
    ]
    return factors[int(np.argmax(likeness))]


@pytest.mark.parametrize("voice", ["Male1", "Male3", "Female1", "Female3"])
@pytest.mark.parametrize("seed", [1, 2])
def test_pitch_and_spectrum_are_moved_by_what_is_promised(voice, seed):
    before = speech(voice, times=3)
    after = altered(before, RATE_HZ, np.random.default_rng(seed))
    ratio = median_pitch_hz(after) / median_pitch_hz(before)
    assert max(ratio, 1 / ratio) > LEAST - 0.02
    stretch = spectrum_stretch(before, after)
    assert FORMANTS[0] - 0.05 < max(stretch, 1 / stretch) < FORMANTS[1] + 0.05


def test_factors_go_up_and_down():
    before = speech("Female1")
    after = [altered(before, RATE_HZ, np.random.default_rng(seed)) for seed in range(12)]
    pitch = {median_pitch_hz(voice) > median_pitch_hz(before) for voice in after}
    spectrum = {spectrum_stretch(before, voice) > 1 for voice in after}
    assert pitch == spectrum == {True, False}


def test_two_voices_are_put_near_the_same_pitch():
    low, high = speech("Male1", times=3), speech("Female1", times=3)
    assert median_pitch_hz(high) / median_pitch_hz(low) > 1.6
    both = altered(np.concatenate([low, high]), RATE_HZ, np.random.default_rng(4))
    apart = median_pitch_hz(both[len(low) :]) / median_pitch_hz(both[: len(low)])
    assert 0.8 < apart < 1.25


def test_how_loud_it_is_from_moment_to_moment_stays():
    """Words keep their place and length: what was silent is silent, what was loud is loud."""
    before = speech("Male3", times=3)
    after = altered(before, RATE_HZ, np.random.default_rng(5))
    step = RATE_HZ // 20
    loud = [
        np.sqrt((sound[: len(sound) // step * step, 0].reshape(-1, step) ** 2).mean(axis=1))
        for sound in (before, after)
    ]
    assert np.corrcoef(*loud)[0, 1] > 0.85


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_mains_hum_is_gone(mains_hz):
    seconds = np.arange(20 * RATE_HZ) / RATE_HZ
    hum = 0.1 * np.sin(2 * np.pi * mains_hz * seconds, dtype=np.float32)[:, None]
    for seed in range(4):
        after = altered(hum.astype(np.float32), RATE_HZ, np.random.default_rng(seed))
        assert (after**2).mean() < 0.01 * (hum**2).mean()


def test_the_upper_edge_of_the_band_does_not_tell_the_factor():
    noise = np.random.default_rng(7).normal(0, 0.1, (20 * RATE_HZ, 1)).astype(np.float32)
    edges = set()
    for seed in range(8):
        hz, power = welch(altered(noise, RATE_HZ, np.random.default_rng(seed))[:, 0], RATE_HZ)
        edges.add(float(hz[power > power.max() / 100].max()))
    assert max(edges) - min(edges) <= 2 * hz[1]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=6), st.integers(1, 3))
def test_pieces_give_what_the_whole_gives(lengths, channels):
    whole = np.resize(speech("Female3", times=2), (sum(lengths), 1)).repeat(channels, axis=1)
    alteration = Alteration(RATE_HZ, np.random.default_rng(8))
    pieces = [alteration.feed(piece) for piece in np.split(whole, np.cumsum(lengths)[:-1])]
    fed = np.concatenate([*pieces, alteration.end()])
    assert fed.shape == whole.shape
    at_once = altered(whole, RATE_HZ, np.random.default_rng(8))
    if len(whole) > RATE_HZ:  # Praat itself throws dice where there is no voice
        assert np.corrcoef(fed[:, 0], at_once[:, 0])[0, 1] > 0.97


def test_no_more_than_a_block_is_held_back():
    alteration = Alteration(RATE_HZ, np.random.default_rng(9))
    given_out = taken_in = 0
    for second in np.split(np.resize(speech("Male1"), (60 * RATE_HZ, 1)), 60):
        taken_in += len(second)
        given_out += len(alteration.feed(second))
        assert taken_in - given_out <= (LONGEST_S + 1.1) * RATE_HZ
    assert given_out + len(alteration.end()) == taken_in


@pytest.mark.parametrize("samples", [0, 1, 10, 3_000, 400_000])
@pytest.mark.parametrize("level", [0.0, 0.1])
def test_what_is_no_voice_passes(samples, level):
    noise = np.random.default_rng(10).normal(0, level, (samples, 2)).astype(np.float32)
    after = altered(noise, RATE_HZ, np.random.default_rng(11))
    assert after.shape == noise.shape
    assert np.isfinite(after).all()
    assert (after[:, 0] == after[:, 1]).all()


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
def test_other_rates(rate_hz):
    before = speech("Male3", rate_hz)
    after = altered(before, rate_hz, np.random.default_rng(12))
    assert after.shape == before.shape
    assert 0.3 < np.sqrt((after**2).mean() / (before**2).mean()) < 1.5


def test_where_praat_is_missing_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "parselmouth", None)
    with pytest.raises(InputError, match=r"cannot be altered on this machine.*keep it as it is"):
        altered(speech("Male1"), RATE_HZ, np.random.default_rng(1))
