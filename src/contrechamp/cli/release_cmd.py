"""``contrechamp release``: give leave to publish a record or an item, or take it back."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.record_text import ref_argument, why_option
from contrechamp.cli.secret_input import secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "release",
        callback=_release,
        help=_(
            "Give leave for the newest version of a record, or an item, to be published. It is "
            "asked whether a second person agrees, evidence stands, consent covers each use, those "
            "who are spoken of were asked, and files show nobody and say nothing beside: all that "
            "is missing is told at once, with where to mend it. With --revoke, take it back."
        ),
        epilog=_("Example: contrechamp release checkpoint-north record/0123"),
        params=[
            case_argument(),
            ref_argument(),
            click.Option(
                ["--on"], default="", metavar="DATE",
                help=_("Day from which it holds; by default today."),
            ),
            why_option(),
            click.Option(
                ["--override"], multiple=True, metavar="GATE",
                help=_(
                    "Pass this gate although it is not met; --reason is needed. May be given "
                    "several times."
                ),
            ),
            click.Option(
                ["--revoke"], is_flag=True,
                help=_("Take back a release, or every release of what is named; with --reason."),
            ),
            reason_option(stays=True),
            *secret_options(),
        ],
    )  # fmt: skip


def _release(
    *,
    folder: Path,
    ref: str,
    on: str,
    why: str,
    override: tuple[str, ...],
    revoke: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.permission import reviews
    from contrechamp.dossier.reading import short_names

    if (override or revoke) and not reason:
        raise UsageError(_("--override and --revoke need a --reason, which stands in the case"))
    if revoke and (override or why):
        raise UsageError(_("--revoke goes with --on and --reason alone"))
    if reason and not (override or revoke):
        raise UsageError(_("--reason goes with --override or --revoke; --why says why in general"))
    day = on or now().date().isoformat()
    with open_case(folder, secret_source(**secret), write=True) as case:
        full = short_names.full_ref(case, ref)
        if revoke:
            done = reviews.revoke(case, full, on=day, reason=reason, now=now())
        else:
            stored = reviews.release(
                case, full, on=day, why=why, overrides=dict.fromkeys(override, reason), now=now()
            )
            named = short_names.lines_of(case, [full])[full]
    if revoke:
        _tell_revoked(done, day)
        return
    click.echo(f"{stored.ref}  release  {named}  {day}")
    for one in getattr(stored.record, "overrides", ()):
        click.echo(_("passed although it is not met: {gate}").format(gate=one.gate))


def _tell_revoked(done: Any, day: str) -> None:
    from contrechamp.cli.release_text import tell_copies

    for one in done.releases:
        click.echo(f"{one}  " + _("revoked: {about}, from {day}").format(about=done.about, day=day))
    tell_copies(done.outside)
