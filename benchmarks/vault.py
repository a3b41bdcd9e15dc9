"""Taking files into a case, and verifying it, beside what other programs do with the same files.

Every contender is a process of its own, given the same made-up files, which do not compress (as
photos and video do not) and lie in the page cache. Its time is from start to end, with what it
writes flushed as far as it does that itself; its memory is the highest of any of its processes.
"""

import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import Cost, cost

PASSPHRASE = "made-up passphrase of a benchmark"
SMALL_BYTES = (2_000, 60_000)
FLOOR = "floor: tar, sha256sum and age"
#: Room that the contenders' copies of the files take, in times the files.
COPIES = 6


@dataclass(frozen=True)
class Files:
    """A folder of made-up files."""

    name: str
    folder: Path
    count: int
    size: int


def made_up(folder: Path, small: int, large: int, total_mb: float) -> list[Files]:
    """Write small files of 2 to 60 kB, and large ones of what is left of the total."""
    rng = random.Random(1)
    sizes = [rng.randint(*SMALL_BYTES) for _ in range(small)]
    left = int(total_mb * 1e6) - sum(sizes)
    sets = {"small": sizes, "large": [max(left // large, 1)] * large if large else []}
    found = []
    for name, wanted in sets.items():
        for number, size in enumerate(wanted):
            path = folder / name / f"{number // 500:03}" / f"sample-{number}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                for at in range(0, size, 1 << 20):
                    file.write(rng.randbytes(min(1 << 20, size - at)))
        if wanted:
            found.append(Files(name, folder / name, len(wanted), sum(wanted)))
    return found


@dataclass(frozen=True)
class Contender:
    """A way to do it.

    Args:
        name: in the table.
        before: not measured.
        command: measured.
        after: measured as well, under the name ``check``.
        check: of what `after` does.
    """

    name: str
    command: str
    before: str = ":"
    check: str = ""
    after: str = ""


def contenders(files: Files) -> Iterator[Contender]:
    """Yield the ways that this machine has the programs for."""
    source = shlex.quote(str(files.folder))
    python = shlex.quote(sys.executable)
    ours = f"{python} -m contrechamp"
    secret = "--passphrase-fd 3 3< ../passphrase"
    yield Contender("sha256sum", f"find {source} -type f -print0 | xargs -0 sha256sum > sums")
    yield Contender(
        FLOOR,
        f"tar -C {source} -c . | tee >(sha256sum > sum) | age -R ../recipient > all.age; "
        "sync all.age",
    )
    bagit = shutil.which("bagit.py", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if bagit:
        yield Contender(
            "bagit.py --sha256 (hashes, encrypts nothing)",
            f"{python} {shlex.quote(bagit)} --quiet --sha256 bag",
            before=f"cp -al {source} bag",
        )
    yield Contender(
        "contrechamp add",
        f"{ours} add case {source} {secret}",
        before=f"{ours} new case {secret}",
        check="contrechamp verify",
        after=f"{ours} verify case {secret}",
    )
    yield Contender(
        "of it: opening the case",
        f"{ours} unlock case {secret}",
        before=f"{ours} new case {secret}",
    )
    if shutil.which("restic"):
        yield Contender(
            "restic backup",
            f"restic --quiet backup {source}",
            before="restic --quiet init",
            check="restic check --read-data",
            after="restic --quiet check --read-data",
        )
    if shutil.which("borg"):
        yield Contender(
            "borg create",
            f"borg create ::one {source}",
            before="borg init --encryption repokey-blake2",
            check="borg check --verify-data",
            after="borg check --verify-data",
        )


def versions() -> str:
    """Return the versions of the programs that are compared."""
    commands = ("age --version", "restic version", "borg --version", "sha256sum --version")
    found = []
    for command in commands:
        words = command.split()
        if shutil.which(words[0]):
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            line = (done.stdout or done.stderr).splitlines()[0]
            found.append(f"age {line}" if words[0] == "age" else line.partition(" compiled")[0])
    return ", ".join(found)


def measured(files: Files, work: Path, runs: int) -> dict[str, Cost]:
    """Return what every way costs: the fastest of some runs."""
    found: dict[str, Cost] = {}

    def note(name: str, one: Cost) -> None:
        before = found.get(name)
        found[name] = one if before is None or one.seconds < before.seconds else before

    for _run in range(runs):
        for contender in contenders(files):
            folder = work / "run"
            folder.mkdir()
            environment = {
                "BORG_BASE_DIR": str(folder / "borg-home"),
                "BORG_PASSPHRASE": PASSPHRASE,
                "BORG_REPO": str(folder / "borg"),
                "RESTIC_CACHE_DIR": str(folder / "restic-cache"),
                "RESTIC_PASSWORD": PASSPHRASE,
                "RESTIC_REPOSITORY": str(folder / "restic"),
                "XDG_STATE_HOME": str(folder / "state"),
            }
            cost(contender.before, folder, environment)
            note(contender.name, cost(contender.command, folder, environment))
            if contender.after:
                note(contender.check, cost(contender.after, folder, environment))
            shutil.rmtree(folder)
    return found


def tables(
    small: int, large: int, total_mb: float, runs: int, *,
    heading: Callable[[str], None], header: Callable[..., None], row: Callable[..., None],
    figure: Callable[[float], str], parent: Path | None = None,
) -> None:  # fmt: skip
    """Print the tables of the documentation."""
    with tempfile.TemporaryDirectory(dir=parent, prefix="vault-benchmark-") as name:
        work = Path(name)
        if shutil.disk_usage(work).free < COPIES * total_mb * 1e6:
            print(
                f"\nThe vault is left out: {COPIES} times {total_mb:g} MB of disk are not free.\n"
            )
            return
        (work / "passphrase").write_text(f"{PASSPHRASE}\n")
        key = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True)
        (work / "recipient").write_text(key.stderr.split()[-1] + "\n")
        print(f"\n{versions()}; {runs} runs, the fastest counts.")
        for files in made_up(work / "files", small, large, total_mb):
            heading(f"Vault: {files.count:,} {files.name} files, {files.size / 1e6:,.0f} MB")
            header("way", "seconds", "MB/s", "times the floor", "peak memory, MB")
            found = measured(files, work, runs)
            floor = found[FLOOR].seconds
            for way, one in found.items():
                row(
                    way, figure(one.seconds), figure(files.size / 1e6 / one.seconds),
                    f"{one.seconds / floor:.2f}", figure(one.peak_mb),
                )  # fmt: skip
