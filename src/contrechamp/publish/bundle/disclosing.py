"""Disclosing one piece of evidence of a publication to one reader: the item, and what proves it.

What is disclosed is the version that the statement of the publication committed to, found by its
entry in the log or by the seal in the bundle; nothing else of the case shows.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage

from contrechamp.base.errors import InputError
from contrechamp.base.files import new_folder, read_bounded
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.permission import consent
from contrechamp.dossier.permission.gates import exhibits_of
from contrechamp.dossier.reading import short_names
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.publish.bundle import claims_file
from contrechamp.publish.bundle import statement as statements
from contrechamp.publish.bundle.claims import seal, seal_key
from contrechamp.publish.bundle.claims_file import Cited
from contrechamp.vault import case as cases
from contrechamp.vault import database, subjects
from contrechamp.vault.bags import bag, exporting, proved
from contrechamp.vault.bags.contents import content_writer, items_of
from contrechamp.vault.bags.proved import Proved
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import canonical, checkpoint, custody, merkle
from contrechamp.vault.subjects import State

NAME, CONTENT = "disclosure.json", "content"
FORMAT = 1
_MOST_CLAIMS, _MOST_STATEMENT = 64 << 20, 1 << 20


@dataclass(frozen=True)
class Shown:
    """An entry of the log, with its proof and what it commits to."""

    proved: Proved
    record: tuple[bytes, bytes] = field(repr=False)


@dataclass(frozen=True)
class Disclosure:
    """What is disclosed.

    Args:
        root: of the publication.
        evidence: number of the evidence there.
        key: under which its entry is sealed.
        shown: the evidence and, where it describes a file that is disclosed, that file.
        file: path of the content; "" for none.
    """

    root: str
    evidence: int
    key: bytes = field(repr=False)
    shown: tuple[Shown, ...]
    file: str = ""


@dataclass(frozen=True)
class Disclosed:
    """What was handed out, and the number of its entry in the log."""

    folder: Path
    evidence: int
    entry: int


def disclose(
    case: Case,
    bundle: Path,
    ref: str,
    out: Path,
    *,
    to: str,
    recipients: Sequence[str],
    plain: bool = False,
    reason: str = "",
    now: datetime,
    progress: Progress = silent,
) -> Disclosed:
    """Write one piece of evidence of a publication into a new folder, and log that it left.

    Args:
        case: open for writing.
        bundle: of the publication, as it was handed out.
        ref: of the evidence, or of the file that an exhibit of the evidence describes.
        out: folder to make.
        to: whom it goes to: a name, or a reference.
        recipients: age recipients to whom it is encrypted.
        plain: not encrypted.
        reason: why, in the user's words.
        now: for the log; consents must hold on this day.
        progress: told of bytes.

    Raises:
        UsageError: if there is neither a recipient nor `plain`, or both.
        InputError: if the bundle is not of this case, the evidence is not in it or was erased.
        CheckFailedError: if consent does not cover it.
        OutputError: if the folder cannot be written.
    """
    exporting.check_audience(recipients, plain=plain)
    actor = short_names.full_ref(case, to) if short_names.is_typed(to) else ""
    consent.require_sharing(View(case), [ref], now.date(), to=actor, to_whom=to)
    keys = [pyrage.x25519.Recipient.from_str(one) for one in dict.fromkeys(recipients)]
    found = _found(case, bundle, ref)
    suffix = ".age" if keys else ""
    items = items_of(case, [ref.removeprefix(f"{ITEM}/")]) if ref.startswith(f"{ITEM}/") else []
    path = (
        f"{CONTENT}/{bag.safe_name(str(items[0].state.get('name', '')))}{suffix}" if items else ""
    )
    content = canonical.dumps(_fields(found, path))
    with new_folder(out) as partial:
        writer = bag.Writer(partial)
        for one in items:
            with progress(_("Exporting"), one.key.size) as advance:
                writer.put(path, content_writer(case.folder, one, keys, advance))
        sealed = pyrage.encrypt(content, keys) if keys else content
        writer.put_bytes(f"{NAME}{suffix}", sealed)
        entry = _log(case, out, ref, sorted(map(str, keys)), to, reason, now)
    return Disclosed(out, found.evidence, entry)


def _found(case: Case, bundle: Path, ref: str) -> Disclosure:
    """Return the disclosure of a record or item that a bundle has among its evidence."""
    note = read_bounded(bundle / bag.CHECKPOINT, 1 << 18, where=bag.CHECKPOINT).decode()
    log, _signatures = checkpoint.parse(note, where=bag.CHECKPOINT)
    leaves = [content for _number, content in custody.leaves(case.database)]
    tree = merkle.levels([merkle.leaf_hash(leaf) for leaf in leaves[: log.size]])
    if log.origin != case.file.log_origin or tree[-1][0] != log.root:
        raise InputError(_("the log of the case does not go on from it"), where=bag.CHECKPOINT)
    said = read_bounded(bundle / statements.PATH, _MOST_STATEMENT, where=statements.PATH)
    statement = statements.read(said)
    claims = claims_file.read(
        read_bounded(bundle / claims_file.PATH, _MOST_CLAIMS, where=claims_file.PATH)
    )
    described = exhibits_of(View(case), ref) if ref.startswith(f"{ITEM}/") else []
    for candidate in (ref, *described):
        for state in subjects.all_states(case, candidate.partition("#")[0]):
            if state.branch != subjects.MAIN or state.entry >= log.size or state.is_erased:
                continue
            key = seal_key(state, statement.publication.id)
            number = _number(claims.evidence, state, seal(key, leaves[state.entry]))
            if number is None:
                continue
            states = [state]
            if candidate != ref:
                file = subjects.newest(case, ref)
                if file is None or file.is_erased or file.entry >= log.size:
                    break
                states.append(file)
            shown = tuple(
                Shown(
                    (leaves[one.entry], tuple(merkle.inclusion_proof(one.entry, tree))),
                    (one.salt, one.content),
                )
                for one in states
            )
            return Disclosure(statement.root, number, key, shown)
    raise InputError(
        _("{ref} is no evidence of this publication, or what it said then was erased since").format(
            ref=ref
        )
    )


def _number(evidence: Sequence[Cited], state: State, sealed: str) -> int | None:
    return next(
        (one.n for one in evidence if one.entry == state.entry or one.sealed == sealed), None
    )


def _fields(one: Disclosure, path: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "v": FORMAT,
        "root": one.root,
        "evidence": one.evidence,
        "key": one.key.hex(),
        "shown": [
            {
                **proved.proved_fields(shown.proved),
                "record": dict(
                    zip(("salt", "state"), map(proved.text_of, shown.record), strict=True)
                ),
            }
            for shown in one.shown
        ],
    }
    return {**fields, "file": path} if path else fields


def read(content: bytes) -> Disclosure:
    """Read disclosure.json; only its form is checked.

    Raises:
        InputError: if it has another form.
    """
    fields = canonical.loads(content, where=NAME)
    try:
        path = fields.pop("file", "")
        if set(fields) != {"v", "root", "evidence", "key", "shown"} or fields["v"] != FORMAT:
            raise ValueError("disclosure")
        shown = []
        for one in fields["shown"]:
            record = proved.record_of(one.pop("record"))
            shown.append(Shown(proved.proved_of(one), record))
        number, key = fields["evidence"], bytes.fromhex(fields["key"])
        if not 1 <= len(shown) <= 2 or not isinstance(number, int) or not isinstance(path, str):
            raise ValueError("disclosure")
        room, _slash, name = path.partition("/")
        if path and (room != CONTENT or name in {"", ".", ".."} or {"/", "\\"} & set(name)):
            raise ValueError("file")
        return Disclosure(str(fields["root"]), number, key, tuple(shown), path)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(_("it is not what disclose writes"), where=NAME) from error


def _log(
    case: Case,
    out: Path,
    ref: str,
    recipients: Sequence[str],
    to: str,
    reason: str,
    now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> int:
    kind, _slash, name = ref.partition("#")[0].partition("/")
    state: dict[str, object] = {
        "name": os.fsencode(out.name).decode("utf-8", "backslashreplace"),
        "at": custody.stamp(now),
        "items": [name] if kind == ITEM else [],
        "records": [] if kind == ITEM else [name],
        "to": list(recipients),
        "encryption": "age" if recipients else "none",
        "format": "disclosure",
        "team": False,
        "for": to,
    }
    subject = f"{exporting.SUBJECT}{random(8).hex()}"
    with database.transaction(case.database):
        cases.append(case, [Change("export", subject, state, None, reason)], now)
    return case.size - 1
