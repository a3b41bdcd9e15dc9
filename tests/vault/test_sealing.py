"""Many small files are encrypted in a process beside ours: with the same outcome if that ends."""

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
        assert bytes(pyrage.decrypt(bytes(one.encrypted), [identity])) == content
        here = sealing.sealed(content)
        assert (one.sha256, one.blake3, one.glance) == (here.sha256, here.blake3, here.glance)
        assert one.identity != here.identity
    assert len({one.identity for one in made}) == len(made)


def group_of(sealer: sealing.Sealer, contents: list[bytes]) -> sealing.Group:
    group = sealer.group()
    for content in contents:
        group.room[: len(content)] = content
        group.keep(len(content))
    sealer.seal(group)
    return group


@pytest.mark.parametrize("expected", [0, sealing.MANY])
def test_each_is_encrypted_under_a_key_of_its_own(expected: int) -> None:
    with sealing.Sealer(expected) as sealer:
        assert sealer.is_beside == bool(expected)
        for several in ([CONTENTS, CONTENTS[::-1]] if expected else [CONTENTS]) * 3:
            assert sealer.has_room
            group = group_of(sealer, several)
            check(several, sealer.outcome(group))
            sealer.release(group)
    assert not sealer.is_beside


def test_groups_are_encrypted_while_others_are_filled() -> None:
    with sealing.Sealer(sealing.MANY) as sealer:
        several = [[os.urandom(size + number) for size in (0, 100, 60_000)] for number in range(24)]
        groups = [group_of(sealer, contents) for contents in several]
        assert not sealer.has_room
        for group, contents in zip(groups, several, strict=True):
            check(contents, sealer.outcome(group))
            sealer.release(group)


def test_a_group_that_is_nearly_full_has_room_for_one_more() -> None:
    contents = [os.urandom((1 << 16) - 1), *[os.urandom(1 << 16) for _each in range(16)]]
    with sealing.Sealer(sealing.MANY) as sealer:
        group = sealer.group()
        for content in contents:
            assert not group.is_full
            assert len(group.room) == (1 << 16) + 1
            group.room[: len(content)] = content
            group.keep(len(content))
        assert group.is_full
        sealer.seal(group)
        check(contents, sealer.outcome(group))


def test_what_the_process_cannot_do_is_done_here() -> None:
    with sealing.Sealer(sealing.MANY) as sealer:
        check(CONTENTS, sealer.outcome(group_of(sealer, CONTENTS)))
        process = sealer._beside._process
        waiting = [group_of(sealer, CONTENTS[number:]) for number in range(4)]
        os.kill(process.pid, signal.SIGKILL)
        for number, group in enumerate(waiting):
            check(CONTENTS[number:], sealer.outcome(group))
        check(CONTENTS, sealer.outcome(group_of(sealer, CONTENTS)))
        assert not sealer.is_beside
        assert process.returncode == -signal.SIGKILL


def test_without_shared_memory_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_name: str) -> int:
        raise OSError("SAMPLE: not here")

    monkeypatch.setattr(os, "memfd_create", refused)
    with sealing.Sealer(sealing.MANY) as sealer:
        assert not sealer.is_beside
        check(CONTENTS, sealer.outcome(group_of(sealer, CONTENTS)))


def test_it_ends_with_its_input_and_shows_nothing() -> None:
    with sealing.Sealer(sealing.MANY) as sealer:
        sealer.outcome(group_of(sealer, CONTENTS))
        process = sealer._beside._process
        told = Path(f"/proc/{process.pid}")
        assert b"AGE-SECRET-KEY" not in (told / "cmdline").read_bytes()
        opened = {os.readlink(one) for one in (told / "fd").glob("[0-9]*")}
        assert all(name.startswith(("/dev/null", "socket:", "/memfd:")) for name in opened), opened
        sealer._beside._channel.close()
        assert process.wait(30) == 0


@pytest.mark.parametrize("ends", [False, True])
def test_many_files_of_all_sizes_are_in_the_case(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: bool
) -> None:
    monkeypatch.setattr(sealing, "MANY", 10)
    monkeypatch.setattr(sealing, "GROUP_FILES", 4)
    monkeypatch.setattr(sealing, "GROUPS", 2)
    monkeypatch.setattr(adding, "BATCH_FILES", 13)
    wanted = {}
    for number in range(60):
        path = tmp_path / "in" / f"{number:02}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom([10, 2_000, 65_536, 65_537, 0][number % 5]))
        wanted[f"in/{path.name}"] = path.read_bytes()
    if ends:
        outcome = sealing.Sealer.outcome

        def ending(sealer, group):
            if 0 in group.sizes and sealer.is_beside:
                os.kill(sealer._beside._process.pid, signal.SIGKILL)
            return outcome(sealer, group)

        monkeypatch.setattr(sealing.Sealer, "outcome", ending)
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
