"""Records that leave a case in files: whom they are for, and what is told of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import now, open_case
from contrechamp.cli.secret_input import SecretSource
from contrechamp.cli.text_input import Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contrechamp.dossier.formats.write.outgoing import Outgoing, Publisher, Writer


def leaving_options() -> list[click.Option]:
    """``--for``, ``--team``: whom the files are for."""
    return [
        click.Option(
            ["--for", "whom"], default="", metavar="NAME-or-ACTOR", type=Line(_("Handed to")),
            help=_(
                "Whom it is for, by name as consents have it or by record/...; without it, "
                "nothing that a source told or gave leaves."
            ),
        ),
        click.Option(
            ["--team"], is_flag=True,
            help=_(
                "It is for those who work on the case alone: another machine, a copy to work "
                "on. Not to be handed on. (A whole copy is one of the folder CASE.)"
            ),
        ),
    ]  # fmt: skip


def let_out(
    folder: Path,
    output: Path,
    format_: str,
    *,
    whom: str,
    team: bool,
    reason: str,
    source: SecretSource,
    osm: Path | None = None,
    publisher: "Publisher | None" = None,
    writer: "Writer | None" = None,
) -> None:
    """Write the records of a case that may leave to a new folder, and tell what stays.

    Args:
        folder: of the case.
        output: folder to make.
        format_: of the files.
        whom: whom they are for, by name or reference; "" for anyone.
        team: they are for those who work on the case.
        reason: for the log.
        source: where to read the secret.
        osm: see `Outgoing`.
        publisher: see `Outgoing`.
        writer: see `exporting.write`.

    Raises:
        UsageError: if `whom` and `team` are both given.
    """
    from contrechamp.dossier.formats.write import exporting
    from contrechamp.dossier.permission.sharing import Recipient
    from contrechamp.dossier.reading import short_names

    if whom and team:
        raise UsageError(_("--for and --team are for different exports: make two"))
    named = short_names.is_typed(whom)
    with open_case(folder, source, write=bool(whom or team)) as case:
        actor = short_names.full_ref(case, whom) if named else ""
        left = exporting.write(
            case, output, format_, day=now().date(), osm=osm, publisher=publisher, now=now(),
            recipient=Recipient(actor, "" if named else whom, team), reason=reason, writer=writer,
        )  # fmt: skip
        called = short_names.lines_of(
            case, [f"record/{one}" for one in (*left.kept_back, *left.limits)]
        )
    _tell(left, output, called)


def _tell(left: "Outgoing", output: Path, called: "Mapping[str, str]") -> None:
    from contrechamp.dossier.permission import consent

    kept_back = len(left.kept_back)
    if kept_back:
        click.echo(
            ngettext(
                "{count} record stays in the case, for consent does not cover that it leaves so:",
                "{count} records stay in the case, for consent does not cover that they leave so:",
                kept_back,
            ).format(count=kept_back),
            err=True,
        )
        for record, refused in left.kept_back.items():
            why = "; ".join(dict.fromkeys(consent.refusal_lines(refused)))
            click.echo(f"  {called[f'record/{record}']}  {why}", err=True)
    for record, limits in left.limits.items():
        for limit in limits:
            line = _("within these limits, which whoever gets it has to be told: {limits}")
            click.echo(
                f"{called[f'record/{record}']}  {line.format(limits=shown(limit))}", err=True
            )
    for why, many in sorted(left.left_out.items()):
        click.echo(_("left out: {count}: {reason}").format(count=many, reason=why), err=True)
    click.echo(_("{folder} is written; it is not encrypted.").format(folder=output.name))
    if left.from_sources:
        click.echo(
            ngettext(
                "{count} record in it holds what somebody told or gave; the log says whom it is "
                "for.",
                "{count} records in it hold what somebody told or gave; the log says whom they "
                "are for.",
                len(left.from_sources),
            ).format(count=len(left.from_sources))
        )
