"""Compile the engine at set-up, with a bar; `make` runs this module."""

import sys

import click

from contrechamp.base.i18n import _
from contrechamp.cli.bars import progress_for
from contrechamp.cli.language import speak
from contrechamp.measure.engine import compile_engine


def main() -> None:
    """Compile the engine."""
    speak(())
    if not sys.stderr.isatty():
        click.echo(_("Compiling the engine, once per version and processor"), err=True)
    compile_engine(progress_for(as_json=False))


if __name__ == "__main__":
    main()
