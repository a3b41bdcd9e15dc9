"""A PDF signed with a certificate of the publisher's own, which readers of PDF show and check.

PAdES (ETSI EN 319 142-1), level B-B: the signature and its certificates, and no timestamp, for
which a service would have to be asked. What the log and the bundle prove rests on none of it.
"""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.serialization import pkcs12

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

#: What signs a PDF and returns it: the bytes before, with more behind them.
Sign = Callable[[bytes], bytes]
FIELD: Final = "Signature1"


def signer(content: bytes, passphrase: bytes, now: datetime, *, where: str) -> Sign:
    """Return what signs PDFs with a private key and its certificate.

    Args:
        content: both, and the certificates of who vouches for it, as PKCS#12 (RFC 7292).
        passphrase: that it is encrypted with.
        now: the time that the signature says; nobody else vouches for it.
        where: what the user calls the file, for errors.

    Raises:
        InputError: if it is none, the passphrase does not open it, the certificate is not valid
            now, or the package that signs is missing.
    """
    _check(content, passphrase, now, where)
    try:
        from pyhanko.sign.signers import SimpleSigner
    except ImportError as error:
        raise InputError(
            _("--sign-pdf needs the package pyhanko: pip install 'contrechamp[pades]'")
        ) from error
    key = SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=passphrase)
    return lambda paper: _signed(paper, key, now)


def _check(content: bytes, passphrase: bytes, now: datetime, where: str) -> None:
    try:
        found = pkcs12.load_pkcs12(content, passphrase)
    except ValueError:
        raise InputError(
            _("no key and certificate (PKCS#12, .p12 or .pfx) that this passphrase opens"),
            where=where,
        ) from None
    if found.key is None or found.cert is None:
        raise InputError(_("holds no private key with its certificate"), where=where)
    first = found.cert.certificate.not_valid_before_utc
    last = found.cert.certificate.not_valid_after_utc
    if not first <= now <= last:
        raise InputError(
            _("the certificate is valid from {first} to {last}, and not now").format(
                first=first.date().isoformat(), last=last.date().isoformat()
            ),
            where=where,
        )


def _signed(paper: bytes, key: "SimpleSigner", now: datetime) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    class SignerThen(PdfSigner):
        """Signs with the time that it is told instead of asking the clock."""

        def init_signing_session(self, *given: Any, **named: Any) -> Any:
            """Begin to sign."""
            session = super().init_signing_session(*given, **named)
            session.system_time = now
            return session

    about = PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    # Beside the page: PDF/A asks that nothing is hidden, PDF/UA that what shows is tagged.
    unseen = fields.InvisSigSettings(box_out_of_bounds=True)
    field = fields.SigFieldSpec(FIELD, invis_sig_settings=unseen)
    done = BytesIO()
    SignerThen(about, key, new_field_spec=field).sign_pdf(
        IncrementalPdfFileWriter(BytesIO(paper)), output=done
    )
    return done.getvalue()
