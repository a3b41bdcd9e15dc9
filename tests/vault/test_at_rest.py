"""The folder at rest: nothing that was put in can be found in its bytes, however it is packed."""

import base64
import bz2
import gzip
import hashlib
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import blake3
import pyrage
import pytest

from contrechamp.vault import adding, erasing
from contrechamp.vault.access import members
from vault import cases

#: SAMPLE texts, none of which is in any word of the program.
WORDS = {
    "file name": "zarbucket-testimony-7741.txt",
    "folder name": "plovquith-field",
    "text": "Qwimble saw the lamp post at the corner of Vastrell Street",
    "reason of taking in": "handed over by Drosk Fennimar",
    "reason of erasing": "withdrawn by Ulvette Prynn",
    "member": "Jorvanna Kliptree",
    "reason of sharing": "counsel of Brumwick Oule",
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A case in which everything was done once, and what must not be found in it."""
    root = tmp_path_factory.mktemp("at-rest")
    folder, source = root / "case", root / WORDS["folder name"]
    source.mkdir()
    content = (WORDS["text"] + ". ").encode() * 400
    (source / WORDS["file name"]).write_bytes(content)
    (source / "packed.gz").write_bytes(gzip.compress(content))
    (source / "erased.txt").write_bytes(b"erased " + content)
    recovery = cases.new(folder)
    other = pyrage.x25519.Identity.generate()
    with cases.opened(folder, write=True) as found:
        added = list(
            adding.add(found, [source], now=lambda: cases.NOW, random=os.urandom,
                       reason=WORDS["reason of taking in"])
        )  # fmt: skip
        members.share(
            found, str(other.to_public()), name=WORDS["member"], now=cases.NOW, random=os.urandom,
            reason=WORDS["reason of sharing"],
        )  # fmt: skip
        (gone,) = [one.item for one in added if one.path.name == "erased.txt"]
        erasing.erase(found, [gone], reason=WORDS["reason of erasing"], now=cases.NOW)
        signing = found.unlocked.signing_seed
        identity = found.unlocked.identity
    assert identity is not None
    secrets = {name: word.encode() for name, word in WORDS.items()}
    secrets |= {
        "name of the maker": cases.MEMBER.encode(),
        "passphrase": cases.PASSPHRASE.encode(),
        "recovery key": recovery.encode(),
        "recipient": str(other.to_public()).encode(),
        "identity": identity.encode(),
        "signing seed": signing,
        "first bytes": content[:24],
        "media type": b"text/plain",
        "action": b'"action"',
        "item": added[0].item.encode(),
        "intake": os.fsencode(source),
    }
    for path in source.iterdir():
        for kind, digest in (
            ("sha256", hashlib.sha256), ("sha1", hashlib.sha1), ("md5", hashlib.md5),
            ("blake3", blake3.blake3),
        ):  # fmt: skip
            secrets[f"{kind} of {path.name}"] = digest(path.read_bytes()).digest()
    return folder, secrets


def forms(secret: bytes) -> Iterator[bytes]:
    """Yield ways in which bytes are written down."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    # Base64 of a longer text shows a part of it in one of three alignments.
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        inner = encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
    yield base64.b32encode(secret).rstrip(b"=")[:-1]
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
        yield text.encode(encoding)
    yield text.upper().encode()
    yield text.lower().encode()
    yield text[::-1].encode()


#: What packed content begins like, and what unpacks it as far as it goes.
PACKED: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b\x08": lambda data: zlib.decompressobj(31).decompress(data, 1 << 24),
    b"\x78\x01": lambda data: zlib.decompressobj().decompress(data, 1 << 24),
    b"\x78\x5e": lambda data: zlib.decompressobj().decompress(data, 1 << 24),
    b"\x78\x9c": lambda data: zlib.decompressobj().decompress(data, 1 << 24),
    b"\x78\xda": lambda data: zlib.decompressobj().decompress(data, 1 << 24),
    b"BZh": lambda data: bz2.BZ2Decompressor().decompress(data, 1 << 24),
    b"\xfd7zXZ\0": lambda data: lzma.LZMADecompressor().decompress(data, 1 << 24),
    b"PK\x03\x04": lambda data: zlib.decompressobj(-15).decompress(
        data[30 + int.from_bytes(data[26:28], "little") + int.from_bytes(data[28:30], "little") :],
        1 << 24,
    ),
}
#: Nothing of ours writes it, and Python unpacks it from 3.14 only: that a file begins is enough.
ZSTD = b"\x28\xb5\x2f\xfd"


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield what anything in some bytes unpacks to."""
    for magic, unpack in PACKED.items():
        at = data.find(magic)
        while at >= 0:
            try:
                content = unpack(data[at:])
            except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError):
                content = b""
            if content:
                yield content
            at = data.find(magic, at + 1)


def found_in(data: bytes, secrets: dict[str, bytes]) -> set[str]:
    """Return what of the secrets is in some bytes, in whatever form, packed or not."""
    assert not data.startswith(ZSTD)
    places = [data, data.upper(), *unpacked(data)]
    return {
        name
        for name, secret in secrets.items()
        if any(form in place for form in forms(secret) for place in places)
    }


def test_nothing_that_was_put_in_is_found(case: tuple[Path, dict[str, bytes]]) -> None:
    folder, secrets = case
    names = b"\n".join(os.fsencode(path.relative_to(folder)) for path in folder.rglob("*"))
    assert found_in(names, secrets) == set()
    for path in folder.rglob("*"):
        if path.is_file():
            assert found_in(path.read_bytes(), secrets) == set(), path


def test_attributes_of_files_tell_nothing(case: tuple[Path, dict[str, bytes]]) -> None:
    for path in case[0].rglob("*"):
        assert os.listxattr(path) == [] or not any("user." in x for x in os.listxattr(path))


def test_only_the_owner_enters_the_folder(case: tuple[Path, dict[str, bytes]]) -> None:
    assert case[0].stat().st_mode & 0o077 == 0


def test_nothing_is_left_beside_the_folder(case: tuple[Path, dict[str, bytes]]) -> None:
    beside = {path.name for path in case[0].parent.iterdir()}
    assert beside == {"case", WORDS["folder name"]}


@pytest.mark.parametrize(
    "pack",
    [
        bytes,
        lambda data: data.hex().encode(),
        lambda data: base64.b64encode(b"??" + data),
        lambda data: base64.urlsafe_b64encode(b"?" + data + b"??"),
        lambda data: data.decode("latin-1").encode("utf-16-le"),
        gzip.compress,
        zlib.compress,
        lambda data: zlib.compress(data, 9),
        bz2.compress,
        lzma.compress,
    ],
)
def test_the_search_would_find_it(pack: Callable[[bytes], bytes]) -> None:
    """That it finds nothing means something only where it can find."""
    secrets = {name: word.encode() for name, word in WORDS.items()}
    for name, secret in secrets.items():
        data = os.urandom(5000) + pack(secret) + os.urandom(5000)
        assert name in found_in(data, secrets)
