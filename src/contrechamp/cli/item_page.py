"""``show --open``: an item in the browser, its pages drawn in the cell, or its text."""

from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.shown_text import shown
from contrechamp.local_page.browser import Shown, show
from contrechamp.local_page.messages import PLAIN, Request, Response, not_found
from contrechamp.local_page.rules import Rules
from contrechamp.local_page.serving import serve
from contrechamp.wording.texts import lacking_label, place_label

if TYPE_CHECKING:
    from contrechamp.vault.case import Case
    from contrechamp.vault.looking.looking import Looked

#: After so many seconds without a click the page is closed.
IDLE_S = 900
#: Letters of text on one page, or a little more.
_LETTERS = 50_000
_STYLE = """
body { font: 1rem/1.5 sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem; }
nav { display: flex; gap: 1rem; } img { max-width: 100%; border: 1px solid #999; }
h2 { font-size: 1rem; color: #555; } p { white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def open_item(case: "Case", item: str, *, browser: bool) -> None:
    """Show an item in the user's browser until the page is closed, or left.

    Raises:
        UsageError: if it is of a kind that cannot be shown.
        InputError: if there is no content.
    """
    from contrechamp.vault.looking.looking import DRAWN, looking_at

    with looking_at(case, item) as looked:
        if looked.kind in ("", "unread"):
            raise UsageError(
                _("{type} cannot be shown; contrechamp export hands it out").format(
                    type=looked.media_type or _("content of an unknown kind")
                )
            )
        pages = _Drawings(looked) if looked.kind in DRAWN else _Texts(looked)
        with suppress(KeyboardInterrupt):  # how it is closed from here, and no failure
            serve(pages.answer, Rules(IDLE_S), lambda address: _tell(address, browser=browser))


def _tell(address: str, *, browser: bool) -> None:
    if browser and show(address) is not Shown.NOWHERE:
        click.echo(_("Shown in your browser until you close it here (Ctrl-C)."), err=True)
        return
    click.echo(_("Open this once, in a browser of this machine; Ctrl-C closes it:"), err=True)
    click.echo(address)


class _Pages:
    """Pages of an item, which are asked for by their numbers, from 1."""

    def __init__(self, looked: "Looked") -> None:
        self._looked = looked

    def answer(self, request: Request) -> Response:
        """Answer a request of the browser."""
        if request.path == "style.css":
            return Response(_STYLE, "text/css; charset=utf-8")
        if request.path == "end":
            return Response(_("The page is closed."), PLAIN, ends=True)
        told = request.path or "1"
        picture = told.endswith(".png")
        number = told.removesuffix(".png")
        if not (number.isdecimal() and 0 < len(number) < 7 and int(number) > 0):
            return not_found()
        return self.picture(int(number)) if picture else self.page(int(number))

    def page(self, number: int) -> Response:
        """Return a page."""
        raise NotImplementedError

    def picture(self, number: int) -> Response:
        """Return the picture on a page; there is none in text."""
        return not_found()


class _Drawings(_Pages):
    """Pages that are drawn; the last is kept in memory, since its picture is asked for next."""

    _last: tuple[int, bytes] = (0, b"")

    def page(self, number: int) -> Response:
        drawn = self._looked.drawn(number - 1)
        if drawn.lacks:
            return _page(f"<p>{escape(_why(drawn.lacks))}</p>", 1, 1)
        self._last = (number, drawn.picture)
        return _page(f'<img src="{number}.png" alt="">', number, drawn.pages)

    def picture(self, number: int) -> Response:
        if self._last[0] == number:
            return Response(self._last[1], "image/png")
        drawn = self._looked.drawn(number - 1)
        return Response(drawn.picture, "image/png") if drawn.picture else not_found()


class _Texts(_Pages):
    """Text, with the direction of each part."""

    def __init__(self, looked: "Looked") -> None:
        super().__init__(looked)
        text = looked.text()
        self._lacks = text.lacks
        self._pages: list[list[str]] = [[]]
        before, letters = None, 0
        for part in text.parts:
            if letters > _LETTERS:
                self._pages.append([])
                letters = 0
            if part.at and part.at != before:
                label = escape(shown(place_label(part.at)))
                self._pages[-1].append(f'<h2 dir="auto">{label}</h2>')
            before = part.at
            letters += len(part.text)
            lines = (f'<p dir="auto">{escape(shown(line))}</p>' for line in part.text.split("\n"))
            self._pages[-1] += lines

    def page(self, number: int) -> Response:
        if number > len(self._pages):
            return not_found()
        content = "\n".join(self._pages[number - 1])
        if self._lacks:
            content = f"<p>{escape(_why(self._lacks))}</p>{content}"
        elif not content:
            nothing = _("It holds no text.")
            content = f"<p>{escape(nothing)}</p>"
        return _page(content, number, len(self._pages))


def _why(lacks: str) -> str:
    return _("Not all of it can be shown: {reason}").format(reason=lacking_label(lacks))


def _page(content: str, number: int, pages: int) -> Response:
    """Return a page with its neighbours; its title, which a browser keeps, says nothing."""
    language = active_language()
    before, after, close = escape(_("Previous")), escape(_("Next")), escape(_("Close"))
    ways = []
    if number > 1:
        ways.append(f'<a href="{number - 1}">{before}</a>')
    if pages > 1:
        place = _("{number} of {pages}").format(number=number, pages=pages)
        ways.append(f"<span>{escape(place)}</span>")
    if number < pages:
        ways.append(f'<a href="{number + 1}">{after}</a>')
    ways.append(f'<a href="end">{close}</a>')
    return Response(
        f'<!doctype html><html lang="{language}" dir="{direction_of(language)}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>contrechamp</title><link rel="stylesheet" href="style.css"></head>'
        f"<body><nav>{''.join(ways)}</nav><main>{content}</main></body></html>"
    )
