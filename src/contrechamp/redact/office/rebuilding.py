"""What an office file of either family is rebuilt with."""

from collections import Counter
from dataclasses import dataclass, field

from contrechamp.redact.near_words import NearWord
from contrechamp.redact.office.pictures import Pictures
from contrechamp.redact.office.zip_package import Package
from contrechamp.redact.words import Words


@dataclass
class Rebuilder:
    """Rebuilds `package` without `words`; counts those it removes, what is left out, and near."""

    package: Package
    words: Words
    pictures: Pictures
    left_out: Counter[str]
    found: int = 0
    near: list[NearWord] = field(default_factory=list)
