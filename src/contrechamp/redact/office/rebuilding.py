"""What an office file of either family is rebuilt with."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from contrechamp.redact.near_words import NearWord
from contrechamp.redact.office.pictures import Pictures
from contrechamp.redact.office.zip_package import Package
from contrechamp.redact.words import Words


@dataclass
class Rebuilder:
    """Rebuilds `package` without `words`.

    Args:
        package: the source.
        words: to remove.
        pictures: masks the pictures in it.
        left_out: counts what is left out.
        found: how many words were removed.
        near: what is near a word.
        roots: the new parts, by new name.
    """

    package: Package
    words: Words
    pictures: Pictures
    left_out: Counter[str]
    found: int = 0
    near: list[NearWord] = field(default_factory=list)
    roots: dict[str, Any] = field(default_factory=dict)
