"""Reading bags (RFC 8493) that somebody else may have written, or still writes to.

Nothing outside of the folder is opened, no link is followed, nothing is fetched.
"""

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from contrechamp.base.errors import InputError
from contrechamp.base.files import not_utf8, too_large, unreadable, unreadable_text
from contrechamp.base.held_folder import HeldFolder, unplain
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress, silent
from contrechamp.vault.bags import bag
from contrechamp.vault.bags.bag import ALGORITHMS, CHUNK, PAYLOAD, Digests
from contrechamp.vault.discrepancies import Discrepancy, Kind

#: Bounds on bags of others. A manifest of that many files is larger than any other tag file.
MAX_FILES, MAX_DEPTH = 100_000, 32
MAX_MANIFEST_BYTES = 64 << 20
MAX_TAG_BYTES = 4 << 20
#: As many things are told that are wrong with one bag.
MAX_PROBLEMS = 1000

_VERSION = re.compile(r"BagIt-Version: (?:0\.97|1\.\d+)\r?\n", re.ASCII)
_ENCODING = re.compile(r"Tag-File-Character-Encoding: UTF-8\r?\n?", re.ASCII | re.IGNORECASE)
_LINE = re.compile(r"([0-9A-Fa-f]{1,128})[ \t]+\*?(.+)", re.ASCII)
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]{1,16})\.txt", re.ASCII)

#: What tells that a file is still the same one: size, time of change of content, and of anything.
Stamp = tuple[int, int, int]


@dataclass
class ReceivedBag:
    """A bag that is open for reading, and what it holds.

    Args:
        root: its folder.
        stamps: size and times of every plain file, by its path in the bag.
        folders: paths of all folders in it.
        digests: of every file that a manifest lists and that could be read.
        listed: what each manifest lists, by the manifest's name.
        problems: what is wrong with the bag as such.
        untold: how many more problems there are.
    """

    root: HeldFolder
    stamps: dict[str, Stamp] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    digests: dict[str, Digests] = field(default_factory=dict)
    listed: dict[str, Digests] = field(default_factory=dict)
    problems: list[Discrepancy] = field(default_factory=list)
    untold: int = 0

    def report(self, kind: Kind, subject: str, message: str) -> None:
        """Note a problem."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Discrepancy(kind, subject, message))
        else:
            self.untold += 1

    def has(self, path: str) -> bool:
        """Return whether the bag has a plain file of this path."""
        return path in self.stamps

    def size(self, path: str) -> int:
        """Return the size in bytes that a file had when the bag was opened; 0 if there is none."""
        return self.stamps[path][0] if path in self.stamps else 0


def is_bag(folder: Path) -> bool:
    """Return whether a folder declares itself to be a bag."""
    return (folder / bag.DECLARATION).is_file()


@contextmanager
def opened(folder: Path) -> Iterator[ReceivedBag]:
    """Open a bag, and list what it holds; `compare_files` reads it.

    Args:
        folder: folder of the bag.

    Raises:
        InputError: if it is not a bag, or exceeds the bounds of this module.
    """
    with HeldFolder(folder) as root:
        found = ReceivedBag(root)
        found.stamps, found.folders = _files_of(found, found.report)
        _check_declaration(found)
        _check_names(found)
        yield found


def compare_files(found: ReceivedBag, *, progress: Progress = silent) -> None:
    """Read every file, and compare it with every manifest.

    Args:
        found: the bag.
        progress: is told how many bytes were read.

    Raises:
        InputError: if a manifest cannot be read.
    """
    expected = _expected(found)
    if found.has("fetch.txt"):
        found.report(
            "fetch", "fetch.txt", _("parts of the bag are elsewhere; they are not fetched")
        )
    there = {path for path in expected if found.has(path)}
    with progress(_("Verifying"), sum(map(found.size, there))) as advance:
        for path in sorted(there):
            _compare(found, path, expected[path], advance)


def finish(found: ReceivedBag) -> None:
    """Report what changed since the bag was opened, and how much was not told."""
    stamps, _folders = _files_of(found, lambda *_problem: None)
    for path in sorted(path for path in found.stamps | stamps
                       if found.stamps.get(path) != stamps.get(path)):  # fmt: skip
        found.report("altered", path, _changed())
    if found.untold:
        message = ngettext(
            "{count} more thing is wrong with it; it is not listed",
            "{count} more things are wrong with it; they are not listed",
            found.untold,
        )
        found.problems.append(
            Discrepancy("manifest", found.root.name, message.format(count=found.untold))
        )


def read_file(found: ReceivedBag, path: str, limit: int = MAX_TAG_BYTES) -> bytes:
    """Return the content of a file of a bag.

    Raises:
        InputError: if the file is missing, larger than `limit`, or cannot be read.
    """
    if not found.has(path):
        raise InputError(_("the file is missing"), where=path)
    if found.size(path) > limit:
        raise too_large(path, limit)
    return b"".join(pieces(found, path))


def pieces(found: ReceivedBag, path: str) -> Iterator[bytes]:
    """Yield the content of a file of a bag, no more than it had when the bag was listed.

    Raises:
        InputError: if it cannot be read.
    """
    with open_file(found, path) as file:
        left = found.size(path)
        while left > 0 and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


def open_file(found: ReceivedBag, path: str) -> IO[bytes]:
    """Open a plain file of a bag.

    Raises:
        InputError: if it cannot be read, or is no longer the file that was listed.
    """
    try:
        file = found.root.open(path)
    except OSError as error:
        raise unreadable(path, error) from error
    if _stamp(os.fstat(file.fileno())) != found.stamps.get(path):
        file.close()
        raise InputError(_changed(), where=path)
    return file


def _changed() -> str:
    return _("it changed while it was read")


def _stamp(state: os.stat_result) -> Stamp:
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _files_of(
    found: ReceivedBag, report: Callable[[Kind, str, str], None]
) -> tuple[dict[str, Stamp], set[str]]:
    """Return the plain files with their stamps, and the folders; report everything else.

    Raises:
        InputError: if there are too many, or a folder cannot be read.
    """
    stamps: dict[str, Stamp] = {}
    folders: set[str] = set()
    stack = [""]
    while stack:
        above = stack.pop()
        try:
            entries = found.root.entries(above)
        except OSError as error:
            raise unreadable(above or found.root.name, error) from error
        if len(entries) + len(stamps) + len(folders) > MAX_FILES:
            raise InputError(
                _("more than {limit} files").format(limit=MAX_FILES), where=found.root.name
            )
        for name, state in entries:
            path = f"{above}/{name}" if above else name
            if _not_utf8(name):
                shown = os.fsencode(path).decode("utf-8", "backslashreplace")
                report("extra", shown, _("its name is not in UTF-8"))
            elif stat.S_ISDIR(state.st_mode):
                if path.count("/") >= MAX_DEPTH:
                    raise InputError(_("folders are nested too deeply"), where=found.root.name)
                folders.add(path)
                stack.append(path)
            elif problem := unplain(state):
                report("link", path, problem)
            else:
                stamps[path] = _stamp(state)
    return stamps, folders


def _not_utf8(name: str) -> bool:
    return any("\udc80" <= letter <= "\udcff" for letter in name)


def _check_declaration(found: ReceivedBag) -> None:
    text = _text(read_file(found, bag.DECLARATION, 1 << 12), bag.DECLARATION)
    version, newline, encoding = text.partition("\n")
    if not _VERSION.fullmatch(version + newline) or not _ENCODING.fullmatch(encoding):
        raise InputError(
            _("expected a bag of BagIt 0.97 or 1.0 whose text files are UTF-8"),
            where=bag.DECLARATION,
        )


def _check_names(found: ReceivedBag) -> None:
    """Report names that some systems take for one: there, one file would hide the other."""
    first: dict[str, str] = {}
    for path in sorted(found.stamps):
        other = first.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if other != path:
            message = _("some systems take its name for that of {other}").format(other=other)
            found.report("extra", path, message)


def _expected(found: ReceivedBag) -> dict[str, Digests]:
    """Return the digests that the manifests give for each path; report missing and extra files."""
    expected: dict[str, Digests] = {}
    for tag in ("", "tag"):
        there = {
            match[2]: name
            for name in sorted(found.stamps)
            if (match := _MANIFEST.fullmatch(name)) and (match[1] or "") == tag
        }
        known = {name: there[name] for name in ALGORITHMS if name in there}
        if not known:
            name = bag.manifest_name("sha256", tag=bool(tag))
            found.report("manifest", name, _("no manifest that can be checked"))
        for name in sorted(set(there) - set(known)):
            found.report("manifest", there[name], _("its kind of digest is not checked"))
        wanted = _to_be_listed(found, payload=not tag)
        for algorithm, name in known.items():
            listed = found.listed[name] = _manifest(found, name, algorithm, payload=not tag)
            for path in sorted(wanted - listed.keys()):
                found.report("extra", path, _("it is not in {manifest}").format(manifest=name))
            for path in sorted(listed.keys() - found.stamps.keys()):
                found.report("missing", path, _("the file is missing"))
            for path, digest in listed.items():
                expected.setdefault(path, {})[algorithm] = digest
    return expected


def _to_be_listed(found: ReceivedBag, *, payload: bool) -> set[str]:
    """Return the paths of the files that a manifest has to list."""
    return {
        path
        for path in found.stamps
        if bag.is_payload(path) == payload
        and not path.startswith("tagmanifest-")
        and path != bag.CHECKPOINT
    }


def _manifest(found: ReceivedBag, name: str, algorithm: str, *, payload: bool) -> Digests:
    listed: Digests = {}
    text = _text(read_file(found, name, MAX_MANIFEST_BYTES), name)
    if text.count("\n") > MAX_FILES or text.count("\r") > MAX_FILES:
        raise InputError(_("more than {limit} files").format(limit=MAX_FILES), where=name)
    length = hashlib.new(algorithm).digest_size * 2
    for number, line in enumerate(text.split("\n" if "\n" in text else "\r"), 1):
        line = line.removesuffix("\r")
        if not line:
            continue
        match = _LINE.fullmatch(line)
        path = _decoded(match[2]) if match else ""
        if match is None or len(match[1]) != length or not _is_inside(path, payload=payload):
            message = _("expected a digest and a path in the bag")
            found.report("manifest", f"{name}:{number}", message)
        elif path in listed:
            found.report("manifest", f"{name}:{number}", _("this path is listed twice"))
        else:
            listed[path] = match[1].lower()
    return listed


def _decoded(path: str) -> str:
    """Undo the escaping of line ends and percent signs (RFC 8493 2.1.3)."""
    return re.sub(
        "%(0A|0D|25)", lambda match: bytes.fromhex(match[1]).decode(), path, flags=re.IGNORECASE
    )


def _is_inside(path: str, *, payload: bool) -> bool:
    parts = PurePosixPath(path).parts
    clean = bool(parts) and ".." not in parts and str(PurePosixPath(path)) == path
    return clean and "\x00" not in path and parts[0] != "/" and (parts[0] == PAYLOAD) == payload


def _compare(
    found: ReceivedBag, path: str, expected: Mapping[str, str], advance: Callable[[float], None]
) -> None:
    hashes = {name: hashlib.new(name) for name in ALGORITHMS}
    size = 0
    try:
        for piece in pieces(found, path):
            size += len(piece)
            advance(len(piece))
            for one in hashes.values():
                one.update(piece)
    except InputError as error:
        found.report("altered", path, str(error).removeprefix(f"{path}: "))
        return
    except OSError:
        found.report("altered", path, unreadable_text())
        return
    digests = found.digests[path] = {name: one.hexdigest() for name, one in hashes.items()}
    if size != found.size(path) or any(
        digests[name] != digest for name, digest in expected.items()
    ):
        found.report("altered", path, _("it is not what the manifest says"))


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(where) from error
