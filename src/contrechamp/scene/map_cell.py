"""The cell in which maps and tables of strangers are read; imports nothing heavy."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from contrechamp.cell.limits import GIB, ProcessLimits, ReadingLimits
from contrechamp.cell.reading import Cell, OwnContent, Reads, opened_cell

#: What reads maps: the cell, or its stand-in for what is no stranger's.
MapReader: TypeAlias = Reads
#: Imported once, before anything is read: GDAL, libosmium and Arrow with them.
MODULES = ("contrechamp.scene.in_cell",)
#: What is called there, for maps and for tables of models.
READER, MODEL_READER = "contrechamp.scene.in_cell:tables", "contrechamp.scene.in_cell:models"
#: For answers on pictures of streets.
ANSWER_READER = "contrechamp.scene.in_cell:picture_answers"
#: For tables of people.
CENSUS_READER = "contrechamp.scene.in_cell:census"
#: For a walk with its times.
WALK_READER = "contrechamp.scene.in_cell:timed_walk"
#: No map takes longer, whatever its size; nothing is heard of it until it is read.
_LONGEST_S = 2 * 3600


def limits() -> ReadingLimits:
    """Return what reading one file may cost on this machine: maps may be large."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return ReadingLimits(
        ProcessLimits(
            memory_bytes=physical * 3 // 4,
            cpu_s=_LONGEST_S,
            file_bytes=0,
            wall_s=_LONGEST_S,
            stall_s=_LONGEST_S,
        ),
        value_bytes=GIB // 16,
        answer_bytes=4 * GIB,
    )


@contextmanager
def map_cell(*, unconfined: bool = False) -> Iterator[Cell]:
    """Open the cell in which maps and tables are read, and have it get warm; see `opened_cell`."""
    with opened_cell(limits(), MODULES, unconfined=unconfined) as cell:
        cell.start()
        yield cell


@contextmanager
def given_or_opened(given: MapReader | None) -> Iterator[MapReader]:
    """Yield the cell that was given, or one that is opened: closed by default."""
    if given is not None:
        yield given
        return
    with map_cell() as cell:
        yield cell


@contextmanager
def own_maps() -> Iterator[OwnContent]:
    """Yield what reads a map that came with this program."""
    yield OwnContent()
