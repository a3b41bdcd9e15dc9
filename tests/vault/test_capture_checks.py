"""A capture is held against what it says of itself: each way to forge one has its word."""

import base64
import gzip
import hashlib
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.vault.captures import bounds, certificates, findings, wacz_signature
from contrechamp.vault.captures.listing import listing
from contrechamp.vault.log import canonical
from vault import signed_captures as made
from vault import timestamp_authority
from vault.signed_captures import ARCHIVE, DIGEST, PACKAGE, PAGES
from vault.warcs import warc


def checked(content: bytes | Mapping[str, bytes]) -> tuple[str, dict[str, Any]]:
    """Return what the checks of a capture come to, and what they found."""
    found = listing(BytesIO(content if isinstance(content, bytes) else made.zipped(content)))
    assert found is not None
    assert canonical.loads(canonical.dumps(found)) == found
    assert set(found["checks"]) <= set(findings.ALL)
    return findings.verdict({"capture": found}), found["checks"]


def edited(content: Mapping[str, bytes], name: str, **more: Any) -> dict[str, bytes]:
    """Return parts with members of a JSON part set anew."""
    told = json.loads(content[name]) | more
    return {**content, name: json.dumps(told).encode()}


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> made.Domain:
    stamps = tmp_path_factory.mktemp("stamps") / "authority"
    return made.Domain(timestamp_authority.new_authority(stamps, sends=""))


@pytest.fixture
def known(domain: made.Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the authority of the domain on the list of those that are known."""
    monkeypatch.setattr(certificates, "known_roots", lambda: (domain.root,))


# What agrees


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_hashes_that_agree_are_said_to_and_that_nobody_signed_them(compression: int) -> None:
    verdict, found = checked(made.zipped(made.with_lists(made.parts()), compression))
    assert verdict == "agrees"
    assert found["parts-agree"] == {"count": 2}
    assert found["list-agrees"] == {"count": 1}
    assert found["records-agree"] == {"count": 2}
    assert found["unsigned"] == {"count": 1}


def test_a_signature_by_a_key_in_the_file_names_the_key_and_nobody() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    verdict, found = checked(made.with_lists(made.parts(), made.by_key(key)))
    assert verdict == "agrees"
    assert "unsigned" not in found
    (told,) = found["signed-by-key"]["at"]
    signed = json.loads(made.with_lists(made.parts(), made.by_key(key))[DIGEST])["signedData"]
    assert told == made.sha256(base64.b64decode(signed["publicKey"])).removeprefix("sha256:")


@pytest.mark.usefixtures("known")
def test_a_domain_is_named_if_an_authority_vouches_for_it(domain: made.Domain) -> None:
    verdict, found = checked(made.with_lists(made.parts(), domain.sign))
    assert verdict == "agrees"
    assert found["signed-by-domain"]["at"] == [made.DOMAIN]
    assert found["chain-known-root"]["at"] == ["Sample root"]
    (stamped,) = found["timestamped"]["at"]
    assert abs(datetime.fromisoformat(stamped) - datetime.now(UTC)).total_seconds() < 60
    assert found["timestamp-unknown-root"]["at"] == ["Sample root of a test"]


def test_an_authority_that_nobody_knows_is_not_believed(domain: made.Domain) -> None:
    verdict, found = checked(made.with_lists(made.parts(), domain.sign))
    assert verdict == "doubtful"
    assert found["chain-unknown-root"]["at"] == [f"{made.DOMAIN}, Sample root"]
    assert "signed-by-domain" not in found


# What was forged


def test_an_altered_list_of_pages_is_told_by_its_name() -> None:
    content = made.with_lists(made.parts())
    content[PAGES] = content[PAGES].replace(b"Sample page", b"Forged page")
    verdict, found = checked(content)
    assert (verdict, found["part-changed"]) == ("changed", {"count": 1, "at": [PAGES]})


def test_with_its_list_made_anew_the_hash_of_the_list_differs() -> None:
    content = made.with_lists(made.parts(), made.by_key())
    content[PAGES] = content[PAGES].replace(b"Sample page", b"Forged page")
    listed = {name: content[name] for name in (ARCHIVE, PAGES)}
    verdict, found = checked({**content, PACKAGE: made.package(listed)})
    assert (verdict, found["list-changed"]["at"]) == ("changed", [PACKAGE])
    assert "part-changed" not in found


def test_with_both_made_anew_only_the_signature_tells() -> None:
    signed = made.with_lists(made.parts(), made.by_key())
    forged = made.parts()
    forged[PAGES] = forged[PAGES].replace(b"Sample page", b"Forged page")
    anew = made.with_lists(forged)
    old = json.loads(signed[DIGEST])["signedData"]
    verdict, found = checked(edited(anew, DIGEST, signedData=old))
    assert (verdict, "signature-of-other" in found) == ("changed", True)
    new_hash = json.loads(anew[DIGEST])["hash"]
    verdict, found = checked(edited(anew, DIGEST, signedData=old | {"hash": new_hash}))
    assert (verdict, "signature-wrong" in found) == ("changed", True)
    # Without the signature nothing tells: that is what "unsigned" says.
    assert checked(anew)[0] == "agrees"


def test_a_signature_by_another_key_does_not_fit() -> None:
    content = made.with_lists(made.parts(), made.by_key())
    signed = json.loads(content[DIGEST])["signedData"]
    other = made.by_key()(signed["hash"])["publicKey"]
    verdict, found = checked(edited(content, DIGEST, signedData=signed | {"publicKey": other}))
    assert (verdict, "signature-wrong" in found) == ("changed", True)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("change", "code", "verdict"),
    [
        ({"domain": "other.example"}, "domain-differs", "doubtful"),
        ({"created": "2019-01-01T00:00:00Z"}, "times-differ", "doubtful"),
        ({"timeSignature": "AAAA"}, "timestamp-wrong", "doubtful"),
        ({"timestampCert": ""}, "timestamp-wrong", "doubtful"),
        ({"signature": "AAAA"}, "signature-wrong", "changed"),
        ({"signature": "no base64"}, "signature-unread", "doubtful"),
        ({"domainCert": "-----BEGIN"}, "signature-unread", "doubtful"),
        ({"domainCert": 5}, "signature-unread", "doubtful"),
    ],
)
def test_each_part_of_a_signature_counts(
    domain: made.Domain, change: dict[str, Any], code: str, verdict: str
) -> None:
    content = made.with_lists(made.parts(), domain.sign)
    signed = json.loads(content[DIGEST])["signedData"]
    told, found = checked(edited(content, DIGEST, signedData=signed | change))
    assert (told, code in found) == (verdict, True)


@pytest.mark.usefixtures("known")
def test_without_a_timestamp_no_domain_is_named(domain: made.Domain) -> None:
    content = made.with_lists(made.parts(), domain.sign)
    signed = json.loads(content[DIGEST])["signedData"]
    del signed["timeSignature"]
    verdict, found = checked(edited(content, DIGEST, signedData=signed))
    assert (verdict, "signed-by-domain" in found) == ("partly", False)
    assert found["chain-unchecked"]["at"] == [made.DOMAIN]


def test_a_certificate_has_to_be_valid_when_it_signs(domain: made.Domain) -> None:
    late = made.Domain(domain.stamps, days=-10)
    verdict, found = checked(made.with_lists(made.parts(), late.sign))
    assert (verdict, "certificate-not-valid" in found) == ("doubtful", True)


def test_a_timestamp_authority_in_the_file_does_not_become_a_known_one(
    domain: made.Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes with a file is no reason to believe it, though the library would."""
    monkeypatch.setattr(certificates, "known_roots", lambda: (domain.root,))
    found = checked(made.with_lists(made.parts(), domain.sign))[1]
    assert "timestamp-known-root" not in found


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        (b"", "list-unread"), (b"[]", "list-unread"), (b'{"hash": 5}', "list-unread"),
        (b'{"hash": "sha256:00"}', "list-unread"), (b"[" * 100_000, "list-unread"),
        (json.dumps({"hash": "sha256:" + "00" * 32}).encode(), "list-changed"),
    ],
)  # fmt: skip
def test_a_broken_digest_file_is_told(digest: bytes, code: str) -> None:
    verdict, found = checked({**made.with_lists(made.parts()), DIGEST: digest})
    assert (verdict in findings.FAILED, code in found) == (True, True)


# Parts that are there or not


def test_a_part_that_is_listed_and_not_there_is_told() -> None:
    content = made.with_lists(made.parts())
    del content[PAGES]
    verdict, found = checked(content)
    assert (verdict, found["part-missing"]["at"]) == ("changed", [PAGES])


def test_a_part_that_is_there_and_not_listed_is_told() -> None:
    content = {**made.with_lists(made.parts()), "archive/more.warc.gz": warc()}
    verdict, found = checked(content)
    assert (verdict, found["part-unlisted"]["at"]) == ("changed", ["archive/more.warc.gz"])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_told() -> None:
    out = BytesIO(made.zipped(made.with_lists(made.parts())))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(PAGES, b"{}\n")
    verdict, found = checked(out.getvalue())
    assert (verdict, found["part-twice"]["at"]) == ("changed", [PAGES])
    assert found["part-changed"]["at"] == [PAGES]


def test_a_wacz_without_its_list_is_told() -> None:
    verdict, found = checked(made.parts())
    assert (verdict, found["list-missing"]["at"]) == ("changed", [PACKAGE])


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ({"bytes": 10**30}, "size-differs"), ({"bytes": -1}, "size-differs"),
        ({"bytes": 1e300}, "size-differs"), ({"hash": "sha256:zz"}, "hash-unknown"),
        ({"hash": "blake9:00"}, "hash-unknown"), ({"hash": None}, "part-unhashed"),
        ({"hash": {"a": 1}}, "part-unhashed"), ({"path": [5]}, "list-unread"),
        ({"path": "../../etc/passwd"}, "part-missing"),
    ],
)  # fmt: skip
def test_absurd_entries_of_a_list_are_told(resource: dict[str, Any], code: str) -> None:
    content = made.with_lists(made.parts())
    listed = json.loads(content[PACKAGE])["resources"]
    listed[1] |= resource
    verdict, found = checked(edited(content, PACKAGE, resources=listed))
    assert code in found
    assert verdict != "agrees"


@pytest.mark.parametrize("resources", [None, 5, "x", {}, [None, 5, []], [[[[]]]]])
def test_a_list_of_anything_is_read(resources: Any) -> None:
    checked(edited(made.with_lists(made.parts()), PACKAGE, resources=resources))


def test_the_list_of_an_older_edition_is_read() -> None:
    content = made.with_lists(made.parts())
    listed = [
        {"path": one["path"], "hashing": "sha256",
         "stats": {"hash": one["hash"].removeprefix("sha256:"), "bytes": one["bytes"]}}
        for one in json.loads(content[PACKAGE])["resources"]
    ]  # fmt: skip
    del content[DIGEST]
    verdict, found = checked(edited(content, PACKAGE, resources=listed))
    assert (verdict, found["parts-agree"]["count"]) == ("agrees", 2)


# WARC records


def altered(content: bytes) -> bytes:
    """Return a WARC with another body in its last record, the digests left as they were."""
    return content.replace(b"\r\n\r\nSAMPLE\r\n\r\n", b"\r\n\r\nFORGED\r\n\r\n")


@pytest.mark.parametrize("zipped", [False, True])
def test_an_altered_record_does_not_have_its_digest(zipped: bool) -> None:
    content = altered(warc(gzip=False))
    verdict, found = checked(gzip.compress(content, mtime=0) if zipped else content)
    assert verdict == "changed"
    assert found["record-changed"]["at"] == ["https://example.org/"]
    assert found["payload-changed"]["at"] == ["https://example.org/"]


def test_in_a_wacz_with_all_lists_made_anew_the_record_still_tells() -> None:
    forged = gzip.compress(altered(warc(gzip=False)), mtime=0)
    verdict, found = checked(made.with_lists(made.parts(forged), made.by_key()))
    assert (verdict, "part-changed" in found) == ("changed", False)
    assert found["record-changed"]["at"] == ["https://example.org/"]


def test_headers_that_a_tool_altered_are_not_called_a_changed_page() -> None:
    verdict, found = checked(warc(gzip=False).replace(b"text/html", b"text/HTML"))
    assert (verdict, "headers-differ" in found) == ("doubtful", True)
    assert found["payloads-agree"] == {"count": 1}


def record(kind: str, body: bytes, http: str = "", **digests: str) -> bytes:
    """Return one WARC record."""
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://example.org/\r\n"
    head += "".join(f"WARC-{name.title()}-Digest: {text}\r\n" for name, text in digests.items())
    block = f"HTTP/1.1 200 OK\r\n{http}\r\n".encode() + body
    head += f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def digest(content: bytes, algorithm: str = "sha256", form: str = "hex") -> str:
    raw = hashlib.new(algorithm, content).digest()
    forms = {
        "hex": raw.hex(), "HEX": raw.hex().upper(), "base32": base64.b32encode(raw).decode(),
        "unpadded": base64.b32encode(raw).decode().rstrip("="),
        "base64": base64.b64encode(raw).decode(), "url": base64.urlsafe_b64encode(raw).decode(),
    }  # fmt: skip
    return f"{algorithm}:{forms[form]}"


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("form", ["hex", "HEX", "base32", "unpadded", "base64", "url"])
def test_digests_are_read_in_every_form_in_use(algorithm: str, form: str) -> None:
    body = b"SAMPLE body"
    right = record("response", body, payload=digest(body, algorithm, form))
    assert checked(right)[0] == "agrees"
    verdict, found = checked(right.replace(body, b"FORGED body"))
    assert (verdict, "payload-changed" in found) == ("changed", True)


PACKED = gzip.compress(b"SAMPLE", mtime=0)
CHUNKED = b"4;x=y\r\nSAMP\r\n7\r\nLE body\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "http", "of"),
    [
        (CHUNKED, "Transfer-Encoding: chunked\r\n", CHUNKED),
        (CHUNKED, "Transfer-Encoding: chunked\r\n", b"SAMPLE body"),
        (PACKED, "Content-Encoding: gzip\r\n", PACKED),
        (PACKED, "Content-Encoding: gzip\r\n", b"SAMPLE"),
        (b"SAMPLE", "Content-Encoding: gzip\r\n", b"SAMPLE"),  # stored unpacked, as browsers give
    ],
)
def test_a_payload_agrees_in_any_reading_that_tools_have_of_it(
    body: bytes, http: str, of: bytes
) -> None:
    assert checked(record("response", body, http, payload=digest(of)))[0] == "agrees"
    forged = digest(of + b"!")
    assert checked(record("response", body, http, payload=forged))[0] == "changed"


def test_what_is_packed_in_an_unknown_way_is_not_called_changed() -> None:
    content = record(
        "response", b"SAMPLE packed", "Content-Encoding: br\r\n", payload=digest(b"SAMPLE")
    )
    verdict, found = checked(content)
    assert (verdict, "payload-unread" in found) == ("unproved", True)


def test_revisits_say_where_what_was_before_is() -> None:
    body = b"SAMPLE body"
    there = record("response", body, payload=digest(body))
    again = record("revisit", b"", payload=digest(body))
    assert checked(there + again)[1]["revisit"] == {"count": 1}
    found = checked(there + record("revisit", b"", payload=digest(b"elsewhere")))[1]
    assert found["revisit-elsewhere"]["at"] == ["https://example.org/"]


def test_records_without_digests_are_told() -> None:
    verdict, found = checked(record("response", b"SAMPLE"))
    assert (verdict, found["record-without-digest"]["count"]) == ("unproved", 1)
    verdict, found = checked(record("response", b"SAMPLE", block="blake9:00"))
    assert (verdict, "digest-unknown" in found) == ("unproved", True)


def test_a_packed_payload_cannot_unpack_to_more_than_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 1 << 20)
    packed = gzip.compress(bytes(8 << 20))
    content = record("response", packed, "Content-Encoding: gzip\r\n", payload=digest(b"x"))
    verdict, found = checked(content)
    assert (verdict, "payload-unread" in found) == ("unproved", True)


# Damage

WHOLE = made.zipped(made.with_lists(made.parts(), made.by_key()))
PLAIN = [warc(gzip=False), warc()]


@given(st.integers(60, len(WHOLE) - 1))
def test_a_wacz_that_is_cut_off_anywhere_is_damaged(end: int) -> None:
    assert checked(WHOLE[:end])[0] == "damaged"


@given(st.sampled_from(PLAIN), st.data())
def test_a_warc_that_is_cut_off_inside_a_record_is_damaged(
    content: bytes, data: st.DataObject
) -> None:
    whole = checked(content)[1]
    end = data.draw(st.integers(70, len(content) - 5))
    verdict, found = checked(content[:end])
    # Cut exactly between two records, nothing shows but that there are fewer.
    assert verdict == "damaged" or found["records-agree"] != whole["records-agree"]


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_wacz_with_any_bytes_changed_never_passes_as_it_was(at: int, new: bytes) -> None:
    content = WHOLE[:at] + new + WHOLE[at + len(new) :]
    found = listing(BytesIO(content))
    if found is None or content == WHOLE:
        return
    told = findings.verdict({"capture": found})
    # Bytes of the zip itself (times, attributes) are no part of what the capture says.
    if told == "agrees":
        with zipfile.ZipFile(BytesIO(WHOLE)) as ours, zipfile.ZipFile(BytesIO(content)) as theirs:
            for name in (ARCHIVE, PAGES, PACKAGE):
                assert theirs.read(name) == ours.read(name)


@given(st.dictionaries(st.sampled_from([PACKAGE, DIGEST, PAGES, ARCHIVE]), st.binary(max_size=60)))
def test_whatever_its_parts_are_there_is_an_answer(content: dict[str, bytes]) -> None:
    found = listing(BytesIO(made.zipped({**made.with_lists(made.parts()), **content})))
    assert found is None or findings.verdict({"capture": found})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = ("hash", "signature", "publicKey", "domain", "domainCert", "timeSignature", "timestampCert")


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_a_signature_says_there_is_an_answer(change: dict[str, Any]) -> None:
    with zipfile.ZipFile(BytesIO(WHOLE)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    signed = json.loads(content[DIGEST])["signedData"] | change
    found = findings.Findings()
    wacz_signature.check(
        content[PACKAGE], edited(content, DIGEST, signedData=signed)[DIGEST], found
    )
    assert canonical.dumps(found.state())


# In a record


@pytest.mark.parametrize(
    "state",
    [
        {}, {"capture": None}, {"capture": {}}, {"capture": {"checked": 5, "checks": []}},
        {"capture": {"checks": {"part-changed": None, "x": {"count": "a", "at": 5}}}},
        {"capture": {"checks": {"part-changed": {"at": [5, None, "x"]}}}},
    ],
)  # fmt: skip
def test_a_state_of_any_form_is_read(state: dict[str, Any]) -> None:
    """A merged copy may hold what contrechamp never wrote."""
    assert findings.verdict(state) in ("", "unchecked")
    for code, (count, places) in findings.checks_of(state).items():
        assert (type(code), type(count)) == (str, int)
        assert all(isinstance(one, str) for one in places)
    assert isinstance(findings.failing(state), str)
