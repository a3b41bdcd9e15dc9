"""``contrechamp shell``: holds a case open for a session of commands."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, check_is_case
from contrechamp.cli.secret_input import secret_options, secret_source

#: Minutes without a line after which what opens the case is forgotten.
IDLE_MINUTES = 10


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "shell",
        callback=_shell,
        help=_(
            "Hold a case open for a session: asks for the passphrase once, then takes commands, "
            "one a line, without contrechamp and without CASE, such as: show contract/city-2021. "
            "Words with spaces stand in quotation marks; the tab key completes; lines are kept in "
            "memory alone. help lists the commands, lock forgets the keys, exit or Ctrl-D ends it. "
            "An error or Ctrl-C ends a command, not the session. Lines can also come from a pipe "
            "or file; the exit status is then that of the last command that did not end well."
        ),
        epilog=_("Example: contrechamp shell checkpoint-north"),
        params=[
            case_argument(),
            click.Option(
                ["--idle", "idle_minutes"], type=click.IntRange(1, 24 * 60), default=IDLE_MINUTES,
                show_default=True, metavar="MINUTES",
                help=_(
                    "After so long without a line, the keys are forgotten, and what opens the case "
                    "is asked for again."
                ),
            ),
            *secret_options(),
        ],
    )  # fmt: skip


def _shell(*, folder: Path, idle_minutes: int, **secret: Any) -> None:
    from contrechamp.cli.shell_session import ShellSession

    source = secret_source(**secret)
    check_is_case(folder)
    status = ShellSession(folder, source, idle_s=60 * idle_minutes).run()
    raise click.exceptions.Exit(status)
