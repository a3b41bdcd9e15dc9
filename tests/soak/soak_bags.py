"""Random changes of bags, with manifests made to fit, as somebody on the way could: `make soak`."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contrechamp.base.errors import InputError
from contrechamp.vault.bags import verifying
from vault.test_bag import KEYS, KINDS, made, written_anew  # noqa: F401  # a fixture

RUNS = 1000


def content_of(folder: Path) -> dict[str, bytes | None]:
    """Return what is in a folder: the bytes of files, None for folders."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def flip(files: list[Path], dice: random.Random) -> None:
    path = dice.choice(files)
    content = bytearray(path.read_bytes())
    for _each in range(dice.randint(1, 3)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def cut(files: list[Path], dice: random.Random) -> None:
    path = dice.choice(files)
    content = path.read_bytes()
    path.write_bytes(content[: dice.randrange(len(content))])


def insert(files: list[Path], dice: random.Random) -> None:
    path = dice.choice(files)
    content = path.read_bytes()
    at = dice.randrange(len(content) + 1)
    path.write_bytes(content[:at] + dice.choice([b" ", b"\n", b"x", b"0", b"\r"]) + content[at:])


def swap(files: list[Path], dice: random.Random) -> None:
    one, two = dice.sample(files, 2)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def remove(files: list[Path], dice: random.Random) -> None:
    dice.choice(files).unlink()


def rename(files: list[Path], dice: random.Random) -> None:
    path = dice.choice(files)
    path.rename(path.with_name(dice.choice(["x", path.name.upper(), f"{path.name}.bak"])))


def add(files: list[Path], dice: random.Random) -> None:
    path = dice.choice(files)
    path.with_name(f"more-{dice.randrange(100)}").write_bytes(path.read_bytes()[:50])


CHANGES: tuple[Callable[[list[Path], random.Random], None], ...] = (
    flip, cut, insert, swap, remove, rename, add,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_no_change_is_missed(made: Path, tmp_path: Path, kind: str) -> None:  # noqa: F811
    dice = random.Random(kind)
    whole = content_of(made / kind)
    missed, tried = [], 0
    for number in range(RUNS):
        copy = Path(shutil.copytree(made / kind, tmp_path / str(number)))
        change = dice.choice(CHANGES)
        change([path for path in sorted(copy.rglob("*")) if path.is_file()], dice)
        if dice.random() < 0.7:  # the others by somebody who knows no manifests
            written_anew(copy)
        if content_of(copy) != whole:
            tried += 1
            try:
                found = bool(verifying.verify(copy, identities=KEYS).discrepancies)
            except InputError:
                found = True
            if not found:
                missed.append((number, change.__name__))
        shutil.rmtree(copy)
    assert tried > RUNS * 0.8
    assert missed == []
