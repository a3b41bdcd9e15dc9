"""Compile at set-up what would be compiled at each start; `make` runs this module."""

import compileall
import sys
from importlib.util import find_spec

import click

from contrechamp.base.i18n import _
from contrechamp.cli.bars import progress_for
from contrechamp.cli.language import speak
from contrechamp.measure.engine import compile_engine

#: Read in cells, whose processes write nothing: none of them keeps what it compiled, and one of
#: these takes longer to compile than most files to be masked.
_IN_CELLS = ("contrechamp", "PIL", "av", "lxml", "numpy", "onnxruntime", "pikepdf", "pymupdf")


def compile_for_cells() -> None:
    """Compile the modules that cells read, once."""
    for name in _IN_CELLS:
        found = find_spec(name)
        for place in (found and found.submodule_search_locations) or ():
            compileall.compile_dir(place, quiet=2, workers=0)


def main() -> None:
    """Compile the engine, and what cells read."""
    speak(())
    if not sys.stderr.isatty():
        click.echo(_("Compiling the engine, once per version and processor"), err=True)
    compile_engine(progress_for(as_json=False))
    compile_for_cells()


if __name__ == "__main__":
    main()
