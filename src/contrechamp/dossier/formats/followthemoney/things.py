"""Places, visits and systems as FollowTheMoney entities, and back."""

from collections.abc import Iterator

from contrechamp.dossier.formats.followthemoney.model import (
    UNTOLD,
    Around,
    Entity,
    Fields,
    Names,
    as_name,
    built,
    confidence_in,
    confidence_out,
    day_in,
    day_out,
    evidence_in,
    given,
    line,
    names_in,
    names_out,
    optional_in,
)
from contrechamp.dossier.records.field_types import CoarsePlace, Evidence
from contrechamp.dossier.records.fieldwork import Observation, Place
from contrechamp.dossier.records.systems import Deployment

#: Tells a system under scrutiny from the projects of others.
SURVEILLANCE = "surveillance"


def place_out(id_: str, place: Place, names: Names) -> Entity:
    """Return the entity of a place: no more than may be published of it, where it says what."""
    coarse = place.coarse or CoarsePlace()
    point = None if place.coarse is not None else place.position
    full = (place.title(), coarse.locality, coarse.region)
    properties = names_out(place.names) | {
        "full": ", ".join(part for part in full if part) if as_name(place.title()) else "",
        "city": coarse.locality,
        "region": coarse.region,
        "country": coarse.country and coarse.country.lower(),
        "latitude": point and f"{point.lat:f}",
        "longitude": point and f"{point.lon:f}",
        "proof": names.proofs(place.evidence),
    }  # fmt: skip
    return built(id_, "Address", properties)


def place_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of a place."""
    country = entity.first("country").upper()
    coarse = given(
        {
            "country": country if len(country) == 2 else "",
            "region": line(entity.first("region", "state")),
            "locality": line(entity.first("city")),
        }
    )
    lon, lat = entity.first("longitude"), entity.first("latitude")
    full = line(entity.first("full"))
    return given(
        {
            "names": names_in(entity) or ([{"language": UNTOLD, "text": full}] if full else []),
            "position": {"lon": lon, "lat": lat} if lon and lat else None,
            "coarse": coarse or None,
            "evidence": evidence_in(entity, around),
        }
    )


def is_place(entity: Entity) -> bool:
    """Return whether an address has a name or a point: not only lines for an envelope."""
    return bool(entity.first("name") or (entity.first("latitude") and entity.first("longitude")))


def observation_out(id_: str, visit: Observation, names: Names) -> Entity:
    """Return the entity of a visit; who looked stays behind."""
    items = (*visit.photos, *([visit.route] if visit.route else []))
    event = {
        "name": visit.title(),
        "date": day_out(visit.date),
        "summary": visit.seen,
        "addressEntity": visit.place and names.of(visit.place),
        "proof": names.proofs([*(Evidence(ref=item) for item in items), *visit.evidence]),
    }
    return built(id_, "Event", event)


def observation_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of a visit; its pictures come back as evidence."""
    return given(
        {
            "date": day_in(entity.first("date", "startDate")),
            "seen": entity.first("summary", "description", "name"),
            "place": optional_in(entity, "addressEntity", around),
            "evidence": evidence_in(entity, around),
        }
    )


def deployment_out(id_: str, system: Deployment, names: Names) -> Iterator[Entity]:
    """Yield the entity of a system, and one for each who runs or orders it.

    When it was last known is not said there: an end would say that it is no more.
    """
    properties = names_out(system.names) | {
        "startDate": day_out(system.first_known),
        "keywords": SURVEILLANCE,
    }
    yield built(id_, "Project", properties)
    for number, one in enumerate(system.operators, start=1):
        participant = {
            "project": id_,
            "participant": names.of(one.actor),
            "role": one.role,
            "startDate": day_out(one.from_date),
            "endDate": day_out(one.to_date),
            "description": confidence_out(one.confidence),
            "proof": names.proofs(one.evidence),
        }
        yield built(f"operator-{id_}-{number}", "ProjectParticipant", participant)


def deployment_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of a system."""
    operators = [
        given(
            {
                "actor": actor,
                "role": line(one.first("role")) or "participant",
                "confidence": confidence_in(one),
                "from_date": day_in(one.first("startDate")),
                "to_date": day_in(one.first("endDate")),
                "evidence": evidence_in(one, around),
            }
        )
        for one in around.by("ProjectParticipant", entity.id)
        if (actor := optional_in(one, "participant", around))
    ]
    return given(
        {
            "names": names_in(entity),
            "operators": operators,
            "first_known": day_in(entity.first("startDate")),
        }
    )


def is_system(entity: Entity) -> bool:
    """Return whether a project is a system under scrutiny, and says so."""
    return SURVEILLANCE in entity.all("keywords")
