"""``contrechamp verify``: is a case what its log says?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, last_seen, note_seen, open_case, shown
from contrechamp.cli.options import json_option, language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source


def verify_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "verify",
        callback=_verify,
        short_help=_("Check that a case is what its log says."),
        help=_(
            "Read everything back, and compare it with the log: content, records, entries, "
            "signatures, checkpoints. Says what is wrong, and ends with status 1 if anything is."
        ),
        epilog=_("Example: contrechamp verify checkpoint-north --since kept.checkpoint"),
        params=[
            case_argument(),
            click.Option(
                ["--since"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("A checkpoint that was kept elsewhere: the log must go on from it."),
            ),
            click.Option(
                ["--tsa-roots"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("Certificates (PEM) of the timestamp authorities that you trust."),
            ),
            click.Option(
                ["--quick"], is_flag=True, help=_("Do not read the content of the files.")
            ),
            *secret_options(),
            json_option(),
            language_option(),
            verbose_option(),
        ],
    )


def _verify(
    *,
    folder: Path,
    since: Path | None,
    tsa_roots: Path | None,
    quick: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.vault.rfc3161 import roots
    from contrechamp.vault.verifying import verify

    kept = _checkpoint(since) if since else None
    trusted = roots(_bytes(tsa_roots), where=tsa_roots.name) if tsa_roots else []
    with open_case(folder, secret_source(**secret)) as case:
        seen = [note for note in (kept, last_seen(case)) if note is not None]
        found = verify(
            case,
            since=seen,
            trusted=trusted,
            quick=quick,
            progress=progress_for(as_json=as_json),
        )
        entries = case.size
        if not found:
            note_seen(case)
    if as_json:
        findings = [asdict(one) for one in found]
        click.echo(json.dumps({"entries": entries, "findings": findings}))
    else:
        for one in found:
            click.echo(shown(f"{one.kind}  {one.subject}: {one.message}"))
    if found:
        raise CheckFailedError(
            ngettext(
                "{count} thing is not as the log says",
                "{count} things are not as the log says",
                len(found),
            ).format(count=len(found))
        )
    if not as_json:
        click.echo(
            _(
                "Everything is as the log says, from its first entry to the newest, {number}."
            ).format(number=entries - 1)
        )


def _checkpoint(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise InputError(_("cannot be read as a checkpoint"), where=path.name) from error


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1 << 20)
    except OSError as error:
        raise InputError(
            _("cannot be read ({reason})").format(reason=error.strerror), where=path.name
        ) from error
