"""A bundle put together: the same bytes from the same wheels and date, whoever does it when."""

import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from bundling.sbom import CARRIED, sbom
from bundling.targets import Target, least_glibc
from bundling.wheels import Wheel, asked_for

ROOT = Path(__file__).parents[1]
#: What lies in every bundle: name there -> where it comes from. Words as @version@ are filled in.
FILLED = {"README.md": "bundling/README.md", "Containerfile": "bundling/Containerfile"}
COPIED = {"install.sh": "bundling/install.sh", "LICENSE": "LICENSE"}
EXAMPLES = ("sample-town.osm", "sample-survey.csv")
#: Wheels that install and do not run.
INSTALLS = "pip"


class Made(NamedTuple):
    """What was put together."""

    folder: Path
    tar: Path
    sha256: str  # of the tar
    wheels: int


def assemble(own: Wheel, others: Collection[Wheel], target: Target, out: Path, date: int) -> Made:
    """Put a bundle together in the folder `out`, in the place of one that is there.

    Args:
        own: the wheel of contrechamp.
        others: wheels that it asks for on `target`, and pip; what nothing asks for is left out.
        target: where it is to be installed.
        out: made where it is missing.
        date: of every file, in seconds since 1970.

    Raises:
        ValueError: a wheel that is asked for is missing.
    """
    graph = asked_for(own, others, target)
    kept = sorted(wheel for wheel in others if wheel.name in graph or wheel.name == INSTALLS)
    name = "-".join(("contrechamp", own.version, target.interpreter, *target.machine))
    folder, tar = out / name, out / f"{name}.tar"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as aside:
        made = Path(aside, name)
        _fill(made, own, kept, target)
        with zipfile.ZipFile(own.path) as archive:
            carried = {component["name"]: archive.read(file) for component, file in CARRIED}
        bill = sbom(own, kept, graph, carried, date)
        _write(made / "sbom.cdx.json", bill)
        _write(made / "SHA256SUMS", _sums(made))
        _even_out(made, date)
        _pack(made, Path(aside, tar.name), date)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
        Path(aside, tar.name).replace(tar)
    return Made(folder, tar, _sha256(tar), 1 + len(kept))


def _fill(made: Path, own: Wheel, others: Collection[Wheel], target: Target) -> None:
    for place in ("wheels", "examples"):
        (made / place).mkdir(parents=True)
    for wheel in (own, *others):
        shutil.copyfile(wheel.path, made / "wheels" / wheel.path.name)
    for place, source in COPIED.items():
        shutil.copyfile(ROOT / source, made / place)
    for example in EXAMPLES:
        shutil.copyfile(ROOT / "docs/examples" / example, made / "examples" / example)
    system, machine = target.machine
    words = {
        "version": own.version,
        "python": target.version,
        "system": system,
        "machine": machine,
        "glibc": least_glibc([wheel.path.name for wheel in others]),
    }
    for place, source in FILLED.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        _write(made / place, text)
    _write(made / "target", "".join(f"{word}={value}\n" for word, value in words.items()))
    _write(
        made / "requirements.txt",
        "".join(
            f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n"
            for wheel in (own, *others)
            if wheel.name != INSTALLS
        ),
    )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sums(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def _even_out(folder: Path, date: int) -> None:
    """Give every file the date and the rights that it has for everybody."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.suffix == ".sh" else 0o644)
        os.utime(path, (date, date))


def _pack(folder: Path, tar: Path, date: int) -> None:
    """Write a tar in the order of names, in which everything is root's."""
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted((folder, *folder.rglob("*"))):
            entry = tarfile.TarInfo(path.relative_to(folder.parent).as_posix())
            entry.mode, entry.mtime = path.stat().st_mode & 0o777, date
            if path.is_dir():
                entry.type = tarfile.DIRTYPE
                archive.addfile(entry)
                continue
            entry.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(entry, file)
