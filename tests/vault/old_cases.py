"""The sample cases of format 1 in `format_1`, laid out anew for each test."""

import json
import tarfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "format_1"
FACTS: dict[str, Any] = json.loads((HERE / "facts.json").read_text())


def laid_out(folder: Path, name: str) -> Path:
    """Return the folder of a sample case of format 1, made from the archive of that name."""
    if name == "partner":  # only what differs from the other copy is kept
        target = folder / name
        laid_out(folder / "whole", "everything").rename(target)
        for path in sorted(FACTS["partner_lacks"], reverse=True):
            one = target / path
            one.rmdir() if one.is_dir() else one.unlink(missing_ok=True)
    with tarfile.open(HERE / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    (folder / name / "objects" / "incoming").mkdir(exist_ok=True)
    return folder / name


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
