"""Certificates that travel with a capture: whom they name, and who vouches for them.

Which authorities are known is Mozilla's list, as it came with this program (`certifi`). Nothing is
asked of a network: whether a certificate was withdrawn is not known here.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

#: Most certificates of one chain.
MAX_CHAIN = 8
_PEM = re.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")


@cache
def known_roots() -> tuple[x509.Certificate, ...]:
    """Return the root certificates of authorities that Mozilla trusts for web sites."""
    return tuple(_each(Path(certifi.where()).read_text("ascii", "replace")))


def chain(pem: str) -> list[x509.Certificate]:
    """Return the certificates of a chain, the one that signed first.

    Raises:
        ValueError: if there is none that can be read.
    """
    found = list(islice(_each(pem), MAX_CHAIN))
    if not found:
        raise ValueError("no certificate")
    return found


def _each(pem: str) -> Iterator[x509.Certificate]:
    """Yield those certificates of a file that can be read, whatever the others are."""
    for one in _PEM.findall(pem):
        with warnings.catch_warnings(), suppress(ValueError):
            warnings.simplefilter("ignore")  # of roots with serial numbers against RFC 5280
            yield x509.load_pem_x509_certificate(one.encode())


def known_root(certificates: Sequence[x509.Certificate], domain: str, at: datetime) -> str:
    """Return the known authority that vouches for a domain at a time; "" if none does."""
    policy = PolicyBuilder().store(Store(list(known_roots()))).time(at.astimezone(UTC))
    try:
        verifier = policy.build_server_verifier(x509.DNSName(domain))
        found = verifier.verify(certificates[0], list(certificates[1:]))
    except (VerificationError, ValueError):
        return ""
    return name_of(found[-1].subject)


def is_unbroken(certificates: Sequence[x509.Certificate]) -> bool:
    """Return whether each certificate of a chain is signed by the next."""
    for one, issuer in pairwise(certificates):
        try:
            one.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            return False
    return True


def is_valid_at(certificate: x509.Certificate, at: datetime) -> bool:
    """Return whether a certificate is valid at a time."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def domains(certificate: x509.Certificate) -> list[str]:
    """Return the domains that a certificate is for."""
    names = list(_common_names(certificate.subject))
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names += found.value.get_values_for_type(x509.DNSName)
    except (x509.ExtensionNotFound, ValueError):
        pass
    return names


def last_authority(certificates: Sequence[x509.Certificate]) -> str:
    """Return the name of the authority to which a chain leads."""
    return name_of(certificates[-1].issuer)


def authority_among(
    certificates: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> str:
    """Return the name of the first of some roots that a chain, which was checked, leads to."""
    named = {root.subject for root in roots}
    subjects = (name for one in certificates for name in (one.subject, one.issuer))
    return next((name_of(subject) for subject in subjects if subject in named), "")


def name_of(name: x509.Name) -> str:
    """Return what a subject or issuer is called."""
    return next(iter(_common_names(name)), "") or name.rfc4514_string()


def _common_names(name: x509.Name) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
