"""Mending a case: what an interrupted command had committed is finished, the rest is undone."""

import secrets
from dataclasses import replace

from contrechamp.vault import case as cases
from contrechamp.vault import database, erasing, lock, object_keys, objects, strangers
from contrechamp.vault.access import casefile, slots
from contrechamp.vault.access.keys import casefile_key, database_key
from contrechamp.vault.case import Case, Random
from contrechamp.vault.values import text


def recover(case: Case) -> None:
    """Finish what an interrupted command had committed, and clear away what it had not."""
    settle_slots(case, secrets.token_bytes)
    _settle_casefile(case)
    objects.make_folders(case.folder)
    upgraded = case.file.format < casefile.FORMAT  # the database first, case.toml last
    if upgraded:
        database.forget_deleted(case.database)
    _settle_files(case)
    with lock.clearing(case.folder, objects.INCOMING_PATH) as is_ours:
        for leftover in objects.leftovers(case.folder) if is_ours else ():
            objects.remove(case.folder, leftover)
    for leftover in strangers.partials(case.folder):
        objects.remove(case.folder, leftover)
    erasing.finish(case)
    if upgraded:
        cases.write_readme(case.folder)
        case.file = replace(case.file, format=casefile.FORMAT)
        _settle_casefile(case)


def _settle_files(case: Case) -> None:
    """Move files of objects into place that were still waiting."""
    pending = [
        (objects.checked_path(text(waiting, "files.waiting", 128)),
         objects.checked_name(text(name, "files.name", 64)))
        for name, waiting in case.database.execute(
            "SELECT name, waiting FROM files WHERE waiting IS NOT NULL"
        ).fetchall()
    ]  # fmt: skip
    if pending:
        with objects.write_errors(), case.folder.disk() as disk:
            objects.put_in_place(case.folder, pending, disk)
        object_keys.settle(case)


def _settle_casefile(case: Case) -> None:
    """Rewrite case.toml and its copy unless both are what they should be."""
    content = casefile.to_toml(case.file, casefile_key(case.unlocked.root_key))
    if casefile.read_both(case.folder) != [content, content]:
        cases.write_casefile(case.folder, case.file, case.unlocked.root_key)


def settle_slots(case: Case, random: Random) -> None:
    """Remove from case.toml the slots that the database does not know, and change the root key.

    The database decides, as the log does with it: a slot that it does not know was taken away, or
    was never finished. Nothing is done if all slots are known and no change of key is under way,
    nor where the log has entries that were refused: nobody loses access on such ground.
    """
    if case.chain.problems:
        return
    known = cases.recipients(case)
    staying = tuple(slot for slot in case.file.slots if slot.id in known)
    if case.next_root_key is None and len(staying) == len(case.file.slots):
        return
    if case.next_root_key is None:
        case.next_root_key = random(32)
        case.file = replace(
            case.file, slots=slots.with_next_root(staying, known, case.next_root_key)
        )
        cases.write_casefile(case.folder, case.file, case.unlocked.root_key)
    change_root(case, case.next_root_key)


def change_root(case: Case, root_key: bytes) -> None:
    """Re-encrypt database and case.toml under the root key that the slots hold as the next one.

    If interrupted, it leaves a case that opens under the old or the new key; `recover` resumes it.
    """
    if case.unlocked.root_key != root_key:
        database.change_key(case.database, case.folder, database_key(root_key))
        case.unlocked = replace(case.unlocked, root_key=root_key)
    kept = cases.recipients(case)
    staying = tuple(slot for slot in case.file.slots if slot.id in kept)
    case.file = replace(case.file, slots=slots.with_root(staying, kept, root_key))
    cases.write_casefile(case.folder, case.file, root_key)
    case.next_root_key = None
