"""Names of makers and models as people write them: DS-2CD2143, ds 2cd2143, Hikvision DS-2CD2143.

Only what cannot make a difference is left out: case, spaces, hyphens and other signs, and the
maker before the model. Nothing is guessed: X10 is not X1, and a maker is not another one.
"""

import unicodedata
from dataclasses import dataclass
from functools import cached_property


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


@dataclass(frozen=True)
class ModelName:
    """A model, and its maker if that is said; both as they are written."""

    make: str
    model: str

    def __str__(self) -> str:
        """Return both in one text."""
        return f"{self.make} {self.model}".strip()

    @cached_property
    def plain(self) -> "ModelName":
        """The same without what makes no difference; the maker before the model is left out."""
        make, model = _plain(self.make), _plain(self.model)
        without = model.removeprefix(make)
        return ModelName(make, without or model)

    @cached_property
    def keys(self) -> frozenset[str]:
        """All that it may be called; names of the same model have one in common."""
        make, model, short = self.plain.make, _plain(self.model), self.plain.model
        return frozenset({model, short, make + model, make + short} if model else ())

    def may_be(self, other: "ModelName") -> bool:
        """Return whether it names the same model, as far as makers are said."""
        makes = {self.plain.make, other.plain.make} - {""}
        return len(makes) <= 1 and bool(self.keys & other.keys)
