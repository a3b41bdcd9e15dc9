"""What this machine last saw of a case, and where: what tells that another was put in its place.

It is kept outside of the case, in a folder of the machine that the caller names: for each case its
newest checkpoint (a random name, a count and a hash), and for each place, named by a hash of its
path, that of the case that was there.
"""

import hashlib
import os
from pathlib import Path

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.files import new_file
from contrechamp.vault.case import Case
from contrechamp.vault.log import branches, checkpoint, custody, merkle


def at_place(place: Path, folder: Path) -> str | None:
    """Return the random name of the case that this machine last saw at a place, if any.

    Args:
        place: of a case.
        folder: where this machine notes what it has seen.
    """
    try:
        return random_name(_file_of_place(place, folder).read_text().split("\n")[0])
    except (OSError, ValueError):
        return None


def note_place(place: Path, log_origin: str, folder: Path, case: Case | None = None) -> None:
    """Note which case is at a place, and its newest checkpoint if it is open.

    It is no error if this machine cannot keep a note.
    """
    noted = None if case is None else _newest(case)
    _keep(_file_of_place(place, folder), f"{log_origin}\n" if noted is None else noted)


def goes_on_at(case: Case, place: Path, folder: Path) -> bool:
    """Return whether the log begins with what this machine has seen of it at a place.

    Of a copy at another place that may well not be so: two people work apart.
    """
    try:
        return _goes_on(case, _file_of_place(place, folder).read_text())
    except (OSError, ValueError):
        return True


def random_name(log_origin: str) -> str:
    """Return the random part of a log's name."""
    return log_origin.rpartition("/")[2]


def last(case: Case, folder: Path) -> str | None:
    """Return the newest checkpoint of a case that this machine has seen, if any."""
    try:
        return _file(case, folder).read_text()
    except (OSError, ValueError):
        return None


def goes_on(case: Case, folder: Path) -> bool:
    """Return whether the log still begins with the entries that this machine has seen in it."""
    noted = last(case, folder)
    return noted is None or _goes_on(case, noted)


def _goes_on(case: Case, noted: str) -> bool:
    try:
        seen, _signatures = checkpoint.parse(noted)
    except InputError:
        return True  # half-written when the machine crashed: no evidence either way
    # Mostly nothing was written since: the tree was computed when the case was opened.
    if seen.size == case.frontier.size and case.frontier.root() == seen.root:
        return True
    frontier = merkle.Frontier()
    for number, leaf in custody.leaves(case.database):
        if number == seen.size:
            break
        frontier.append(merkle.leaf_hash(leaf))
    if seen.size <= case.size and frontier.root() == seen.root:
        return True
    # What this machine has seen may be the log of a copy that was merged, and is now a branch.
    return branches.contains(case, seen.size, seen.root)


def note(case: Case, folder: Path) -> None:
    """Note the newest checkpoint; it is no error if this machine cannot keep a note."""
    noted = _newest(case)
    if noted is not None:
        _keep(_file(case, folder), noted)


def _newest(case: Case) -> str | None:
    query = "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
    row = case.database.execute(query).fetchone()
    return None if row is None else str(row[0])


def _keep(path: Path, text: str) -> None:
    try:
        # `parents=True` would make those above open to whom the umask lets in.
        missing = [one for one in (path.parent, *path.parent.parents) if not one.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        with new_file(path) as partial:
            partial.write_text(text)
    except (OSError, OutputError):
        return


def _file(case: Case, folder: Path) -> Path:
    return folder / random_name(case.file.log_origin)


def _file_of_place(place: Path, folder: Path) -> Path:
    """Return the file for a place: its path stands nowhere, but can be guessed and compared."""
    path = os.fsencode(place.resolve())
    return folder / "places" / hashlib.sha256(path).hexdigest()[:32]
