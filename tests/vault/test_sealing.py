"""Many small files are encrypted in a process beside ours: with the same outcome if that ends."""

import io
import os
import signal
from pathlib import Path

import pyrage
import pytest

from contrechamp.vault import adding, object_keys, sealing
from contrechamp.vault.verifying import verify
from vault import cases

CONTENTS = [b"", b"a", b"SAMPLE " * 900, os.urandom(1 << 16), b"\xff\xd8\xff" + b"c2pa" * 9]


def check(contents: list[bytes], made: list[sealing.Sealed]) -> None:
    for content, one in zip(contents, made, strict=True):
        identity = pyrage.x25519.Identity.from_str(one.identity)
        assert bytes(pyrage.decrypt(one.encrypted, [identity])) == content
        here = sealing.sealed(content)
        assert (one.sha256, one.blake3, one.glance) == (here.sha256, here.blake3, here.glance)
        assert one.identity != here.identity
    assert len({one.identity for one in made}) == len(made)


@pytest.mark.parametrize("expected", [0, sealing.MANY])
def test_each_is_encrypted_under_a_key_of_its_own(expected: int) -> None:
    with sealing.Sealer(expected) as sealer:
        assert sealer.is_beside == bool(expected)
        outcomes = [sealer.seal(CONTENTS), sealer.seal(CONTENTS[::-1])]
        check(CONTENTS, outcomes[0]())
        check(CONTENTS[::-1], outcomes[1]())
    assert not sealer.is_beside


def test_what_the_process_cannot_do_is_done_here() -> None:
    with sealing.Sealer(sealing.MANY) as sealer:
        check(CONTENTS, sealer.seal(CONTENTS)())
        process = sealer._process
        os.kill(process.pid, signal.SIGKILL)
        check(CONTENTS, sealer.seal(CONTENTS)())
        assert not sealer.is_beside
        assert process.returncode == -signal.SIGKILL
        check(CONTENTS, sealer.seal(CONTENTS)())


def test_it_ends_with_its_input_and_shows_nothing() -> None:
    with sealing.Sealer(sealing.MANY) as sealer:
        sealer.seal(CONTENTS)()
        process = sealer._process
        told = Path(f"/proc/{process.pid}")
        assert b"AGE-SECRET-KEY" not in (told / "cmdline").read_bytes()
        assert {os.readlink(one) for one in (told / "fd").glob("[0-9]*")} & {"/dev/null"}
        assert not any("case" in os.readlink(one) for one in (told / "fd").glob("[0-9]*"))
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.parametrize("cut", range(0, 230, 7))
def test_what_is_cut_off_is_not_taken(cut: int) -> None:
    sent = io.BytesIO()
    sealing.put_sealed(sent, [sealing.sealed(b"SAMPLE")])
    with pytest.raises(EOFError):
        sealing.take_sealed(io.BytesIO(sent.getvalue()[:cut]), 1)
    sent = io.BytesIO()
    sealing.put_contents(sent, [b"SAMPLE" * 50])
    assert sealing.take_contents(io.BytesIO(sent.getvalue())) == [b"SAMPLE" * 50]
    if cut > 3:
        with pytest.raises(EOFError):
            sealing.take_contents(io.BytesIO(sent.getvalue()[:cut]))


@pytest.mark.parametrize("ends", [False, True])
def test_many_files_of_all_sizes_are_in_the_case(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: bool
) -> None:
    monkeypatch.setattr(sealing, "MANY", 10)
    monkeypatch.setattr(adding, "GROUP_FILES", 4)
    monkeypatch.setattr(adding, "GROUPS", 2)
    monkeypatch.setattr(adding, "BATCH_FILES", 13)
    wanted = {}
    for number in range(60):
        path = tmp_path / "in" / f"{number:02}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom([10, 2_000, 65_536, 65_537, 0][number % 5]))
        wanted[f"in/{path.name}"] = path.read_bytes()
    if ends:
        exchanged = sealing.Sealer._exchanged

        def ending(sealer, contents):
            if b"" in contents and sealer._process is not None:
                os.kill(sealer._process.pid, signal.SIGKILL)
            return exchanged(sealer, contents)

        monkeypatch.setattr(sealing.Sealer, "_exchanged", ending)
    cases.new(tmp_path / "case")
    assert len(cases.add(tmp_path / "case", tmp_path / "in")) == 60
    with cases.opened(tmp_path / "case") as case:
        assert verify(case) == []
        rows = case.database.execute(
            "SELECT state ->> 'name', object FROM records WHERE subject LIKE 'item/%' "
            "ORDER BY entry"
        ).fetchall()
        keys = object_keys.by_name(case, [name for _item, name in rows])
        found = {item: object_keys.read(case, keys[name]) for item, name in rows}
    assert found == wanted
    assert list(found) == sorted(wanted)
