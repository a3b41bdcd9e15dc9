"""Anchors of a case, sent to a real timestamp authority (`openssl ts`) on loopback."""

from pathlib import Path

import pytest

from contrechamp.vault import verifying
from contrechamp.vault.anchors import anchor, anchoring, rfc3161
from contrechamp.vault.log.history import newest_checkpoint
from vault import timestamp_authority
from vault.cases import add, files, new, opened


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
