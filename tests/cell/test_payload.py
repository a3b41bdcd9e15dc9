"""Whoever takes a decoder over finds every way out of the cell shut, as root and as anybody."""

import ctypes
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from cell.payload import ATTEMPTS, SEEN, WORK, Scene
from contrechamp.cell import landlock

NOBODY = 65534
pytestmark = pytest.mark.skipif(
    sys.platform != "linux"
    or platform.machine() not in ("x86_64", "aarch64")
    or landlock.version() < 1,
    reason="nothing of the user's is read here without --unconfined",
)
#: What a system may forbid whoever runs the tests, or an ordinary user, without the cell too.
MAY_FAIL_ANYWAY = {
    *(
        "write a file of somebody else",
        "make a device",
        "open by handle",
        "change its root",
        "watch all files",
        "open a raw socket",
    ),
    *("write a file without a name", "mark by name", "mark by descriptor", "mark by proc"),
    *("start its own program", "read the environment of the parent", "signal the parent"),
    *("type into a terminal", "type into a terminal by another number"),
    *("look into another", "read the memory of another", "read memory of another"),
    *("write memory of another", "compare with another", "see the files of another"),
    *("see the folder of another", "open a socket to the new network", "make a named queue"),
    *("keep something in the keyring", "search the keyring", "ask for a key"),
    *("be root in a new user namespace", "fork into a new user", "have a new mount namespace"),
    *("enter the namespaces of another", "mount something", "read messages of the kernel"),
    *("load a program into the kernel", "count events", "handle page faults", "use io uring"),
    *("lock memory", "take more memory in a file without a name", "chmod by the newest call"),
}
SUCCEEDED = ("done", "became something else")


@dataclass
class Stage:
    """A scene, and who plays in it: a number of a user, or nobody in particular."""

    scene: Scene
    user: int

    def play(self, *attempts: str, confined: bool = True, prepared: bool = False) -> dict[str, str]:
        said = {
            "scene": {
                name: value if isinstance(value, (int, str)) else str(value)
                for name, value in asdict(self.scene).items()
            },
            "user": self.user,
            "attempts": attempts,
            "confined": confined,
            "prepared": prepared,
        }
        done = subprocess.run(
            [sys.executable, "-m", "cell.payload"],
            input=json.dumps(said),
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            pass_fds=[self.scene.inherited, self.scene.terminal],
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, str] = json.loads(done.stdout)
        return answer


@pytest.fixture(params=["as who runs the tests", "as an ordinary user"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    ordinary = request.param == "as an ordinary user"
    if ordinary and os.getuid() != 0:
        pytest.skip("who runs the tests is one")
    user = NOBODY if ordinary else 0
    base = Path(tempfile.mkdtemp(prefix="payload-"))
    home, workshop = base / "home", base / "workshop"
    for folder in (home, workshop, home / ".ssh"):
        folder.mkdir()
    source = home / "photo.jpg"
    for file in (source, home / "secret", home / ".ssh/id_ed25519"):
        file.write_bytes(b"of the user")
    for name in ("source", "truncate", "remove", "rename", "over", "swap", "hard"):
        (home / f"victim-{name}").write_bytes(b"of the user")
    (workshop / "planted").symlink_to(home / "secret")
    (workshop / "program").write_bytes(Path("/bin/true").read_bytes())
    (workshop / "program").chmod(0o755)
    shared = Path(f"/dev/shm/payload-{os.getpid()}-{user}")
    shared.write_bytes(b"of another program")
    for path in (base, *base.rglob("*"), shared):
        os.chown(path, user or os.getuid(), user or os.getgid(), follow_symlinks=False)
    (workshop / "theirs").write_bytes(b"")
    (workshop / "theirs").chmod(0o600 if os.getuid() == 0 else 0)
    if os.getuid() == 0:
        os.chown(workshop / "theirs", NOBODY - 1, NOBODY - 1)
    other = subprocess.Popen(
        ["sleep", "600"], **({"user": user, "group": user, "extra_groups": []} if user else {})
    )
    libc = ctypes.CDLL(None, use_errno=True)
    segment = libc.shmget(0, 4096, 0o1666)
    listening, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    listening.bind(str(base / "service"))
    (base / "service").chmod(0o777)
    abstract.bind(f"\0payload-{os.getpid()}-{user}")
    for service in (listening, abstract):
        service.listen()
    leading, terminal = os.openpty()
    inherited = os.open(home / "secret", os.O_WRONLY | os.O_APPEND)
    try:
        yield Stage(
            Scene(
                home=home,
                workshop=workshop,
                source=source,
                other=other.pid,
                parent=os.getpid(),
                segment=segment,
                shared=shared,
                inherited=inherited,
                terminal=terminal,
                abstract=f"payload-{os.getpid()}-{user}",
                listening=str(base / "service"),
            ),
            user,
        )
    finally:
        for descriptor in (leading, terminal, inherited):
            os.close(descriptor)
        listening.close()
        abstract.close()
        libc.shmctl(segment, 0, None)
        other.kill()
        other.wait()
        shared.unlink(missing_ok=True)
        shutil.rmtree(base)


@pytest.mark.slow
def test_every_attempt_fails(stage: Stage) -> None:
    outcomes = stage.play(*ATTEMPTS)
    assert len(outcomes) > 100
    assert {name: what for name, what in outcomes.items() if what in SUCCEEDED} == {}
    assert {name: what for name, what in outcomes.items() if "not confined" in what} == {}


@pytest.mark.slow
def test_every_attempt_fails_in_a_child_that_was_forked_to_read(stage: Stage) -> None:
    outcomes = stage.play(*ATTEMPTS, prepared=True)
    assert {name: what for name, what in outcomes.items() if what in SUCCEEDED} == {}
    assert {name: what for name, what in outcomes.items() if "not confined" in what} == {}


@pytest.mark.slow
def test_the_same_attempts_succeed_outside(stage: Stage) -> None:
    """Otherwise that they fail in the cell would say nothing of the cell."""
    outcomes = stage.play(*ATTEMPTS, confined=False)
    failed = {name: what for name, what in outcomes.items() if what not in SUCCEEDED}
    assert {name: failed[name] for name in failed.keys() - MAY_FAIL_ANYWAY} == {}


def test_honest_work_is_done(stage: Stage) -> None:
    outcomes = stage.play(*WORK)
    assert outcomes == dict.fromkeys(WORK, "done")


def test_what_can_be_seen_from_inside_is_known(stage: Stage) -> None:
    """docs/explanation/cell.md tells it; whatever closes one of these, changes that page."""
    assert stage.play(*SEEN) == dict.fromkeys(SEEN, "done")
