"""Reviewing masked copies of a case without a browser, for ``contrechamp mask --review``."""

import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cli.case_access import now, open_case
from contrechamp.cli.secret_input import SecretSource, again
from contrechamp.cli.text_input import read_text

if TYPE_CHECKING:
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


def review_in_case(folder: Path, items: Sequence[str], source: SecretSource, given: Given) -> None:
    """Take answers on masked copies of a case, and sign them.

    Raises:
        InputError: there is nothing to review, or an answer does not fit.
    """
    from contrechamp.publish.masking import answers

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
        _in_editor(folder, secret_again, form)


def _in_editor(folder: Path, secret_again: Callable[[], SecretSource], form: str) -> None:
    """Let the user edit until the answers fit, or are given up."""
    from contrechamp.cli import memory_editor

    with memory_editor.file_in_memory() as file:
        file.path.write_text(form)
        while True:
            memory_editor.edit(file)
            changed = read_text(file.path, MAX_FORM)
            if changed == form:
                click.echo(_("Nothing was changed."), err=True)
                return
            try:
                _sign(folder, secret_again(), changed, _("form"))
                return
            except InputError as error:
                if not sys.stdin.isatty():
                    raise
                click.echo(str(error), err=True)
                if not click.confirm(_("Go on editing? Otherwise what you typed is lost."), True):
                    raise


def _sign(folder: Path, source: SecretSource, content: str, where: str) -> None:
    from contrechamp.publish.masking import answers

    given = answers.read(content, where)
    with open_case(folder, source, write=True) as case:
        stored = answers.sign(case, given, now=now, random=secrets.token_bytes)
        lines = [
            _line(case, one.copy, review.ref, one.verdict)
            for one, review in zip(given, stored, strict=True)
        ]
    for line in lines:
        click.echo(line)


def _line(case: "Case", copy: str, ref: str, verdict: str) -> str:
    from contrechamp.dossier.permission import mask_reviews
    from contrechamp.dossier.reading.view import View
    from contrechamp.wording.gates import unmet_labels
    from contrechamp.wording.masked_copies import reviewed

    standing = mask_reviews.standing(View(case), copy)
    places = f" ({', '.join(map(str, standing.second))})" if standing.second else ""
    how = "; ".join(unmet_labels()[why] for why in standing.why) or reviewed()
    return f"{ref}  review  {copy}  {verdict}  {how}{places}"


def _refs(case: "Case", items: Sequence[str]) -> list[str]:
    from contrechamp.dossier.reading.short_names import full_ref

    return [full_ref(case, one if "/" in one else f"item/{one}") for one in items]
