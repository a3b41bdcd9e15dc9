"""Wheels: fetched for a target, and what they say of themselves."""

import email
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Mapping
from email.message import Message
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bundling.locks import Pin
from bundling.targets import MACHINES, Target


class Wheel(NamedTuple):
    """A wheel on the disk."""

    path: Path
    name: str  # normalised
    version: str
    sha256: str
    metadata: Message


def wheel_at(path: Path) -> Wheel:
    """Read what a wheel says of itself."""
    with zipfile.ZipFile(path) as archive:
        (inside,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_string(archive.read(inside).decode())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    name = canonicalize_name(metadata["Name"])
    return Wheel(path, name, metadata["Version"], sha256, metadata)


def fetch(pins: Iterable[Pin], target: Target, into: Path) -> list[Wheel]:
    """Fetch the wheels of a target into the folder `into`, which is new; each has a locked hash.

    Raises:
        ValueError: pip found none for one, or one with another hash; it said which.
    """
    environment = target.environment()
    # pip evaluates markers for the Python that it runs on, whatever target it is told.
    wanted = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        for pin in wanted:
            hashes = "".join(f" --hash=sha256:{one}" for one in pin.hashes)
            lock.write(f"{pin.name}=={pin.version}{hashes}\n")
        lock.flush()
        command = [sys.executable, "-m", "pip", "download", "-qq", "--require-hashes"]
        command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        command += ["--implementation", "cp", "--python-version", target.version]
        command += ["--abi", target.interpreter]
        command += [f"--platform={platform}" for platform in MACHINES[target.machine]]
        done = subprocess.run([*command, "--dest", str(into), "-r", lock.name], check=False)
    if done.returncode != 0:
        raise ValueError(
            f"not every locked package has a wheel for CPython {target.version} on "
            f"{'-'.join(target.machine)}, or it cannot be fetched: see what pip says above"
        )
    return [wheel_at(path) for path in sorted(into.glob("*.whl"))]


def asked_for(
    first: Wheel, others: Collection[Wheel], target: Target
) -> Mapping[str, tuple[str, ...]]:
    """Return what runs: name -> the names that it asks for on `target`, from `first` on.

    Raises:
        ValueError: something is asked for that is not there, or not in that version.
    """
    there = {wheel.name: wheel for wheel in (first, *others)}
    extras: dict[str, set[str]] = {first.name: set()}
    graph: dict[str, set[str]] = {}
    waiting = [first.name]
    while waiting:
        name = waiting.pop()
        graph[name] = set()
        for text in there[name].metadata.get_all("Requires-Dist", []):
            asked = Requirement(text)
            if not _applies(asked, extras[name], target):
                continue
            needed = canonicalize_name(asked.name)
            found = there.get(needed)
            if found is None or not asked.specifier.contains(found.version, prereleases=True):
                raise ValueError(f"{name} asks for {text}, which is not locked: make lock")
            graph[name].add(needed)
            if needed not in extras or not asked.extras <= extras[needed]:
                extras[needed] = extras.get(needed, set()) | asked.extras
                waiting.append(needed)
    return {name: tuple(sorted(graph[name])) for name in sorted(graph)}


def _applies(asked: Requirement, extras: set[str], target: Target) -> bool:
    environment = target.environment()
    return asked.marker is None or any(
        asked.marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
    )
