"""BagIt 1.0 (RFC 8493) folders: what is in one, and writing them. `received` reads those of others.

bagit.txt, bag-info.txt
manifest-sha256.txt, manifest-sha512.txt          of every file below data/
tagmanifest-sha256.txt, tagmanifest-sha512.txt    of every other file, except these two and
checkpoint.txt                                    which is signed over the first of them
data/...
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

DECLARATION, INFO, PAYLOAD = "bagit.txt", "bag-info.txt", "data"
#: Signs what the tag files are, and can therefore be in no list of them.
CHECKPOINT = "checkpoint.txt"
DECLARED = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")

#: Longest name that we give, in bytes: every file system takes it, even with a suffix of ours.
MAX_NAME_BYTES = 120
CHUNK = 1 << 20

_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CLOCK\$|(?:COM|LPT)[0-9])(?:\..*)?", re.IGNORECASE)

#: Digests of a file in hexadecimal, by algorithm.
Digests = dict[str, str]


def safe_name(name: str, *, fallback: str = "content") -> str:
    r"""Return the last part of somebody else's file name, in a form that every file system takes.

    Letters and digits of every script stay. What could leave the folder, hide the file, control a
    terminal, or has a meaning to a shell, a manifest or Windows is replaced.

    >>> safe_name("../../etc/passwd\n"), safe_name("NUL.txt"), safe_name(".profile")
    ('passwd_', '_NUL.txt', '_profile')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFKC", name))[-1]
    kept = "".join(letter if _is_plain(letter) else "_" for letter in last)
    kept = unicodedata.normalize("NFC", kept).strip(" ").rstrip(". ")
    if kept.startswith((".", "-")):
        kept = "_" + kept[1:]
    if _RESERVED.fullmatch(kept):
        kept = "_" + kept
    stem, dot, ending = kept.rpartition(".")
    ending = f".{ending}" if dot and stem and len(ending) <= 16 else ""
    stem = kept.removesuffix(ending)
    room = MAX_NAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + ending or fallback


def _is_plain(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN" or letter in " ._-()"


class Writer:
    """A bag that is being written, in a folder that nobody else uses.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests: dict[str, Digests] = {}
        self.sizes: dict[str, int] = {}

    def put(self, path: str, fill: Callable[["HashedFile"], object]) -> None:
        """Let `fill` write a file; its digests are of the bytes that reached the disk."""
        target = self.folder / path
        for above in reversed(PurePosixPath(path).parents):  # `parents=True` ignores the mode
            (self.folder / above).mkdir(exist_ok=True, mode=0o700)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            hashed = HashedFile(file)
            fill(hashed)
        self.digests[path] = {name: one.hexdigest() for name, one in hashed.hashes.items()}
        self.sizes[path] = hashed.size

    def put_bytes(self, path: str, content: bytes) -> None:
        """Write a file with this content."""
        self.put(path, lambda file: file.write(content))

    def finish(self, files: Mapping[str, bytes]) -> str:
        """Write the tag files that make the folder a bag, without syncing anything to the disk.

        Args:
            files: all other tag files, bag-info.txt among them, by path.

        Returns:
            SHA-256 of the list of tag files, hexadecimal: a commitment to every file of the bag.
        """
        for path, content in files.items():
            self.put_bytes(path, content)
        payload = [path for path in self.digests if is_payload(path)]
        for algorithm in ALGORITHMS:
            self.put_bytes(manifest_name(algorithm), manifest(self.digests, payload, algorithm))
        tags = [path for path in self.digests if not is_payload(path)]
        for algorithm in ALGORITHMS:
            name = manifest_name(algorithm, tag=True)
            self.put_bytes(name, manifest(self.digests, tags, algorithm))
        return self.digests[manifest_name("sha256", tag=True)]["sha256"]


def is_payload(path: str) -> bool:
    """Return whether a path is below data/."""
    return path.startswith(f"{PAYLOAD}/")


def manifest_name(algorithm: str, *, tag: bool = False) -> str:
    """Return the name of a list of files."""
    return f"{'tag' if tag else ''}manifest-{algorithm}.txt"


def manifest(digests: Mapping[str, Digests], paths: Iterable[str], algorithm: str) -> bytes:
    """Return the list of files with their digests, in the one form that we write."""
    return "".join(f"{digests[path][algorithm]}  {path}\n" for path in sorted(paths)).encode()


def info(lines: Mapping[str, str], sizes: Mapping[str, int]) -> bytes:
    """Return bag-info.txt.

    Args:
        lines: its lines, in this order; Payload-Oxum is added.
        sizes: size in bytes of every file of the bag.
    """
    payload = [size for path, size in sizes.items() if is_payload(path)]
    told = {**lines, "Payload-Oxum": f"{sum(payload)}.{len(payload)}"}
    return "".join(f"{name}: {text}\n" for name, text in told.items()).encode()


class HashedFile:
    """A file being written whose content is hashed on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.size = file, 0
        self.hashes = {name: hashlib.new(name) for name in ALGORITHMS}
        self.failed: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of `data`; an error is kept in `failed`, because some libraries hide it."""
        try:
            self.file.write(data)
        except OSError as error:
            self.failed = error
            raise
        for one in self.hashes.values():
            one.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Hand on what was written."""
        self.file.flush()
