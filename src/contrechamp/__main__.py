"""``python -m contrechamp`` and the ``contrechamp`` command."""

import sys

from contrechamp.cli.run import run


def main() -> None:
    """Run the command of this process, and exit with its status."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
