"""``python -m contrechamp`` and the ``contrechamp`` command."""

import sys
from importlib.util import find_spec

#: What Python has on Linux and macOS and not on Windows: locks, homes, limits of processes.
NEEDED = ("fcntl", "pwd", "resource")


def main() -> None:
    """Run the command of this process, and exit with its status."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.exit(_refuse(missing))
    from contrechamp.cli.run import run

    sys.exit(run(sys.argv[1:]))


def _refuse(missing: list[str]) -> int:
    """Say in one line what this system lacks, before anything that needs it is imported."""
    from contrechamp.base.i18n import _
    from contrechamp.cli.language import speak

    speak(sys.argv[1:])
    sys.stderr.write(
        _(
            "contrechamp: this system lacks what locks a case and limits the processes that read "
            "files of strangers (Python's {modules}), as Windows does; run it in Linux: in a "
            "virtual machine, WSL 2 or a container (docs/how-to/install.md)"
        ).format(modules=", ".join(missing))
        + "\n"
    )
    return 2


if __name__ == "__main__":
    main()
