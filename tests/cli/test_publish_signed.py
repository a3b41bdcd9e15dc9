"""``publish --sign-pdf``: PDFs with a signature that programs of others check."""

import datetime
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from cli.commands import CaseRun, read_from

WORDS = "lampe citron rivage tambour"


def own_key(path: Path, *, ended: bool = False) -> Path:
    """A key and a certificate that it made for itself, as PKCS#12."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SAMPLE Publisher")])
    first = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    last = first.replace(year=2021 if ended else 2090)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(first)
        .not_valid_after(last)
        .sign(key, hashes.SHA256())
    )
    locked = serialization.BestAvailableEncryption(WORDS.encode())
    content = pkcs12.serialize_key_and_certificates(b"SAMPLE", key, certificate, None, locked)
    path.write_bytes(content)
    path.with_suffix(".pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def released(case: CaseRun, put: Callable[..., str]) -> str:
    found = put("publication", 'name = "SAMPLE"\nlanguage = "en"\n')
    case("release", found, "--override", "review", "--reason", "SAMPLE alone")
    return found


def publish(
    case: CaseRun, ref: str, key: Path, words: str = WORDS, *more: str
) -> "tuple[int, str]":
    with read_from(words) as (_option, descriptor):
        done = case(
            "publish", ref, "-o", case.folder.parent / "out", "--sign-pdf", key,
            "--sign-pdf-passphrase-fd", str(descriptor), *more,
        )  # fmt: skip
    return done.status, done.err


def pdfsig(file: Path) -> str:
    """What poppler's program says of the signatures of a PDF."""
    done = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False
    )
    return done.stdout


def test_each_pdf_is_signed_and_others_check_it(
    case: CaseRun, released: str, tmp_path: Path
) -> None:
    assert publish(case, released, own_key(tmp_path / "own.p12")) == (0, "")
    out = case.folder.parent / "out"
    paper = out / "report-en.pdf"
    told = pdfsig(paper)
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "SAMPLE Publisher" in told
    assert case.run("verify", out / "bundle").status == 0
    content = paper.read_bytes()
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(content.replace(b"/Title", b"/Tit1e", 1))
    assert changed.read_bytes() != content
    assert "Digest Mismatch" in pdfsig(changed)


def test_the_signature_is_one_of_cades_by_openssl(
    case: CaseRun, released: str, tmp_path: Path
) -> None:
    publish(case, released, own_key(tmp_path / "own.p12"))
    content = (case.folder.parent / "out" / "report-en.pdf").read_bytes()
    found = re.search(rb"/ByteRange ?\[(\d+) (\d+) (\d+) (\d+) *\]", content)
    assert found is not None
    first, before, second, after = map(int, found.groups())
    (tmp_path / "signed").write_bytes(
        content[first : first + before] + content[second : second + after]
    )
    packed = bytes.fromhex(content[before + 1 : second - 1].decode())
    (tmp_path / "signature").write_bytes(packed)
    subprocess.run(
        ["openssl", "cms", "-verify", "-cades", "-CAfile", "own.pem", "-purpose", "any", "-binary",
         "-inform", "DER", "-in", "signature", "-content", "signed", "-out", "shown"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip


def test_what_cannot_sign_is_told_before_anything_is_written(
    case: CaseRun, released: str, tmp_path: Path
) -> None:
    own, ended = own_key(tmp_path / "own.p12"), own_key(tmp_path / "ended.p12", ended=True)
    (tmp_path / "text.p12").write_text("SAMPLE")
    for key, words, more, expected in (
        (own, "another phrase", (), "own.p12: no key and certificate (PKCS#12"),
        (tmp_path / "text.p12", WORDS, (), "text.p12: no key and certificate"),
        (ended, WORDS, (), "ended.p12: the certificate is valid from 2020-01-01 to 2021-01-01"),
        (own, WORDS, ("--draft",), "a draft is not signed"),
    ):
        status, err = publish(case, released, key, words, *more)
        assert (status, expected in err) == (2, True), err
    assert not (case.folder.parent / "out").exists()
