"""Commands that write to a case, what each is given, and what has to hold when one was killed.

They are run as a user runs them, and judged by what users see: verify, the log, reading again. So
they know nothing of how a case is kept.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from contrechamp.dossier.writing.index_check import problems
from contrechamp.vault import verifying
from contrechamp.vault.bags import verifying as bag_verifying
from contrechamp.vault.discrepancies import INTERRUPTED, REMARKS
from contrechamp.vault.log import history
from vault import cases
from vault.crashing import Worker

NAME = "Zubeida Quartzfeather"
SECRET = cases.PASSPHRASE
OTHER = "Other Sample"


@dataclass
class Scene:
    """A case with a bit of everything; it is copied, never changed.

    Args:
        hands: run the commands.
        root: a folder for copies; ``case`` is in it, and ``other``, a copy that went on.
        named: what commands are given: references, files.
        before: entries of the case's log.
        checkpoint: its newest one.
        runs: how many copies were made.
    """

    hands: Worker
    root: Path
    named: dict[str, str] = field(default_factory=dict)
    before: int = 0
    checkpoint: str = ""
    runs: int = 0

    def run(self, folder: Path, words: list[str], lines: tuple[str, ...] = (SECRET,)) -> str:
        """Run a command that has to succeed; return what it printed."""
        done = self.command(folder, words, lines)
        assert done["command"] == 0, done
        return str(done["out"])

    def command(self, folder: Path, words: list[str], lines: tuple[str, ...], **more) -> dict:
        """Run a command; return what the worker said of it, and how it ended."""
        self.start(folder, words, lines, **more)
        return self.rest()

    def start(self, folder: Path, words: list[str], lines: tuple[str, ...], **more) -> int:
        """Begin to run a command; return the number of its process."""
        given = {**self.named, "case": str(folder), "out": str(folder.parent / "out")}
        return self.hands.start(
            "command", folder, conditions=more, words=[word.format(**given) for word in words],
            lines=list(lines),
        )  # fmt: skip

    def rest(self) -> dict:
        """Return what the worker said of the command that was begun, and how it ended."""
        told = {"command": None, "out": ""}
        for one in self.hands.rest():
            told |= one
        return told

    def copy(self) -> Path:
        """Return a copy of the case, in a folder of its own."""
        self.runs += 1
        above = self.root / f"run-{self.runs}"
        shutil.copytree(self.root / "case", above / "case")
        return above / "case"


@dataclass(frozen=True)
class Deed:
    """A command that writes to a case.

    Args:
        words: of the command; names in braces are those of `Scene.named`.
        actions: of the entries that it makes.
        holds: asserts what a case has to show once the command is done.
        lines: what is read where a passphrase is.
    """

    words: tuple[str, ...]
    actions: frozenset[str]
    holds: Callable[[Scene, Path, str], None]
    lines: tuple[str, ...] = (SECRET,)


def _reads(scene: Scene, folder: Path, source: str, *, key: str = "") -> bool:
    words = ["identity", "{case}", source, "--reason", "SAMPLE"]
    done = scene.command(
        folder, [*words, *(["--identity", key] if key else [])], () if key else (SECRET,)
    )
    assert (done["command"] == 0) == (NAME in done["out"]), done
    return done["command"] == 0


def _shows(scene: Scene, folder: Path, what: str, words: str) -> None:
    assert words in scene.run(folder, ["show", "{case}", what])


def _merged(scene: Scene, folder: Path, _out: str) -> None:
    _shows(scene, folder, "{source}", "Sample Stork")


def _imported(scene: Scene, folder: Path, _out: str) -> None:
    listed = scene.run(folder, ["find", "{case}", "Imported"])
    assert all(f"SAMPLE Imported {number}" in listed for number in range(5)), listed


def _edited(scene: Scene, folder: Path, _out: str) -> None:
    _shows(scene, folder, "{source}", "Sample Egret")


def _withdrawn(scene: Scene, folder: Path, _out: str) -> None:
    _shows(scene, folder, "{consent}", "1 June 2026")


def _withdrawn_and_erased(scene: Scene, folder: Path, _out: str) -> None:
    done = scene.command(folder, ["show", "{case}", "{testimony}"], (SECRET,))
    assert "SAMPLE of what was said" not in done["out"], done
    assert not _reads(scene, folder, "{source}"), "the last consent was withdrawn"


def _sealed(scene: Scene, folder: Path, _out: str) -> None:
    assert _reads(scene, folder, "{second}")


def _admitted(scene: Scene, folder: Path, _out: str) -> None:
    assert _reads(scene, folder, "{source}", key="{third_key}")


def _dismissed(scene: Scene, folder: Path, _out: str) -> None:
    assert not _reads(scene, folder, "{source}", key="{key}")
    assert _reads(scene, folder, "{source}")


def _renewed(scene: Scene, folder: Path, _out: str) -> None:
    assert _reads(scene, folder, "{source}", key="{key}")
    assert _reads(scene, folder, "{source}")


def _replaced(scene: Scene, folder: Path, _out: str) -> None:
    scene.run(folder, ["unlock", "{case}", "--identity", "{fresh_key}"], ())
    assert scene.command(folder, ["unlock", "{case}", "--identity", "{third_key}"], ())["command"]


def _read(scene: Scene, folder: Path, out: str) -> None:
    assert NAME in out


def _erased(scene: Scene, folder: Path, _out: str) -> None:
    assert not _reads(scene, folder, "{source}")


def _linked(scene: Scene, folder: Path, _out: str) -> None:
    _shows(scene, folder, "{finding}", "SAMPLE: shown by it")


def _reviewed(scene: Scene, folder: Path, _out: str) -> None:
    assert "no second person" not in scene.run(folder, ["show", "{case}", "{finding}"])
    _shows(scene, folder, "{finding}", "agreed")


def _exported(scene: Scene, folder: Path, _out: str) -> None:
    found = bag_verifying.verify(folder.parent / "out")
    assert (found.discrepancies, len(found.items)) == ([], 1)


def _records_exported(scene: Scene, folder: Path, _out: str) -> None:
    assert "SAMPLE of what was said" in (folder.parent / "out" / "records.jsonl").read_text()


def _signs_anew(scene: Scene, folder: Path, out: str) -> None:
    assert "pass it on by another channel" in out
    scene.run(folder, ["unlock", "{case}", "--identity", "{key}"], ())


def _has_a_new_recovery_key(scene: Scene, folder: Path, out: str) -> None:
    key = next(line for line in out.splitlines() if ": " in line and line.count("-") > 9)
    scene.run(folder, ["unlock", "{case}", "--recovery"], (key.rpartition(": ")[2],))
    old = scene.command(folder, ["unlock", "{case}", "--recovery"], (scene.named["recovery"],))
    assert old["command"] != 0


def _deed(words: str, actions: str, holds: Callable[[Scene, Path, str], None], *lines: str) -> Deed:
    return Deed(tuple(words.split()), frozenset(actions.split()), holds, lines or (SECRET,))


DEEDS = {
    "merge": _deed("merge {case} {other}", "merge", _merged, SECRET, SECRET),
    "import": _deed("import {case} {records}", "record", _imported),
    "edit": _deed("edit {case} {source} --form {form}", "edit", _edited),
    "withdraw": _deed(
        "withdraw {case} {consent} --on 2026-06-01 --reason SAMPLE", "withdraw", _withdrawn
    ),
    "withdraw-erase": _deed(
        "withdraw {case} {consent} --erase --reason SAMPLE", "withdraw erase", _withdrawn_and_erased
    ),
    "seal": _deed("identity {case} {second} --seal", "seal", _sealed, SECRET, NAME, "", ""),
    "admit": Deed(
        ("identity", "{case}", "--admit", "Third Sample"), frozenset({"admit"}), _admitted
    ),
    "replace-key": Deed(
        ("share", "{case}", "--replace-key", "--name", "Third Sample", "--recipient", "{fresh}"),
        frozenset({"replace-key"}), _replaced,
    ),
    "read": _deed("identity {case} {source} --reason SAMPLE", "reveal", _read),
    "unseal": _deed("identity {case} {source} --erase --reason SAMPLE", "erase", _erased),
    "link": Deed(
        ("link", "{case}", "{finding}", "evidence", "{item_ref}", "--says", "SAMPLE: shown by it"),
        frozenset({"edit"}), _linked,
    ),
    "review": Deed(
        ("review", "{case}", "{finding}", "agreed", "--identity", "{reviewer_key}"),
        frozenset({"record"}), _reviewed, (),
    ),
    "dismiss": Deed(("identity", "{case}", "--dismiss", OTHER), frozenset({"seal"}), _dismissed),
    "renew": _deed("identity {case} --renew", "seal", _renewed),
    "export": _deed("export {case} {item} -o {out} --plain", "export", _exported),
    "export-records": _deed(
        "export-records {case} --as jsonl -o {out} --team", "export", _records_exported
    ),
    "new-signing-key": Deed(
        ("unlock", "{case}", "--new-signing-key", "--identity", "{key}"),
        frozenset({"new-key"}), _signs_anew, (),
    ),
    "new-recovery-key": _deed(
        "unlock {case} --new-recovery-key", "new-recovery", _has_a_new_recovery_key
    ),
}  # fmt: skip


def scene(root: Path, hands: Worker) -> Scene:
    """Make a case with members, records, a sealed identity and items, and a copy that went on."""
    at, case = Scene(hands, root), root / "case"
    at.named["recovery"] = cases.new(case)
    members = {"key": OTHER, "third_key": "Third Sample", "reviewer_key": "Fourth Sample"}
    for name, who in members.items():
        identity = pyrage.x25519.Identity.generate()
        (root / f"{name}.txt").write_text(f"{identity}\n")
        at.named[name] = str(root / f"{name}.txt")
        recipient = str(identity.to_public())
        at.run(case, ["share", "{case}", "--name", who, "--recipient", recipient])
    at.run(case, ["unlock", "{case}", "--new-signing-key", "--identity", "{reviewer_key}"], ())
    fresh = pyrage.x25519.Identity.generate()
    (root / "fresh_key.txt").write_text(f"{fresh}\n")
    at.named |= {"fresh_key": str(root / "fresh_key.txt"), "fresh": str(fresh.to_public())}
    at.named["item"] = _written(at, case, "letter.txt", "SAMPLE letter, made up.", "add", "{file}")
    source = 'pseudonym = "Sample {name}"\nsample = true\n'
    for name, bird in (("source", "Heron"), ("second", "Ibis")):
        at.named[name] = _form(at, case, source.format(name=bird), "source")
    at.named["testimony"] = _form(
        at, case,
        f'source = "{at.named["source"]}"\nlanguage = "en"\nsample = true\n[interview]\n'
        'date = 2026-04-02\n[[passages]]\nkey = "p1"\ntext = "SAMPLE of what was said"\n',
        "testimony",
    )  # fmt: skip
    at.named["item_ref"] = f"item/{at.named['item'].removeprefix('item/')}"
    at.named["finding"] = _form(
        at, case,
        'confidence = "alleged"\n[[claim]]\nlanguage = "en"\ntext = "SAMPLE: a camera"\n',
        "finding",
    )  # fmt: skip
    at.named["consent"] = _form(
        at, case,
        f'source = "{at.named["source"]}"\ngiven_on = "2026-04"\ngiven_how = "spoken"\n'
        '[[grants]]\nuse = "held"\n',
        "consent",
    )  # fmt: skip
    at.run(case, ["identity", "{case}", "{source}", "--seal"], (SECRET, NAME, "", ""))
    at.run(case, ["identity", "{case}", "--admit", OTHER])
    shutil.copytree(case, root / "other")
    stork = root / "stork.toml"
    stork.write_text(source.format(name="Stork"))
    at.run(root / "other", ["edit", "{case}", "{source}", "--form", str(stork)])
    at.named["other"] = str(root / "other")
    at.named["form"] = str(root / "form.toml")
    (root / "form.toml").write_text(source.format(name="Egret"))
    at.named["records"] = str(root / "records.jsonl")
    names = [{"language": "en", "text": f"SAMPLE Imported {number}"} for number in range(5)]
    rows = [{"kind": "actor", "fields": {"names": [name], "kind": "company"}} for name in names]
    (root / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with cases.opened(case) as found:
        at.before, at.checkpoint = found.size, history.newest_checkpoint(found)
    return at


def _written(at: Scene, case: Path, name: str, content: str, *words: str) -> str:
    """Write a file, give it to a command, and return the reference that the command printed."""
    path = at.root / name
    path.write_text(content)
    given = [word.replace("{file}", str(path)) for word in words]
    said = at.run(case, [given[0], "{case}", *given[1:]])
    found = re.search(r"\b((item|record)/)?[0-9a-f]{16}\b", said)
    assert found, said
    return found[0]


def _form(at: Scene, case: Path, form: str, kind: str) -> str:
    return _written(at, case, "form.toml", form, "edit", kind, "--form", "{file}")


def undisturbed(at: Scene, name: str) -> list[str]:
    """Do a deed; check what it has to do; return the calls that it made."""
    ended = run_with_fault(at, name, {})
    assert (ended["command"], ended["error"]) == (0, None), ended
    return list(ended["calls"])


def run_with_fault(at: Scene, name: str, fault: dict) -> dict:
    """Do a deed on a copy under a fault, check the copy, and return how it ended.

    Args:
        at: the scene.
        name: of the deed.
        fault: as `faulty.Plan` takes it.
    """
    folder = at.copy()
    ended = at.command(folder, list(DEEDS[name].words), DEEDS[name].lines, fault=fault)
    return _checked(at, name, folder, ended, fault)


def killed_after(at: Scene, name: str, seconds: float) -> dict:
    """Do a deed on a copy, kill it after so long, check the copy, and return how it ended."""
    folder = at.copy()
    process = at.start(folder, list(DEEDS[name].words), DEEDS[name].lines)
    time.sleep(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    return _checked(at, name, folder, at.rest(), {"after": seconds})


def _checked(at: Scene, name: str, folder: Path, ended: dict, fault: dict) -> dict:
    try:
        _check(at, DEEDS[name], folder, ended)
    except Exception as error:
        error.add_note(f"after {name} with {fault}, which ended: {ended}")
        raise
    shutil.rmtree(folder.parent)
    return ended


def _check(at: Scene, deed: Deed, folder: Path, ended: dict) -> None:
    assert set(_findings(at, folder)) <= REMARKS
    with cases.opened(folder, write=True):
        pass  # the next command that writes mends what was interrupted
    assert set(_findings(at, folder)) <= REMARKS - {INTERRUPTED}
    made = _actions(folder)[at.before :]
    acknowledged = ended["command"] == 0
    assert deed.actions <= set(made) or not acknowledged
    out = folder.parent / "out"
    if not acknowledged:
        # What lies under the final name is whole; then the deed can be done again.
        if out.exists():
            deed.holds(at, folder, "")
            shutil.rmtree(out)
        if deed.actions <= set(made) and "export" not in deed.actions:
            return
        ended = at.command(folder, list(deed.words), deed.lines)
        assert ended["command"] == 0, ended
    deed.holds(at, folder, str(ended["out"]))
    assert set(_findings(at, folder)) <= REMARKS - {INTERRUPTED}
    assert not [path for path in folder.parent.iterdir() if path.name not in {"case", "out"}
                and not path.name.endswith(".partial")]  # fmt: skip


def _findings(at: Scene, folder: Path) -> list[str]:
    with cases.opened(folder) as case:
        found = verifying.verify(case, since=[at.checkpoint]) + problems(case)
        return [one.kind for one in found]


def _actions(folder: Path) -> list[str]:
    with cases.opened(folder) as case:
        return [line.action for line in history.history(case) if not line.branch]


def was_killed(ended: dict) -> bool:
    """Whether a command was killed, or the process that it had open the case: it then says so."""
    return ended["end"] < 0 or "the process that opened the case ended" in ended["out"]


def every_call(at: Scene, name: str, *, step: int = 1, **fault: object) -> Iterator[dict]:
    """Put a fault to every call of a deed, until it ends without having met it."""
    number = 1
    while True:
        ended = run_with_fault(at, name, {"at": number, **fault})
        yield ended
        if not was_killed(ended) and len(ended["calls"]) < number:
            return
        number += step
