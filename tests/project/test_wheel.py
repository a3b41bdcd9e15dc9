"""The built wheel: the same bytes twice, whole, and at work in an environment of its own."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bundling import locks, own_wheel
from PIL import Image

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"
EXAMPLES = ROOT / "docs/examples"
DATE = 1_700_000_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_wheel.build(tmp_path_factory.mktemp("dist"), DATE)


def test_the_same_bytes_twice(wheel: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        again = own_wheel.build(tmp_path, DATE)
    finally:
        os.umask(before)
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_another_date_is_another_wheel(wheel: Path, tmp_path: Path) -> None:
    assert own_wheel.build(tmp_path, DATE + 60).read_bytes() != wheel.read_bytes()


def test_the_date_is_that_of_the_commit_unless_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    outside = own_wheel.source_date(tmp_path)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "first"]):
        dated = {**os.environ, "GIT_COMMITTER_DATE": f"{DATE} +0000"}
        subprocess.run([*git, *arguments], env=dated, check=True)
    assert own_wheel.source_date(tmp_path) == DATE != outside
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert own_wheel.source_date(tmp_path) == 1


def test_everything_of_the_sources_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {
            name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name
        }
    sources = {
        path.relative_to(SOURCES).as_posix(): path.read_bytes()
        for path in (SOURCES / "contrechamp").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == sources
    kinds = {Path(name).suffix for name in inside}
    assert {".py", ".mo", ".onnx", ".css", ".js", ".jinja", ".toml", ".json"} <= kinds


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment that has the wheel, what it asks for, and nothing else.

    Its files cannot be written to: as in an environment that an administrator made.
    """
    folder = tmp_path_factory.mktemp("installed") / "environment"
    uv = Path(sys.executable).with_name("uv")
    lock = locks.ROOM / "run.txt"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    subprocess.run(
        [
            *(uv, "pip", "install", "--quiet", "--python", folder / "bin/python"),
            *("--only-binary", ":all:", "--constraint", lock, wheel),
        ],
        check=True,
    )
    (package,) = folder.glob("lib/python*/site-packages/contrechamp")
    (package / "__pycache__").touch()  # root writes whatever the rights say, but not below a file
    for path in (package, *package.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    return folder / "bin/contrechamp"


@pytest.fixture
def run(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the command as somebody would, in a foreign folder and with a home of one's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    environment = {"HOME": str(tmp_path / "home"), "PATH": os.defpath, "LANG": "C.UTF-8"}

    def run(*arguments: object, handed: tuple[int, ...] = ()) -> str:
        command = [installed, *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, pass_fds=handed, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_it_helps_in_both_languages(run: Callable[..., str]) -> None:
    assert "Usage: contrechamp" in run("--help")
    assert "Utilisation" in run("--help", "--lang", "fr")


def test_it_measures_and_keeps_what_it_compiled_at_home(run: Callable[..., str]) -> None:
    inputs = (EXAMPLES / "sample-town.osm", EXAMPLES / "sample-survey.csv")
    run("measure", *inputs, "--draws", 5, "-o", "report")
    assert Path("report/figures.json").is_file()
    assert "<title>" in Path("report/index.html").read_text(encoding="utf-8")
    assert list(Path("home/.cache").rglob("*.nbi"))


def test_the_sample_case_is_whole(run: Callable[..., str]) -> None:
    run("sample", "--out", "sample")
    with Path("sample/passphrase.txt").open("rb") as passphrase:
        number = passphrase.fileno()
        told = run("verify", "sample/case", "--passphrase-fd", number, handed=(number,))
    assert "Everything is as the log says" in told


def test_a_picture_is_masked(run: Callable[..., str]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    Image.fromarray(pixels).save("street.png")
    run("mask", "street.png", "-o", "masked")
    with Image.open("masked/masked/image-001.png") as copy:
        assert copy.size == (160, 120)
    assert Path("masked/review/index.html").is_file()
