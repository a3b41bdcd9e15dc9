"""``contrechamp edit``: write or change a record as a form, in the user's editor."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cli.apart import done_apart
from contrechamp.cli.case_access import (
    case_argument,
    check_is_case,
    now,
    open_case,
    reason_option,
)
from contrechamp.cli.secret_input import again, secret_options, secret_source
from contrechamp.cli.text_input import read_text

if TYPE_CHECKING:
    from contrechamp.dossier.records.field_types import Record

MAX_FORM = 1 << 21


#: A word, where a kind or a record is named; one of hexadecimal digits may begin a reference.
_MEANT_AS_KIND, _DIGITS = re.compile(r"[a-z_-]+", re.IGNORECASE), re.compile(r"[0-9a-f]+")


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "edit",
        callback=_edit,
        help=_(
            "Write a new record of a kind, or change one that is there. Your editor (VISUAL or "
            "EDITOR) opens a form that lies in memory, never on a disk. Earlier versions stay "
            "in the case."
        ),
        epilog=_("Example: contrechamp edit checkpoint-north observation"),
        params=[
            case_argument(),
            click.Argument(["what"], metavar="KIND-or-RECORD"),
            click.Option(
                ["--form"],
                type=click.Path(path_type=Path, allow_dash=True),
                metavar="FILE",
                help=_("Read the form from a file, or - for standard input; no editor is opened."),
            ),
            click.Option(
                ["--print", "print_only"],
                is_flag=True,
                help=_("Print the form, with what is closed, and change nothing."),
            ),
            click.Option(
                ["--template"],
                metavar="KEY",
                help=_("For a new assessment: begin with the questions of this template."),
            ),
            reason_option(),
            *secret_options(),
        ],
    )


def _edit(
    *,
    folder: Path,
    what: str,
    form: Path | None,
    print_only: bool,
    template: str | None,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.records.kinds import KINDS, class_of
    from contrechamp.dossier.shipped import assessments
    from contrechamp.dossier.writing import store
    from contrechamp.dossier.writing import toml_form as forms

    if template is not None and what != "assessment":
        raise UsageError(_("--template goes with a new assessment"))
    if _MEANT_AS_KIND.fullmatch(what) and not _DIGITS.fullmatch(what):
        class_of(what)  # says which kinds there are, before anybody is asked for a passphrase
    assessment = assessments.new_assessment(template) if template is not None else None

    source = secret_source(**secret)
    new = forms.filled(assessment) if assessment else forms.blank(what) if what in KINDS else ""
    if print_only and new:
        click.echo(new, nl=False)
        return

    def begin() -> dict[str, Any]:
        """Return the form, and what it is of."""
        with open_case(folder, secret_again()) as case:
            if what in KINDS:
                return {"kind": what, "id": "", "version": 0, "text": new}
            before = lookup.get(case, lookup.by_beginning(case, what))
            text = forms.filled(before.record)
            return {"kind": before.kind, "id": before.id, "version": before.version, "text": text}

    def put(begun: dict[str, Any], record: "Record") -> None:
        with open_case(folder, secret_again(), write=True) as case:
            stored = store.put(
                case,
                record,
                record_id=begun["id"],
                version=begun["version"],
                reason=reason,
                now=now(),
            )
        click.echo(
            f"{stored.ref}  {stored.kind}  {shown(stored.record.title())}  "
            + _("version {number}").format(number=stored.version)
        )

    check_is_case(folder)  # before anything is asked
    with again(source) as secret_again:
        if print_only:
            click.echo(begin()["text"], nl=False)
            return
        begun = done_apart(begin)
        if form is not None:
            put(begun, forms.read(begun["kind"], read_text(form, MAX_FORM), name=form.name))
        else:
            _in_editor(begun, put)


def _in_editor(begun: dict[str, Any], put: Callable[[dict[str, Any], "Record"], None]) -> None:
    """Let the user edit until the form is right, or given up; meanwhile nothing holds a key."""
    from contrechamp.cli import memory_editor
    from contrechamp.dossier.writing import toml_form as forms

    with memory_editor.file_in_memory() as file:
        file.path.write_text(begun["text"])
        while True:
            memory_editor.edit(file)
            changed = read_text(file.path, MAX_FORM)
            if changed == begun["text"]:
                click.echo(_("Nothing was changed."), err=True)
                return
            try:
                put(begun, forms.read(begun["kind"], changed))
                return
            except InputError as error:
                # Where nobody can be asked, the form is given up, with the reason.
                if not sys.stdin.isatty():
                    raise
                click.echo(str(error), err=True)
                if not click.confirm(_("Go on editing? Otherwise what you typed is lost."), True):
                    raise
