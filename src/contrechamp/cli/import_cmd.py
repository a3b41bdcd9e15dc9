"""``contrechamp import``: records from files of others."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source


def import_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "import",
        callback=_import,
        short_help=_("Take records of a file into a case."),
        help=_(
            "Take the records of files into a case, all of them or none: JSON Lines, as show "
            "--json prints them. Records whose id is there get a new version."
        ),
        epilog=_("Example: contrechamp import checkpoint-north records.jsonl"),
        params=[
            case_argument(),
            click.Argument(
                ["files"], metavar="FILE...", nargs=-1, required=True,
                type=click.Path(path_type=Path),
            ),
            reason_option(),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )  # fmt: skip


def _import(*, folder: Path, files: tuple[Path, ...], reason: str, **secret: Any) -> None:
    from contrechamp.dossier import lines, store

    with open_case(folder, secret_source(**secret), write=True) as case:
        wanted = (put for file in files for put in lines.read(case, _lines(file), name=file.name))
        stored = store.put_all(case, wanted, reason=reason, now=now())
    click.echo(
        ngettext("{count} record is in the case.", "{count} records are in the case.", len(stored))
        .format(count=len(stored))
    )  # fmt: skip


def _lines(file: Path) -> Any:
    try:
        with file.open(encoding="utf-8") as opened:
            yield from opened
    except OSError as error:
        raise InputError(
            _("cannot be read ({reason})").format(reason=error.strerror), where=file.name
        ) from error
    except UnicodeDecodeError:
        raise InputError(_("what was read is not text in UTF-8"), where=file.name) from None
