"""The log of a bundle: its signature, the keys that made it, and the entries that it shows."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _
from contrechamp.publish.bundle import keys_file
from contrechamp.publish.bundle.keys_file import KeysFile
from contrechamp.publish.bundle.statement import NamedLog
from contrechamp.publish.bundle.writing import ENTRIES, FORM, NODES
from contrechamp.vault.access.roster import words_of
from contrechamp.vault.bags import bag, membership, proof_lines, received, signed
from contrechamp.vault.bags.proof_lines import Place
from contrechamp.vault.bags.proved import included_entry
from contrechamp.vault.bags.received import ReceivedBag
from contrechamp.vault.bags.signed import Making
from contrechamp.vault.discrepancies import Kind
from contrechamp.vault.log import custody, merkle, note
from contrechamp.vault.log.checkpoint import Checkpoint

#: Longest claims, entries, hashes that are read.
MAX_BYTES = 64 << 20
_Read = TypeVar("_Read")


class BundleFiles:
    """The files of a bundle, of which each that cannot be read is told.

    Args:
        read: the bag that it is.
    """

    def __init__(self, read: ReceivedBag) -> None:
        self.read = read

    def report(self, kind: Kind, subject: str, message: str) -> None:
        """Note a problem."""
        self.read.report(kind, subject, message)

    def content(self, path: str) -> bytes | None:
        """Return the content of a file; None if it cannot be read, which is told."""
        try:
            return received.read_file(self.read, path, MAX_BYTES)
        except InputError as error:
            kind: Kind = "altered" if self.read.has(path) else "missing"
            self.report(kind, path, str(error).removeprefix(f"{path}: "))
            return None

    def parsed(self, path: str, parse: Callable[[bytes], _Read]) -> _Read | None:
        """Return what a file says; None if it cannot be read, which is told."""
        content = self.content(path)
        if content is None:
            return None
        try:
            return parse(content)
        except ContrechampError as error:
            self.report("altered", path, str(error).removeprefix(f"{path}: "))
            return None


class LogCheck:
    """What a bundle shows of the log, checked as far as it goes.

    Args:
        files: of the bundle.
    """

    def __init__(self, files: BundleFiles) -> None:
        self._files = files
        self.log: Checkpoint | None = None
        self.made = Making("", "")
        #: Words of the keys that signed, by name; what became of whoever has them.
        self.signers: dict[str, str] = {}
        self.members: list[str] = []
        #: Numbers of the entries that something in the bundle is about.
        self.used: set[int] = set()
        self._proved: dict[int, custody.Entry | str] = {}
        self.keys: KeysFile | None = files.parsed(keys_file.PATH, keys_file.read)
        self._signature()
        self.entries: dict[int, bytes] = files.parsed(ENTRIES, proof_lines.entries_of) or {}
        self._nodes: dict[Place, bytes] = files.parsed(NODES, proof_lines.nodes_of) or {}
        self._key_history()

    def entry(self, number: int, subject: str) -> custody.Entry:
        """Return an entry that is proved to be in the log.

        Args:
            number: of the entry.
            subject: what its subject has to begin with.

        Raises:
            InputError: if it is not; the message names what is missing or wrong.
        """
        if number not in self._proved:
            try:
                self._proved[number] = self._included(number)
            except InputError as error:
                self._proved[number] = str(error)
        found = self._proved[number]
        if isinstance(found, str):
            raise InputError(found)
        if not found.subject.startswith(subject):
            raise InputError(_("entry {number} is of something else").format(number=number))
        return found

    def compare(self, named: NamedLog) -> None:
        """Compare log and key with those that a statement names; tell what is another."""
        log, keys = self.log, self.keys
        if log is None or keys is None:  # which was told
            return
        if log.origin != named.origin:
            message = _("it is of another log than the statement names")
            self._files.report("checkpoint", bag.CHECKPOINT, message)
        if not any(keys.keys[name].hex() == named.key for name in self.signers):
            message = _("it was not signed with the key that the statement names")
            self._files.report("checkpoint", bag.CHECKPOINT, message)
        try:
            proof = proof_lines.proof_of(0, log.size, self._nodes)
        except InputError as error:
            self._files.report("proof", NODES, str(error))
            return
        if not merkle.check_inclusion(bytes.fromhex(named.first), 0, log.size, proof, log.root):
            message = _("entry {number} is not in the log that was signed").format(number=0)
            self._files.report("proof", NODES, message)

    def _included(self, number: int) -> custody.Entry:
        if self.log is None:
            raise InputError(_("no signature vouches for the log"))
        if number not in self.entries:
            raise InputError(_("entry {number} is missing").format(number=number))
        if number >= self.log.size:
            raise InputError(
                _("entry {number} is not in the log that was signed").format(number=number)
            )
        proof = proof_lines.proof_of(number, self.log.size, self._nodes)
        return included_entry((self.entries[number], proof), self.log)

    def _signature(self) -> None:
        content = self._files.content(bag.CHECKPOINT)
        if content is None or self.keys is None:
            return
        try:
            text = content.decode()
            log, self.made, digests = signed.read(text, self.keys.keys, bag.CHECKPOINT, FORM)
            names = note.signers(text, self.keys.keys)
        except UnicodeDecodeError:
            self._files.report("checkpoint", bag.CHECKPOINT, _("it is not a signed note"))
            return
        except ContrechampError as error:
            message = str(error).removeprefix(f"{bag.CHECKPOINT}: ")
            self._files.report("checkpoint", bag.CHECKPOINT, message)
            return
        except ValueError:  # 32 bytes that are no public key
            self._files.report("checkpoint", keys_file.PATH, _("a key is not an Ed25519 key"))
            return
        if not all(name.startswith(f"{log.origin}/") for name in names):
            self._files.report("checkpoint", bag.CHECKPOINT, _("a checkpoint of another log"))
            return
        self.log = log
        self.signers = {name: words_of(self.keys.keys[name]) for name in names}
        for path, digest in zip(FORM.files, digests, strict=True):
            found = self._files.content(path)
            if found is not None and hashlib.sha256(found).hexdigest() != digest:
                self._files.report("checkpoint", path, _("the bundle was signed with another one"))
        wanted = keys_file.pem(self.keys.keys[names[0]])
        if self._files.read.has(keys_file.PEM) and self._files.content(keys_file.PEM) != wanted:
            self._files.report("altered", keys_file.PEM, _("it is not the key that signed"))

    def _key_history(self) -> None:
        """Tell how the keys that signed came about, and what became of whoever has them."""
        keys, log = self.keys, self.log
        if keys is None or log is None:
            return
        entries = [custody.read_entry(leaf) for leaf in self.entries.values()]
        signing = {name: keys.keys[name] for name in self.signers}
        try:
            for kind, message in membership.check(keys.members, entries, log, signing):
                self._files.report(kind, keys_file.PATH, message)
            chain = membership.chain_of(keys.members, log)
        except ContrechampError as error:
            self._files.report("authority", keys_file.PATH, membership.problem(error))
            return
        for one in chain.members.values():
            made = ", ".join(f"{words_of(key.public)} ({key.since})" for key in one.keys)
            told = _("member {id}: keys, each with the entry that made it: {keys}").format(
                id=one.id, keys=made
            )
            if one.left is not None:
                told = _("{member}; left in entry {number}").format(member=told, number=one.left)
            self.members.append(told)
