"""``python -m contrechamp`` and the ``contrechamp`` command."""

import sys

from contrechamp.cli.run import run


def main() -> None:
    """Run the command that the process was started with, and end the process."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
