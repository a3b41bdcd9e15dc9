"""anchors/ of a bundle: what dates the log from outside, and whether it does.

An anchor is of a checkpoint of the log; a proof of consistency shows that the log of the bundle
goes on from it. A certificate or a promise that would fail in silence later is told now.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from cryptography import x509

from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError
from contrechamp.base.i18n import _
from contrechamp.vault.anchors import anchor, ots, rfc3161
from contrechamp.vault.anchors.anchor import Anchor
from contrechamp.vault.log import checkpoint, merkle
from contrechamp.vault.log.checkpoint import Checkpoint

FOLDER = "anchors"
ROOTS, HEADERS = f"{FOLDER}/roots.pem", f"{FOLDER}/headers.txt"
_SUFFIX = {anchor.RFC3161: "tsr", anchor.OPENTIMESTAMPS: "ots"}
_FILE = re.compile(rf"{FOLDER}/([1-9][0-9]{{0,3}})\.(note|consistency|tsr|ots)", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HEADER = re.compile(rf"[0-9a-f]{{{2 * ots.HEADER_BYTES}}}", re.ASCII)
MAX_BYTES = 1 << 18
#: More than anybody hands out with a publication.
MAX_ANCHORS, MAX_HEADERS = 1_000, 10_000

#: What an anchor comes to: it dates; a promise only; it needs what is not here.
State = Literal["dates", "promise", "no-roots", "no-header"]


@dataclass(frozen=True)
class Dated:
    """What an anchor comes to.

    Args:
        number: in the bundle.
        kind: of the anchor.
        size: number of entries that it covers.
        state: whether it dates them.
        at: when they were there at the latest, UTC; None unless it dates.
        by: the authority, or the block.
        until: when the certificate of the authority ends; None for others.
    """

    number: int
    kind: str
    size: int
    state: State
    at: datetime | None = None
    by: str = ""
    until: datetime | None = None


def files(
    found: Sequence[tuple[Anchor, bytes]],
    log: Checkpoint,
    tree: Sequence[Sequence[bytes]],
    *,
    roots: bytes = b"",
    headers: bytes = b"",
) -> dict[str, bytes]:
    """Return the files of the anchors that are of this log, by path.

    Args:
        found: anchors and their proofs.
        log: what the bundle is signed for.
        tree: levels of the tree over it.
        roots: certificates (PEM) of authorities; b"" for none.
        headers: of blocks, hexadecimal, a line each; b"" for none.

    Raises:
        InputError: if roots or headers cannot be read.
    """
    made: dict[str, bytes] = {}
    for one, proof in found:
        said, _signatures = checkpoint.parse(one.note)
        if said.origin != log.origin or not 0 < said.size <= log.size:
            continue
        steps = merkle.consistency_proof(said.size, tree)
        if not merkle.check_consistency(said.size, said.root, log.size, log.root, steps):
            continue  # of a checkpoint of a copy that was merged
        name = f"{FOLDER}/{len(made) // 3 + 1}"
        made[f"{name}.note"] = one.note.encode()
        made[f"{name}.consistency"] = "".join(f"{step.hex()}\n" for step in steps).encode()
        made[f"{name}.{_SUFFIX[one.kind]}"] = proof
    if roots:
        rfc3161.roots(roots, where=ROOTS)
        made[ROOTS] = roots
    if headers:
        _headers(headers)
        made[HEADERS] = headers
    return made


def check(
    found: Mapping[str, bytes], log: Checkpoint, trusted: Sequence[x509.Certificate] = ()
) -> tuple[list[Dated], list[tuple[str, str]]]:
    """Return what anchors come to, and path and message of what is wrong with them.

    Args:
        found: their files, by path.
        log: what the bundle is signed for.
        trusted: roots of authorities that whoever verifies trusts; without any, those that the
            bundle brings along.
    """
    problems: list[tuple[str, str]] = []
    roots: Sequence[x509.Certificate] = trusted
    headers: list[bytes] = []
    for path, content in sorted(found.items()):
        try:
            if path == ROOTS:
                brought = rfc3161.roots(content)
                roots = roots or brought
            elif path == HEADERS:
                headers = _headers(content)
            elif not _FILE.fullmatch(path):
                raise InputError(_("it does not belong there"))
        except ContrechampError as error:
            problems.append((path, str(error)))
    numbers = sorted({int(match[1]) for path in found if (match := _FILE.fullmatch(path))})
    told = []
    for number in numbers[:MAX_ANCHORS]:
        path = ""
        try:
            kind = next(
                (one for one, suffix in _SUFFIX.items() if f"{FOLDER}/{number}.{suffix}" in found),
                anchor.RFC3161,
            )
            path = f"{FOLDER}/{number}.{_SUFFIX[kind]}"
            size, note = _of_this_log(number, found, log)
            told.append(_dated(number, kind, found[path], size, note, roots, headers))
        except KeyError as missing:
            problems.append((str(missing.args[0]), _("the file is missing")))
        except _WrongError as wrong:
            problems.append((wrong.path, str(wrong)))
        except ContrechampError as error:
            problems.append((path, str(error)))
    return told, problems


class _WrongError(Exception):
    """Raised for a file that is wrong; it becomes a finding."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


def _of_this_log(number: int, found: Mapping[str, bytes], log: Checkpoint) -> tuple[int, bytes]:
    """Return size and note of the checkpoint that an anchor is of.

    Raises:
        KeyError: if a file is missing.
        _WrongError: if the log does not go on from it.
    """
    path, steps_path = f"{FOLDER}/{number}.note", f"{FOLDER}/{number}.consistency"
    content = found[path]
    try:
        said, _signatures = checkpoint.parse(content.decode())
    except (ContrechampError, UnicodeDecodeError) as error:
        raise _WrongError(path, _("it is not a signed checkpoint")) from error
    if said.origin != log.origin:
        raise _WrongError(path, _("a checkpoint of another log"))
    lines = found[steps_path].decode("ascii", "replace").split("\n")
    if lines[-1] or not all(_HASH.fullmatch(line) for line in lines[:-1]) or len(lines) > 130:
        raise _WrongError(steps_path, _("expected hashes, a line each"))
    steps = [bytes.fromhex(line) for line in lines[:-1]]
    if not merkle.check_consistency(said.size, said.root, log.size, log.root, steps):
        raise _WrongError(steps_path, _("the log does not go on from this checkpoint"))
    return said.size, content


def _dated(
    number: int,
    kind: str,
    proof: bytes,
    size: int,
    note: bytes,
    roots: Sequence[x509.Certificate],
    headers: Sequence[bytes],
) -> Dated:
    if kind == anchor.RFC3161:
        if not roots:
            rfc3161.check_is_reply(proof, note)
            return Dated(number, kind, size, "no-roots")
        said = rfc3161.check(proof, note, roots)
        at = said.at if said.at.tzinfo else said.at.replace(tzinfo=UTC)
        return Dated(number, kind, size, "dates", at, said.authority, said.until)
    leads = [one for one in ots.attestations(proof, note) if one.kind == "bitcoin"]
    for one in leads:
        for header in headers:
            if header[36:68] != one.commitment:
                continue
            if not ots.has_work(header):
                raise CheckFailedError(_("a header of a block that cost no work"), where=HEADERS)
            by = _("Bitcoin block {height}, {hash}").format(
                height=one.height, hash=ots.block_hash(header).hex()
            )
            return Dated(number, kind, size, "dates", ots.bitcoin_time(one, header), by)
    return Dated(number, kind, size, "no-header" if leads else "promise")


def _headers(content: bytes) -> list[bytes]:
    lines = content.decode("ascii", "replace").split()
    if len(lines) > MAX_HEADERS or not all(_HEADER.fullmatch(line) for line in lines):
        raise InputError(
            _("expected headers of Bitcoin blocks, 80 bytes in hexadecimal, a line each"),
            where=HEADERS,
        )
    return [bytes.fromhex(line) for line in lines]
