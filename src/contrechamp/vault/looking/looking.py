"""An item that somebody looks at: its pages, drawn one by one, or its text, as it is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import IO, Any, Final, NamedTuple

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cell.failures import CellError
from contrechamp.cell.limits import GIB, ProcessLimits, ReadingLimits
from contrechamp.cell.reading import Reads, opened_cell
from contrechamp.vault import object_keys, subjects
from contrechamp.vault.case import Case
from contrechamp.vault.looking.png import png_of
from contrechamp.vault.texts import reading, taking
from contrechamp.vault.texts.in_cell.kinds import HEAD, kind_of

#: What drawing a page may cost.
LIMITS: Final = ReadingLimits(
    ProcessLimits(memory_bytes=2 * GIB, cpu_s=60, file_bytes=0, wall_s=90, stall_s=60),
    value_bytes=2 << 20,
    answer_bytes=32 << 20,
)
_READER: Final = "contrechamp.vault.looking.in_cell:page"
#: Longest edge of what is drawn, and most pages that are counted.
_EDGE, _PAGES = 2_000, 100_000
#: Kinds whose pages are drawn; the others are shown as text.
DRAWN: Final = frozenset({"pdf", "picture"})


class Drawn(NamedTuple):
    """A page that was drawn.

    Args:
        pages: that the item has.
        picture: as PNG, written here; b"" if it could not be drawn.
        lacks: why not, see `wording.texts.lacking_label`.
    """

    pages: int
    picture: bytes
    lacks: str


@dataclass(frozen=True)
class Looked:
    """An item that is open.

    Args:
        kind: of content, as `kinds.kind_of` says; "" or "unread" for what cannot be shown.
        media_type: as its record says.
    """

    kind: str
    media_type: str
    _content: IO[bytes]
    _cell: Reads
    _texts: Reads

    def drawn(self, number: int, edge: int = _EDGE) -> Drawn:
        """Draw a page in the cell; nothing is raised for what it is.

        Args:
            number: of the page, from 0.
            edge: its longest edge, in pixels.

        Raises:
            OSError: if the content cannot be read.
        """
        arguments = {"kind": self.kind, "number": number, "edge": min(edge, _EDGE)}
        self._content.seek(0)
        try:
            return _checked(self._cell.read(_READER, self._content, arguments))
        except CellError as error:
            return Drawn(0, b"", error.reason)
        except (InputError, ValueError):
            return Drawn(0, b"", "nonsense")

    def text(self) -> reading.Text:
        """Read its text in the cell; pictures in it are not read."""
        self._content.seek(0)
        return reading.text_of(self._content, self.kind, self._texts, reading.Ocr(None, 0))


class Cells(NamedTuple):
    """What draws pages and reads texts: a warm process each, for one item or for many.

    Args:
        pages: draws.
        texts: reads.
    """

    pages: Reads
    texts: Reads


@contextmanager
def opened_cells(*, unconfined: bool = False) -> Iterator[Cells]:
    """Yield what items are looked at with.

    Args:
        unconfined: read them even where the process that does so cannot be confined.
    """
    with (
        opened_cell(LIMITS, unconfined=unconfined) as pages,
        opened_cell(reading.LIMITS, unconfined=unconfined) as texts,
    ):
        yield Cells(pages, texts)


@contextmanager
def looking_at(case: Case, item: str, cells: Cells | None = None) -> Iterator[Looked]:
    """Open an item; nothing of it is written anywhere.

    Args:
        case: open.
        item: reference, ``item/<id>``.
        cells: what it is looked at with; by default such as are started for it.

    Raises:
        InputError: if there is no content, or it is damaged.
    """
    state = subjects.newest(case, item)
    keys = object_keys.by_name(case, [state.object]) if state and state.object else {}
    if state is None or state.object not in keys:
        raise InputError(_("the item has no content: it was erased"))
    name = str(state.parsed.get("name", "")).rpartition("/")[2]
    with (
        nullcontext(cells) if cells else opened_cells() as looking,
        taking.content_of(case, keys[state.object]) as content,
    ):
        kind = kind_of(content.read(HEAD), name)
        yield Looked(kind, str(state.parsed.get("media_type", "")), content, *looking)


def _checked(answers: Iterator[Any]) -> Drawn:
    """Take the answer of a child, which the item may have taken over.

    Raises:
        ValueError: if it is none that `in_cell` gives.
    """
    match next(answers, None):
        case {"lacks": ("large" | "locked" | "damaged") as word}:
            return Drawn(0, b"", word)
        case {"pages": int(pages), "width": int(width), "height": int(height)} if (
            0 < pages <= _PAGES and 0 < width <= _EDGE + 1 and 0 < height <= _EDGE + 1
        ):
            pixels = bytearray()
            for piece in answers:
                if not isinstance(piece, bytes) or len(pixels) + len(piece) > width * height * 3:
                    raise ValueError
                pixels += piece
            if len(pixels) != width * height * 3:
                raise ValueError
            return Drawn(pages, png_of(width, height, bytes(pixels)), "")
    raise ValueError
