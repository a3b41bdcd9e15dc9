"""Speech that nobody spoke: Praat's own synthesiser says sentences that we made up."""

from functools import cache

import numpy as np
import numpy.typing as npt
from parselmouth.praat import call

SENTENCES = (
    "We stood near the river when the rain began, and nobody had an umbrella. "
    "The second bus was late, so we walked home along the old wall. "
)


@cache
def speech(
    voice: str = "Female1", rate_hz: int = 16_000, times: int = 1
) -> npt.NDArray[np.float32]:
    """Return mono samples, float32 (n, 1)."""
    synthesiser = call("Create SpeechSynthesizer...", "English (America)", voice)
    (sound,) = call(synthesiser, "To Sound...", SENTENCES * times, "no")
    return sound.resample(rate_hz).values.T.astype(np.float32)
