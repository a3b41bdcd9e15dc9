"""Checking a disclosure against the bundle of its publication."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.files import open_plain, read_bounded
from contrechamp.base.i18n import _
from contrechamp.publish.bundle import claims_file, disclosing
from contrechamp.publish.bundle import statement as statements
from contrechamp.publish.bundle.claims import seal
from contrechamp.publish.bundle.log_check import MAX_BYTES
from contrechamp.vault.bags import bag
from contrechamp.vault.bags.proved import included_entry
from contrechamp.vault.log import canonical, checkpoint, custody

_MOST = 4 << 20


@dataclass(frozen=True)
class CheckedDisclosure:
    """What a disclosure shows.

    Args:
        evidence: its number in the publication.
        entry: of the log, that the publication committed to.
        states: what it says, the evidence first.
        file: path of the content that was compared; "" where there is none.
    """

    evidence: int
    entry: custody.Entry
    states: tuple[dict[str, Any], ...] = field(repr=False)
    file: str = ""


def check(folder: Path, bundle: Path, identities: Sequence[str] = ()) -> CheckedDisclosure:
    """Check that what is disclosed is what a publication committed to.

    Args:
        folder: of the disclosure.
        bundle: of the publication, which was verified.
        identities: age secret keys.

    Raises:
        InputError: if it cannot be read, or no key decrypts it.
        CheckFailedError: if it is not what the publication committed to; the message says where.
    """
    keys = [pyrage.x25519.Identity.from_str(one) for one in identities]
    found = disclosing.read(_content(folder, disclosing.NAME, keys))
    statement = statements.read(
        read_bounded(bundle / statements.PATH, _MOST, where=statements.PATH)
    )
    if found.root != statement.root:
        raise CheckFailedError(_("it is of another publication or edition"), where=disclosing.NAME)
    said = read_bounded(bundle / claims_file.PATH, MAX_BYTES, where=claims_file.PATH)
    evidence = claims_file.read(said).evidence
    cited = next((one for one in evidence if one.n == found.evidence), None)
    note = read_bounded(bundle / bag.CHECKPOINT, 1 << 18, where=bag.CHECKPOINT).decode()
    log, _signatures = checkpoint.parse(note, where=bag.CHECKPOINT)
    entries, states = [], []
    for one in found.shown:
        entry = included_entry(one.proved, log)
        if custody.digest(*one.record) != entry.digest:
            raise CheckFailedError(
                _("the record is not what entry {number} says").format(number=entry.number),
                where=disclosing.NAME,
            )
        entries.append(entry)
        states.append(canonical.loads(one.record[1]))
    first = found.shown[0].proved[0]
    if cited is None or not (
        cited.entry == entries[0].number or cited.sealed == seal(found.key, first)
    ):
        raise CheckFailedError(
            _("it is not evidence {number} of the publication").format(number=found.evidence),
            where=disclosing.NAME,
        )
    if len(entries) == 2 and states[0].get("fields", {}).get("item") != entries[1].subject:
        raise CheckFailedError(_("the file is not the one that is described"), where=found.file)
    if found.file:
        _compare(folder, found.file, states[-1], keys)
    return CheckedDisclosure(found.evidence, entries[0], tuple(states), found.file)


def _content(folder: Path, name: str, keys: Sequence[Any]) -> bytes:
    """Return a file of a disclosure, decrypted where it is encrypted."""
    if (folder / name).is_file():
        return read_bounded(folder / name, _MOST, where=name)
    sealed = read_bounded(folder / f"{name}.age", _MOST, where=f"{name}.age")
    if not keys:
        raise InputError(_("it is encrypted: --identity opens it"), where=f"{name}.age")
    try:
        return bytes(pyrage.decrypt(sealed, list(keys)))
    except pyrage.DecryptError:
        raise InputError(
            _("this key does not decrypt it, or it was altered"), where=f"{name}.age"
        ) from None


def _compare(folder: Path, path: str, state: dict[str, Any], keys: Sequence[Any]) -> None:
    """Compare content with what its record says.

    Raises:
        CheckFailedError: if it is something else.
        InputError: if it cannot be read or decrypted.
    """
    digest, size = hashlib.sha256(), 0

    class Target:
        def write(self, data: bytes) -> int:
            nonlocal size
            digest.update(data)
            size += len(data)
            return len(data)

        def flush(self) -> None: ...

    try:
        with open_plain(folder / path, where=path) as source:
            if path.endswith(".age"):
                pyrage.decrypt_io(source, Target(), list(keys))
            else:
                while piece := source.read(1 << 20):
                    Target().write(piece)
    except (OSError, pyrage.DecryptError) as error:
        raise InputError(
            _("this key does not decrypt it, or it was altered"), where=path
        ) from error
    if (digest.hexdigest(), str(size)) != (state.get("sha256"), state.get("size")):
        raise CheckFailedError(_("the content is not what was added"), where=path)
