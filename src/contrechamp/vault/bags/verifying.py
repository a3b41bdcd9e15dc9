"""Verifying an exported bag, by whoever received it, without the case or its secrets."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import blake3
import pyrage

from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.vault.bags import bag
from contrechamp.vault.bags import branches as bag_branches
from contrechamp.vault.bags.exporting import (
    CUSTODY,
    FORMAT,
    SEALED_CRATE,
    SEALED_TABLE,
    record_path,
)
from contrechamp.vault.discrepancies import Discrepancy, Kind
from contrechamp.vault.log import canonical, checkpoint, custody, note

_DOCUMENT = re.compile(rf"{CUSTODY}/([0-9a-f]{{16}})\.json", re.ASCII)
_FIELDS = {"v", "item", "file", "encryption", "checkpoint", "keys", "entries"}


@dataclass
class Verified:
    """What verifying a bag found.

    Args:
        discrepancies: everything that is wrong.
        items: ids of the items whose entries were checked.
        unread: ids of the items whose content is encrypted and was not decrypted.
        unopened: ids of the items whose record, too, is encrypted and was not decrypted.
        signers: public keys, hexadecimal, that signed the checkpoint, by name. Whose they are
            cannot be told from the bag, because it brings them along itself.
        signed: the checkpoint; None if no signature is right.
        remarks: what is not wrong, and somebody may want to ask about: how the keys came about.
    """

    discrepancies: list[Discrepancy] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    signers: dict[str, str] = field(default_factory=dict)
    signed: checkpoint.Checkpoint | None = None
    remarks: list[Discrepancy] = field(default_factory=list)


@dataclass(frozen=True)
class _Document:
    """custody/<item>.json; only its form has been checked."""

    item: str
    file: str
    encrypted: bool
    note: str
    keys: Mapping[str, bytes]
    entries: tuple[bag_branches.Proved, ...]
    branches: tuple[bag_branches.BranchProof, ...]
    record: tuple[bytes, bytes] | None = field(repr=False)


def verify(
    folder: Path,
    *,
    identities: Sequence[str] = (),
    since: Sequence[str] = (),
    progress: Progress = silent,
) -> Verified:
    """Verify a bag that `contrechamp.vault.bags.exporting` wrote, without trusting its sender.

    Args:
        folder: folder of the bag; nothing outside of it is read, and nothing is written.
        identities: age secret keys; with a recipient's, encrypted content is compared too.
        since: checkpoints (signed notes) of the same case that the recipient already has.
        progress: is told how many bytes were read.

    Raises:
        InputError: if it is not a bag, or an identity is not valid.
    """
    keys = [_identity(text) for text in identities]
    read = bag.read(folder, progress=progress)
    done = Verified(list(read.problems))
    documents = _documents(read, done)
    covered = {SEALED_TABLE, SEALED_CRATE}
    sizes = sum(read.sizes.get(one.file, 0) for one in documents)
    with progress(_("Verifying"), sizes) as advance:
        for document in documents:
            covered |= {document.file, record_path(document.item)}
            _check(read, document, keys, done, advance)
    for path in sorted(read.sizes):
        if path.startswith(f"{bag.PAYLOAD}/") and path not in covered:
            done.discrepancies.append(
                Discrepancy("extra", path, _("it belongs to no item of the bag"))
            )
    _compare_checkpoints(documents, since, done)
    return done


def _identity(text: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise InputError(_("this is not an age identity")) from None


def _documents(read: bag.ReceivedBag, done: Verified) -> list[_Document]:
    documents = []
    for path in sorted(read.sizes):
        if not path.startswith(f"{CUSTODY}/"):
            continue
        match = _DOCUMENT.fullmatch(path)
        try:
            if match is None:
                raise InputError(_("expected the id of an item"))
            content = bag.read_file(read, path, canonical.MAX_BYTES)
            documents.append(_document(canonical.loads(content), match[1]))
        except (ContrechampError, ValueError) as error:
            message = str(error) if isinstance(error, ContrechampError) else ""
            done.discrepancies.append(
                Discrepancy("custody", path, message or _("it is not what an export writes"))
            )
    if not documents:
        done.discrepancies.append(
            Discrepancy("custody", CUSTODY, _("the bag has no item with a proof"))
        )
    return documents


def _document(fields: Any, item: str) -> _Document:
    """Read the fields of custody/<item>.json.

    Raises:
        InputError: if they are of a newer format.
        ValueError: if they have another form.
    """
    if not isinstance(fields, dict):
        raise ValueError("document")
    version = fields.get("v")
    if isinstance(version, int) and version > FORMAT:
        raise InputError(
            _("the bag has a newer format; use a newer version of contrechamp to verify it")
        )
    record, merged = fields.pop("record", None), fields.pop("branches", [])
    keys, entries = fields.get("keys"), fields.get("entries")
    file, signed = fields.get("file"), fields.get("checkpoint")
    if (
        set(fields) != _FIELDS
        or version != FORMAT
        or fields["item"] != item
        or fields["encryption"] not in ("age", "none")
        or not isinstance(file, str)
        or not file.startswith(f"{bag.PAYLOAD}/{item}/")
        or not isinstance(signed, str)
        or not isinstance(keys, dict)
        or not 0 < len(keys) <= bag_branches.MAX_KEYS
        or not isinstance(entries, list)
        or not 0 < len(entries) <= bag_branches.MAX_ENTRIES
        or not isinstance(merged, list)
        or len(merged) > bag_branches.MAX_BRANCHES
    ):
        raise ValueError("fields")
    return _Document(
        item=item,
        file=file,
        encrypted=fields["encryption"] == "age",
        note=signed,
        keys=bag_branches.keys_of(keys),
        entries=tuple(bag_branches.proved_of(one) for one in entries),
        branches=tuple(bag_branches.branch_of(one) for one in merged),
        record=None if record is None else bag_branches.record_of(record),
    )


def _check(
    read: bag.ReceivedBag,
    document: _Document,
    keys: Sequence[Any],
    done: Verified,
    advance: Callable[[float], None],
) -> None:
    """Check signature, proofs, record and content of an item, up to the first error."""
    try:
        last = _entries(document, done)
        done.items.append(document.item)
        record = document.record
        if record is None and record_path(document.item) not in read.sizes:
            raise _CheckError("missing", _("the record is missing"))
        if record is None and not keys:
            done.unopened.append(document.item)
            done.unread.append(document.item)
            return
        if record is None:
            sealed = bag.read_file(read, record_path(document.item))
            record = _opened_record(sealed, keys, record_path(document.item))
        state = _state(record, last)
        if document.encrypted and not keys:
            done.unread.append(document.item)
            return
        got = _content(read, document, keys, advance)
    except _CheckError as wrong:
        done.discrepancies.append(Discrepancy(wrong.kind, document.item, str(wrong)))
        return
    except ContrechampError as error:
        done.discrepancies.append(Discrepancy("custody", document.item, str(error)))
        return
    if any(state.get(name) != value for name, value in got.items()):
        done.discrepancies.append(
            Discrepancy("altered", document.item, _("the content is not what was added"))
        )


class _CheckError(Exception):
    """Raised where a check fails; it becomes a discrepancy of this kind."""

    def __init__(self, kind: Kind, message: str) -> None:
        self.kind = kind
        super().__init__(message)


def _entries(document: _Document, done: Verified) -> custody.Entry:
    """Check the signature, and the proof of every entry; return the last entry."""
    try:
        signed = checkpoint.check(document.note, document.keys)
        names = note.signers(document.note, document.keys)
    except CheckFailedError as error:
        raise _CheckError("checkpoint", str(error)) from error
    except ValueError as error:  # 32 bytes that are no public key
        raise _CheckError("checkpoint", _("a key is not an Ed25519 key")) from error
    if any(name.rpartition("/")[0] != signed.origin for name in names):
        raise _CheckError("checkpoint", _("a checkpoint of another log"))
    done.signed = signed
    done.signers |= {name: document.keys[name].hex() for name in names}
    found: list[custody.Entry] = []
    for proved in document.entries:
        try:
            entry = bag_branches.included_entry(proved, signed)
        except InputError as error:
            raise _CheckError("proof", str(error)) from error
        if entry.subject != f"item/{document.item}" or (found and found[-1].number >= entry.number):
            raise _CheckError("entry", _("an entry of something else, or out of order"))
        found.append(entry)
    _branches(document, signed, found)
    return found[-1]


def _branches(
    document: _Document, signed: checkpoint.Checkpoint, entries: Sequence[custody.Entry]
) -> None:
    """Check the entries in merged copies, and that all states taken over were written there."""
    known: set[str] = set()
    for branch in document.branches:
        try:
            found = bag_branches.check(branch, document.item, signed)
        except ContrechampError as error:
            message = _("in a copy that was merged: {what}").format(what=error)
            raise _CheckError("branch", message) from error
        known |= {entry.digest for entry in found}
    for entry in entries:
        if entry.action == "merge" and entry.digest not in known:
            message = _(
                "entry {number} is of a merge, but the bag lacks the entry of the merged copy"
            )
            raise _CheckError("branch", message.format(number=entry.number))
        known.add(entry.digest)


def _opened_record(sealed: bytes, keys: Sequence[Any], where: str) -> tuple[bytes, bytes]:
    try:
        content = bytes(pyrage.decrypt(sealed, list(keys)))
    except pyrage.DecryptError:
        raise _CheckError(
            "identity", _("this key does not decrypt it, or it was altered")
        ) from None
    try:
        return bag_branches.record_of(canonical.loads(content, where=where))
    except ValueError:
        raise _CheckError("record", _("the record is not readable")) from None


def _state(record: tuple[bytes, bytes], last: custody.Entry) -> Mapping[str, Any]:
    if custody.digest(*record) != last.digest:
        raise _CheckError(
            "record", _("the record is not what entry {number} says").format(number=last.number)
        )
    state = canonical.loads(record[1])
    if not isinstance(state, dict) or "erased_at" in state:
        raise _CheckError("record", _("the record is of an item that was erased"))
    return state


def _content(
    read: bag.ReceivedBag,
    document: _Document,
    keys: Sequence[Any],
    advance: Callable[[float], None],
) -> dict[str, str]:
    """Return size and hashes of the content of an item."""
    if document.file not in read.sizes:
        raise InputError(_("the file is missing"), where=document.file)
    digester = _Digester()
    try:
        with bag.open_file(read, document.file) as file:
            source = _Counted(file, advance)
            if document.encrypted:
                pyrage.decrypt_io(source, digester, list(keys))
            else:
                while piece := source.read(bag.CHUNK):
                    digester.write(piece)
    except pyrage.DecryptError:
        raise _CheckError(
            "identity", _("this key does not decrypt it, or it was altered")
        ) from None
    except OSError as error:
        raise unreadable(document.file, error) from error
    return digester.found()


class _Counted:
    """A source that reports how much of it was read."""

    def __init__(self, file: IO[bytes], advance: Callable[[float], None]) -> None:
        self.file, self.advance = file, advance

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.advance(len(piece))
        return piece


class _Digester:
    """A target that keeps only size and hashes of the content."""

    def __init__(self) -> None:
        self.size, self.sha256, self.blake3 = 0, hashlib.sha256(), blake3.blake3()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.sha256.update(data)
        self.blake3.update(data)
        return len(data)

    def flush(self) -> None: ...

    def found(self) -> dict[str, str]:
        return {
            "size": str(self.size),
            "sha256": self.sha256.hexdigest(),
            "blake3": self.blake3.hexdigest(),
        }


def _compare_checkpoints(
    documents: Sequence[_Document], since: Sequence[str], done: Verified
) -> None:
    """Check that all items are under one checkpoint that does not contradict the recipient's own.

    A bag cannot show that its log continues that of a smaller checkpoint; it can show that the same
    key signed both.
    """
    if len({(one.note, tuple(sorted(one.keys.items()))) for one in documents}) > 1:
        done.discrepancies.append(
            Discrepancy("checkpoint", CUSTODY, _("the items are under different checkpoints"))
        )
    keys = {name: bytes.fromhex(key) for name, key in done.signers.items()}
    for kept in since:
        try:
            seen = checkpoint.check(kept, keys)
        except ContrechampError as error:
            message = _("kept elsewhere: ") + str(error)
            done.discrepancies.append(Discrepancy("checkpoint", "", message))
            continue
        now = done.signed
        same = now is not None and seen.size == now.size
        if now is None or seen.origin != now.origin:
            done.discrepancies.append(
                Discrepancy("checkpoint", str(seen.size), _("a checkpoint of another log"))
            )
        elif same and seen.root != now.root:
            done.discrepancies.append(
                Discrepancy(
                    "rewritten",
                    str(seen.size),
                    _("the first {size} entries are not those that were signed").format(
                        size=seen.size
                    ),
                )
            )
