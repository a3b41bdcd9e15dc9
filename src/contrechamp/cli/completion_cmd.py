"""``contrechamp completion``: what makes bash, zsh or fish complete its command lines."""

import click

from contrechamp.base.i18n import _
from contrechamp.cli.shell_completion import SHELLS, script


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "completion",
        callback=_completion,
        help=_(
            "Print what makes a shell complete commands, options, files and kinds with the tab "
            "key: for bash, eval it in ~/.bashrc; for zsh, in ~/.zshrc after compinit; for fish, "
            "put it into ~/.config/fish/completions/contrechamp.fish. Nothing is ever asked for "
            "that: short names of records are completed only behind --identity with a key file "
            "that has no passphrase, and in a session of contrechamp shell."
        ),
        epilog=_("Example: contrechamp completion bash"),
        params=[click.Argument(["shell"], type=click.Choice(SHELLS))],
    )


def _completion(*, shell: str) -> None:
    click.echo(script(shell), nl=False)
