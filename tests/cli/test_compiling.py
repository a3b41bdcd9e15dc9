"""What set-up compiles, so that cells need not."""

from importlib.util import cache_from_source, find_spec
from pathlib import Path

from contrechamp.cli.compiling import compile_for_cells


def test_what_cells_read_is_compiled_at_set_up():
    compile_for_cells()
    for name in ("pymupdf.mupdf", "pikepdf._methods", "contrechamp.redact.pdf.masking"):
        found = find_spec(name)
        assert found is not None
        source = Path(found.origin)
        assert Path(cache_from_source(source)).is_file(), name
