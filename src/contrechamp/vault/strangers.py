"""What lies in the folder of a case and is not ours: links, devices, planted or forgotten files.

A case travels through hands that are not friendly. Whatever has a name that we do not give, or is
not a plain file where we make plain files, is never opened, written or removed: it is named.
"""

import re
import stat
import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from contrechamp.base.errors import InputError
from contrechamp.base.held_folder import HeldFolder, unplain
from contrechamp.base.i18n import _
from contrechamp.vault import database, lock, objects
from contrechamp.vault.access import casefile
from contrechamp.vault.case import README_NAME

_SHARD = re.compile(r"[0-9a-f]{2}")
_INCOMING = re.compile(r"[0-9a-f]{32}")
#: While case.toml is replaced, and while records are imported; the first form is of older versions.
_PARTIAL = re.compile(
    r"case\.toml(\.copy)?\.partial|case\.toml(\.copy)?\.[0-9a-f]{16}\.partial"
    r"|staging-[0-9a-f]{16}\.partial"
)
_FILES = frozenset(
    {casefile.NAME, casefile.COPY, database.NAME, database.JOURNAL, lock.NAME, README_NAME}
)

#: The end of a rollback journal that names a super-journal (sqlite.org/fileformat2.html): length
#: of the name, its checksum, and this.
_MAGIC = bytes.fromhex("d9d505f920a163d7")
_TAIL = struct.Struct(">II8s")


class Stranger(NamedTuple):
    """Something that is not ours.

    Args:
        path: below the folder, with ``/`` between names.
        problem: what is wrong with it, in the user's language.
    """

    path: str
    problem: str


def strangers(folder: HeldFolder) -> Iterator[Stranger]:
    """Yield everything in the folder of a case that contrechamp did not put there."""
    for name, about in folder.entries():
        if name == objects.FOLDER:
            if stat.S_ISDIR(about.st_mode):
                yield from _among_objects(folder)
            else:
                yield Stranger(name, _("a file or a link where a folder is expected"))
        elif name not in _FILES and not _PARTIAL.fullmatch(name):
            yield Stranger(name, _not_ours())
        elif problem := unplain(about):
            yield Stranger(name, problem)


def refuse(folder: HeldFolder) -> None:
    """Check that there is nothing in the folder of a case but what contrechamp put there.

    Raises:
        InputError: naming the first thing that is not ours, and what to do.
    """
    for stranger in strangers(folder):
        raise InputError(
            _(
                "{problem}: contrechamp did not put it there; move it out of the folder of the "
                "case, or, if you linked or copied it yourself, open a plain copy of the folder. "
                "Nothing was changed; contrechamp verify names everything of this kind"
            ).format(problem=stranger.problem),
            where=f"{folder.name}/{stranger.path}",
        )


def partials(folder: HeldFolder) -> list[str]:
    """Return the files that a command which was interrupted left half-written."""
    return [name for name in folder.names() if _PARTIAL.fullmatch(name)]


def refuse_database(folder: HeldFolder) -> None:
    """Check what SQLite acts on by itself, before it is asked to open anything.

    A rollback journal may name a super-journal, which SQLite removes after it has rolled back. We
    use one database at a time, so ours never do.

    Raises:
        InputError: if the database is missing or no plain file, or a file beside it is not ours.
    """
    beside: Mapping[str, str] = {
        name: _not_ours()
        for name in folder.names()
        if name.startswith(database.NAME) and name not in {database.NAME, database.JOURNAL}
    }
    for name, problem in beside.items():
        raise InputError(problem, where=name)
    about = folder.stat(database.NAME)
    if about is None:
        raise InputError(_("the database is missing"), where=database.NAME)
    if problem := unplain(about):
        raise InputError(problem, where=database.NAME)
    try:
        with folder.open(database.JOURNAL) as journal:
            size = journal.seek(0, 2)
            if size < _TAIL.size:
                return
            journal.seek(size - _TAIL.size)
            _length, _checksum, magic = _TAIL.unpack(journal.read(_TAIL.size))
    except FileNotFoundError:
        return
    if magic == _MAGIC:
        raise InputError(
            _(
                "it names another file, which would be deleted: contrechamp writes no such "
                "journal, somebody planted it. Move it out of the folder of the case, then run "
                "contrechamp verify"
            ),
            where=database.JOURNAL,
        )


def _among_objects(folder: HeldFolder) -> Iterator[Stranger]:
    for name, about in folder.entries(objects.FOLDER):
        path = f"{objects.FOLDER}/{name}"
        if not _SHARD.fullmatch(name) and name != objects.INCOMING:
            yield Stranger(path, _not_ours())
        elif not stat.S_ISDIR(about.st_mode):
            yield Stranger(path, _("a file or a link where a folder is expected"))
        else:
            yield from _in_shard(folder, path, name)


def _in_shard(folder: HeldFolder, path: str, shard: str) -> Iterator[Stranger]:
    form, begin = (_INCOMING, "") if shard == objects.INCOMING else (objects.NAME, shard)
    for name, about in folder.entries(path):
        if not form.fullmatch(name) or not name.startswith(begin):
            yield Stranger(f"{path}/{name}", _not_ours())
        elif problem := unplain(about):
            yield Stranger(f"{path}/{name}", problem)


def _not_ours() -> str:
    return _("no file of a case has this name")
