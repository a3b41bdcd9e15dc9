"""SAMPLE pictures with Content Credentials, signed by a made-up maker."""

import json
from datetime import datetime
from io import BytesIO

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "SAMPLE, made up"),
        ]
    )


def _certificate(name: str, key, issuer_key, *, authority: bool) -> x509.Certificate:
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name("SAMPLE authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2060, 1, 1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, key_cert_sign=authority, crl_sign=authority, **usage
            ),
            critical=True,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
    if not authority:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(use, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def signer() -> tuple[bytes, bytes]:
    """Return a chain of certificates and a private key, PEM."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _each in range(2))
    chain = (
        _certificate("SAMPLE camera", key, authority, authority=False),
        _certificate("SAMPLE authority", authority, authority, authority=True),
    )
    pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem, private


def picture(*, remote: str = "") -> bytes:
    """Return a JPEG with a manifest, or with the address of one."""
    plain = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(plain, "JPEG")
    pem, private = signer()
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=pem, private_key=private, ta_url=None)
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    manifest = {
        "claim_generator_info": [{"name": "SAMPLE camera", "version": "1"}],
        "title": "SAMPLE picture",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}],
    }
    builder, signed = c2pa.Builder(json.dumps(manifest)), BytesIO()
    if remote:
        builder.set_remote_url(remote)
        builder.set_no_embed()
    plain.seek(0)
    builder.sign(c2pa.Signer.from_info(info), "image/jpeg", plain, signed)
    return signed.getvalue()
