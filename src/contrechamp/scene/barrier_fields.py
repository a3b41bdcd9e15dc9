"""The fields of a barrier: the specification that tables, records, forms and pages are made from.

Kinds are those that the UN Office for the Coordination of Humanitarian Affairs (OCHA) counts in the
West Bank (*Movement and Access in the West Bank*, September 2024), and what maps have beside them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from contrechamp.base.i18n import N_, _
from contrechamp.scene.table_fields import TableField, Tag

#: The values of ``barrier`` in OpenStreetMap -> our kind.
OF_OSM: Mapping[str, str] = {
    **dict.fromkeys(("gate", "hampshire_gate", "sally_port", "sliding_gate"), "gate"),
    **dict.fromkeys(("checkpoint", "border_control", "security_booth"), "checkpoint"),
    **dict.fromkeys(("turnstile", "full-height_turnstile", "kissing_gate"), "turnstile"),
    **dict.fromkeys(("block", "jersey_barrier", "debris"), "roadblock"),
    **dict.fromkeys(("berm", "earth_mound"), "earth_mound"),
    **dict.fromkeys(("ditch", "trench"), "trench"),
    **dict.fromkeys(("wall", "city_wall"), "wall"),
    **dict.fromkeys(("fence", "guard_rail"), "fence"),
    **dict.fromkeys(
        (
            *("bollard", "lift_gate", "swing_gate", "sliding_beam", "chain", "rope", "spikes"),
            *("toll_booth",),
        ),
        "vehicle_barrier",
    ),
}

#: Kind -> what forms and pages call it.
KINDS: Mapping[str, str] = {
    "checkpoint_always": N_("Checkpoint, always staffed"),
    "checkpoint_partly": N_("Checkpoint, partly staffed"),
    "checkpoint": N_("Checkpoint, staffing not known"),
    "gate_open": N_("Gate, usually open"),
    "gate_closed": N_("Gate, usually closed"),
    "gate": N_("Gate, state not known"),
    "earth_mound": N_("Earth mound"),
    "roadblock": N_("Roadblock"),
    "trench": N_("Trench"),
    "linear_closure": N_("Linear closure: road barrier or earth wall along a road"),
    "wall": N_("Wall"),
    "fence": N_("Fence"),
    "turnstile": N_("Turnstile"),
    "vehicle_barrier": N_("Barrier to vehicles only"),
    "other": N_("Something else"),
}

#: How OCHA counts: what it calls a class -> the kinds in it. It counts the wall by its length.
OCHA: Mapping[str, tuple[str, ...]] = {
    "checkpoints staffed 24/7": ("checkpoint_always",),
    "partial checkpoints": ("checkpoint_partly",),
    "earth mounds": ("earth_mound",),
    "road gates": ("gate_open", "gate_closed", "gate"),
    "roadblocks": ("roadblock",),
    "linear closures": ("linear_closure", "trench"),
}

FIELDS: tuple[TableField, ...] = (
    TableField(
        name="id",
        holds="line",
        help="The name of the barrier, which no other one has.",
        recorded=False,
    ),
    TableField(
        name="kind",
        holds="choice",
        help="What sort of barrier it is, and how it is usually kept.",
        label=N_("kind of barrier"),
        choices={**{kind: kind for kind in KINDS}, **OF_OSM},
        absent="other",
        tags=(Tag("barrier"),),
        question=N_("What it is"),
        offered=KINDS,
    ),
    TableField(
        name="name",
        holds="line",
        help="What the barrier is called.",
        label=N_("name"),
        tags=(Tag("name"),),
        recorded=False,  # there it has one in each language
    ),
    TableField(
        name="permits",
        holds="line",
        help=(
            "Who may pass: all, none, or the permits that let people through, with | between them, "
            "each with @ and hours if it has hours of its own: resident | worker @ Mo-Fr "
            "06:00-18:00. Never names of people."
        ),
        label=N_("who may pass, by which permit"),
        tags=(Tag("foot"), Tag("access")),
        recorded=False,  # there each group that passes has its own
    ),
    TableField(
        name="hours",
        holds="line",
        help=(
            "When the barrier is open, as OpenStreetMap writes opening hours: Mo-Sa 05:30-22:00; "
            "Su off."
        ),
        label=N_("opening hours"),
        tags=(Tag("opening_hours"),),
        aliases=("opening_hours",),
        recorded=False,  # there they are rows of days and times
    ),
    TableField(
        name="wait_minutes",
        holds="number",
        help="How long it usually takes to pass on foot, in minutes, such as 10.",
        label=N_("usual wait"),
        measured_in=N_("minutes"),
        low=0.0,
        high=1440.0,
        absent=math.nan,
        drawn=True,
        question=N_("Usual wait"),
    ),
    TableField(
        name="wait_most_minutes",
        holds="number",
        help="The longest that it took when somebody watched, in minutes, such as 45.",
        label=N_("longest wait seen"),
        measured_in=N_("minutes"),
        low=0.0,
        high=1440.0,
        absent=math.nan,
        drawn=True,
        question=N_("Longest wait seen"),
    ),
    TableField(
        name="first_seen",
        holds="date",
        help="The first day on which the barrier was seen, such as 2021-11-02.",
        tags=(Tag("start_date"),),
    ),
    TableField(
        name="last_seen",
        holds="date",
        help="The last day on which the barrier was seen, such as 2022-05-14.",
        tags=(Tag("check_date"), Tag("survey:date")),
    ),
    TableField(
        name="evidence",
        holds="line",
        help="What the row rests on: a visit, a photo, a report. It appears in the open data.",
        label=N_("what it rests on"),
        recorded=False,  # there it refers to items and records
    ),
    TableField(
        name="source",
        holds="line",
        help="Where the row comes from. It appears in the open data, after file and row.",
        recorded=False,
    ),
)

BY_NAME: Mapping[str, TableField] = {one.name: one for one in FIELDS}
#: Names of columns that mean something in a table of barriers; its column `kind` is `barrier`.
KNOWN_NAMES = frozenset(
    name for one in FIELDS for name in (one.name, *one.aliases, *(tag.key for tag in one.tags))
) - {"kind"}
#: The fields that a record has under the same name, and those that the field form asks for.
RECORDED = tuple(one for one in FIELDS if one.recorded)
ASKED = tuple(one for one in FIELDS if one.question)


def barrier_label(kind: str) -> str:
    """Return the name of a kind of barrier in the user's language."""
    return _(KINDS[kind]) if kind in KINDS else kind.replace("_", " ")


def counted(kinds: Iterable[str]) -> dict[str, int]:
    """Return how many barriers of each class of `OCHA` there are, without those it does not count.

    Args:
        kinds: of each barrier, of `KINDS`.
    """
    found = Counter(kinds)
    return {name: sum(found[kind] for kind in members) for name, members in OCHA.items()}
