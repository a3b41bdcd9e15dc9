"""One target under atheris: ``python -m fuzz.one NAME CORPUS [libFuzzer options]``."""

import sys

import atheris

with atheris.instrument_imports(include=["contrechamp"]):
    from fuzz.targets import TARGETS

from contrechamp.base.errors import ContrechampError


def main() -> None:
    """Run the target until libFuzzer's options end it."""
    target = TARGETS[sys.argv[1]]

    def once(content: bytes) -> None:
        try:
            target.read(content)
        except ContrechampError:
            return

    atheris.Setup([sys.argv[0], *sys.argv[2:]], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
