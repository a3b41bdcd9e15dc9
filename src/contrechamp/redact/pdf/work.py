"""Counts what drawing the pages of a PDF takes, before anything is drawn.

Forms can draw forms: ten levels of ten draw ten thousand million times what they hold.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Maps and plans of whole towns have some two million operators on a page.
MAX_OPERATORS_A_PAGE, MAX_OPERATORS = 5_000_000, 60_000_000

#: An object of a PDF: its number and generation.
Object = tuple[int, int]


class TooMuchError(ValueError):
    """Raised when a page draws more than any page needs.

    Args:
        page: from 1.
        operators: that it draws.
    """

    def __init__(self, page: int, operators: int) -> None:
        self.page = page
        self.operators = operators
        super().__init__(f"{page}: {operators}")


@dataclass
class Work:
    """What each form draws by itself, and how often it draws others."""

    _own: dict[Object, int] = field(default_factory=dict)
    _drawn: dict[Object, Mapping[Object, int]] = field(default_factory=dict)
    _whole: dict[Object, int] = field(default_factory=dict)
    _pages: int = 0
    _total: int = 0

    def note(self, form: Object, operators: int, drawn: Mapping[Object, int]) -> None:
        """Note what a form draws."""
        self._own[form] = operators
        self._drawn[form] = drawn

    def add_page(self, operators: int, drawn: Mapping[Object, int]) -> None:
        """Add what a page draws, whose forms are all noted.

        Raises:
            TooMuchError: it, or all pages so far, is more than any document needs.
        """
        self._pages += 1
        whole = operators + sum(times * self._of(form) for form, times in drawn.items())
        self._total += whole
        if whole > MAX_OPERATORS_A_PAGE or self._total > MAX_OPERATORS:
            raise TooMuchError(self._pages, whole)

    def _of(self, form: Object) -> int:
        """Return what a form draws with all that it draws; one that draws itself ends there."""
        if form not in self._whole:
            self._whole[form] = self._own.get(form, 1)
            self._whole[form] += sum(
                times * self._of(part) for part, times in self._drawn.get(form, {}).items()
            )
        return self._whole[form]


def by_object(drawn: Counter[str], objects: Mapping[str, Object]) -> Counter[Object]:
    """Return how often each object is drawn, of how often each name is."""
    found: Counter[Object] = Counter()
    for name, times in drawn.items():
        if name in objects:
            found[objects[name]] += times
    return found
