"""Runs of `crash_worker`, and what has to hold of a case after each."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from contrechamp.base.errors import InputError
from contrechamp.vault import objects, verifying
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from vault import cases

TESTS = Path(__file__).parents[1]


@dataclass
class Worker:
    """A worker that was started."""

    process: subprocess.Popen[str]

    def start(self, deed: str, folder: Path, *, conditions: dict | None = None, **given) -> int:
        """Give an order; return the number of the process that does it."""
        order = {"deed": deed, "folder": str(folder), "with": given, **(conditions or {})}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        self.said: list[dict] = []
        for told in self._lines():
            if "pid" in told:
                return told["pid"]
            self.said.append(told)
        raise AssertionError("the worker ended")

    def rest(self) -> list[dict]:
        """Return everything that was said until the end of the child."""
        for told in self._lines():
            self.said.append(told)
            if "end" in told:
                return self.said
        raise AssertionError("the worker ended")

    def run(self, deed: str, folder: Path, *, conditions: dict | None = None, **given):
        """Give an order, and wait for its end."""
        self.start(deed, folder, conditions=conditions, **given)
        return self.rest()

    def _lines(self) -> Iterator[dict]:
        for line in self.process.stdout:
            yield json.loads(line)


@contextmanager
def worker() -> Iterator[Worker]:
    # Copies of one case are not to be told from each other by what this machine has seen.
    state = {"XDG_STATE_HOME": os.devnull, "LANG": "C.UTF-8", "LANGUAGE": "en"}
    environment = {**os.environ, "PYTHONPATH": str(TESTS), **state}
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "vault/crash_worker.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert json.loads(process.stdout.readline()) == {"ready": True}
        yield Worker(process)
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


@dataclass
class Known:
    """What a case has to hold, as far as it was acknowledged; `maybe` is what was under way.

    Args:
        secret: passphrase that opens it.
        added: item: the bytes of its file.
        erased: items.
        others: name: age identity of members with access.
        left: the same, of those without.
        maybe: the deed that was not acknowledged, if there was one.
    """

    secret: str = cases.PASSPHRASE
    added: dict[str, bytes] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    maybe: dict = field(default_factory=dict)

    def hear(self, said: list[dict]) -> None:
        """Take over what a worker said."""
        for told in said:
            if "begin" in told:
                self.maybe = told
            if "added" in told:
                self.added[told["added"]] = Path(told["file"]).read_bytes()
            elif "erased" in told:
                self.erased += told["erased"]
                for item in told["erased"]:
                    del self.added[item]
            elif "shared" in told:
                self.others[told["shared"]] = self.maybe["identity"]
            elif "unshared" in told:
                self.left[told["unshared"]] = self.others.pop(told["unshared"])
            elif "passphrase" in told:
                self.secret = told["passphrase"]
            else:
                continue
            if "added" not in told:
                self.maybe = {}


def sample(folder: Path, source: Path) -> Known:
    """Make a case with three SAMPLE items and one member beside its maker."""
    known = Known()
    cases.new(folder)
    cases.files(source, count=3)
    for one in cases.add(folder, source):
        known.added[one.item] = one.path.read_bytes()
    identity = pyrage.x25519.Identity.generate()
    with cases.opened(folder, write=True) as case:
        members.share(
            case, str(identity.to_public()), name="Sample Two", reason="", now=cases.NOW,
            random=os.urandom,
        )  # fmt: skip
    known.others["Sample Two"] = str(identity)
    return known


def opens(folder: Path, secret) -> bool:
    try:
        with cases.opened(folder, secret):
            return True
    except InputError:
        return False


def check(folder: Path, known: Known) -> None:
    """Verify the case as it is; open it for writing, and compare it with what is known."""
    maybe, secret = known.maybe, known.secret
    readable = [each for each in (secret, maybe.get("new", "")) if each and opens(folder, each)]
    assert readable
    assert set(kinds_of(folder, readable[0])) <= {verifying.INTERRUPTED}
    if maybe.get("begin") == "passphrase":
        for each in (secret, maybe["new"]):
            if opens(folder, each):
                with cases.opened(folder, each, write=True):
                    pass
        assert opens(folder, secret) != opens(folder, maybe["new"])
        secret = secret if opens(folder, secret) else maybe["new"]
    with cases.opened(folder, secret, write=True) as case:
        assert {slot.id for slot in case.file.slots} == set(recipients_of(case))
        there = {name for _id, name, left in members.members(case) if not left}
        gone = {name for _id, name, left in members.members(case) if left}
        log = [content for (content,) in case.database.execute("SELECT content FROM entries")]
        in_doubt = set(maybe.get("items", []))
        for item, content in known.added.items():
            if item not in in_doubt:
                assert read(case, item) == content
        for item in known.erased:
            assert objects_of(case, item) is None
            assert any('"erase"' in text and item in text for text in map(_text, log))
        for name in known.others:
            assert name in there or name == maybe.get("name"), name
        assert set(known.left) <= gone
        unsure = {"share": there, "unshare": gone}.get(maybe.get("begin"), set())
        happened = maybe.get("name") in unsure
    # SQLite clears away a journal that holds nothing when it writes for the next time.
    assert sorted({path.name for path in folder.iterdir()} - {"case.db-journal"}) == [
        "README.txt", "case.db", "case.lock", "case.toml", "case.toml.copy", "objects",
    ]  # fmt: skip
    assert (folder / "case.toml").read_bytes() == (folder / "case.toml.copy").read_bytes()
    assert list(folder.glob("objects/incoming/*")) == []
    for name, identity in known.others.items():
        access = opens(folder, AgeIdentities((identity,)))
        assert access == (not (name == maybe.get("name") and happened)), name
    for identity in known.left.values():
        assert not opens(folder, AgeIdentities((identity,)))
    if maybe.get("begin") == "share":
        assert opens(folder, AgeIdentities((maybe["identity"],))) == happened
    assert findings(folder, secret) == []
    use_further(folder, secret)


def use_further(folder: Path, secret: str) -> None:
    """Do what touches every key of the case once more."""
    identity = pyrage.x25519.Identity.generate()
    with cases.opened(folder, secret, write=True) as case:
        members.share(
            case, str(identity.to_public()), name="Sample Last", reason="", now=cases.NOW,
            random=os.urandom,
        )  # fmt: skip
        members.unshare(case, "Sample Last", reason="", now=cases.NOW, random=os.urandom)
    assert findings(folder, secret) == []


def findings(folder: Path, secret=cases.PASSPHRASE, **options) -> list[str]:
    with cases.opened(folder, secret, tolerant=True) as case:
        return [f"{f.kind} {f.subject}" for f in verifying.verify(case, **options)]


def kinds_of(folder: Path, secret) -> list[str]:
    with cases.opened(folder, secret) as case:
        return [f.kind for f in verifying.verify(case)]


def _text(content: bytes) -> str:
    return bytes(content).decode()


def recipients_of(case) -> list[str]:
    return [slot for (slot,) in case.database.execute("SELECT id FROM slots")]


def objects_of(case, item: str) -> tuple | None:
    return case.database.execute(
        "SELECT name, identity FROM records JOIN objects ON object = name WHERE subject = ?",
        (f"item/{item}",),
    ).fetchone()


def read(case, item: str) -> bytes:
    class Kept:
        content = b""

        def write(self, data: bytes) -> int:
            self.content += data
            return len(data)

        def flush(self) -> None: ...

    kept = Kept()
    objects.read_object(case.folder, *objects_of(case, item), kept, lambda _n: None)
    return kept.content


def killed_run(hands: Worker, root: Path, seed: int) -> Known:
    """Let a worker do one thing after the other, kill it at a moment drawn from a seed; check.

    The moments are random, and with them what was under way: the seed fixes the deeds only.
    """
    folder = root / "case"
    known = Known()
    cases.new(folder)
    (root / "scratch").mkdir()
    process = hands.start(
        "churn", folder, secret=known.secret, seed=seed, scratch=str(root / "scratch")
    )
    time.sleep(random.Random(seed).uniform(0.01, 0.8))
    os.kill(process, signal.SIGKILL)
    said = hands.rest()
    assert said[-1] == {"end": -signal.SIGKILL}, said[-2:]
    known.hear(said)
    try:
        check(folder, known)
    except Exception as error:
        error.add_note(f"seed {seed}, under way: {known.maybe}")
        raise
    return known
