"""The machines that contrechamp is put together for: what wheels they take."""

import platform
import re
import sys
from typing import NamedTuple

from packaging.markers import default_environment
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

#: What a machine takes, by what it says of itself: Debian 12 has glibc 2.36; macOS 15 is the
#: oldest that Apple still mends.
MACHINES = {
    ("linux", "x86_64"): [
        *(f"manylinux_2_{minor}_x86_64" for minor in range(36, 4, -1)),
        "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64",
    ],
    ("linux", "aarch64"): [
        *(f"manylinux_2_{minor}_aarch64" for minor in range(36, 16, -1)), "manylinux2014_aarch64",
    ],
    ("darwin", "arm64"): [
        *(f"macosx_{major}_0_{kind}" for major in range(15, 10, -1)
          for kind in ("arm64", "universal2")),
        *(f"macosx_10_{minor}_universal2" for minor in range(16, 3, -1)),
    ],
    ("win32", "AMD64"): ["win_amd64"],
}  # fmt: skip
_SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
#: The names that wheels had before they named the release of glibc (PEP 600).
_OLD_NAMES = {"manylinux2014": 17, "manylinux2010": 12, "manylinux1": 5}


class Target(NamedTuple):
    """A release of CPython on a machine: `sys.platform` and `platform.machine()` there."""

    python: tuple[int, int]
    machine: tuple[str, str]

    @property
    def version(self) -> str:
        """The release of Python, as people write it."""
        return ".".join(map(str, self.python))

    @property
    def interpreter(self) -> str:
        """The release of Python, as wheels write it."""
        return "cp{}{}".format(*self.python)

    def environment(self) -> dict[str, str]:
        """Return what markers of requirements are evaluated in."""
        system, processor = self.machine
        return {
            **{name: str(value) for name, value in default_environment().items()},
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "python_version": self.version,
            "python_full_version": f"{self.version}.0",
            "sys_platform": system,
            "platform_machine": processor,
            "os_name": "nt" if system == "win32" else "posix",
            "platform_system": _SYSTEMS[system],
        }

    def tags(self) -> set[Tag]:
        """Return the tags of the wheels that fit."""
        platforms = MACHINES[self.machine]
        return {
            *cpython_tags(self.python, [self.interpreter], platforms),
            *compatible_tags(self.python, self.interpreter, platforms),
        }


def target(python: str | None, machine: str | None) -> Target:
    """Return the target of a name such as 3.13 and linux-x86_64; by default this machine.

    Raises:
        ValueError: there is no such target, with what there is.
    """
    named = {"-".join(one): one for one in MACHINES}
    machine = machine or f"{sys.platform}-{platform.machine()}"
    if machine not in named:
        raise ValueError(f"no platform {machine}: there are {', '.join(named)}")
    version = re.fullmatch(r"(3)\.(\d+)", python or "{}.{}".format(*sys.version_info))
    if version is None:
        raise ValueError(f"no release of Python: {python}; expected, say, 3.13")
    return Target((int(version[1]), int(version[2])), named[machine])


def least_glibc(files: list[str]) -> str:
    """Return the oldest glibc that wheels of these names run with; "" where none asks for one."""
    asked = [
        min(minors)
        for file in files
        if (minors := [minor for tag in parse_wheel_filename(file)[3] for minor in _minor(tag)])
    ]
    return f"2.{max(asked)}" if asked else ""


def _minor(tag: Tag) -> list[int]:
    named = re.match(r"manylinux_2_(\d+)_", tag.platform)
    if named:
        return [int(named[1])]
    return [minor for name, minor in _OLD_NAMES.items() if tag.platform.startswith(f"{name}_")]
