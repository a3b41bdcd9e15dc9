"""BagIt 1.0 (RFC 8493) folders: writing them, and reading other people's without trusting them.

bagit.txt, bag-info.txt
manifest-sha256.txt, manifest-sha512.txt          of every file below data/
tagmanifest-sha256.txt, tagmanifest-sha512.txt    of every other file except these two
data/...
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from contrechamp.base.errors import InputError
from contrechamp.base.files import not_utf8, open_plain, too_large, unreadable, unreadable_text
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.vault.discrepancies import Discrepancy, Kind

DECLARATION, INFO, PAYLOAD = "bagit.txt", "bag-info.txt", "data"
DECLARED = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")

#: Bounds on bags of others. A manifest of that many files is larger than any other tag file.
MAX_FILES, MAX_DEPTH = 100_000, 32
MAX_MANIFEST_BYTES = 64 << 20
MAX_TAG_BYTES = 4 << 20
#: Longest name that we give, in bytes: every file system takes it, even with a suffix of ours.
MAX_NAME_BYTES = 120
CHUNK = 1 << 20

_VERSION = re.compile(r"BagIt-Version: (?:0\.97|1\.\d+)\r?\n", re.ASCII)
_ENCODING = re.compile(r"Tag-File-Character-Encoding: UTF-8\r?\n?", re.ASCII | re.IGNORECASE)
_LINE = re.compile(r"([0-9A-Fa-f]{1,128})[ \t]+\*?(.+)", re.ASCII)
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]{1,16})\.txt", re.ASCII)
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CLOCK\$|(?:COM|LPT)[0-9])(?:\..*)?", re.IGNORECASE)

Digests = dict[str, str]


# Writing


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

    def finish(self, info: Mapping[str, str]) -> None:
        """Write the tag files that make the folder a bag, without syncing anything to the disk.

        Args:
            info: lines of bag-info.txt, in this order; Payload-Oxum is added.
        """
        payload = sorted(path for path in self.digests if path.startswith(f"{PAYLOAD}/"))
        oxum = f"{sum(self.sizes[path] for path in payload)}.{len(payload)}"
        lines = {**info, "Payload-Oxum": oxum}
        self.put_bytes(DECLARATION, DECLARED.encode())
        self.put_bytes(INFO, "".join(f"{name}: {text}\n" for name, text in lines.items()).encode())
        for algorithm in ALGORITHMS:
            self.put_bytes(f"manifest-{algorithm}.txt", self._manifest(payload, algorithm))
        tags = sorted(set(self.digests) - set(payload))
        for algorithm in ALGORITHMS:
            self.put_bytes(f"tagmanifest-{algorithm}.txt", self._manifest(tags, algorithm))

    def _manifest(self, paths: Iterable[str], algorithm: str) -> bytes:
        return "".join(f"{self.digests[path][algorithm]}  {path}\n" for path in paths).encode()


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


# Reading


@dataclass
class ReceivedBag:
    """A bag that somebody else may have written, and what it holds.

    Args:
        folder: folder of the bag.
        sizes: size of every plain file, by its path in the bag.
        problems: what is wrong with the bag as such.
    """

    folder: Path
    sizes: dict[str, int] = field(default_factory=dict)
    problems: list[Discrepancy] = field(default_factory=list)

    def report(self, kind: Kind, subject: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Discrepancy(kind, subject, message))


def is_bag(folder: Path) -> bool:
    """Return whether a folder declares itself to be a bag."""
    return (folder / DECLARATION).is_file()


def read(folder: Path, *, progress: Progress = silent) -> ReceivedBag:
    """Read a bag, and compare every file with every manifest.

    Nothing outside of the folder is opened, no link is followed, nothing is fetched.

    Args:
        folder: folder of the bag.
        progress: is told how many bytes were read.

    Raises:
        InputError: if it is not a bag, or exceeds the bounds of this module.
    """
    bag = ReceivedBag(folder)
    _list_files(bag)
    _check_declaration(bag)
    expected = _expected(bag)
    if "fetch.txt" in bag.sizes:
        bag.report("fetch", "fetch.txt", _("parts of the bag are elsewhere; they are not fetched"))
    listed = {path for path in expected if path in bag.sizes}
    with progress(_("Verifying"), sum(bag.sizes[path] for path in listed)) as advance:
        for path in sorted(listed):
            _compare(bag, path, expected[path], advance)
    return bag


def read_file(bag: ReceivedBag, path: str, limit: int = MAX_TAG_BYTES) -> bytes:
    """Return the content of a file of a bag.

    Raises:
        InputError: if the file is missing, larger than `limit`, or cannot be read.
    """
    if path not in bag.sizes:
        raise InputError(_("the file is missing"), where=path)
    if bag.sizes[path] > limit:
        raise too_large(path, limit)
    return b"".join(pieces(bag, path))[: limit + 1]


def pieces(bag: ReceivedBag, path: str) -> Iterator[bytes]:
    """Yield the content of a file of a bag, no more than it had when the bag was listed.

    Raises:
        InputError: if it cannot be read.
    """
    with open_file(bag, path) as file:
        left = bag.sizes[path]
        while left > 0 and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


def open_file(bag: ReceivedBag, path: str) -> IO[bytes]:
    """Open a plain file of a bag.

    Raises:
        InputError: if it cannot be read, or is no longer a plain file.
    """
    return open_plain(bag.folder / path, where=path)


def _list_files(bag: ReceivedBag) -> None:
    stack = [(bag.folder, "", 0)]
    while stack:
        folder, above, depth = stack.pop()
        try:
            below = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            raise unreadable(above or bag.folder.name, error) from error
        for entry in below:
            path = above + os.fsencode(entry.name).decode("utf-8", "backslashreplace")
            if entry.is_dir(follow_symlinks=False):
                if depth >= MAX_DEPTH:
                    raise InputError(_("folders are nested too deeply"), where=bag.folder.name)
                stack.append((Path(entry.path), f"{path}/", depth + 1))
            elif entry.is_file(follow_symlinks=False):
                bag.sizes[path] = entry.stat(follow_symlinks=False).st_size
            else:
                bag.report("link", path, _("a link or device: it is not opened"))
        if len(bag.sizes) + len(stack) > MAX_FILES:
            raise InputError(
                _("more than {limit} files").format(limit=MAX_FILES), where=bag.folder.name
            )


def _check_declaration(bag: ReceivedBag) -> None:
    text = _text(read_file(bag, DECLARATION, 1 << 12), DECLARATION)
    version, newline, encoding = text.partition("\n")
    if not _VERSION.fullmatch(version + newline) or not _ENCODING.fullmatch(encoding):
        raise InputError(
            _("expected a bag of BagIt 0.97 or 1.0 whose text files are UTF-8"), where=DECLARATION
        )


def _expected(bag: ReceivedBag) -> dict[str, Digests]:
    """Return the digests that the manifests give for each path; report missing and extra files."""
    expected: dict[str, Digests] = {}
    for tag in ("", "tag"):
        found = {
            match[2]: name
            for name in sorted(bag.sizes)
            if (match := _MANIFEST.fullmatch(name)) and (match[1] or "") == tag
        }
        known = {name: found[name] for name in ALGORITHMS if name in found}
        if not known:
            bag.report(
                "manifest", f"{tag}manifest-sha256.txt", _("no manifest that can be checked")
            )
        for name in sorted(set(found) - set(known)):
            bag.report("manifest", found[name], _("its kind of digest is not checked"))
        wanted = {
            path
            for path in bag.sizes
            if path.startswith(f"{PAYLOAD}/") == (not tag) and not path.startswith("tagmanifest-")
        }
        for algorithm, name in known.items():
            listed = _manifest(bag, name, algorithm, payload=not tag)
            for path in sorted(wanted - listed.keys()):
                bag.report("extra", path, _("it is not in {manifest}").format(manifest=name))
            for path in sorted(listed.keys() - bag.sizes.keys()):
                bag.report("missing", path, _("the file is missing"))
            for path, digest in listed.items():
                expected.setdefault(path, {})[algorithm] = digest
    return expected


def _manifest(bag: ReceivedBag, name: str, algorithm: str, *, payload: bool) -> Digests:
    listed: Digests = {}
    text = _text(read_file(bag, name, MAX_MANIFEST_BYTES), name)
    length = hashlib.new(algorithm).digest_size * 2
    for number, line in enumerate(text.splitlines() if "\n" not in text else text.split("\n"), 1):
        line = line.removesuffix("\r")
        if not line:
            continue
        match = _LINE.fullmatch(line)
        path = _decoded(match[2]) if match else ""
        if match is None or len(match[1]) != length or not _is_inside(path, payload=payload):
            bag.report("manifest", f"{name}:{number}", _("expected a digest and a path in the bag"))
        elif path in listed:
            bag.report("manifest", f"{name}:{number}", _("this path is listed twice"))
        else:
            listed[path] = match[1].lower()
    return listed


def _decoded(path: str) -> str:
    """Undo the escaping of line ends and percent signs (RFC 8493 2.1.3)."""
    return re.sub(
        "%(0A|0D|25)", lambda found: bytes.fromhex(found[1]).decode(), path, flags=re.IGNORECASE
    )


def _is_inside(path: str, *, payload: bool) -> bool:
    parts = PurePosixPath(path).parts
    clean = bool(parts) and ".." not in parts and str(PurePosixPath(path)) == path
    return clean and "\x00" not in path and parts[0] != "/" and (parts[0] == PAYLOAD) == payload


def _compare(
    bag: ReceivedBag, path: str, expected: Digests, advance: Callable[[float], None]
) -> None:
    hashes = {name: hashlib.new(name) for name in expected}
    size = 0
    try:
        for piece in pieces(bag, path):
            size += len(piece)
            advance(len(piece))
            for one in hashes.values():
                one.update(piece)
    except (InputError, OSError):
        bag.report("altered", path, unreadable_text())
        return
    if size != bag.sizes[path] or any(
        one.hexdigest() != expected[name] for name, one in hashes.items()
    ):
        bag.report("altered", path, _("it is not what the manifest says"))


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(where) from error
