"""What a file says of others: stamps, timestamps, lists of hashes, reports of auto-archiver."""

import hashlib
import html
import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimestamps.core.notary import PendingAttestation

from contrechamp.vault.anchors import rfc3161
from contrechamp.vault.captures import certificates, findings, vouching
from contrechamp.vault.log import canonical
from vault import timestamp_authority
from vault.test_proofmode import stamp

FILES = {"a.jpg": b"SAMPLE one", "b.mp4": b"SAMPLE two"}


def digest(content: bytes, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, content).hexdigest()


def told(content: bytes) -> dict[str, Any] | None:
    found = vouching.vouches(BytesIO(content), content[: 1 << 16])
    if found is not None:
        assert canonical.loads(canonical.dumps(found)) == found
        assert set(found.get("checks", ())) <= set(findings.ALL)
    return found


def of(content: bytes) -> list[tuple[str, str]]:
    found = told(content)
    assert found is not None
    return [(one["hash"], one.get("name", "")) for one in found["of"]]


def page(files: Mapping[str, bytes], algorithm: str = "SHA-256") -> bytes:
    """Return a report as auto-archiver's html_formatter writes it, cut to what names files."""
    name = algorithm.lower().replace("sha-", "sha").replace("-", "_")
    rows = "".join(
        f'<li><b>key:</b> <span class="copy">./archived/x/{html.escape(key)}</span></li>'
        f'<li><b>type:</b> <span class="copy">image/jpeg</span></li>'
        f'<li><b>hash:</b> <span class="copy">{algorithm}:{digest(one, name)}</span></li>'
        for key, one in files.items()
    )
    head = '<h2>Archived media for <span class="copy">https://example.org/</span></h2>'
    return f"<!DOCTYPE html><html><body>{head}<ul>{rows}</ul></body></html>".encode()


def report(files: Mapping[str, bytes]) -> bytes:
    """Return what auto-archiver's json_enricher writes."""
    media = [
        {"filename": f"/tmp/{key}", "_key": f"x/{key}", "urls": [], "_mimetype": "image/jpeg",
         "properties": {"hash": f"SHA-256:{digest(one)}", "thumbnails": [{"filename": "t.jpg"}]}}
        for key, one in files.items()
    ]  # fmt: skip
    metadata = {"_processed_at": "2026-04-03 02:01:00+00:00", "url": "https://example.org/"}
    return json.dumps({"status": "SAMPLE", "metadata": metadata, "media": media}).encode()


SAID = [(f"sha256:{digest(one)}", name) for name, one in FILES.items()]


@pytest.mark.parametrize(
    "content",
    [
        "".join(f"{digest(one)}  {name}\n" for name, one in FILES.items()),
        "".join(f"{digest(one).upper()} *./{name}\r\n" for name, one in FILES.items()),
        "".join(f"SHA256 ({name}) = {digest(one)}\n" for name, one in FILES.items()),
        "\ufeff" + "".join(f"{digest(one)}  {name}\n\n" for name, one in FILES.items()),
    ],
    ids=["sha256sum", "binary", "BSD", "BOM and empty lines"],
)
def test_lists_of_hashes_name_files(content: str) -> None:
    assert of(content.encode()) == SAID


def test_a_list_of_hashes_alone_has_hashes_of_its_own_for_its_timestamps() -> None:
    content = "\n".join(digest(one) for one in FILES.values()).encode()
    found = told(content)
    assert found is not None
    assert found["of"] == [{"hash": one} for one, _name in SAID]
    assert found["own"] == [f"sha{bits}:{digest(content, f'sha{bits}')}" for bits in (384, 512)]


@pytest.mark.parametrize(
    "content",
    [b"SAMPLE text", b"", b"d41d8cd98f00b204e9800998ecf8427e\n", b"0" * 64 + b" x\nSAMPLE text\n"],
    ids=["text", "empty", "32 digits alone", "a hash and then text"],
)
def test_what_is_no_list_says_nothing(content: bytes) -> None:
    assert told(content) is None


@pytest.mark.parametrize("content", [page(FILES), report(FILES)], ids=["page", "JSON"])
def test_reports_of_auto_archiver_name_files_with_their_hashes(content: bytes) -> None:
    assert of(content) == SAID


def test_the_other_algorithm_of_auto_archiver_is_told_as_such() -> None:
    expected = [(f"sha3-512:{digest(one, 'sha3_512')}", name) for name, one in FILES.items()]
    assert of(page(FILES, "SHA3-512")) == expected


def test_a_stamp_says_what_it_is_of_and_where_it_leads() -> None:
    found = told(stamp(b"SAMPLE", PendingAttestation("https://calendar.example")))
    assert found is not None
    assert found["of"] == [{"hash": f"sha256:{digest(b'SAMPLE')}"}]
    assert found["checks"]["stamp-pending"]["at"] == ["https://calendar.example"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return timestamp_authority.new_authority(tmp_path_factory.mktemp("stamps") / "authority")


def token(reply: bytes) -> bytes:
    """Return the token in a reply, as auto-archiver keeps it: by `openssl ts -token_out`."""
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "reply.tsr").write_bytes(reply)
        arguments = ["openssl", "ts", "-reply", "-in", "reply.tsr", "-token_out"]
        return subprocess.run(arguments, cwd=folder, capture_output=True, check=True).stdout


@pytest.mark.parametrize("alone", [True, False], ids=["token", "reply"])
def test_a_timestamp_says_what_it_is_of_and_who_vouches_for_it(
    authority: Path, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = timestamp_authority.reply(authority, rfc3161.request(b"SAMPLE"))
    content = token(reply) if alone else reply
    found = told(content)
    assert found is not None
    assert found["of"] == [{"hash": f"sha256:{digest(b'SAMPLE')}"}]
    assert found["checks"]["timestamp-unknown-root"]["at"] == ["Sample root of a test"]
    roots = rfc3161.roots((authority / "root.pem").read_bytes())
    monkeypatch.setattr(certificates, "known_roots", lambda: roots)
    known = told(content)
    assert known is not None
    assert known["checks"]["timestamp-known-root"]["at"] == ["Sample root of a test"]
    assert known["checks"]["stamped"]["count"] == 1


def test_a_timestamp_without_the_certificates_above_it_is_not_called_wrong(
    tmp_path: Path,
) -> None:
    folder = timestamp_authority.new_authority(tmp_path / "authority", sends="")
    found = told(timestamp_authority.reply(folder, rfc3161.request(b"SAMPLE")))
    assert found is not None
    assert list(found["checks"]) == ["timestamp-unchecked"]


def test_an_altered_timestamp_is_told(authority: Path) -> None:
    reply = timestamp_authority.reply(authority, rfc3161.request(b"SAMPLE"))
    at = reply.index(hashlib.sha256(b"SAMPLE").digest())
    altered = reply[:at] + hashlib.sha256(b"other").digest() + reply[at + 32 :]
    found = told(altered)
    assert found is not None
    assert list(found["checks"]) == ["timestamp-wrong"]
    assert findings.has_failed({"vouches": found})


BEGINNINGS = (
    vouching.STAMP,
    bytes.fromhex("3082010006092a864886f70d010702"),
    b'{"_processed_at": ',
    b"<h2>Archived media for <span",
    b"0" * 64 + b"\n",
)


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=200))
def test_whatever_a_file_is_nothing_breaks(beginning: bytes, rest: bytes) -> None:
    told(beginning + rest)
