"""The user's editor on a file in memory: what is typed is never written to a disk by us."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from contrechamp.base.errors import OutputError, UsageError
from contrechamp.base.i18n import _

#: Kinds of file system whose files are in memory.
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
NAME = "form.toml"
#: Options that keep editors from writing swap files, backups, registers or history.
QUIET = {
    "vim": ("-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noundofile"),
    "nvim": ("-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noundofile"),
    "emacs": ("-Q", "--eval", "(setq make-backup-files nil auto-save-default nil)"),
}


@contextmanager
def file_in_memory() -> Iterator[Path]:
    """Yield the name of a file in memory, for the length of a ``with`` block."""
    folder = Path(tempfile.mkdtemp(prefix="contrechamp-", dir=memory_folder()))
    try:
        if swap_in_use():
            click.echo(
                _(
                    "warning: this machine swaps memory to a disk; unless that is encrypted, parts "
                    "of what you type may get there (swapoff keeps them from it)"
                ),
                err=True,
            )
        yield folder / NAME
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory_folder() -> Path:
    """Return a writable folder whose files are in memory.

    Raises:
        UsageError: if there is none.
    """
    for candidate in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108
        if not candidate:
            continue
        folder = Path(candidate)
        if folder.is_dir() and os.access(folder, os.W_OK) and _file_system(folder) in IN_MEMORY:
            return folder
    raise UsageError(
        _(
            "there is no memory-backed folder to edit in (XDG_RUNTIME_DIR or /dev/shm on tmpfs); "
            "give the form with --form - instead"
        )
    )


def swap_in_use(table: Path = Path("/proc/swaps")) -> bool:
    """Return whether memory may be swapped to a disk; compressed memory (zram) is not one."""
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return False
    return any(line.strip() and not line.startswith("/dev/zram") for line in lines)


def edit(path: Path) -> None:
    """Let the user edit a file.

    Raises:
        UsageError: if no editor is set or found, or it ends with an error.
        OutputError: if the file is gone afterwards.
    """
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    if not words or shutil.which(words[0]) is None:
        raise UsageError(_("there is no editor: set VISUAL or EDITOR to one"))
    quiet = QUIET.get(Path(words[0]).name, ())
    environment = {**os.environ, "TMPDIR": str(path.parent)}
    done = subprocess.run([*words, *quiet, str(path)], env=environment, check=False)  # noqa: S603  the user's choice
    if done.returncode != 0:
        raise UsageError(
            _("the editor ended with status {status}; nothing was changed").format(
                status=done.returncode
            )
        )
    if not path.is_file():
        raise OutputError(_("the form is gone; nothing was changed"))


def _file_system(folder: Path) -> str:
    """Return the type of the file system that a folder lies on; "" if unknown."""
    try:
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return ""
    real = folder.resolve()
    best, kind = -1, ""
    for line in lines:
        before, _dash, after = line.partition(" - ")
        mount = Path(before.split()[4].encode().decode("unicode_escape"))
        # Of two mounts at one place, the later one counts.
        if (real == mount or mount in real.parents) and len(mount.parts) >= best:
            best, kind = len(mount.parts), after.split()[0]
    return kind
