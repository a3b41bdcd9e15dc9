"""What this machine saw of a case last: only so an older copy that was put back can be told.

It lies outside of the case, in a folder of the machine that the caller names. What is kept there is
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
    """Yield whether a case goes on from what was seen; where it does, note what was written.

    Where it does not, what was seen must stay: noting what is there instead would make an older
    copy that was put back, and then added to, look like the right one.

    Args:
        case: open.
        folder: where this machine notes what it has seen.
        write: the case is open to be changed; else nothing is compared, and nothing is noted.
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
    """Return whether the log still begins with the entries that this machine has seen of it."""
    noted = last(case, folder)
    if noted is None:
        return True
    try:
        seen, _signatures = checkpoint.parse(noted)
    except InputError:
        return True  # half-written by a machine that crashed: it tells nothing
    frontier = merkle.Frontier()
    for number, leaf in custody.leaves(case.database):
        if number == seen.size:
            break
        frontier.append(merkle.leaf_hash(leaf))
    if seen.size <= case.size and frontier.root() == seen.root:
        return True
    # Of a copy that was merged since, this machine has seen what is a branch now.
    return branches.contains(case, seen.size, seen.root)


def note(case: Case, folder: Path) -> None:
    """Keep the newest checkpoint; a machine on which nothing can be kept is no error."""
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
