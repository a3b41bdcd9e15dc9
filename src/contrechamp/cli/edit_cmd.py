"""``contrechamp edit``: write or change a record as a form, in the user's editor."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.cli.text_input import read_text

if TYPE_CHECKING:
    from contrechamp.dossier.records.field_types import Record

MAX_FORM = 1 << 21


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
    from contrechamp.dossier.records.kinds import KINDS
    from contrechamp.dossier.shipped import assessments
    from contrechamp.dossier.writing import store
    from contrechamp.dossier.writing import toml_form as forms

    if template is not None and what != "assessment":
        raise UsageError(_("--template goes with a new assessment"))
    begun = assessments.new_assessment(template) if template is not None else None

    source = secret_source(**secret)
    new = forms.filled(begun) if begun else forms.blank(what) if what in KINDS else ""
    if print_only and new:
        click.echo(new, nl=False)
        return
    with open_case(folder, source, write=not print_only) as case:
        before = None if what in KINDS else lookup.get(case, lookup.by_beginning(case, what))
        kind = what if before is None else before.kind
        text = new if before is None else forms.filled(before.record)
        if print_only:
            click.echo(text, nl=False)
            return

        def put(record: "Record") -> None:
            stored = store.put(
                case,
                record,
                record_id="" if before is None else before.id,
                version=0 if before is None else before.version,
                reason=reason,
                now=now(),
            )
            click.echo(
                f"{stored.ref}  {stored.kind}  {shown(stored.record.title())}  "
                + _("version {number}").format(number=stored.version)
            )

        if form is not None:
            put(forms.read(kind, read_text(form, MAX_FORM), name=form.name))
        else:
            _in_editor(kind, text, put)


def _in_editor(kind: str, text: str, put: Any) -> None:
    """Let the user edit until the form is right, or given up."""
    from contrechamp.cli import memory_editor
    from contrechamp.dossier.writing import toml_form as forms

    with memory_editor.file_in_memory() as path:
        path.write_text(text)
        while True:
            memory_editor.edit(path)
            changed = read_text(path, MAX_FORM)
            if changed == text:
                click.echo(_("Nothing was changed."), err=True)
                return
            try:
                put(forms.read(kind, changed))
                return
            except InputError as error:
                # Where nobody can be asked, the form is given up, with the reason.
                if not sys.stdin.isatty():
                    raise
                click.echo(str(error), err=True)
                if not click.confirm(_("Go on editing? Otherwise what you typed is lost."), True):
                    raise
