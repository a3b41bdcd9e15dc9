"""Compiled code: kept where only its user can write, and never an error where it cannot be."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from contrechamp.base import compiled

pytestmark = pytest.mark.slow

KERNEL = """
import shutil, sys
from contrechamp.base import compiled

@compiled.compiled_part
def doubled(x):
    return 2.0 * x

@compiled.compiled
def twice(x):
    return doubled(x)

if sys.argv[1:] == ["delete"]:
    shutil.rmtree(compiled.folder().parent)
print(twice(21.0), sum(twice.stats.cache_hits.values()), compiled.folder())
"""


def call(home: Path, *arguments: str, variable: str = "NUMBA_CACHE_DIR") -> tuple[str, bool, str]:
    """Call a kernel in a process of its own.

    Returns:
        what it gave, whether it was loaded rather than compiled, and where it is kept.
    """
    file = home.parent / "kernel.py"
    file.write_text(KERNEL)
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, str(file), *arguments],
        env={**environment, variable: str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    result, hits, folder = done.stdout.split()
    return result, hits != "0", folder


def test_the_compilation_is_kept_in_the_folder_that_the_environment_names(tmp_path: Path) -> None:
    home = tmp_path / "kept"
    result, loaded, folder = call(home)
    assert (result, loaded, Path(folder).parent) == ("42.0", False, home)
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
    kept = {file: file.stat().st_mtime_ns for file in home.rglob("*.nb?")}
    assert any("twice" in file.name for file in kept)
    assert call(home) == ("42.0", True, folder)
    # Nothing was compiled anew: the files are as they were.
    assert {file: file.stat().st_mtime_ns for file in home.rglob("*.nb?")} == kept


def test_it_is_kept_in_the_caches_of_the_user_else(tmp_path: Path) -> None:
    _result, _loaded, folder = call(tmp_path / "caches", variable="XDG_CACHE_HOME")
    assert Path(folder).parent == tmp_path / "caches" / "contrechamp"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
@pytest.mark.parametrize("which", ["home", "folder"])
def test_a_folder_that_others_can_write_is_neither_read_nor_written(
    tmp_path: Path, which: str, mode: int
) -> None:
    home = tmp_path / "kept"
    home.mkdir(0o700)
    if which == "folder":
        folder = Path(call(home)[2])
        shutil.rmtree(folder)
        folder.mkdir()
        folder.chmod(mode)
    else:
        home.chmod(mode)
    before = list(home.rglob("*"))
    assert call(home) == ("42.0", False, "None")
    assert list(home.rglob("*")) == before


def test_a_folder_of_somebody_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "home" / "compiled-1"
    assert compiled._made(folder)
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    assert not compiled._made(folder)


def test_a_link_to_a_folder_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(0o700)
    (tmp_path / "elsewhere").mkdir(0o700)
    (tmp_path / "home" / "compiled-1").symlink_to(tmp_path / "elsewhere")
    assert not compiled._made(tmp_path / "home" / "compiled-1")


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_file_that_was_cut_short_is_written_anew(tmp_path: Path, suffix: str) -> None:
    home = tmp_path / "kept"
    call(home)
    for file in home.rglob(f"*{suffix}"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert call(home)[:2] == ("42.0", False)
    assert call(home)[:2] == ("42.0", True)


def test_a_folder_that_vanishes_meanwhile_is_made_anew(tmp_path: Path) -> None:
    home = tmp_path / "kept"
    assert call(home, "delete")[:2] == ("42.0", False)
    assert call(home)[:2] == ("42.0", True)


def test_where_nothing_can_be_kept_it_is_compiled_for_the_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    home = tmp_path / "file" / "kept"
    file = tmp_path / "kernel.py"
    file.write_text(KERNEL)
    done = subprocess.run(
        [sys.executable, str(file)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.split(), done.stderr) == (["42.0", "0", "None"], "")


def test_the_folder_is_another_for_another_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    here = compiled._fingerprint()
    assert compiled._fingerprint() == here
    monkeypatch.setattr(compiled.llvm, "get_host_cpu_name", lambda: "another")
    assert compiled._fingerprint() != here


def test_folders_of_old_versions_go(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for number in range(9):
        folder = home / f"compiled-{number}"
        folder.mkdir(0o700, parents=True)
        os.utime(folder, (number, number))
    home.chmod(0o700)
    assert compiled._made(home / "compiled-new")
    left = {folder.name for folder in home.iterdir()}
    assert left == {"compiled-new", *(f"compiled-{number}" for number in range(4, 9))}


def test_a_part_of_compiled_code_runs_as_it_is_written_in_python() -> None:
    from contrechamp.sight.limits import density_reach

    assert density_reach(4.0, 1.6, 60.0, 1920.0, 125.0) == pytest.approx(13.08, abs=0.01)


def test_settings_in_the_folder_that_a_command_runs_in_are_not_taken(tmp_path: Path) -> None:
    """That folder may be a stranger's; Numba would take them where PyYAML is installed."""
    pytest.importorskip("yaml")
    (tmp_path / ".numba_config.yaml").write_text("disable_jit: 1\ncpu_name: generic\n")
    code = (
        "from contrechamp.base.compiled import numba;"
        "print(numba.config.DISABLE_JIT, numba.config.CPU_NAME)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 None\n"


def test_a_leaf_borrows_arrays_and_cannot_make_one():
    import numpy as np
    from numba.core.errors import NumbaError

    @compiled.compiled_leaf
    def filled(array, value):
        for i in range(len(array)):
            array[i] = value
        return array[0]

    @compiled.compiled_leaf
    def made(value):
        return np.full(3, value)[0]

    def borrows(array):
        return filled(array, 2.0)

    def makes(value):
        return made(value)

    array = np.zeros(3)
    assert compiled.compiled(borrows)(array) == 2.0
    assert array.tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(NumbaError):
        compiled.compiled(makes)(2.0)
