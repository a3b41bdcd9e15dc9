"""What cannot be estimated, as a code that the user's language has words for."""

from typing import Final

#: Every reason there is; `wording.disparity` has the words.
REASONS: Final = (
    "group-empty", "group-too-small", "others-too-small", "side-empty", "side-without-street",
    "side-without-people", "nothing-in-view", "no-trips", "no-cameras", "few-areas", "few-clusters",
    "no-variation", "collinear", "not-settled", "values-missing", "too-few-people",
)  # fmt: skip


class CannotTellError(Exception):
    """A figure cannot be estimated.

    Args:
        reason: of `REASONS`.
    """

    def __init__(self, reason: str) -> None:
        if reason not in REASONS:
            raise ValueError(reason)
        super().__init__(reason)
        self.reason = reason
