"""Each deed of `crash_worker` on a SAMPLE case, and the fault put to each of its calls in turn."""

import copy
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage

from vault import cases
from vault.crashing import Known, Worker, check, sample

DEEDS = ("add", "erase", "share", "unshare", "passphrase")


@dataclass
class Stage:
    """A case, what it holds, and what the deeds are given.

    Args:
        root: a folder for copies.
        case: never changed.
        known: what it holds.
        given: by deed.
    """

    root: Path
    case: Path
    known: Known
    given: dict[str, dict]

    def copy(self, name: str) -> tuple[Path, Known]:
        folder = self.root / name
        shutil.copytree(self.case, folder)
        return folder, copy.deepcopy(self.known)


def stage(root: Path) -> Stage:
    """Set up a stage."""
    known = sample(root / "case", root / "source")
    more = cases.files(root / "more", count=3, size=70_000)
    for path in more.iterdir():
        path.write_bytes(b"more " + path.read_bytes())
    shutil.copyfile(root / "source/sample-1.txt", more / "sample-1.txt")  # is in already
    given = {
        "add": {"material": str(more)},
        "erase": {"items": [next(iter(known.added))]},
        "share": {"identity": str(pyrage.x25519.Identity.generate()), "name": "Sample Three"},
        "unshare": {"name": "Sample Two"},
        "passphrase": {"new": "SAMPLE passphrase"},
    }
    return Stage(root, root / "case", known, given)


def run_with_fault(
    stage: Stage, worker: Worker, deed: str, fault: dict, **more: object
) -> dict | None:
    """Do a deed on a copy under a fault; check the copy; return what the deed ended with.

    Args:
        stage: that the deed is done on.
        worker: that does it.
        deed: what.
        fault: as `faulty.Plan` takes it.
        more: other conditions of `crash_worker.obey`.

    Returns:
        of a deed that was not killed: its error and its calls. None for one that was.
    """
    folder, known = stage.copy(f"{deed}-{os.urandom(4).hex()}")
    given = stage.given[deed]
    known.maybe = {"begin": deed, **given}
    said = worker.run(
        deed, folder, conditions={"fault": fault, **more}, secret=cases.PASSPHRASE, **given
    )  # fmt: skip
    known.hear(said)
    ended = next((told for told in said if "calls" in told), None)
    try:
        check(folder, known)
    except Exception as error:
        error.add_note(f"after {deed} with {fault}, which ended: {ended}")
        raise
    shutil.rmtree(folder)
    return ended


def every_call(
    stage: Stage, worker: Worker, deed: str, *, step: int = 1, **fault: object
) -> Iterator[tuple[int, dict | None]]:
    """Put a fault to every call of a deed, until it ends without having met it."""
    at = 1
    while True:
        ended = run_with_fault(stage, worker, deed, {"at": at, **fault})
        yield at, ended
        if ended is not None and len(ended["calls"]) < at:
            assert ended["error"] is None, ended
            return
        at += step
