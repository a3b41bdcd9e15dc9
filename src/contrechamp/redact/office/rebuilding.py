"""What an office file of either family is rebuilt with."""

from collections import Counter
from dataclasses import dataclass

from contrechamp.redact.office.pictures import Pictures
from contrechamp.redact.office.zip_package import Package
from contrechamp.redact.words import Words


@dataclass
class Rebuilder:
    """Rebuilds one package.

    Args:
        package: the source.
        words: to remove.
        pictures: masks the pictures that are shown.
        left_out: counts what is left out.
        found: counts the words that were removed.
    """

    package: Package
    words: Words
    pictures: Pictures
    left_out: Counter[str]
    found: int = 0
