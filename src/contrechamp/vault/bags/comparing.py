"""What a bag holds beside proofs, records and contents, compared with what follows from those."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import pyrage

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell, without_formula
from contrechamp.vault.bags import bag, derived, document, former, received, texts
from contrechamp.vault.bags.derived import Outline
from contrechamp.vault.bags.document import FIRST_FORMAT, Document
from contrechamp.vault.bags.received import ReceivedBag
from contrechamp.vault.bags.signed import Making
from contrechamp.vault.bags.texts import ExportedItem

#: Longest table of items, or description of them, that is compared.
MAX_TABLE_BYTES = 256 << 20


class Proven:
    """What of a bag is proven so far.

    Args:
        documents: one for each item.
        keys: age identities that were given.
    """

    def __init__(self, documents: Sequence[Document], keys: Sequence[Any]) -> None:
        self.documents, self.keys = documents, keys
        #: By item: what its record says, and when it was added.
        self.states: dict[str, Mapping[str, Any]] = {}
        self.added_at: dict[str, str] = {}
        self.origin = ""
        self.made = Making("", "")


def compare(read: ReceivedBag, proven: Proven) -> None:
    """Report every file that is not what it has to be, is missing, or does not belong there.

    Args:
        read: the bag; what differs is reported there.
        proven: what was checked before.
    """
    first = proven.documents[0]
    is_former = first.format == FIRST_FORMAT
    outline = Outline(
        encrypted=first.encrypted,
        open_records=first.record is not None,
        origin=proven.origin,
        made=_former_making(read) if is_former else proven.made,
    )
    _compare_names(read, proven, outline, is_former=is_former)
    compare_manifests(read)
    if is_former:
        _compare_former_texts(read)
    else:
        _compare_files(read, derived.texts_of(outline))
    sizes = {path: read.size(path) for path in sorted(read.stamps) if bag.is_payload(path)}
    _compare_files(read, derived.frame(outline, sizes))
    if not outline.open_records:
        if is_former:
            told = former.ids_of_crate(_content(read, derived.CRATE))
            named = former.in_order({texts.uri(path): path for path in sizes}, told)
            sizes = {path: sizes[path] for path in named}
        _compare_files(read, {derived.CRATE: derived.closed_crate(outline, sizes)})
    if proven.states.keys() == {one.item for one in proven.documents}:
        _compare_tables(read, proven, outline, is_former=is_former)


def _compare_names(read: ReceivedBag, proven: Proven, outline: Outline, *, is_former: bool) -> None:
    wanted = derived.names(outline)
    if not is_former:
        wanted.add(bag.CHECKPOINT)
    for one in proven.documents:
        wanted |= {document.path(one.item), one.file}
        if not outline.open_records:
            wanted.add(derived.record_path(one.item))
        name = str(proven.states.get(one.item, {}).get("name", ""))
        path = derived.content_path(one.item, name, outline)
        told = one.item in proven.states or not outline.open_records
        if told and not _same_name(one.file, path):
            message = _("its content is not named after the item, but {name}")
            read.report("custody", document.path(one.item), message.format(name=one.file))
    for path in sorted(read.stamps.keys() - wanted):
        if bag.is_payload(path):
            read.report("extra", path, _("it belongs to no item of the bag"))
        else:
            read.report("extra", path, _("no export writes such a file"))
    for path in sorted(wanted - read.stamps.keys()):
        read.report("missing", path, _("the file is missing"))
    above = {str(each) for path in read.stamps for each in PurePosixPath(path).parents}
    for path in sorted(read.folders - above):
        read.report("extra", path, _("the folder is empty"))


def _same_name(told: str, made: str) -> bool:
    """Return whether a path is the one that is made of an item's name.

    A letter that only a newer Unicode knows is one on one machine, and replaced on another.
    """
    return len(told) == len(made) and all(
        one == two or ((one == "_" or two == "_") and "/" not in (one, two))
        for one, two in zip(told, made, strict=True)
    )


def compare_manifests(read: ReceivedBag) -> None:
    """Report manifests in other words: another reader might understand them otherwise."""
    for name, listed in read.listed.items():
        algorithm = name.rpartition("-")[2].removesuffix(".txt")
        digests = {path: {algorithm: digest} for path, digest in listed.items()}
        paths = set(listed) - {bag.CHECKPOINT}
        if bag.manifest(digests, paths, algorithm) != _content(
            read, name, received.MAX_MANIFEST_BYTES
        ):
            read.report("manifest", name, _("it is not written as an export writes it"))


def compare_signature(read: ReceivedBag, digest: str) -> None:
    """Report if the list of tag files is not the one that was signed.

    Args:
        read: the bag.
        digest: SHA-256 of the list, hexadecimal, as the checkpoint has it.
    """
    name = bag.manifest_name("sha256", tag=True)
    content = _content(read, name, received.MAX_MANIFEST_BYTES)
    if hashlib.sha256(content).hexdigest() != digest:
        read.report("checkpoint", name, _("the bag was signed with other files"))


def _compare_former_texts(read: ReceivedBag) -> None:
    for path, digests in former.TEXTS.items():
        if hashlib.sha256(_content(read, path)).hexdigest() not in digests:
            read.report("altered", path, _differs())


def _compare_tables(
    read: ReceivedBag, proven: Proven, outline: Outline, *, is_former: bool
) -> None:
    items = derived.ordered(
        ExportedItem(one.item, one.file, proven.states[one.item], proven.added_at[one.item])
        for one in proven.documents
    )
    cell = without_formula if is_former else as_cell
    for path in derived.tables(outline, items):
        try:
            content = _opened(read, path, proven.keys)
        except InputError as error:
            read.report("altered", path, str(error))
            continue
        if is_former:
            items = _former_order(items, path, content)
        if content != derived.tables(outline, items, cell=cell)[path]:
            read.report("altered", path, _differs())


def _former_order(items: Sequence[ExportedItem], path: str, content: bytes) -> list[ExportedItem]:
    if path in (derived.TABLE, derived.SEALED_TABLE):
        by_id = {one.item: one for one in items}
        return former.in_order(by_id, former.items_of_table(content))
    by_uri = {texts.uri(one.file): one for one in items}
    return former.in_order(by_uri, former.ids_of_crate(content))


def _former_making(read: ReceivedBag) -> Making:
    return former.making(_content(read, bag.INFO))


def _compare_files(read: ReceivedBag, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        if read.has(path) and _content(read, path, MAX_TABLE_BYTES) != content:
            read.report("altered", path, _differs())


def _differs() -> str:
    return _("it is not what follows from the records and entries that were signed")


def _opened(read: ReceivedBag, path: str, keys: Sequence[Any]) -> bytes:
    """Return a table, decrypted if it is encrypted.

    Raises:
        InputError: if no key decrypts it, or it cannot be read.
    """
    content = received.read_file(read, path, MAX_TABLE_BYTES)
    if not bag.is_payload(path):
        return content
    try:
        return bytes(pyrage.decrypt(content, list(keys)))
    except pyrage.DecryptError:
        raise InputError(_("this key does not decrypt it, or it was altered")) from None


def _content(read: ReceivedBag, path: str, limit: int = received.MAX_TAG_BYTES) -> bytes:
    """Return the content of a file; nothing if it cannot be read, which is reported elsewhere."""
    try:
        return received.read_file(read, path, limit)
    except InputError:
        return b""
