"""Services that people walk to: one list for the tags of the map, names, trips and pages."""

from dataclasses import dataclass

from contrechamp.base.i18n import N_


@dataclass(frozen=True)
class Service:
    """A kind of service.

    Args:
        kind: stable word in tables and figures.
        label: its name in English.
        tags: of OpenStreetMap, any of which is enough.
        goal: of the trips that may end there, named after one kind of service; "" if no trips go
            there.
    """

    kind: str
    label: str
    tags: tuple[tuple[str, str], ...]
    goal: str = ""


#: An object with the tags of several kinds is of the first of them.
SERVICES: tuple[Service, ...] = (
    Service("school", N_("school"), (("amenity", "school"),), goal="school"),
    Service("kindergarten", N_("kindergarten"), (("amenity", "kindergarten"),)),
    Service(
        "clinic",
        N_("clinic"),
        (("amenity", "clinic"), ("healthcare", "clinic"), ("healthcare", "centre")),
        goal="clinic",
    ),
    Service(
        "hospital",
        N_("hospital"),
        (("amenity", "hospital"), ("healthcare", "hospital")),
        goal="clinic",
    ),
    Service(
        "doctors",
        N_("doctor's practice"),
        (("amenity", "doctors"), ("healthcare", "doctor")),
        goal="clinic",
    ),
    Service("pharmacy", N_("pharmacy"), (("amenity", "pharmacy"), ("healthcare", "pharmacy"))),
    Service("place_of_worship", N_("place of worship"), (("amenity", "place_of_worship"),)),
    Service("marketplace", N_("marketplace"), (("amenity", "marketplace"),)),
    Service("supermarket", N_("supermarket"), (("shop", "supermarket"),), goal="supermarket"),
    Service(
        "drinking_water",
        N_("drinking water"),
        (("amenity", "drinking_water"), ("amenity", "water_point"), ("man_made", "water_tap")),
    ),
    Service(
        "transit_stop",
        N_("public transport stop"),
        (
            ("highway", "bus_stop"),
            ("railway", "tram_stop"),
            ("railway", "station"),
            ("railway", "halt"),
            ("railway", "subway_entrance"),
            ("amenity", "bus_station"),
            ("amenity", "ferry_terminal"),
        ),
        goal="transit_stop",
    ),
)
