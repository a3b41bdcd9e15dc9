"""Content Credentials in a masked copy, made here and read again by the reader of c2pa."""

import datetime
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.redact import masking, provenance
from contrechamp.redact.checks.copies import check_file
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.sources import gather
from redact.copies import MEDIA, media, picture

BEGIN, END = datetime.datetime(2020, 1, 1), datetime.datetime(2100, 1, 1)
KEYS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "ED25519": ed25519.Ed25519PrivateKey.generate,
}


def name(text: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, text),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sample"),
        ]
    )


def certificate(subject: str, key: Any, signer: Any, *, root: bool) -> bytes:
    """Return a sample certificate in PEM, by the profile that C2PA asks for."""
    usage = x509.KeyUsage(
        digital_signature=not root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name("Sample root"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if not root:
        email = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(email, critical=True)
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)


def pem_files(folder: Path, algorithm: str = "ES256", passphrase: bytes = b"") -> tuple[Path, Path]:
    """Write a sample chain and its key, and return where."""
    root, own = KEYS["ES256"](), KEYS[algorithm]()
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(
        certificate("Sample signer", own, root, root=False)
        + certificate("Sample root", root, root, root=True)
    )
    locked = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    return chain, key


def manifests(content: bytes, mime: str) -> dict[str, Any]:
    with c2pa.Reader(mime, io.BytesIO(content)) as reader:
        return {"state": reader.get_validation_state(), **json.loads(reader.json())}


def failures(found: dict[str, Any]) -> list[str]:
    results = found["validation_results"]["activeManifest"]
    return [one["code"] for one in results["failure"]]


@pytest.mark.parametrize("algorithm", KEYS)
def test_every_kind_of_key_signs(tmp_path: Path, algorithm: str) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(picture(".jpg"))
    chain, key = pem_files(tmp_path, algorithm)
    provenance.sign(copy, provenance.read_credentials(chain, key, None), "copy")
    found = manifests(copy.read_bytes(), "image/jpeg")
    # Nobody else knows the root of a sample, and that is all that is wrong.
    assert (found["state"], failures(found)) == ("Valid", ["signingCredential.untrusted"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "mime", "kind"),
    [
        (".jpg", "image/jpeg", "image"),
        (".png", "image/png", "image"),
        (".webp", "image/webp", "image"),
        (".mp4", "video/mp4", "video"),
        (".m4a", "audio/mp4", "sound"),
        (".wav", "audio/wav", "sound"),
    ],
)
def test_the_manifest_says_that_areas_were_covered_and_nothing_of_the_source(
    tmp_path: Path, suffix: str, mime: str, kind: Any
) -> None:
    copy = tmp_path / f"copy{suffix}"
    if suffix in MEDIA:
        form, video, sound, options = MEDIA[suffix]
        copy.write_bytes(media(form, video, sound, **options))
    else:
        copy.write_bytes(picture(suffix))
    provenance.sign(copy, provenance.read_credentials(*pem_files(tmp_path), None), "copy")
    found = manifests(copy.read_bytes(), mime)
    [manifest] = found["manifests"].values()
    assert manifest.get("ingredients", []) == []
    assert "thumbnail" not in json.dumps(manifest)
    [actions] = [
        one["data"]["actions"] for one in manifest["assertions"] if "actions" in one["label"]
    ]
    assert [(one["action"], one.get("description")) for one in actions] == [
        ("c2pa.created", None),
        ("c2pa.edited", "areas covered, metadata removed"),
    ]
    checks, _absent = check_file(copy, kind, credentials=True)
    assert [check for check in checks if not check.passed] == []
    unasked, _absent = check_file(copy, kind)
    assert not all(check.passed for check in unasked), "a manifest that nobody asked for"


def test_a_copy_changed_after_signing_does_not_hold(tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(picture(".jpg"))
    provenance.sign(copy, provenance.read_credentials(*pem_files(tmp_path), None), "copy")
    content = bytearray(copy.read_bytes())
    content[-20] ^= 1
    assert manifests(bytes(content), "image/jpeg")["state"] == "Invalid"


def test_a_manifest_that_says_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads(provenance._manifest())
    said["assertions"].append({"label": "stds.exif", "data": {"exif:GPSLatitude": "0,0N"}})
    monkeypatch.setattr(provenance, "_manifest", lambda: json.dumps(said))
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(picture(".jpg"))
    with pytest.raises(CheckFailedError, match="say too much"):
        provenance.sign(copy, provenance.read_credentials(*pem_files(tmp_path), None), "copy")


def test_files_that_cannot_be_credentials_are_named(tmp_path: Path) -> None:
    chain, key = pem_files(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _chain, foreign = pem_files(other)
    locked_folder = tmp_path / "locked"
    locked_folder.mkdir()
    locked_chain, locked = pem_files(locked_folder, passphrase=b"correct horse")
    weak = tmp_path / "weak.pem"
    weak.write_bytes(
        ec.generate_private_key(ec.SECP256K1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    for arguments, says in (
        ((tmp_path / "none", key, None), "none: cannot be read"),
        ((key, key, None), "key.pem: is not a certificate chain"),
        ((chain, chain, None), "chain.pem: is not a private key"),
        ((chain, foreign, None), "key.pem: does not match"),
        ((locked_chain, locked, None), "is not a private key in PEM format, or the passphrase"),
        ((locked_chain, locked, b"wrong"), "is not a private key in PEM format, or the passphrase"),
    ):
        with pytest.raises(InputError, match=says):
            provenance.read_credentials(*arguments)
    assert (provenance.is_encrypted(locked), provenance.is_encrypted(key)) == (True, False)
    assert provenance.read_credentials(locked_chain, locked, b"correct horse").algorithm == "ES256"


def test_kinds_that_take_no_manifest_are_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy.tif"
    copy.write_bytes(picture(".tif"))
    with pytest.raises(InputError, match="TIF files take no Content Credentials"):
        provenance.sign(copy, provenance.read_credentials(*pem_files(tmp_path), None), "copy")


def test_the_run_signs_after_its_checks_and_checks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")
    source = tmp_path / "a.png"
    source.write_bytes(picture(".png"))
    credentials = provenance.read_credentials(*pem_files(tmp_path), None)
    run = mask_files(gather([source]).files, tmp_path / "out", Settings(credentials=credentials))
    [masked] = run.masked
    assert manifests(masked.copy.read_bytes(), "image/png")["state"] == "Valid"
    assert masked.outcome.checks[-1].name.startswith("signed with Content Credentials")
