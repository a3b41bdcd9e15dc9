"""The user's editor on a file in memory: what is typed is never written to a disk by us."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from contrechamp.base.errors import InputError, OutputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.cli.text_input import read_text

NAME = "form.toml"
#: Options that keep editors from writing swap files, backups, registers or history.
QUIET = {
    "vim": ("-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noundofile"),
    "nvim": ("-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noundofile"),
    "emacs": ("-Q", "--eval", "(setq make-backup-files nil auto-save-default nil)"),
}


@dataclass(frozen=True)
class FileInMemory:
    """A file to be edited.

    Args:
        path: of it; it is not there yet.
        lock: descriptor by which others see that it is in use.
    """

    path: Path
    lock: int


@contextmanager
def file_in_memory() -> Iterator[FileInMemory]:
    """Yield a file in memory that is yet to be made, for the length of a ``with`` block."""
    with folder_in_memory() as (folder, lock):
        if swap_in_use():
            click.echo(
                _(
                    "warning: this machine swaps memory to a disk; unless that is encrypted, parts "
                    "of what you type may get there (swapoff keeps them from it)"
                ),
                err=True,
            )
        yield FileInMemory(folder / NAME, lock)


def edit_until_taken(text: str, most: int, take: Callable[[str], None]) -> None:
    """Let the user edit a text until it is right, or given up.

    Args:
        text: to begin with; if it comes back as it was, nothing is taken.
        most: bytes that are read of it.
        take: does what it is for.

    Raises:
        InputError: as `take` does, once it is given up.
    """
    with file_in_memory() as file:
        file.path.write_text(text)
        while True:
            edit(file)
            changed = read_text(file.path, most)
            if changed == text:
                click.echo(_("Nothing was changed."), err=True)
                return
            try:
                take(changed)
                return
            except InputError as error:
                # Where nobody can be asked, it is given up, with the reason.
                if not sys.stdin.isatty():
                    raise
                click.echo(str(error), err=True)
                if not click.confirm(_("Go on editing? Otherwise what you typed is lost."), True):
                    raise


def swap_in_use(table: Path = Path("/proc/swaps")) -> bool:
    """Return whether memory may be swapped to a disk; compressed memory (zram) is not one."""
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return False
    return any(line.strip() and not line.startswith("/dev/zram") for line in lines)


def edit(file: FileInMemory) -> None:
    """Let the user edit a file.

    Raises:
        UsageError: if no editor is set or found, or it ends with an error.
        OutputError: if the file is gone afterwards.
    """
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    if not words or shutil.which(words[0]) is None:
        raise UsageError(_("there is no editor: set VISUAL or EDITOR to one"))
    quiet = QUIET.get(Path(words[0]).name, ())
    path = file.path
    environment = {**os.environ, "TMPDIR": str(path.parent)}
    done = subprocess.run(  # noqa: S603  the user's choice
        [*words, *quiet, str(path)], env=environment, check=False, pass_fds=(file.lock,)
    )
    if done.returncode != 0:
        raise UsageError(
            _("the editor ended with status {status}; nothing was changed").format(
                status=done.returncode
            )
        )
    if not path.is_file():
        raise OutputError(_("the form is gone; nothing was changed"))
