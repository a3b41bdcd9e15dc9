"""What this machine last saw of a case: the only way to notice that an older copy was put back.

It is kept outside of the case, in a folder of the machine that the caller names, and consists of
a random name, a count and a hash.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.files import new_file
from contrechamp.vault.case import Case
from contrechamp.vault.log import branches, checkpoint, custody, merkle


@contextmanager
def following(case: Case, folder: Path, *, write: bool) -> Iterator[bool]:
    """Yield whether a case continues what was last seen; if so, note its state afterwards.

    If it does not, the note must stay: replacing it would make an older copy that was put back, and
    then added to, look like the right one.

    Args:
        case: open.
        folder: where this machine notes what it has seen.
        write: whether the case is open for writing; if not, nothing is compared or noted.
    """
    known = not write or goes_on(case, folder)
    yield known
    if write and known:
        note(case, folder)


def last(case: Case, folder: Path) -> str | None:
    """Return the newest checkpoint of a case that this machine has seen, if any."""
    try:
        return _file(case, folder).read_text()
    except (OSError, ValueError):
        return None


def goes_on(case: Case, folder: Path) -> bool:
    """Return whether the log still begins with the entries that this machine has seen in it."""
    noted = last(case, folder)
    if noted is None:
        return True
    try:
        seen, _signatures = checkpoint.parse(noted)
    except InputError:
        return True  # half-written when the machine crashed: no evidence either way
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
    row = case.database.execute(
        "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return
    path = _file(case, folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with new_file(path) as partial:
            partial.write_text(str(row[0]))
    except (OSError, OutputError):
        return


def _file(case: Case, folder: Path) -> Path:
    return folder / case.file.log_origin.rpartition("/")[2]
