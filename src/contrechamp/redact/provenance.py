"""Content Credentials (C2PA) in a masked copy: the user signs that areas were covered.

The manifest names no ingredient and has no thumbnail, so it holds nothing of the uncovered
original. It is a signature: whoever reads the copy learns whose key signed it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrechamp import __version__
from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _

#: Not TIFF: signing leaves unreferenced bytes in it, which our strict reader refuses.
_MIME = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
}
_MAX_PEM_BYTES = 1 << 20
#: Prefixes of the assertions that a manifest of ours may hold.
_ASSERTIONS = ("c2pa.actions.v2", "c2pa.hash.")
_EDITED_BY_PEOPLE = "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits"
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_DIGESTS = {"ES256": "SHA256", "ES384": "SHA384", "ES512": "SHA512", "PS256": "SHA256"}
_MIN_RSA_BITS = 2048
_NO_THUMBNAIL = {"builder": {"thumbnail": {"enabled": False}}}


@dataclass(frozen=True)
class Credentials:
    """The user's certificate chain (PEM, own certificate first) and private key."""

    chain: str
    key: Any
    algorithm: str
    where: str


def read_credentials(certificate: Path, key: Path, passphrase: bytes | None) -> Credentials:
    """Read a certificate chain and its key from PEM files.

    Args:
        certificate: the chain, own certificate first.
        key: the private key, which may be encrypted.
        passphrase: of the key.

    Raises:
        InputError: either cannot be read or used, or the two do not match.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    chain = _pem(certificate)
    try:
        [own, *_others] = x509.load_pem_x509_certificates(chain)
    except ValueError as error:
        raise InputError(
            _("is not a certificate chain in PEM format"), where=str(certificate)
        ) from error
    try:
        private = load_pem_private_key(_pem(key), passphrase)
    except (ValueError, TypeError) as error:
        raise InputError(
            _("is not a private key in PEM format, or the passphrase is wrong"), where=str(key)
        ) from error
    if private.public_key() != own.public_key():
        raise InputError(
            _("does not match {certificate}").format(certificate=certificate), where=str(key)
        )
    return Credentials(chain.decode("ascii"), private, _algorithm(private, key), str(certificate))


def is_encrypted(key: Path) -> bool:
    """Tell whether a private key in PEM needs a passphrase.

    Raises:
        InputError: it cannot be read.
    """
    return b"ENCRYPTED" in _pem(key)


def sign(copy: Path, credentials: Credentials, name: str) -> None:
    """Put a manifest into `copy`, in place, and read it back.

    Raises:
        InputError: files of this kind take no manifest, or the certificate cannot sign it.
        CheckFailedError: the manifest read back is not the one that was written.
    """
    import c2pa

    mime = _MIME.get(copy.suffix)
    if mime is None:
        raise InputError(
            _("{kind} files take no Content Credentials here; leave --c2pa-cert out").format(
                kind=copy.suffix[1:].upper()
            ),
            where=name,
        )
    signed = copy.with_name(f"signed{copy.suffix}")
    try:
        with (
            c2pa.Context(c2pa.Settings.from_dict(_NO_THUMBNAIL)) as context,
            c2pa.Builder(_manifest(), context) as builder,
            c2pa.Signer.from_callback(
                lambda data: _signature(credentials, data),
                c2pa.C2paSigningAlg[credentials.algorithm],
                credentials.chain,
            ) as signer,
            copy.open("rb") as source,
            signed.open("w+b") as target,
        ):
            builder.sign(signer, mime, source, target)
        manifest = _read_manifest(signed, mime)
    except c2pa.C2paError as error:
        raise InputError(
            _("cannot sign: {reason}").format(reason=str(error)[:200]), where=credentials.where
        ) from error
    _need_only_ours(manifest, name)
    signed.replace(copy)


def _manifest() -> str:
    """Return the manifest.

    C2PA 2 requires the first action to be the creation or the opening of the asset, and an opened
    asset names its original as an ingredient. So the copy is declared as created, by human edits.
    """
    actions = [
        {"action": "c2pa.created", "digitalSourceType": _EDITED_BY_PEOPLE},
        {"action": "c2pa.edited", "description": "areas covered, metadata removed"},
    ]
    return json.dumps(
        {
            "claim_generator_info": [{"name": "contrechamp", "version": __version__}],
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
        }
    )


def _signature(credentials: Credentials, data: bytes) -> bytes:
    """Sign as COSE requires (RFC 9053): the two numbers of ECDSA side by side, not in DER."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

    key, digest = credentials.key, getattr(hashes, _DIGESTS.get(credentials.algorithm, ""), None)
    if isinstance(key, ec.EllipticCurvePrivateKey) and digest:
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest())))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if digest:
        pss = padding.PSS(padding.MGF1(digest()), digest.digest_size)
        return bytes(key.sign(data, pss, digest()))
    return bytes(key.sign(data))


def _algorithm(key: Any, where: Path) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ED25519"
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _MIN_RSA_BITS:
        return "PS256"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    raise InputError(
        _(
            "expected an Ed25519 key, a P-256, P-384 or P-521 key, or an RSA key of at least 2048 "
            "bits"
        ),
        where=str(where),
    )


def _read_manifest(signed: Path, mime: str) -> dict[str, Any]:
    import c2pa

    with signed.open("rb") as file, c2pa.Reader(mime, file) as reader:
        return {"state": reader.get_validation_state(), **json.loads(reader.json())}


def _need_only_ours(found: dict[str, Any], name: str) -> None:
    """Refuse a copy whose manifest is invalid or says more than ours."""
    manifests = list(found.get("manifests", {}).values())
    labels = [a["label"] for manifest in manifests for a in manifest.get("assertions", [])]
    if (
        found["state"] not in ("Valid", "Trusted")
        or len(manifests) != 1
        or not all(label.startswith(_ASSERTIONS) for label in labels)
        or manifests[0].get("ingredients")
        or manifests[0].get("thumbnail")
    ):
        raise CheckFailedError(
            _(
                "{name}: its Content Credentials are invalid or say too much; the copy was deleted"
            ).format(name=name)
        )


def _pem(path: Path) -> bytes:
    return read_bounded(path, _MAX_PEM_BYTES, where=str(path))
