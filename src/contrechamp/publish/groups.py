"""What a figure is of, as one word that files carry: parts such as ``service:school``.

A figure of `measure` is of one part at most (``near:100``). Those of answering commands may be of
several, which a ``;`` parts from each other: ``service:school;hours:7-9;area:Old town``.
"""

from collections.abc import Iterator
from typing import Final

#: Of everything.
ALL: Final = "all"
#: Between parts, and what stands for it inside of a name; the second is what stands for itself.
_BETWEEN: Final = (";", "%3B")
_ITSELF: Final = ("%", "%25")


def grouped(**parts: str) -> str:
    """Return parts as one word; those that are empty are left out, and nothing is `ALL`."""
    return _BETWEEN[0].join(f"{sort}:{_kept(of)}" for sort, of in parts.items() if of) or ALL


def parts(group: str) -> Iterator[tuple[str, str]]:
    """Yield sort and name of each part; a part without a sort has "" for it."""
    for part in group.split(_BETWEEN[0]):
        sort, mark, of = part.partition(":")
        yield (sort, _read(of)) if mark else ("", part)


def _kept(name: str) -> str:
    return name.replace(*_ITSELF).replace(*_BETWEEN)


def _read(name: str) -> str:
    (mark, for_mark), (percent, for_percent) = _BETWEEN, _ITSELF
    return name.replace(for_mark, mark).replace(for_percent, percent)
