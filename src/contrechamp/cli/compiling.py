"""Compile the engine before it is used, and say so; `make` calls this at set-up."""

import sys

import click

from contrechamp.base.ahead import Ahead, compile_ahead
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.cli.bars import progress_for
from contrechamp.cli.language import speak

#: What measure, demo and sight need: two jobs of about the same length.
ENGINE = Ahead(
    jobs=("contrechamp.measure.ahead:exposure", "contrechamp.measure.ahead:all_else"),
    rooms=("sight", "measure"),
)


def compile_engine(progress: Progress) -> None:
    """Compile the engine unless that was done, in a bar of its own."""
    label = _("Compiling the engine, once per version and processor")
    compile_ahead(ENGINE, label, progress)


def main() -> None:
    """Compile the engine at set-up."""
    speak(())
    if not sys.stderr.isatty():
        click.echo(_("Compiling the engine, once per version and processor"), err=True)
    compile_engine(progress_for(as_json=False))


if __name__ == "__main__":
    main()
