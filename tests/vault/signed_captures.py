"""WACZ files made as capture tools make them, and signed, with keys of the test; then forged.

SAMPLE pages that nobody published, keys and authorities that are good for nothing else.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vault import timestamp_authority
from vault.warcs import TIME, warc

DOMAIN = "signer.example"
PAGES, ARCHIVE = "pages/pages.jsonl", "archive/data.warc.gz"
PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"

Signs = Callable[[str], dict[str, Any]]


def parts(content: bytes | None = None) -> dict[str, bytes]:
    """Return the parts of a WACZ, without its lists."""
    page = {"id": "1", "url": "https://example.org/", "ts": TIME, "title": "Sample page"}
    return {
        ARCHIVE: warc() if content is None else content,
        PAGES: f'{{"format": "json-pages-1.0"}}\n{json.dumps(page)}\n'.encode(),
    }


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def package(content: Mapping[str, bytes], **more: Any) -> bytes:
    """Return datapackage.json of parts."""
    listed = [
        {"name": name.rpartition("/")[2], "path": name, "hash": sha256(one), "bytes": len(one)}
        for name, one in content.items()
    ]
    about = {"profile": "data-package", "wacz_version": "1.1.1", "title": "SAMPLE"}
    return json.dumps({**about, "created": TIME, "resources": listed, **more}).encode()


def with_lists(content: Mapping[str, bytes], signs: Signs | None = None) -> dict[str, bytes]:
    """Return parts with datapackage.json and datapackage-digest.json, signed or not."""
    listed = package(content)
    digest: dict[str, Any] = {"path": PACKAGE, "hash": sha256(listed)}
    if signs:
        digest["signedData"] = signs(digest["hash"])
    return {**content, PACKAGE: listed, DIGEST: json.dumps(digest).encode()}


def zipped(content: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, one in content.items():
            archive.writestr(name, one)
    return out.getvalue()


def by_key(key: ec.EllipticCurvePrivateKey | None = None) -> Signs:
    """Return what signs with a key that travels in the file, as browsers write signatures."""
    key = key or ec.generate_private_key(ec.SECP384R1())

    def sign(text: str) -> dict[str, Any]:
        der = key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
        raw = b"".join(one.to_bytes(48) for one in decode_dss_signature(der))
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "hash": text, "created": TIME, "software": "SAMPLE",
            "signature": base64.b64encode(raw).decode(),
            "publicKey": base64.b64encode(public).decode(),
        }  # fmt: skip

    return sign


@dataclass
class Domain:
    """A web server's certificate, its authority, and an authority for timestamps."""

    stamps: Path
    name: str = DOMAIN
    days: int = 60

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = _certificate("Sample root", root_key, "Sample root", root_key, None, 3000)
        self.leaf = _certificate(self.name, self.key, "Sample root", root_key, self.name, self.days)

    def sign(self, text: str, created: datetime | None = None) -> dict[str, Any]:
        """Return ``signedData`` of a hash."""
        signature = base64.b64encode(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        asked = rfc3161_client.TimestampRequestBuilder().data(signature).nonce(nonce=False)
        asked = asked.hash_algorithm(rfc3161_client.HashAlgorithm.SHA256)
        query = asked.cert_request(cert_request=False).build().as_bytes()
        stamp = timestamp_authority.reply(self.stamps, query)
        # A signer takes its own time first, and asks for the stamp then.
        at = created or datetime.now(UTC) - timedelta(seconds=30)
        chain = (self.stamps / "authority.pem").read_text() + (self.stamps / "root.pem").read_text()
        return {
            "hash": text, "created": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "software": "SAMPLE",
            "signature": signature.decode(), "domain": self.name,
            "domainCert": "".join(_pem(one) for one in (self.leaf, self.root)),
            "timeSignature": base64.b64encode(stamp).decode(), "timestampCert": chain,
        }  # fmt: skip


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    domain: str | None,
    days: int,
) -> x509.Certificate:
    """Return a certificate of a root, or of a domain, as browsers ask for it."""
    named = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer)]
    start = datetime.now(UTC) - timedelta(days=100)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named[0])
        .issuer_name(named[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days + 100))
        .add_extension(x509.BasicConstraints(ca=domain is None, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=domain is not None, key_cert_sign=domain is None,
                content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, crl_sign=False, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
    if domain is not None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
