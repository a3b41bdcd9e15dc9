"""``contrechamp edit``: write or change a record as a form, in the user's editor."""

import re
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
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

MAX_FORM = 1 << 21
#: The id of a record, or its beginning.
_ID = re.compile("[0-9a-f]{1,16}")


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
    from contrechamp.dossier.reading import lookup, short_names
    from contrechamp.dossier.records.kinds import KINDS, class_of
    from contrechamp.dossier.shipped import assessments
    from contrechamp.dossier.writing import store
    from contrechamp.dossier.writing import toml_form as forms

    if template is not None and what != "assessment":
        raise UsageError(_("--template goes with a new assessment"))
    assessment = assessments.new_assessment(template) if template is not None else None

    if what not in KINDS and not short_names.is_typed(what) and not _ID.fullmatch(what):
        class_of(what)  # says which kinds there are, before anything is asked
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
            before = lookup.get(case, short_names.full_ref(case, what))
            text = forms.filled(before.record)
            return {"kind": before.kind, "id": before.id, "version": before.version, "text": text}

    def put(begun: dict[str, Any], text: str, name: str = "") -> None:
        kind = begun["kind"]
        forms.read(kind, text, name=name, full=short_names.any_ref)  # nothing is asked in vain
        with open_case(folder, secret_again(), write=True) as case:
            full = short_names.in_full(case)
            stored = store.put(
                case,
                forms.read(kind, text, name=name, full=full),
                record_id=begun["id"],
                version=begun["version"],
                reason=reason,
                now=now(),
            )
            line = short_names.lines_of(case, [stored.ref])[stored.ref]
        click.echo(f"{line}  " + _("version {number}").format(number=stored.version))

    check_is_case(folder)  # before anything is asked
    with again(source) as secret_again:
        if print_only:
            click.echo(begin()["text"], nl=False)
            return
        begun = done_apart(begin)
        if form is not None:
            put(begun, read_text(form, MAX_FORM), form.name)
        else:
            from contrechamp.cli import memory_editor

            # Meanwhile nothing holds a key.
            memory_editor.edit_until_taken(
                begun["text"], MAX_FORM, lambda changed: put(begun, changed)
            )
