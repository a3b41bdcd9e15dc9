"""``case.toml``: the format of the case, the name of its log, and its slots. None of it is secret.

There is exactly one way to write a given case file, and a file written in any other way is refused.
No byte of it can therefore change unnoticed: it fails either here, or at the MAC once a slot is
open.
"""

import base64
import binascii
import contextlib
import hmac
import re
import tomllib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

import rfc8785

from contrechamp.base.errors import InputError
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.vault.access.passphrases import KdfParameters, check_parameters, check_total
from contrechamp.vault.access.slots import Kind, Slot

NAME, COPY = "case.toml", "case.toml.copy"
FORMAT = 1

MAX_BYTES = 1 << 18
MAX_SLOTS = 64
#: A slot's ciphertexts take a few hundred bytes.
MAX_FIELD_BYTES = 2048

_FIRST_LINE = "# The lock of a contrechamp case. Nothing in it is secret; README.txt says more."
_LOG_ORIGIN = re.compile(r"contrechamp\.case/[0-9a-f]{16}")
_SLOT_ID = re.compile(r"[0-9a-f]{16}")
_SALT = re.compile(r"[0-9a-f]{32}")
_FORMAT_LINE = re.compile(r"^format = ([0-9]{1,9})$", re.MULTILINE)
#: Every line has one of these forms: nothing can nest, so nothing can mislead a TOML parser.
_LINE = re.compile(
    r'#[ -~]{0,200}|\[\[slot\]\]||[a-z_]{1,20} = (?:[0-9]{1,9}|"[0-9A-Za-z+/=._-]{0,4000}")'
)
_MAC_BYTES = 32


@dataclass(frozen=True)
class CaseFile:
    """What ``case.toml`` says, without its MAC.

    Args:
        format: version of the format, 1.
        log_origin: first line of the log's checkpoints.
        slots: ways into the case: at least one, with distinct ids.
    """

    format: int
    log_origin: str
    slots: tuple[Slot, ...]


def new_log_origin(random: Callable[[int], bytes]) -> str:
    """Return the name of a new case's log."""
    return f"contrechamp.case/{random(8).hex()}"


def to_toml(casefile: CaseFile, mac_key: bytes) -> bytes:
    """Return the bytes of ``case.toml``.

    Args:
        casefile: what the file is to say.
        mac_key: from `contrechamp.vault.access.keys.casefile_key`.

    Raises:
        InputError: if `from_toml` would refuse it.
    """
    raw = _written(casefile, _mac(casefile, mac_key))
    from_toml(raw, NAME)
    return raw


def read(folder: HeldFolder, name: str) -> bytes:
    """Return the bytes of ``case.toml`` or of its copy.

    Raises:
        InputError: if the file is missing, cannot be read, is no plain file, or is too large.
    """
    return folder.read(name, MAX_BYTES)


def read_both(folder: HeldFolder) -> list[bytes]:
    """Return the bytes of ``case.toml`` and of its copy; b"" for one that cannot be read."""
    contents = [b"", b""]
    for place, name in enumerate((NAME, COPY)):
        with contextlib.suppress(InputError):
            contents[place] = read(folder, name)
    return contents


def from_toml(raw: bytes, where: str) -> CaseFile:
    """Read ``case.toml``, without checking its MAC: the key for that is inside a slot.

    Args:
        raw: bytes of the file.
        where: name of the file for messages.

    Raises:
        InputError: if it is damaged, of a newer format, or not a case file.
    """
    return _read(raw, where)[0]


def check_mac(casefile: CaseFile, raw: bytes, mac_key: bytes) -> None:
    """Check that ``case.toml`` was written by somebody who had the root key.

    Args:
        casefile: what was read from the file and is going to be used.
        raw: bytes of the file.
        mac_key: from `contrechamp.vault.access.keys.casefile_key`.

    Raises:
        InputError: if its MAC is wrong.
    """
    _same, mac = _read(raw, NAME)
    # Computed over what is going to be used: if the bytes said anything else, it would not match.
    if not hmac.compare_digest(mac, _mac(casefile, mac_key)):
        raise InputError(
            _("the file was altered by somebody who could not open the case"), where=NAME
        )


def _mac(casefile: CaseFile, mac_key: bytes) -> bytes:
    """Return the HMAC-SHA256 of everything but the MAC, as canonical JSON (RFC 8785)."""
    content: dict[str, Any] = {
        "format": casefile.format,
        "log_origin": casefile.log_origin,
        "slot": [_fields(slot) for slot in casefile.slots],
    }
    return hmac.digest(mac_key, rfc8785.dumps(content), "sha256")


def _fields(slot: Slot) -> dict[str, str | int]:
    """Return the fields of a slot, in the order in which they are written."""
    fields: dict[str, str | int] = {"id": slot.id, "kind": slot.kind}
    if slot.salt is not None:
        fields["salt"] = slot.salt
    if slot.parameters is not None:
        fields["memory_kib"] = slot.parameters.memory_kib
        fields["passes"] = slot.parameters.passes
        fields["lanes"] = slot.parameters.lanes
    fields["secret"] = _base64(slot.secret)
    fields["root"] = _base64(slot.root)
    if slot.next_root is not None:
        fields["next_root"] = _base64(slot.next_root)
    return fields


def _written(casefile: CaseFile, mac: bytes) -> bytes:
    head = {"format": casefile.format, "log_origin": casefile.log_origin, "mac": _base64(mac)}
    parts = [[_FIRST_LINE, *_lines(head)]]
    parts += [["[[slot]]", *_lines(_fields(slot))] for slot in casefile.slots]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts).encode()


def _lines(fields: dict[str, Any]) -> list[str]:
    return [
        f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
        for name, value in fields.items()
    ]


def _read(raw: bytes, where: str) -> tuple[CaseFile, bytes]:
    """Return what the file says, and its MAC."""
    if len(raw) > MAX_BYTES:
        raise _damaged(where, _("it is too large"))
    text = raw.decode("ascii", "replace")
    found = _FORMAT_LINE.search(text)
    if found is None:
        raise _damaged(where, _("it does not say its format"))
    if int(found[1]) > FORMAT:
        raise InputError(
            _(
                "the case has format {found}, which is newer than this version of contrechamp "
                "knows ({known}); use a newer version. Nothing was changed"
            ).format(found=found[1], known=FORMAT),
            where=where,
        )
    for number, line in enumerate(text.split("\n"), 1):
        if not _LINE.fullmatch(line):
            raise _damaged(where, _("line {number} cannot be read").format(number=number))
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _damaged(where, str(error)) from error
    casefile, mac = _casefile(content, where)
    if _written(casefile, mac) != raw:
        raise _damaged(where, _("it is not written as contrechamp writes it"))
    return casefile, mac


def _damaged(where: str, reason: str) -> InputError:
    return InputError(
        _("the file is damaged ({reason}); its second copy is {copy}").format(
            reason=reason, copy=COPY
        ),
        where=where,
    )


def _casefile(content: dict[str, Any], where: str) -> tuple[CaseFile, bytes]:
    if content.keys() != {"format", "log_origin", "mac", "slot"}:
        raise _damaged(where, _("a part is missing, or there is one too many"))
    tables = content["slot"]
    if not isinstance(tables, list) or not 1 <= len(tables) <= MAX_SLOTS:
        raise _damaged(where, _("it has no slots, or too many"))
    if content["format"] != FORMAT or not _is(content["log_origin"], _LOG_ORIGIN):
        raise _damaged(where, _("its format or the name of its log cannot be read"))
    mac = _bytes(content["mac"])
    if mac is None or len(mac) != _MAC_BYTES:
        raise _damaged(where, _("its MAC cannot be read"))
    slots = tuple(
        _slot(table, where, _("slot number {number}").format(number=number))
        for number, table in enumerate(tables, 1)
    )
    if len({slot.id for slot in slots}) < len(slots):
        raise _damaged(where, _("two slots have the same id"))
    check_total([slot.parameters for slot in slots if slot.parameters is not None], where=where)
    return CaseFile(FORMAT, content["log_origin"], slots), mac


_AGE_FIELDS = {"id", "kind", "secret", "root"}
_PASSPHRASE_FIELDS = _AGE_FIELDS | {"salt", "memory_kib", "passes", "lanes"}
_KINDS: dict[str, tuple[Kind, set[str]]] = {
    "age": ("age", _AGE_FIELDS),
    "passphrase": ("passphrase", _PASSPHRASE_FIELDS),
    "recovery": ("recovery", _PASSPHRASE_FIELDS),
}


def _slot(table: dict[str, Any], where: str, name: str) -> Slot:
    wrong = _damaged(where, name)
    known = _KINDS.get(str(table.get("kind")))
    if known is None or table.keys() - {"next_root"} != known[1]:
        raise wrong
    kind = known[0]
    secret, root = _bytes(table["secret"]), _bytes(table["root"])
    next_root = _bytes(table["next_root"]) if "next_root" in table else None
    if not _is(table["id"], _SLOT_ID) or secret is None or root is None:
        raise wrong
    if "next_root" in table and next_root is None:
        raise wrong
    if kind == "age":
        return Slot(table["id"], kind, secret, root, next_root)
    cost = KdfParameters(table["memory_kib"], table["passes"], table["lanes"])
    if not _is(table["salt"], _SALT) or not all(type(number) is int for number in astuple(cost)):
        raise wrong
    check_parameters(cost, where=f"{where}: {name}")
    return Slot(table["id"], kind, secret, root, next_root, table["salt"], cost)


def _is(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(value: object) -> bytes | None:
    if not isinstance(value, str):
        return None
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if 1 <= len(content) <= MAX_FIELD_BYTES else None
