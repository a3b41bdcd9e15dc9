"""``contrechamp log``: what was done to a case, by whom, when and why."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, open_case
from contrechamp.cli.options import json_option, language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source


def log_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "log",
        callback=_log,
        short_help=_("Show what was done to a case, by whom, when and why."),
        help=_("Show the custody log of a case: what was done, by whom, when and why."),
        epilog=_("Example: contrechamp log checkpoint-north"),
        params=[
            case_argument(),
            click.Option(
                ["--checkpoint"],
                is_flag=True,
                help=_(
                    "Print the newest checkpoint alone: kept elsewhere, it tells later whether "
                    "the log was changed or cut off."
                ),
            ),
            *secret_options(),
            json_option(),
            language_option(),
            verbose_option(),
        ],
    )


def _log(*, folder: Path, checkpoint: bool, as_json: bool, **secret: Any) -> None:
    from contrechamp.vault.history import history, newest_checkpoint

    with open_case(folder, secret_source(**secret)) as case:
        if checkpoint:
            click.echo(newest_checkpoint(case), nl=False)
            return
        lines = history(case)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines]))
        return
    for line in lines:
        reason = f"  ({line.reason})" if line.reason else ""
        click.echo(
            f"{line.number:>6}  {line.at}  {line.member}  {line.action}  {line.subject}"
            f"  {line.name}{reason}"
        )
