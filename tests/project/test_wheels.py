"""Nothing is built where contrechamp is installed: each package has a wheel for each machine."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from bundling import locks
from bundling.targets import MACHINES, Target
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[2]
LOCKS = ("bootstrap.txt", "run.txt", "demo.txt", "bundle.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

PYTHONS = [(3, 11), (3, 12), (3, 13), (3, 14)]
#: What runs without: package -> machines without a wheel of it, and what the user is told there.
WITHOUT = {
    "praat-parselmouth": ({("linux", "aarch64")}, "voices cannot be altered on this machine"),
}


def locked() -> Iterator[tuple[str, Marker | None]]:
    """Yield each package as it is locked, and where it is installed."""
    for lock in LOCKS:
        for pin in locks.read(locks.ROOM / lock):
            yield f"{pin.name}=={pin.version}", pin.marker


def wheels() -> dict[str, set[Tag]]:
    """Return package as it is locked -> what its wheels are for."""
    found: dict[str, set[Tag]] = defaultdict(set)
    for line in (ROOT / "requirements/wheels.txt").read_text().splitlines():
        package, file = line.split()
        name, version, _build, tags = parse_wheel_filename(file)
        assert package == f"{name}=={version}", line
        found[package] |= tags
    return found


def test_the_list_of_wheels_is_of_these_locks() -> None:
    assert set(wheels()) == {package for package, _marker in locked()}, "make lock"


@pytest.mark.parametrize("machine", MACHINES, ids="-".join)
@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: ".".join(map(str, python)))
def test_each_package_has_a_wheel(python: tuple[int, int], machine: tuple[str, str]) -> None:
    target = Target(python, machine)
    fitting, environment = target.tags(), target.environment()
    there = wheels()
    wanted = [
        package for package, marker in locked() if marker is None or marker.evaluate(environment)
    ]
    assert len(wanted) > 40
    assert [package for package in wanted if not there[package] & fitting] == []


@pytest.mark.parametrize("name", WITHOUT)
def test_what_is_missing_on_a_machine_is_marked_and_said(name: str) -> None:
    missing, said = WITHOUT[name]
    (asked,) = (
        requirement
        for requirement in map(Requirement, PROJECT["project"]["dependencies"])
        if canonicalize_name(requirement.name) == name
    )
    assert asked.marker is not None
    without = {
        machine
        for machine in MACHINES
        if not asked.marker.evaluate(Target(PYTHONS[0], machine).environment())
    }
    assert without == missing
    sources = (ROOT / "src").rglob("*.py")
    assert any(said in source.read_text(encoding="utf-8") for source in sources)


def test_no_other_package_is_left_out_of_a_machine() -> None:
    marked = {
        canonicalize_name(requirement.name)
        for requirement in map(Requirement, PROJECT["project"]["dependencies"])
        if requirement.marker is not None
    }
    assert marked == set(WITHOUT)


def test_set_up_takes_wheels_only_but_of_what_is_listed() -> None:
    make = (ROOT / "Makefile").read_text()
    sources = set(re.findall(r"(?m)^SOURCES := (.+)$", make)[0].split())
    installs = re.findall(r"(?m)^\t.*(?:pip install|\$\(UV_LOCKED\)).*-r .+$", make)
    assert len(installs) == 6
    # What builds a source is locked like all else: isolated, a build fetches what is newest.
    built = [line for line in installs if "$(FROM_SOURCE)" in line]
    assert len(built) == 1
    assert "--no-build-isolation" in built[0]
    first = installs[installs.index(built[0]) - 1]
    assert first.endswith("-r requirements/sources.txt")
    assert all("$(WHEELS_ONLY)" in line or "$(UV_LOCKED)" in line for line in installs)
    assert re.search(r"(?m)^UV_LOCKED := .*\$\(WHEELS_ONLY\)", make)
    assert "WHEELS_ONLY := --only-binary :all:" in make
    run = {package.partition("==")[0] for package, _marker in locked()}
    assert sources
    assert not sources & run
