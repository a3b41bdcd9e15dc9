"""An entry of a log with the proof that it is there, as bags hold it; and what else they spell."""

import base64
from collections.abc import Mapping
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.log import canonical, checkpoint, custody, merkle

#: An entry, and the hashes that lead from it to the root.
Proved = tuple[bytes, tuple[bytes, ...]]


def proved_fields(one: Proved) -> dict[str, Any]:
    """Return the fields of an entry with its proof."""
    return {"entry": text_of(one[0]), "proof": [text_of(step) for step in one[1]]}


def text_of(content: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(content).decode()


def keys_of(fields: Mapping[str, Any]) -> dict[str, bytes]:
    """Read public keys by name.

    Raises:
        ValueError: if the fields have another form.
    """
    return {name: bytes_of(key, 32) for name, key in fields.items()}


def proved_of(fields: Any) -> Proved:
    """Read an entry with its proof.

    Raises:
        ValueError: if the fields have another form.
    """
    if not isinstance(fields, dict) or set(fields) != {"entry", "proof"}:
        raise ValueError("entry")
    proof = fields["proof"]
    if not isinstance(proof, list) or len(proof) > 64:
        raise ValueError("proof")
    return bytes_of(fields["entry"]), tuple(bytes_of(step, merkle.HASH_BYTES) for step in proof)


def record_of(fields: Any) -> tuple[bytes, bytes]:
    """Read salt and state of a record.

    Raises:
        ValueError: if the fields have another form.
    """
    if not isinstance(fields, dict) or set(fields) != {"salt", "state"}:
        raise ValueError("record")
    return bytes_of(fields["salt"], custody.SALT_BYTES), bytes_of(fields["state"])


def bytes_of(text: Any, length: int | None = None) -> bytes:
    """Decode base64.

    Raises:
        ValueError: if `text` is not base64 in the one way in which bytes can be written, or not of
            `length` bytes where that is given.
    """
    if not isinstance(text, str):
        raise ValueError("text")
    content = base64.b64decode(text, validate=True)
    if text_of(content) != text:  # stray bits behind the last byte
        raise ValueError("bits")
    if length is not None and len(content) != length:
        raise ValueError("length")
    return content


def included_entry(proved: Proved, signed: checkpoint.Checkpoint) -> custody.Entry:
    """Check that an entry is in the tree of a checkpoint, and return it.

    Raises:
        InputError: if its proof does not lead to the root.
    """
    content, proof = proved
    try:
        entry = custody.entry_of(canonical.loads(content))
    except ValueError as error:
        raise InputError(_("an entry is not readable")) from error
    leaf = merkle.leaf_hash(content)
    if not merkle.check_inclusion(leaf, entry.number, signed.size, proof, signed.root):
        raise InputError(
            _("entry {number} is not in the log that was signed").format(number=entry.number)
        )
    return entry
