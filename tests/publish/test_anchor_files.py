"""Anchors of a bundle by OpenTimestamps: a promise proves nothing, a block with its header does."""

from datetime import UTC, datetime

import pytest

from contrechamp.publish.bundle import anchor_files
from contrechamp.vault.anchors import anchor, ots
from contrechamp.vault.log import checkpoint, merkle
from contrechamp.vault.log.checkpoint import Checkpoint
from vault.test_anchor import CALENDAR, in_block, pending

ORIGIN = "contrechamp.case/0123456789abcdef"
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(7)]
TREE = merkle.levels(LEAVES)
LOG = Checkpoint(ORIGIN, 7, merkle.root(LEAVES))
#: The header of Bitcoin's first block (Nakamoto, 2009), which any node tells.
GENESIS = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e"
    "67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
)


def anchored(size: int, answer: str) -> tuple[anchor.Anchor, bytes]:
    note = checkpoint.sign(
        Checkpoint(ORIGIN, size, merkle.root(LEAVES[:size])), f"{ORIGIN}/ab", b"s" * 32
    )
    wanted = anchor.opentimestamps_anchor(note, [CALENDAR], lambda count: b"n" * count)
    committed = ots.commitment(note.encode(), wanted.nonce)
    told = pending(committed) if answer == "promise" else in_block(committed, 700_000)
    return wanted, ots.stamp(note.encode(), wanted.nonce, [told])


def test_a_promise_is_not_counted_and_a_block_asks_for_its_header() -> None:
    found = [anchored(3, "promise"), anchored(7, "block")]
    files = anchor_files.files(found, LOG, TREE)
    told, problems = anchor_files.check(files, LOG)
    assert problems == []
    assert [(one.state, one.size) for one in told] == [("promise", 3), ("no-header", 7)]
    del files["anchors/1.consistency"]
    files["anchors/2.consistency"] = b"00\n"
    told, problems = anchor_files.check(files, LOG)
    assert told == []
    assert [path for path, _message in problems] == [
        "anchors/1.consistency", "anchors/2.consistency",
    ]  # fmt: skip


def test_a_header_that_cost_nothing_is_refused() -> None:
    wanted, proof = anchored(7, "block")
    (block,) = ots.attestations(proof, wanted.note.encode())
    header = bytes(36) + block.commitment + bytes(12)
    files = anchor_files.files([(wanted, proof)], LOG, TREE, headers=f"{header.hex()}\n".encode())
    told, problems = anchor_files.check(files, LOG)
    assert told == []
    assert problems[0][0] == "anchors/1.ots"
    assert "no work" in problems[0][1]


def test_a_block_has_the_hash_and_the_work_that_everybody_knows() -> None:
    known = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
    assert ots.block_hash(GENESIS).hex() == known
    assert not ots.has_work(GENESIS)  # easy then: 43 bits, and far before OpenTimestamps
    assert ots.bitcoin_time(
        ots.Attestation("bitcoin", GENESIS[36:68], height=0), GENESIS
    ) == datetime(2009, 1, 3, 18, 15, 5, tzinfo=UTC)


@pytest.mark.parametrize("bits", [63, 64])
def test_work_is_told_by_the_hash_and_the_target(
    monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    monkeypatch.setattr(ots, "block_hash", lambda _header: ((1 << (256 - bits)) - 1).to_bytes(32))
    target = bytes(72) + bytes([0xFF, 0xFF, 0x00, 0x1D]) + bytes(4)
    assert ots.has_work(target) == (bits == 64)
