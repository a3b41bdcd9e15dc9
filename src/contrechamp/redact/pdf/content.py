"""Rewrites content streams of PDFs with drawing operators only."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pikepdf
from pikepdf import Name, Operator

from contrechamp.redact.pdf.names import ChosenNames, text_of

#: ISO 32000-1, Annex A, without marked content (whose properties hold texts: ActualText, Alt) and
#: without compatibility sections (which may hold anything).
_DRAWING = frozenset(
    "b B b* B* BT c cm CS cs d d0 d1 Do ET f F f* G g gs h i j J k K l M m n q Q re RG rg ri s S "  # noqa: SIM905
    "SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split()
)
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
#: In a hidden layer these are dropped; the graphics state still changes, but nothing is painted.
_PATHS = frozenset({"b", "B", "b*", "B*", "f", "F", "f*", "s", "S"})
_PAINTING = _PATHS | _SHOWING | {"sh", "Do"}


#: Where an operator may begin: after what ends whatever came before it.
_BEGINNING = re.compile(rb"""(?:\A|(?<=[\0\s\])>}]))[A-Za-z'"]""")


def has_more_operators(content: Any, most: int) -> bool:
    """Tell whether a content stream has more than so many operators, without parsing it.

    Parsed, each takes half a kilobyte: some that are small in the file take all memory then. Words
    in strings are counted too; there are never so many.

    Args:
        content: a page, a form or another stream.
        most: operators.

    Raises:
        pikepdf.PdfError: it cannot be unpacked.
    """
    if isinstance(content, pikepdf.Page):
        content = content.obj.get("/Contents", None)
    streams = content if isinstance(content, pikepdf.Array) else [content]
    left = most
    for stream in streams:
        if not isinstance(stream, pikepdf.Stream):
            continue
        found = _BEGINNING.finditer(stream.read_bytes())
        left -= sum(1 for _operator in islice(found, left + 1))
        if left < 0:
            return True
    return False


@dataclass(frozen=True)
class Drawing:
    """A content stream with drawing operators only.

    Args:
        content: its bytes.
        operators: how many they are.
        drawn: how often each object is drawn, by its name in the source's resources.
    """

    content: bytes
    operators: int
    drawn: Counter[str]


def drawing_only(
    content: Any,
    resources: Any,
    shown: Callable[[Any], bool],
    left_out: Counter[str],
    names: ChosenNames,
) -> Drawing:
    """Return a content stream without comments, marked content and hidden layers.

    Args:
        content: a page, a form or another stream.
        resources: what its names refer to.
        shown: tells whether content with a given ``/OC`` value is visible.
        left_out: counts ``layers`` and ``operators`` that are left out.
        names: gives the names in it anew.

    Raises:
        pikepdf.PdfError: it cannot be parsed.
    """
    kept: list[Any] = []
    drawn: Counter[str] = Counter()
    hidden, sections = 0, list[bool]()
    for instruction in pikepdf.parse_content_stream(content):
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            if not hidden:
                kept.append(instruction)
            continue
        operands, operator = instruction.operands, str(instruction.operator)
        if operator in ("BMC", "BDC"):
            hides = operator == "BDC" and not shown(_layer(operands, resources))
            left_out["layers"] += hides
            hidden += hides
            sections.append(hides)
        elif operator == "EMC":
            hidden -= sections.pop() if sections else False
        elif operator not in _DRAWING:
            left_out["operators"] += operator not in ("MP", "DP", "BX", "EX")
        elif hidden and operator in _PAINTING:
            if operator in _PATHS:
                kept.append(_bare("n"))
            elif operator in ("'", '"'):
                kept.append(_bare("T*"))
        elif operator == "Do" and not _exists(operands, resources):
            left_out["operators"] += 1
        elif operator == "Do":
            drawn[text_of(operands[0])] += 1
            kept.append(_renamed(operands, instruction.operator, names))
        elif operator != "ri" and any(isinstance(operand, Name) for operand in operands):
            kept.append(_renamed(operands, instruction.operator, names))
        else:
            kept.append(instruction)
    return Drawing(pikepdf.unparse_content_stream(kept), len(kept), drawn)


def _bare(operator: str) -> Any:
    return pikepdf.ContentStreamInstruction([], Operator(operator))


def _renamed(operands: Any, operator: Any, names: ChosenNames) -> Any:
    anew = [names.anew(part) if isinstance(part, Name) else part for part in operands]
    return pikepdf.ContentStreamInstruction(anew, operator)


def _layer(operands: Any, resources: Any) -> Any:
    """Return the ``/OC`` value that a BDC names, or None."""
    if len(operands) < 2 or operands[0] != Name.OC:
        return None
    named = operands[1]
    if isinstance(named, Name):
        return resources.get("/Properties", pikepdf.Dictionary()).get(str(named))
    return named


def _exists(operands: Any, resources: Any) -> bool:
    objects = resources.get("/XObject", pikepdf.Dictionary())
    return len(operands) == 1 and isinstance(operands[0], Name) and text_of(operands[0]) in objects
