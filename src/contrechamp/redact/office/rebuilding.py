"""What an office file of either family is rebuilt with."""

from collections import Counter
from dataclasses import dataclass

from contrechamp.redact.office.pictures import Pictures
from contrechamp.redact.office.zip_package import Package
from contrechamp.redact.words import Words


@dataclass
class Rebuilder:
    """Rebuilds `package` without `words`; counts those it removes, and what is left out."""

    package: Package
    words: Words
    pictures: Pictures
    left_out: Counter[str]
    found: int = 0
