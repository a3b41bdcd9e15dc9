"""A process that changes a case, says what is done, and is killed or fails on the way.

It reads orders (one JSON object a line), does each in a child of its own, and writes what the
child says, a line each, as soon as it is so. The child is a copy of a process that has everything
loaded, so that hundreds of runs take seconds.
"""

import importlib
import json
import os
import pkgutil
import random
import resource
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pyrage

import contrechamp.cli
import contrechamp.dossier
import contrechamp.vault
from contrechamp.base import disk
from contrechamp.base.errors import ContrechampError
from contrechamp.cli.run import run
from contrechamp.vault import adding, erasing, verifying
from contrechamp.vault.access import members, passphrases, slots
from vault import cases, faulty

Say = Callable[..., None]


def say(**what: object) -> None:
    os.write(1, (json.dumps(what) + "\n").encode())


def new_passphrase_slot(passphrase: str) -> Callable:
    return lambda unlocked: slots.make_passphrase_slot(
        passphrase, cases.WEAK, unlocked, random=os.urandom, slot_id=os.urandom(8).hex()
    )


def add(folder: Path, secret: str, material: str) -> None:
    with cases.opened(folder, secret, write=True) as case:
        for one in adding.add(case, [Path(material)], now=lambda: cases.NOW, random=os.urandom):
            assert isinstance(one, adding.Added), one
            say(added=one.item, file=str(one.path))


def add_until_locked(folder: Path, secret: str, material: str, locked: str) -> None:
    """Take files in, and lose the right to write below the case after the first batch."""
    with cases.opened(folder, secret, write=True) as case:
        for one in adding.add(case, [Path(material)], now=lambda: cases.NOW, random=os.urandom):
            say(added=one.item, file=str(one.path))
            (folder / locked).chmod(0o555)


def erase(folder: Path, secret: str, items: list[str]) -> None:
    with cases.opened(folder, secret, write=True) as case:
        erasing.erase(case, items, reason="SAMPLE reason", now=cases.NOW)
    say(erased=items)


def share(folder: Path, secret: str, identity: str, name: str) -> None:
    recipient = str(pyrage.x25519.Identity.from_str(identity).to_public())
    with cases.opened(folder, secret, write=True) as case:
        members.share(case, recipient, name=name, reason="", now=cases.NOW, random=os.urandom)
    say(shared=name)


def unshare(folder: Path, secret: str, name: str) -> None:
    with cases.opened(folder, secret, write=True) as case:
        members.unshare(case, name, reason="SAMPLE left", now=cases.NOW, random=os.urandom)
    say(unshared=name)


def passphrase(folder: Path, secret: str, new: str) -> None:
    with cases.opened(folder, secret, write=True) as case:
        members.change_passphrase(
            case,
            new_passphrase_slot(new),
            kind="passphrase",
            reason="",
            now=cases.NOW,
            random=os.urandom,
        )
    say(passphrase=new)


def create(folder: Path, secret: str) -> None:
    cases.new(folder, secret)
    say(created=True)


def look(folder: Path, secret: str, quick: bool = False) -> None:
    with cases.opened(folder, secret) as case:
        found = [[f.kind, f.subject] for f in verifying.verify(case, quick=quick)]
        say(verified=found, size=case.size)


def command(folder: Path, words: list[str], lines: list[str]) -> None:
    """Run a command as it is typed, and say its status and what it printed."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    printed, kept = os.memfd_create("printed"), (os.dup(1), os.dup(2))
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    status = run([*words, *(["--passphrase-fd", str(reading)] if lines else [])])
    sys.stdout.flush()
    for descriptor, before in enumerate(kept, start=1):
        os.dup2(before, descriptor)
    out = os.pread(printed, 1 << 20, 0).decode()
    say(command=status, out=out)


def churn(folder: Path, secret: str, seed: int, scratch: str) -> None:
    """Do one thing after the other, as the seed says, until the process is killed."""
    dice = random.Random(seed)
    there: list[str] = []
    others: list[str] = []
    for turn in range(10_000):
        kinds = ["add", "add", "share", "passphrase"]
        kinds += ["erase"] if len(there) > 1 else []
        kinds += ["unshare", "unshare"] if others else []
        kind = dice.choice(kinds)
        if kind == "add":
            source = Path(scratch) / f"turn-{turn}"
            cases.files(source, count=dice.randint(1, 6), size=dice.choice([0, 40, 70_000]) + turn)
            for path in source.iterdir():  # no content twice: an erasure would be refused
                path.write_bytes(f"{turn} {path.name} ".encode() + path.read_bytes())
            say(begin=kind)
            with cases.opened(folder, secret, write=True) as case:
                for one in adding.add(case, [source], now=lambda: cases.NOW, random=os.urandom):
                    say(added=one.item, file=str(one.path))
                    there.append(one.item)
        elif kind == "erase":
            items = [there.pop(dice.randrange(len(there)))]
            say(begin=kind, items=items)
            erase(folder, secret, items)
        elif kind == "share":
            identity, name = str(pyrage.x25519.Identity.generate()), f"Sample Other {turn}"
            say(begin=kind, name=name, identity=identity)
            share(folder, secret, identity, name)
            others.append(name)
        elif kind == "unshare":
            name = others.pop(dice.randrange(len(others)))
            say(begin=kind, name=name)
            unshare(folder, secret, name)
        else:
            new = f"SAMPLE passphrase {turn}"
            say(begin=kind, new=new)
            passphrase(folder, secret, new)
            secret = new


DEEDS = {
    each.__name__: each
    for each in (
        *(add, add_until_locked, erase, share, unshare, passphrase, create, look, churn, command),
    )
}


def obey(order: dict) -> None:
    """Do one order: deed, its arguments, and under which conditions."""
    folder = Path(order["folder"])
    if "file_size" in order:  # bytes that a file may reach: as a full disk, for each file
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_size"], order["file_size"]))
    if "uid" in order:
        os.setgroups([])
        os.setgid(order["uid"])
        os.setuid(order["uid"])
    plan = faulty.Plan(folder=str(folder), calls=[], **order.get("fault", {}))
    if order["deed"] in {"create", "command"}:  # which write beside the case, too
        plan.folder = str(folder.parent)
    faulty.plan = plan
    error = None
    try:
        DEEDS[order["deed"]](folder, **order["with"])
    except BaseException as found:
        error = found
    faulty.plan = None
    told = {"error": None}
    if error is not None:
        told = {
            "error": type(error).__name__,
            "clear": isinstance(error, ContrechampError),
            "message": str(error),
            "trace": "".join(traceback.format_exception(error)),
        }
    say(calls=plan.calls, **told)


def warm_up() -> None:
    """Load all that is loaded late: a child of another user may not read the libraries."""
    with tempfile.TemporaryDirectory() as root:
        folder, source = Path(root) / "case", cases.files(Path(root) / "source", count=1)
        cases.new(folder)
        cases.add(folder, source)
        with cases.opened(folder) as case:
            assert verifying.verify(case) == []
    for room in (contrechamp.vault, contrechamp.dossier, contrechamp.cli):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    traceback.format_exception(ValueError())


def main() -> None:
    adding.BATCH_FILES = 2  # so that a few files are several transactions
    passphrases.FLOOR, passphrases.seconds_of = cases.WEAK, lambda _cost: 60.0
    disk.MANY = 3  # so that a full batch is waited for at once, and a last single file by itself
    faulty.install()
    warm_up()
    say(ready=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            obey(json.loads(line))
            os._exit(0)
        say(pid=child)
        _pid, status = os.waitpid(child, 0)
        say(end=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
