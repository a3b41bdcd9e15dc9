"""The sample cases of format 1 in `format_1`, laid out anew for each test."""

import io
import json
import os
import shutil
import tarfile
from pathlib import Path
from typing import Any

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.writing import index_check
from contrechamp.vault import objects, subjects
from contrechamp.vault.bags import contents
from contrechamp.vault.case import Case
from contrechamp.vault.log import history
from contrechamp.vault.verifying import verify
from vault import cases
from vault.crashing import Worker

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


def items_of(case: Case) -> dict[str, dict[str, str]]:
    """Return name and digest of what comes out of each item."""
    found = {}
    for state in subjects.below(case, "item/"):
        if state.is_erased:
            continue
        (item,) = contents.items_of(case, [state.subject.removeprefix("item/")])
        out = io.BytesIO()
        _size, sha256, _blake3 = objects.read_object(
            case.folder, item.key.place, item.key.identity, out, lambda _n: None
        )
        found[item.id] = {"name": str(state.parsed["name"]), "sha256": sha256.hex()}
    return found


def wrong(case: Case) -> set[str]:
    """Return what `verify` finds, but for what an older log cannot prove, and the tests' clock."""
    return {one.kind for one in verify(case)} - {"unproven", "clock"}


def everything_is_there(case: Case) -> None:
    assert wrong(case) == set()
    assert index_check.problems(case) == []
    assert items_of(case) == FACTS["items"]
    versions = {record: len(lookup.versions(case, record)) for record in FACTS["records"]}
    assert {stored.id: stored.version for stored in lookup.every(case)} == FACTS["records"]
    assert all(versions.values())
    for ref in FACTS["erased"]:
        state = subjects.newest(case, ref)
        assert state is not None
        assert state.is_erased


def carried_over_with_fault(hands: Worker, old: Path, root: Path, fault: dict) -> dict | None:
    """Carry a copy over under a fault, check it, and return what the attempt ended with.

    Read only, it says nothing worse than that something was interrupted; opened for writing the
    next time, everything is there.
    """
    folder = root / f"copy-{os.urandom(4).hex()}"
    shutil.copytree(old, folder)
    said = hands.run("upgrade", folder, conditions={"fault": fault}, secret=cases.PASSPHRASE)
    with cases.opened(folder) as case:
        assert wrong(case) <= {"interrupted"}, fault
    with cases.opened(folder, write=True) as case:
        everything_is_there(case)
        actions = [line.action for line in history.history(case)]
        assert actions.count("upgrade") == 1, fault
    assert "format = 2" in (folder / "case.toml").read_text()
    assert all(len(path.name) == 32 for path in folder.glob("objects/??/*"))
    shutil.rmtree(folder)
    return next((told for told in said if "calls" in told), None)
