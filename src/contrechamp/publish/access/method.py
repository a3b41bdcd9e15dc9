"""How access was worked out, what was assumed, and what was left aside."""

from typing import Final

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.access.asked import SPEED_M_S
from contrechamp.measure.access.links import LINK_M
from contrechamp.measure.access.people import HOMES, PEOPLE
from contrechamp.measure.access.run import Access
from contrechamp.publish.numbers import Numbers
from contrechamp.scene.service_names import service_label

#: Areas that are named.
NAMED: Final = 3


def method(told: Access, numbers: Numbers) -> list[str]:
    """Return how it was found out, and what was assumed."""
    graphs = told.reached.graphs
    found = [
        _(
            "A number in brackets holds nine in ten of {draws} draws: of whether barriers of which "
            "nothing is known let people pass, of how long it takes, of paths that the map lacks, "
            "and of what is not known of cameras."
        ).format(draws=numbers.plain(told.asked.draws)),
        _graphs(len(told.states.groups), int(graphs.min()), int(graphs.max()), numbers),
        _(
            "People walk at {speed} km an hour to the place that is nearest in time, along the "
            "walkable streets of the map. Times are of those who reach one; who does not is in the "
            "share of those cut off."
        ).format(speed=numbers.plain(SPEED_M_S * 3.6, 0.1)),
    ]
    if told.states.n_unknown:
        found.append(
            ngettext(
                "Of {n} barrier it is not known, at some hour, who may pass. Whether it lets "
                "people through is drawn by its kind, from ranges that are assumptions: no "
                "published figure is known. Say who may pass, in the column permits, and nothing "
                "is assumed.",
                "Of {n} barriers it is not known, at some hour, who may pass. Whether they let "
                "people through is drawn by their kind, from ranges that are assumptions: no "
                "published figure is known. Say who may pass, in the column permits, and nothing "
                "is assumed.",
                told.states.n_unknown,
            ).format(n=numbers.plain(told.states.n_unknown))
        )
    if len(told.links.length_m):
        found.append(
            ngettext(
                "At {n} end of a street a path of up to {far} to the next one may be missing on "
                "the map. In each draw up to {share} of such paths are there, which is an "
                "assumption.",
                "At {n} ends of streets a path of up to {far} to the next one may be missing on "
                "the map. In each draw up to {share} of such paths are there, which is an "
                "assumption.",
                len(told.links.length_m),
            ).format(
                n=numbers.plain(len(told.links.length_m)),
                far=numbers.quantity(LINK_M, "m"),
                share=numbers.percent(told.asked.links_share),
            )
        )
    if walked := int(told.links.walked.sum()):
        found.append(
            ngettext(
                "{n} of these paths is followed by a recorded walk, and is there in every draw.",
                "{n} of these paths are followed by a recorded walk, and are there in every draw.",
                walked,
            ).format(n=numbers.plain(walked))
        )
    found.append(_who_counts(told))
    if told.exposure.levels:
        found.append(
            _(
                "A way is free if it passes no checkpoint and no stretch of street that a mapped "
                "camera has in view in the draw. In view says what the mapped cameras resolve, not "
                "that anybody was seen."
            )
        )
    return found


def _graphs(groups: int, least: int, most: int, numbers: Numbers) -> str:
    n = numbers.plain(least) if least == most else f"{numbers.plain(least)}–{numbers.plain(most)}"
    return _(
        "Groups by permit: {groups}, each in 24 hours; different graphs that barriers make of "
        "them in a draw: {n}."
    ).format(groups=numbers.plain(groups), n=n)


def _who_counts(told: Access) -> str:
    if told.people.counted == PEOPLE:
        return _("The people of an area are spread evenly over the homes in it.")
    if told.people.counted == HOMES:
        return _("Each home counts once: how many live there is not known.")
    return _("No home is mapped near a street: streets stand for them, by their length.")


def left_aside(told: Access, numbers: Numbers) -> list[str]:
    """Return what of the input does not count, what cannot be estimated, and why."""
    people, crossings = told.people, told.crossings
    more = len(people.empty) > NAMED
    counts = (
        (people.off_network, _off_network(people.off_network)),
        (people.left_out, _in_no_area(people.left_out)),
        (told.far_away, _far_away(told.far_away)),
        (crossings.on_no_street, _on_no_street(crossings.on_no_street)),
        (crossings.openings, _openings(crossings.openings)),
        (crossings.along, _along(crossings.along)),
    )
    found = [text.format(n=numbers.plain(n)) for n, text in counts if n]
    if told.missing:
        found.append(
            _("Not on the map, or too far from any walkable street, and not estimated: {places}.")
            .format(places=numbers.all_of([service_label(one) for one in told.missing]))
        )  # fmt: skip
    if people.empty:
        found.append(
            ngettext(
                "{n} area has no home on a street of the map in it ({names}), and {people} people "
                "by its figures: nothing can be estimated for them.",
                "{n} areas have no home on a street of the map in them ({names}), and {people} "
                "people by their figures: nothing can be estimated for them.",
                len(people.empty),
            ).format(
                n=numbers.plain(len(people.empty)),
                names=numbers.all_of([*people.empty[:NAMED], *[_("others")] * more]),
                people=numbers.plain(people.uncounted),
            )
        )
    if people.overlapping:
        found.append(
            _(
                "Some areas overlap: who lives in two of them counts in both, and homes are "
                "counted instead of people."
            )
        )
    return found


def _off_network(n: int) -> str:
    return ngettext(
        "{n} home lies too far from every walkable street, and does not count.",
        "{n} homes lie too far from every walkable street, and do not count.",
        n,
    )


def _in_no_area(n: int) -> str:
    return ngettext(
        "{n} home lies in none of the areas, and does not count.",
        "{n} homes lie in none of the areas, and do not count.",
        n,
    )


def _far_away(n: int) -> str:
    return ngettext(
        "{n} public place lies too far from every walkable street, and is not a goal.",
        "{n} public places lie too far from every walkable street, and are not goals.",
        n,
    )


def _on_no_street(n: int) -> str:
    return ngettext(
        "{n} barrier crosses no walkable street, and stands in nobody's way here.",
        "{n} barriers cross no walkable street, and stand in nobody's way here.",
        n,
    )


def _openings(n: int) -> str:
    return ngettext(
        "At {n} place a gate stands where a wall or fence crosses a street: the gate counts.",
        "At {n} places a gate stands where a wall or fence crosses a street: the gate counts.",
        n,
    )


def _along(n: int) -> str:
    return ngettext(
        "{n} barrier runs along a street for a part: that part bars nobody.",
        "{n} barriers run along a street for a part: that part bars nobody.",
        n,
    )
