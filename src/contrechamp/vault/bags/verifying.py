"""Verifying an exported bag, by whoever received it, without the case or its secrets."""

import hashlib
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
from contrechamp.vault import state_shapes
from contrechamp.vault.bags import bag, comparing, derived, membership, received, reviews, signed
from contrechamp.vault.bags import branches as bag_branches
from contrechamp.vault.bags import document as documents
from contrechamp.vault.bags import proved as proved_forms
from contrechamp.vault.bags.comparing import Proven
from contrechamp.vault.bags.document import FIRST_FORMAT, Document
from contrechamp.vault.bags.received import ReceivedBag
from contrechamp.vault.bags.reviews import ReviewProof
from contrechamp.vault.bags.signed import Making
from contrechamp.vault.discrepancies import Discrepancy, Kind
from contrechamp.vault.log import canonical, checkpoint, custody, note
from contrechamp.vault.log.checkpoint import Checkpoint


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
        digest: SHA-256 of the list of tag files, hexadecimal, if the checkpoint signs it.
        format: of the bag; 0 if it has no item with a proof.
        reviews: number of reviews that came with a masked copy and are of just its bytes, by item.
    """

    discrepancies: list[Discrepancy] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    signers: dict[str, str] = field(default_factory=dict)
    signed: Checkpoint | None = None
    digest: str = ""
    format: int = 0
    reviews: dict[str, int] = field(default_factory=dict)

    @property
    def is_signed_as_a_whole(self) -> bool:
        """Return whether a signature covers every file of the bag; none did before format 2."""
        return self.format != FIRST_FORMAT


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
    done = Verified()
    with received.opened(folder) as read:
        received.compare_files(read, progress=progress)
        found = _documents(read)
        if found:
            _verify_items(read, found, keys, since, done, progress)
        else:
            read.report("custody", documents.FOLDER, _("the bag has no item with a proof"))
        received.finish(read)
        done.discrepancies = _each_once(read.problems)
    return done


def _verify_items(
    read: ReceivedBag,
    found: Sequence[Document],
    keys: Sequence[Any],
    since: Sequence[str],
    done: Verified,
    progress: Progress,
) -> None:
    done.format = max(one.format for one in found)
    one_kind = {(one.format, one.encrypted, one.record is None) for one in found}
    if len(one_kind) > 1:
        read.report("custody", documents.FOLDER, _("the items are from different bags"))
    signature = _Signature(read, found[0])
    proven = Proven(found, keys)
    with progress(_("Verifying"), sum(read.size(one.file) for one in found)) as advance:
        for one in found:
            _check(read, one, signature, proven, done, advance)
    _compare_checkpoints(read, found, since, done)
    if done.signed is not None:
        proven.origin, proven.made = done.signed.origin, signature.made
        done.digest = signature.digest
        if done.is_signed_as_a_whole:
            comparing.compare_signature(read, done.digest)
        if len(one_kind) == 1:
            comparing.compare(read, proven)


def _each_once(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Return what is wrong, each thing with each file once: several checks can meet it."""
    first: dict[tuple[str, str], Discrepancy] = {}
    for one in found:
        first.setdefault((one.kind, one.subject), one)
    return list(first.values())


def _identity(text: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise InputError(_("this is not an age identity")) from None


def _documents(read: ReceivedBag) -> list[Document]:
    found = []
    for path in sorted(read.stamps):
        if not path.startswith(f"{documents.FOLDER}/"):
            continue
        match = documents.PATH.fullmatch(path)
        try:
            if match is None:
                raise InputError(_("expected the id of an item"))
            found.append(
                documents.read(received.read_file(read, path, canonical.MAX_BYTES), match[1])
            )
        except (ContrechampError, ValueError) as error:
            message = str(error) if isinstance(error, ContrechampError) else ""
            read.report("custody", path, message or _("it is not what an export writes"))
    return found


class _Signature:
    """What the bag is signed with: the checkpoint of the bag or, in format 1, of each document."""

    def __init__(self, read: ReceivedBag, first: Document) -> None:
        self.made, self.digest = Making("", ""), ""
        self._note = ""
        if first.format == FIRST_FORMAT:
            return
        try:
            self._note = received.read_file(read, bag.CHECKPOINT, signed.MAX_BYTES).decode()
        except InputError as error:
            read.report("checkpoint", bag.CHECKPOINT, str(error))
        except UnicodeDecodeError:
            read.report("checkpoint", bag.CHECKPOINT, _("it is not a signed note"))

    def note_of(self, document: Document) -> str:
        """Return the checkpoint that a document's proofs lead to."""
        return document.note if document.format == FIRST_FORMAT else self._note

    def check(self, document: Document) -> Checkpoint:
        """Check the signature under the keys of a document; return the checkpoint.

        Raises:
            InputError: if it is not the checkpoint of such a bag.
            CheckFailedError: if a signature is wrong, or there is none.
        """
        text = self.note_of(document)
        if document.format == FIRST_FORMAT:
            found = checkpoint.check(text, document.keys)
            if signed.signs_a_bag(found):
                raise InputError(_("the signature over the files of the bag was taken away"))
        else:
            found, self.made, (self.digest,) = signed.read(text, document.keys, bag.CHECKPOINT)
        return found


def _check(
    read: ReceivedBag,
    document: Document,
    signature: _Signature,
    proven: Proven,
    done: Verified,
    advance: Callable[[float], None],
) -> None:
    """Check signature, proofs, record and content of an item, up to the first error."""
    try:
        last = _entries(document, signature, done, proven)
        done.items.append(document.item)
        _report_keys(read, document, done)
        record, reviewed = document.record, document.reviews
        sealed_path = derived.record_path(document.item)
        if record is None and not read.has(sealed_path):
            raise _CheckError("missing", _("the record is missing"))
        if record is None and not proven.keys:
            _check_reviews(document, reviewed, None, done)
            done.unopened.append(document.item)
            done.unread.append(document.item)
            return
        if record is None:
            sealed = received.read_file(read, sealed_path)
            record, said = _opened_record(sealed, proven.keys, sealed_path)
            reviewed = tuple(_with_records(reviewed, said))
        state = proven.states[document.item] = _state(record, last)
        _check_reviews(document, reviewed, state, done)
        if document.encrypted and not proven.keys:
            done.unread.append(document.item)
            return
        got = _content(read, document, proven.keys, advance)
    except _CheckError as wrong:
        read.report(wrong.kind, document.item, str(wrong))
        return
    except ContrechampError as error:
        read.report("custody", document.item, str(error))
        return
    if any(state.get(name) != value for name, value in got.items()):
        read.report("altered", document.item, _("the content is not what was added"))


def _report_keys(read: ReceivedBag, document: Document, done: Verified) -> None:
    """Tell how the keys that signed the bag came about, and what is wrong with that."""
    if done.signed is None or document.format == FIRST_FORMAT:
        return
    keys = {name: bytes.fromhex(key) for name, key in done.signers.items()}
    entries = [custody.read_entry(leaf) for leaf, _proof in document.entries]
    try:
        for kind, message in membership.check(document.members, entries, done.signed, keys):
            read.report(kind, bag.CHECKPOINT, message)
    except ContrechampError as error:
        read.report("authority", bag.CHECKPOINT, membership.problem(error))


class _CheckError(Exception):
    """Raised where a check fails; it becomes a discrepancy of this kind."""

    def __init__(self, kind: Kind, message: str) -> None:
        self.kind = kind
        super().__init__(message)


def _entries(
    document: Document, signature: _Signature, done: Verified, proven: Proven
) -> custody.Entry:
    """Check the signature, and the proof of every entry; return the last entry."""
    try:
        log = signature.check(document)
        names = note.signers(signature.note_of(document), document.keys)
    except (CheckFailedError, InputError) as error:
        raise _CheckError("checkpoint", str(error)) from error
    except ValueError as error:  # 32 bytes that are no public key
        raise _CheckError("checkpoint", _("a key is not an Ed25519 key")) from error
    if not all(name.startswith(f"{log.origin}/") for name in names):
        raise _CheckError("checkpoint", _("a checkpoint of another log"))
    done.signed = log
    done.signers |= {name: document.keys[name].hex() for name in names}
    found: list[custody.Entry] = []
    for proved in document.entries:
        try:
            entry = proved_forms.included_entry(proved, log)
        except InputError as error:
            raise _CheckError("proof", str(error)) from error
        if entry.subject != f"item/{document.item}" or (found and found[-1].number >= entry.number):
            raise _CheckError("entry", _("an entry of something else, or out of order"))
        found.append(entry)
    there = _branches(document, log, found)
    proven.added_at[document.item] = min([found[0].at, *(entry.at for entry in there)])
    return found[-1]


def _branches(
    document: Document, log: Checkpoint, entries: Sequence[custody.Entry]
) -> list[custody.Entry]:
    """Check the entries in merged copies, and that all states taken over were written there."""
    known: set[str] = set()
    there: list[custody.Entry] = []
    for branch in document.branches:
        try:
            found = bag_branches.check(branch, document.item, log)
        except ContrechampError as error:
            message = _("in a copy that was merged: {what}").format(what=error)
            raise _CheckError("branch", message) from error
        there += found
        known |= {entry.digest for entry in found}
    for entry in entries:
        if entry.action == "merge" and entry.digest not in known:
            message = _(
                "entry {number} is of a merge, but the bag lacks the entry of the merged copy"
            )
            raise _CheckError("branch", message.format(number=entry.number))
        known.add(entry.digest)
    return there


def _check_reviews(
    document: Document,
    reviewed: Sequence[ReviewProof],
    state: Mapping[str, Any] | None,
    done: Verified,
) -> None:
    """Check the reviews that came with a masked copy."""
    for one in reviewed:
        assert done.signed is not None  # noqa: S101  for the type: `_entries` set it
        try:
            reviews.check(one, document.item, state, done.signed)
        except InputError as error:
            raise _CheckError("record", _("a review: {what}").format(what=error)) from error
    if reviewed:
        done.reviews[document.item] = len(reviewed)


def _with_records(
    reviewed: Sequence[ReviewProof], said: Sequence[tuple[bytes, bytes]]
) -> list[ReviewProof]:
    """Return reviews with what they say, which lay beside the sealed record of their item."""
    if len(reviewed) != len(said):
        raise _CheckError("record", _("a review: {what}").format(what=_("the record is missing")))
    return [ReviewProof(one.entry, record) for one, record in zip(reviewed, said, strict=True)]


def _opened_record(
    sealed: bytes, keys: Sequence[Any], where: str
) -> tuple[tuple[bytes, bytes], tuple[tuple[bytes, bytes], ...]]:
    """Return salt and state of a record, and those of the reviews beside it."""
    try:
        content = bytes(pyrage.decrypt(sealed, list(keys)))
    except pyrage.DecryptError:
        raise _CheckError(
            "identity", _("this key does not decrypt it, or it was altered")
        ) from None
    try:
        fields = canonical.loads(content, where=where)
        said = reviews.records_of(fields.pop("reviews", [])) if isinstance(fields, dict) else ()
        return proved_forms.record_of(fields), said
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
    return state_shapes.checked(last.subject, state)


def _content(
    read: ReceivedBag,
    document: Document,
    keys: Sequence[Any],
    advance: Callable[[float], None],
) -> dict[str, str]:
    """Return size and hashes of the content of an item."""
    if not read.has(document.file):
        raise InputError(_("the file is missing"), where=document.file)
    digester = _Digester()
    try:
        with received.open_file(read, document.file) as file:
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
    read: ReceivedBag, found: Sequence[Document], since: Sequence[str], done: Verified
) -> None:
    """Check that all items are under one checkpoint that does not contradict the recipient's own.

    A bag cannot show that its log continues that of a smaller checkpoint; it can show that the same
    key signed both.
    """
    if len({(one.note, tuple(sorted(one.keys.items()))) for one in found}) > 1:
        read.report("checkpoint", documents.FOLDER, _("the items are under different checkpoints"))
    keys = {name: bytes.fromhex(key) for name, key in done.signers.items()}
    for kept in since:
        try:
            seen = checkpoint.check(kept, keys)
        except ContrechampError as error:
            read.report("checkpoint", "", _("kept elsewhere: ") + str(error))
            continue
        now = done.signed
        if now is None or seen.origin != now.origin:
            read.report("checkpoint", str(seen.size), _("a checkpoint of another log"))
        elif seen.size == now.size and seen.root != now.root:
            read.report("rewritten", str(seen.size), checkpoint.not_as_signed(seen.size))
