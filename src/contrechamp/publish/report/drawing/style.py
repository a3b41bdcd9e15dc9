"""The visual language of drawings: which paint says what, by colour and by pattern.

Colours are those of Okabe and Ito (Color Universal Design, 2008), which people tell apart whatever
their sight of colours; each has a pattern of its own besides, so that print without colour and a
copy of a copy still tell.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Pattern: TypeAlias = Literal["", "lines", "dots", "cross", "open"]


@dataclass(frozen=True)
class Fill:
    """A paint: a colour (hexadecimal, with #), and the pattern in which it covers an area."""

    colour: str
    pattern: Pattern = ""


#: Of what is drawn: letters and edges, what recedes, the sheet, and how sure something is.
PAINTS: dict[str, Fill] = {
    "ink": Fill("#1b1d21"),
    "soft": Fill("#50545b"),
    "rule": Fill("#b9b5ab"),
    "ground": Fill("#f4f1ea"),
    "paper": Fill("#ffffff"),
    "confirmed": Fill("#0072b2"),
    "corroborated": Fill("#009e73", "lines"),
    "single-source": Fill("#e69f00", "dots"),
    "inferred": Fill("#cc79a7", "cross"),
    "alleged": Fill("#d55e00", "open"),
    "interval": Fill("#0072b2"),
    "span": Fill("#e69f00"),
    "happened": Fill("#0072b2"),
    "counted": Fill("#56b4e9", "lines"),
    "few": Fill("#56b4e9", "dots"),
    # Four shares of one thing, by their lightness alone (ColorBrewer Blues; Brewer 2003).
    "share-1": Fill("#c6dbef"),
    "share-2": Fill("#6baed6"),
    "share-3": Fill("#2171b5"),
    "share-4": Fill("#08306b"),
}
