"""What all pages of the workbench share: who is here, what is under way, how a page is drawn."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import jinja2

from contrechamp.base.errors import InputError
from contrechamp.base.field_lines import INDENT
from contrechamp.base.i18n import (
    TEXT_LANGUAGES,
    _,
    active_language,
    direction_of,
    language_name,
)
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.base.shown_text import shown
from contrechamp.base.templates import environment
from contrechamp.local_page.messages import Request, Response
from contrechamp.vault.looking.looking import Cells, opened_cells
from contrechamp.web.session import Session
from contrechamp.web.work import Work

if TYPE_CHECKING:
    from contrechamp.redact.review.page.answering import Answering
    from contrechamp.web.map.case_map import CaseMap

#: Answers a request.
Answers = Callable[["Desk", Request], Response]
#: Name of the field of each form that shows that it is ours.
KEY: Final = "key"


class WrongFormError(InputError):
    """Raised where a form was not made by this workbench, or by one that has ended since."""


@dataclass
class Desk:
    """A workbench.

    Args:
        session: who is here, and the case that is open.
        place: folder in which cases are looked for and made.
        work: what takes long.
        reading: the texts of items, which are read beside it.
        mapping: the maps of the case, which are read beside it.
    """

    session: Session
    place: Path
    work: Work = field(default_factory=Work)
    reading: Work = field(default_factory=Work)
    mapping: Work = field(default_factory=Work)
    #: Forms with files that are coming in.
    coming: int = 0
    #: What each form carries, so that no other page can have made it.
    form_key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    #: The recovery key of a case that was just made, until it was shown.
    recovery: str = field(default="", repr=False)
    review: "Answering | None" = None
    map: "CaseMap | None" = None
    #: Files that are to be imported, in memory, by the names that they came with.
    staged: dict[str, Path] = field(default_factory=dict)
    _opened: ExitStack = field(default_factory=ExitStack)
    _cells: Cells | None = None
    _memory: Path | None = None
    reviewing: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.session.is_busy = lambda: self.work.is_running or self.coming > 0

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Note that files come in, which is a sign of life however long it takes."""
        self.coming += 1
        try:
            yield
        finally:
            self.coming -= 1

    @property
    def cells(self) -> Cells:
        """What items are looked at with; kept warm until the case is locked."""
        if self._cells is None:
            self._cells = self._opened.enter_context(opened_cells())
        return self._cells

    @property
    def memory(self) -> Path:
        """A folder in memory, which is gone once the case is locked.

        Raises:
            UsageError: if no folder is in memory here.
        """
        if self._memory is None:
            self._memory, _lock = self._opened.enter_context(folder_in_memory())
        return self._memory

    def close(self, within_s: float = 10.0) -> None:
        """Lock: end what is under way, and forget all that was open.

        Args:
            within_s: how long work may take to end.
        """
        self.work.end(within_s)
        self.reading.end(within_s)
        self.mapping.end(within_s)
        self.map = None
        self.reviewing.close()
        self.review = None
        self.staged.clear()
        self._cells = self._memory = None
        self._opened.close()
        self._opened = ExitStack()
        self.recovery = ""
        self.session.forget()

    def check(self, request: Request) -> None:
        """Check that a form is one of ours.

        Raises:
            WrongFormError: if it is not.
        """
        self.check_key(request.fields.get(KEY, ""))

    def check_key(self, key: str) -> None:
        """As `check`, of a form whose fields come in one by one."""
        if not secrets.compare_digest(key.encode(), self.form_key.encode()):
            raise WrongFormError(
                _("this form is of a page that was open before: go back to the page, and try again")
            )

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        again_s: float = 0,
        workers: str = "",
        frame: Literal["", "has"] = "",
        **values: Any,
    ) -> Response:
        """Return a page.

        Args:
            template: name of its template.
            status: of HTTP.
            again_s: the browser asks again by itself after so many seconds; 0 for never. Where
                scripts run, `files/watch.js` takes a page off the screen; else the page itself.
            workers: see `Response`.
            frame: whether it shows another page of ours in a frame.
            values: what the template is filled with.
        """
        language = active_language()
        told, self.session.said[:] = list(self.session.said), []
        held = self.session.held
        html = (
            _environment()
            .get_template(f"{template}.html.jinja")
            .render(
                language=language,
                direction=direction_of(language),
                languages=_languages(),
                form_key=self.form_key,
                case=held.folder.resolve().name if held is not None else "",
                is_open=self.session.is_open,
                work=self.work.piece,
                reading=self.reading.is_running,
                told=told,
                here=template,
                clears_s=int(self.session.idle_s) + 2,
                **values,
            )
        )
        return Response(html, status=status, again_s=again_s, workers=workers, frame=frame)


@cache
def _languages() -> Sequence[tuple[str, str]]:
    return [(code, language_name(code, code)) for code in TEXT_LANGUAGES]


@cache
def _environment() -> jinja2.Environment:
    made = environment("contrechamp.web")
    own = made.loader
    assert own is not None  # noqa: S101 - `environment` has set one
    drawn = jinja2.PackageLoader("contrechamp.publish")
    # Plots and tables look as in reports.
    made.loader = jinja2.ChoiceLoader([own, jinja2.PrefixLoader({"publish": drawn})])
    made.filters["shown"] = shown
    made.filters["depth"] = _depth
    return made


def _depth(line: str) -> int:
    """Return how far in a line of `field_lines` stands, as the style sheet has it."""
    return min((len(line) - len(line.lstrip(" "))) // len(INDENT), 5)
