"""Reviewing masked copies of a case without a browser, for ``contrechamp mask --review``."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.cli.case_access import now, open_case, reopen_case
from contrechamp.cli.secret_input import SecretSource, again
from contrechamp.cli.text_input import read_text

if TYPE_CHECKING:
    from contrechamp.redact.review.page.bench import Bench
    from contrechamp.vault.case import Case

#: A form of answers is never longer.
MAX_FORM = 16 << 20


@dataclass(frozen=True)
class Given:
    """How answers are given.

    Args:
        answers: a file of them, or ``-``; None for none.
        print_form: print the form and change nothing.
        editor: open the form in the user's editor.
    """

    answers: Path | None = None
    print_form: bool = False
    editor: bool = False

    @property
    def without_browser(self) -> bool:
        """Whether the answers come by another way than the page."""
        return self.answers is not None or self.print_form or self.editor


def review_in_case(
    folder: Path,
    items: Sequence[str],
    source: SecretSource,
    given: Given,
    *,
    unconfined: bool,
) -> None:
    """Take answers on masked copies of a case, and sign them.

    Raises:
        InputError: there is nothing to review, or an answer does not fit.
    """
    from contrechamp.publish.masking import answers

    if not given.without_browser:
        _page_of_case(folder, items, source, unconfined=unconfined)
        return
    with again(source) as secret_again:
        if given.answers is not None:
            _sign(folder, secret_again(), read_text(given.answers, MAX_FORM), given.answers.name)
            return
        with open_case(folder, secret_again()) as case:
            copies = answers.to_review(case, _refs(case, items))
            if not copies:
                raise InputError(_("no masked copy lacks a review"), where=folder.name)
            form = answers.form(case, copies)
        if given.print_form:
            click.echo(form, nl=False)
            return
        from contrechamp.cli import memory_editor

        memory_editor.edit_until_taken(
            form, MAX_FORM, lambda changed: _sign(folder, secret_again(), changed, _("form"))
        )


def review_folder(
    folder: Path,
    words: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]],
    *,
    unconfined: bool,
) -> None:
    """Show the page of a folder of masked copies.

    Args:
        folder: made by ``mask -o``.
        words: words and spellings to take out of documents that are made again.
        unconfined: read files also where what reads them cannot be confined.

    Raises:
        InputError: it is no such folder.
    """
    from contrechamp.redact.request import Request
    from contrechamp.redact.review.page.folder_bench import FolderBench, is_run

    if not is_run(folder):
        raise InputError(
            _("is neither a case nor a folder that contrechamp mask -o made"), where=str(folder)
        )
    said, spellings = words
    request = Request(words=said, spellings=spellings)
    _show(FolderBench(folder, request, unconfined=unconfined))


def _page_of_case(
    folder: Path, items: Sequence[str], source: SecretSource, *, unconfined: bool
) -> None:
    from contrechamp.publish.masking import answers
    from contrechamp.publish.masking.case_bench import CaseBench

    with reopen_case(folder, source) as opening, folder_in_memory() as (memory, _lock):
        with opening(False) as case:
            copies = answers.to_review(case, _refs(case, items))
        if not copies:
            raise InputError(_("no masked copy lacks a review"), where=folder.name)
        _show(CaseBench(opening, copies, memory, now=now, unconfined=unconfined))


def _show(bench: "Bench") -> None:
    """Serve the page until it is closed, left for long, or interrupted."""
    from contrechamp.local_page.browser import Shown, show
    from contrechamp.local_page.rules import Rules
    from contrechamp.local_page.serving import serve
    from contrechamp.redact.review.page.answering import IDLE_S, MOST_BODY, Answering
    from contrechamp.redact.review.page.pictures import Pictures
    from contrechamp.redact.review.page.seeding import chosen

    def opened(address: str) -> None:
        if show(address) is Shown.NOWHERE:
            click.echo(_("Open this address, good for once: {address}").format(address=address))
        click.echo(_("The page is open until it is closed; Ctrl-C ends it."), err=True)

    left = {key: bench.made(key) for key in bench.copies() if 0 in bench.asked(key)}
    rules = Rules(idle_s=IDLE_S, most_body=MOST_BODY, scripts=True)
    with folder_in_memory() as (memory, _lock), Pictures(bench, memory) as pictures:
        answering = Answering(bench, pictures, chosen(left))
        serve(answering, rules, opened)
    for line in answering.lines:
        click.echo(line)


def _sign(folder: Path, source: SecretSource, content: str, where: str) -> None:
    from contrechamp.publish.masking import answers

    given = answers.read(content, where)
    with open_case(folder, source, write=True) as case:
        stored = answers.sign(case, given, now=now, random=secrets.token_bytes)
        lines = [
            answers.line(case, one.copy, review.ref, one.verdict)
            for one, review in zip(given, stored, strict=True)
        ]
    for line in lines:
        click.echo(line)


def _refs(case: "Case", items: Sequence[str]) -> list[str]:
    from contrechamp.dossier.reading.short_names import full_ref

    return [full_ref(case, one if "/" in one else f"item/{one}") for one in items]
