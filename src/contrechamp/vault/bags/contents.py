"""Contents of items on their way into a bag: decrypted, checked, encrypted to its recipients."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyrage

from contrechamp.base.errors import InputError
from contrechamp.base.files import unwritable
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.vault import object_keys, objects, subjects
from contrechamp.vault.bags import bag
from contrechamp.vault.case import Case
from contrechamp.vault.log import canonical
from contrechamp.vault.object_keys import ObjectKey


@dataclass(frozen=True)
class Item:
    """An item that is to be exported.

    Args:
        id: id of the item.
        state: what its record says.
        salt: key of the record's digest.
        content: the record as canonical JSON.
        key: key of its object.
    """

    id: str
    state: dict[str, Any] = field(repr=False)
    salt: bytes = field(repr=False)
    content: bytes = field(repr=False)
    key: ObjectKey


def items_of(case: Case, items: Iterable[str]) -> list[Item]:
    """Return items of the case, in order; one that is named twice is there once.

    Raises:
        InputError: if one is not in the case, or was erased.
    """
    wanted = list(dict.fromkeys(items))
    states = subjects.newest_of(case, (f"item/{item}" for item in wanted))
    keys = object_keys.by_name(
        case, (state.object for state in states.values() if state.object is not None)
    )
    found = []
    for item in wanted:
        state = states.get(f"item/{item}")
        key = None if state is None else keys.get(state.object or "")
        if state is None or key is None:
            raise InputError(_("no such item in the case: {item}").format(item=item))
        content = canonical.loads(state.content)
        found.append(Item(item, content, state.salt, state.content, key))
    return found


def content_writer(
    folder: HeldFolder, item: Item, keys: Sequence[Any], advance: Callable[[float], None]
) -> Callable[[bag.HashedFile], None]:
    """Return a function that writes the content of an item into a file, and checks it on the way.

    Args:
        folder: folder of the case.
        item: the item.
        keys: age recipients to encrypt it to; none to write it in the clear.
        advance: is told how many bytes were read.
    """

    def check(got: tuple[int, bytes, bytes]) -> None:
        said = (str(got[0]), got[1].hex(), got[2].hex())
        if said != (item.state["size"], item.state["sha256"], item.state["blake3"]):
            raise InputError(_("the content is not what was added"), where=item.id)

    def in_the_clear(file: bag.HashedFile) -> None:
        try:
            got = objects.read_object(folder, item.key.place, item.key.identity, file, advance)
        except InputError:
            if file.failed is not None:  # the disk it was written to, not the object
                raise unwritable(_("the bag"), file.failed) from None
            raise
        check(got)

    def encrypted(file: bag.HashedFile) -> None:
        with _Decrypting(folder, item, advance) as source:
            _encrypt(source, file, keys)
        check(source.result())

    return encrypted if keys else in_the_clear


class _Decrypting:
    """The content of an object as a readable source: decrypted in a thread, through a kernel pipe.

    The decrypting library pushes and the encrypting one pulls. A pipe joins them so that the
    plaintext is never on a disk, and never in memory as a whole.
    """

    def __init__(self, folder: HeldFolder, item: Item, advance: Callable[[float], None]) -> None:
        self._arguments = (folder, item.key.place, item.key.identity)
        self._advance = advance
        self._got: tuple[int, bytes, bytes] | None = None
        self._error: Exception | None = None

    def __enter__(self) -> "_Decrypting":
        reading, self._writing = os.pipe()
        self._source = open(reading, "rb", buffering=1 << 18)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._source.close()  # if the thread is still writing, the broken pipe ends it
        self._thread.join()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self._source.read(size)

    def result(self) -> tuple[int, bytes, bytes]:
        """Return size and hashes of everything that was decrypted.

        Raises:
            InputError: if the object is missing or damaged.
        """
        if self._error is not None:
            raise self._error
        if self._got is None:
            raise InputError(_("the object cannot be decrypted: it was altered or cut off"))
        return self._got

    def _run(self) -> None:
        try:
            with open(self._writing, "wb", buffering=1 << 18) as target:
                self._got = objects.read_object(*self._arguments, target, self._advance)
        except Exception as error:  # raised by `result`, in the caller's thread
            self._got, self._error = None, error


def _encrypt(source: Any, file: bag.HashedFile, keys: Sequence[Any]) -> None:
    try:
        pyrage.encrypt_io(source, file, list(keys))
    except (pyrage.EncryptError, OSError) as error:
        raise unwritable(_("the bag"), file.failed or error) from error
