"""ProofMode zips: pictures, what the phone said, and signatures that only their key can make."""

import hashlib
import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

from contrechamp.vault.captures import findings, stamps
from contrechamp.vault.captures.listing import listing
from contrechamp.vault.log import canonical
from vault.signed_captures import zipped
from vault.test_openpgp import CONTENT, FINGERPRINTS, SAMPLES

#: The samples of signatures are signatures of this: here it stands for a picture.
PICTURE = CONTENT
DIGEST = hashlib.sha256(PICTURE).hexdigest()


def proof(digest: str = DIGEST, field: str = "File Hash SHA256") -> bytes:
    return json.dumps({"File Path": "SAMPLE", field: digest, "Location.Latitude": ""}).encode()


def stamp(content: bytes, *leads: Any) -> bytes:
    top = Timestamp(hashlib.sha256(content).digest())
    top.attestations.update(leads)
    context = BytesSerializationContext()
    DetachedTimestampFile(OpSHA256(), top).serialize(context)
    return bytes(context.getbytes())


def parts(key: str = "rsa") -> dict[str, bytes]:
    """Return the parts of a ProofMode zip as its app writes them."""
    return {
        "SAMPLE_1.jpg": PICTURE,
        f"{DIGEST}.asc": (SAMPLES / f"{key}.sig.asc").read_bytes(),
        f"{DIGEST}.proof.json": proof(),
        f"{DIGEST}.proof.csv": f"File Path,File Hash SHA256\nSAMPLE,{DIGEST}\n".encode(),
        "pubkey.asc": (SAMPLES / f"{key}.pub.asc").read_bytes(),
        "HowToVerifyProofData.txt": b"SAMPLE",
    }


def checked(content: dict[str, bytes]) -> tuple[str, dict[str, Any]]:
    found = listing(BytesIO(zipped(content)))
    assert found is not None
    assert found["format"] == "proofmode"
    assert canonical.loads(canonical.dumps(found)) == found
    assert set(found["checks"]) <= set(findings.ALL)
    return findings.verdict({"capture": found}), found["checks"]


@pytest.mark.parametrize("key", ["rsa", "ed25519", "subkey"])
def test_hashes_and_signatures_that_agree_are_said_to(key: str) -> None:
    verdict, found = checked(parts(key))
    assert verdict == "agrees"
    assert found["media-agrees"] == {"count": 2}
    assert found["signed-by-key"] == {"count": 1, "at": [FINGERPRINTS[key]]}


def test_zips_of_older_versions_name_parts_after_the_picture() -> None:
    now = parts()
    verdict, found = checked(
        {
            "IMG_1.jpg": PICTURE,
            "IMG_1.jpg.asc": now[f"{DIGEST}.asc"],
            "IMG_1.jpg.proof.csv": f"File,SHA256\nSAMPLE,{DIGEST.upper()}\n".encode(),
            "pubkey.asc": now["pubkey.asc"],
        }
    )
    assert (verdict, found["signed-by-key"]["count"]) == ("agrees", 1)


def test_an_altered_picture_has_neither_hash_nor_signature() -> None:
    verdict, found = checked({**parts(), "SAMPLE_1.jpg": PICTURE + b"!"})
    assert verdict == "changed"
    assert found["media-changed"]["count"] == 2
    # The signature is named after the hash, and so of nothing that is here.
    assert found["signature-elsewhere"]["at"] == [f"{DIGEST}.asc"]


def test_with_its_proofs_made_anew_only_the_signature_tells() -> None:
    picture = PICTURE + b"!"
    digest = hashlib.sha256(picture).hexdigest()
    forged = {
        "SAMPLE_1.jpg": picture,
        f"{digest}.asc": parts()[f"{DIGEST}.asc"],
        f"{digest}.proof.json": proof(digest),
        "pubkey.asc": parts()["pubkey.asc"],
    }
    verdict, found = checked(forged)
    assert (verdict, found["signature-wrong"]["at"]) == ("changed", ["SAMPLE_1.jpg"])


def test_a_signature_by_another_key_does_not_fit() -> None:
    other = (SAMPLES / "ed25519.pub.asc").read_bytes()
    verdict, found = checked({**parts(), "pubkey.asc": other})
    assert (verdict, "signature-wrong" in found) == ("changed", True)


def test_what_the_phone_said_is_held_against_its_signature_too() -> None:
    said = f"{DIGEST}.proof.json"
    wrong = {f"{said}.asc": parts()[f"{DIGEST}.asc"]}  # of the picture, not of this
    verdict, found = checked({**parts(), **wrong})
    assert (verdict, found["signature-wrong"]["at"]) == ("changed", [said])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pubkey.asc": b"SAMPLE"}, "signature-unknown"),
        ({f"{DIGEST}.asc": b"SAMPLE"}, "signature-unknown"),
        ({f"{DIGEST}.proof.json": b"[" * 9999}, "part-unhashed"),
        ({f"{DIGEST}.proof.csv": b""}, "part-unhashed"),
        ({f"{DIGEST}.gst": b"SAMPLE"}, "attestation-unchecked"),
        ({f"{DIGEST}.ots": b"SAMPLE"}, "stamp-unread"),
    ],
)
def test_what_is_not_checked_is_said_to_be(change: dict[str, bytes], code: str) -> None:
    verdict, found = checked({**parts(), **change})
    assert (verdict, code in found) == ("partly", True)


def test_without_key_signature_or_picture_that_is_told() -> None:
    content = parts()
    del content["pubkey.asc"]
    assert "key-missing" in checked(content)[1]
    content = parts()
    del content["SAMPLE_1.jpg"]
    verdict, found = checked(content)
    assert (verdict, found["media-elsewhere"]["at"][0]) == ("unproved", DIGEST)
    content = parts()
    del content[f"{DIGEST}.asc"]
    assert "unsigned" in checked(content)[1]


def test_timestamps_are_read_with_where_they_lead() -> None:
    leads = BitcoinBlockHeaderAttestation(800_000), PendingAttestation("https://a.example")
    verdict, found = checked({**parts(), f"{DIGEST}.ots": stamp(PICTURE, *leads)})
    assert verdict == "agrees"
    assert found["stamp-bitcoin"]["at"] == ["800000"]
    assert found["stamp-pending"]["at"] == ["https://a.example"]
    verdict, found = checked({**parts(), f"{DIGEST}.ots": stamp(b"SAMPLE other", *leads)})
    assert (verdict, "stamp-of-other" in found) == ("doubtful", True)


STAMP = stamp(PICTURE, BitcoinBlockHeaderAttestation(1), PendingAttestation("https://a.example"))


@given(st.integers(0, len(STAMP)), st.binary(max_size=40), st.integers(0, 9))
def test_whatever_a_timestamp_is_there_is_an_answer(at: int, new: bytes, gone: int) -> None:
    found = findings.Findings()
    stamps.check(STAMP[:at] + new + STAMP[at + gone :], {DIGEST}, "a.ots", found)
    assert found.state()["checks"] or found.state()["checked"] == "unproved"


@pytest.mark.parametrize("deep", [b"\x08" * 200_000, b"\xff" * 200_000, b"\xf0\xff\xff\xff\x7f"])
def test_a_timestamp_that_never_ends_is_unread(deep: bytes) -> None:
    found = findings.Findings()
    stamps.check(STAMP[:65] + deep, {DIGEST}, "a.ots", found)
    assert set(found.state()["checks"]) == {"stamp-unread"}


WHOLE = zipped(parts())


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_no_changed_bytes_of_a_picture_pass(at: int, new: bytes) -> None:
    content = WHOLE[:at] + new + WHOLE[at + len(new) :]
    found = listing(BytesIO(content))
    if found and findings.verdict({"capture": found}) == "agrees":
        assert PICTURE in content


def test_a_zip_that_is_cut_off_is_damaged_or_no_capture() -> None:
    """A picture comes first in it: by its name alone, nothing tells what the rest would be."""
    names = dict(sorted(parts().items(), key=lambda one: not one[0].endswith(".proof.json")))
    found = listing(BytesIO(zipped(names)[:-30]))
    assert found is not None
    assert findings.verdict({"capture": found}) == "damaged"
    assert listing(BytesIO(WHOLE[:-30])) is None
