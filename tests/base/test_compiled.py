"""Compiled code: cached where the user says, and never without the interpreter's rules."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNEL = """
import numpy as np
from contrechamp.sight.limits import density_reach
print(density_reach(4.0, 1.6, 60.0, 1920.0, 125.0))
"""


@pytest.mark.slow
def test_the_compilation_is_kept_in_the_folder_that_the_environment_names(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    command = [sys.executable, "-c", KERNEL]
    first = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    kept = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "kept").rglob("*.nbc")}
    assert any("density_reach" in name for name in kept)
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert again.stdout == first.stdout
    # Nothing was compiled anew: the files are as they were.
    assert {
        file.name: file.stat().st_mtime_ns for file in (tmp_path / "kept").rglob("*.nbc")
    } == kept
