"""Anchors of a case, sent to a real timestamp authority (`openssl ts`) on loopback."""

from pathlib import Path

import pytest

from contrechamp.vault import verifying
from contrechamp.vault.anchors import anchor, anchoring, ots, rfc3161
from contrechamp.vault.log.history import newest_checkpoint
from vault import timestamp_authority
from vault.cases import add, files, new, opened
from vault.test_anchor import CALENDAR, in_block, pending


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    new(folder)
    add(folder, files(tmp_path / "field", 2))
    return folder


def unreachable(address: str, body: bytes, media_type: str) -> bytes:
    raise OSError(111, "Connection refused")


def findings(folder: Path, **options: object) -> list[str]:
    with opened(folder) as found:
        return [f.kind for f in verifying.verify(found, **options)]


def test_an_anchor_waits_until_somebody_is_reached(case: Path, tmp_path: Path) -> None:
    authority = timestamp_authority.new_authority(tmp_path / "tsa")

    def post(address: str, body: bytes, media_type: str) -> bytes:
        assert address == "http://127.0.0.1/tsa"
        return timestamp_authority.reply(authority, body)

    with opened(case, write=True) as found:
        note = newest_checkpoint(found)
        anchoring.queue(found, anchor.rfc3161_anchor(note, "http://127.0.0.1/tsa"))
        (sent,) = anchoring.send_waiting(found, unreachable)
        assert "refused" in sent.problem
    assert findings(case) == []
    with opened(case, write=True) as found:
        (sent,) = anchoring.send_waiting(found, post)
        assert (sent.problem, sent.size) == ("", 4)
        assert anchoring.send_waiting(found, post) == []
    trusted = rfc3161.roots((authority / "root.pem").read_bytes())
    assert findings(case, trusted=trusted) == []
    other = timestamp_authority.new_authority(tmp_path / "other")
    strangers = rfc3161.roots((other / "root.pem").read_bytes())
    assert findings(case, trusted=strangers) == ["anchor"]


def test_an_anchor_of_another_log_is_found(case: Path, tmp_path: Path) -> None:
    authority = timestamp_authority.new_authority(tmp_path / "tsa")
    stranger = tmp_path / "stranger"
    new(stranger)
    with opened(stranger) as found:
        note = newest_checkpoint(found)
    with opened(case, write=True) as found:
        anchoring.queue(found, anchor.rfc3161_anchor(note, "http://127.0.0.1/tsa"))
        anchoring.send_waiting(
            found, lambda _a, body, _t: timestamp_authority.reply(authority, body)
        )
    assert findings(case) == ["anchor"]


def test_a_promise_of_a_calendar_becomes_a_proof_once_a_block_holds_it(case: Path) -> None:
    with opened(case, write=True) as found:
        note = newest_checkpoint(found)
        wanted = anchor.opentimestamps_anchor(note, [CALENDAR], lambda size: b"n" * size)
        anchoring.queue(found, wanted)
        (sent,) = anchoring.send_waiting(found, lambda _url, body, _kind: pending(body))
        assert sent.problem == ""
        assert anchoring.upgrade_promises(found, unreached) == 0
        assert anchoring.upgrade_promises(found, lambda _address: None) == 0
        asked = []

        def get(address: str) -> bytes:
            asked.append(address)
            return in_block(bytes.fromhex(address.rpartition("/")[2]), 700_000)

        assert anchoring.upgrade_promises(found, get) == 1
        assert anchoring.upgrade_promises(found, get) == 0  # it is a proof, nobody is asked
        ((_dated, proof),) = anchoring.proved(found)
    assert [one.startswith(f"{CALENDAR}/timestamp/") for one in asked] == [True]
    kinds = [one.kind for one in ots.attestations(proof, note.encode())]
    assert kinds == ["bitcoin", "pending"]
    assert findings(case) == []


def unreached(_address: str) -> bytes:
    raise OSError(111, "Connection refused")
