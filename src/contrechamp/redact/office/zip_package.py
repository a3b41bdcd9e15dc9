"""Reads the ZIP package of an office file within limits, and writes a plain one."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

MAX_PARTS = 10_000
MAX_PART_BYTES, MAX_TOTAL_BYTES = 256 << 20, 1 << 30


class Package:
    """The parts of an office file by name, each unpacked when it is read.

    Raises:
        InputError: it is not a ZIP, is locked, or unpacks to more than any document needs.
    """

    def __init__(self, source: Path) -> None:
        self.name = source.name
        try:
            self._zip = zipfile.ZipFile(source)
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise self.damaged(error) from error
        self.names = {entry.filename for entry in entries}
        if len(entries) > MAX_PARTS or sum(e.file_size for e in entries) > MAX_TOTAL_BYTES:
            raise self._too_large()
        if len(self.names) < len(entries):
            raise InputError(
                _("holds two parts of the same name; save it again in an office program first"),
                where=self.name,
            )
        if any(entry.flag_bits & 1 for entry in entries):
            raise self.locked()
        self._unpacked = 0

    def read(self, part: str) -> bytes:
        """Return the bytes of a part, none if it does not exist."""
        if part not in self.names:
            return b""
        try:
            with self._zip.open(part) as file:
                content = file.read(MAX_PART_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise self.damaged(error) from error
        self._unpacked += len(content)
        if len(content) > MAX_PART_BYTES or self._unpacked > 2 * MAX_TOTAL_BYTES:
            raise self._too_large()
        return content

    def xml(self, part: str) -> Any:
        """Return the root of a part, without resolving entities or reaching files or the network.

        Raises:
            InputError: it does not exist, is not XML, or has a document type.
        """
        # Two elements of one `xml:id` are no damage: office programs read and write them.
        parser = etree.XMLParser(
            collect_ids=False, resolve_entities=False, no_network=True, load_dtd=False,
            remove_comments=True, remove_pis=True, huge_tree=False,
        )  # fmt: skip
        try:
            root = etree.fromstring(self.read(part), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.damaged(f"{part}: {error}") from error
        if root.getroottree().docinfo.doctype:
            raise InputError(
                _("{part} has a document type, which no office program writes").format(part=part),
                where=self.name,
            )
        return root

    def damaged(self, error: object) -> InputError:
        """Return the error for a file that can't be read."""
        return InputError(
            _("is damaged: {reason}. Open it in an office program and save it again first").format(
                reason=str(error)[:200]
            ),
            where=self.name,
        )

    def locked(self) -> InputError:
        """Return the error for a file with a password."""
        return InputError(
            _("is locked with a password; save it without one first"), where=self.name
        )

    def _too_large(self) -> InputError:
        return InputError(
            _("unpacks to more than any document needs; save it again, or as PDF, first"),
            where=self.name,
        )


def write(target: Path, parts: Mapping[str, bytes], *, stored: str = "") -> None:
    """Write parts in their order, all with one date, without comments or system-specific fields.

    Args:
        target: overwritten.
        parts: bytes by name.
        stored: name of the part that is not compressed.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            out.writestr(entry, content)


def serialised(root: Any) -> bytes:
    """Return the bytes of a part, without namespaces that are no longer used."""
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
