"""What lies around a record: the records and items that it is linked with, near and less near."""

from dataclasses import dataclass, field
from typing import Final

from contrechamp.dossier.formats.write.graph_files import Edge, edges
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.titles import citing
from contrechamp.vault.case import Case

#: Most records and items of one look; more are no graph that anybody reads.
MOST: Final = 120
#: How far from the record: what it is linked with, and what that is linked with.
STEPS: Final = 2


@dataclass
class Around:
    """What lies around a record.

    Args:
        steps: of each record or item, how many links it is away.
        edges: the links between them; those of closed fields are left out.
        is_whole: there is no more within those steps.
    """

    steps: dict[str, int]
    edges: list[Edge] = field(default_factory=list)
    is_whole: bool = True


def around(case: Case, ref: str, most: int = MOST, steps: int = STEPS) -> Around:
    """Return what lies around a record, the nearest first, in an order that stays.

    Args:
        case: open.
        ref: of the record.
        most: records and items.
        steps: how far.
    """
    found = Around({ref: 0})
    every: dict[Edge, None] = {}
    reached = [ref]
    for step in range(1, steps + 1):
        near: dict[str, None] = {}
        for edge in _links_of(case, reached):
            every[edge] = None
            for end in (edge.source, edge.target):
                if end not in found.steps:
                    near[end] = None
        reached = list(near)[: most - len(found.steps)]
        found.is_whole = found.is_whole and len(reached) == len(near)
        found.steps |= dict.fromkeys(reached, step)
    found.edges = [one for one in every if {one.source, one.target} <= found.steps.keys()]
    return found


def _links_of(case: Case, refs: list[str]) -> list[Edge]:
    """Return the links of records and items, whichever end they are."""
    asked = set(refs)
    others = {one.ref for ref in refs for one in citing(case, ref)}
    ids = {lookup.id_of(one) for one in (*others, *refs) if one.startswith(lookup.SUBJECT)}
    return [
        edge
        for stored in lookup.those(case, sorted(ids))
        for edge in edges(stored)
        if asked & {edge.source, edge.target}
    ]
