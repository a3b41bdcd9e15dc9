"""Places, visits and systems as FollowTheMoney entities, and back."""

from collections.abc import Iterator

from contrechamp.dossier.formats.followthemoney.model import (
    UNKNOWN_LANGUAGE,
    Entity,
    EntityNames,
    Fields,
    Resolver,
    as_name,
    built,
    confidence_in,
    confidence_out,
    day_in,
    day_out,
    evidence_in,
    names_in,
    names_out,
    optional_in,
)
from contrechamp.dossier.formats.read.drafts import one_line, without_empty
from contrechamp.dossier.records.field_types import CoarsePlace, Evidence
from contrechamp.dossier.records.fieldwork import Observation, Place
from contrechamp.dossier.records.systems import Deployment

#: The keyword that tells a system under scrutiny from other projects.
SURVEILLANCE = "surveillance"


def place_out(id_: str, place: Place, names: EntityNames) -> Entity:
    """Return the entity of a place; if it has a coarse place, no more than that is exported."""
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


def place_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of a place."""
    country = entity.first("country").upper()
    coarse = without_empty(
        {
            "country": country if len(country) == 2 else "",
            "region": one_line(entity.first("region", "state")),
            "locality": one_line(entity.first("city")),
        }
    )
    lon, lat = entity.first("longitude"), entity.first("latitude")
    full = one_line(entity.first("full"))
    return {
        "names": names_in(entity)
        or ([{"language": UNKNOWN_LANGUAGE, "text": full}] if full else []),
        "position": {"lon": lon, "lat": lat} if lon and lat else None,
        "coarse": coarse or None,
        "evidence": evidence_in(entity, resolver),
    }


def is_place(entity: Entity) -> bool:
    """Return whether an address has a name or a position, and is not only a postal address."""
    return bool(entity.first("name") or (entity.first("latitude") and entity.first("longitude")))


def observation_out(id_: str, visit: Observation, names: EntityNames) -> Entity:
    """Return the entity of a visit, without its observers."""
    items = (*visit.photos, *([visit.route] if visit.route else []))
    event = {
        "name": visit.title(),
        "date": day_out(visit.date),
        "summary": visit.seen,
        "addressEntity": visit.place and names.of(visit.place),
        "proof": names.proofs([*(Evidence(ref=item) for item in items), *visit.evidence]),
    }
    return built(id_, "Event", event)


def observation_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of a visit; its photos come back as evidence."""
    return {
        "date": day_in(entity.first("date", "startDate")),
        "seen": entity.first("summary", "description", "name"),
        "place": optional_in(entity, "addressEntity", resolver),
        "evidence": evidence_in(entity, resolver),
    }


def deployment_out(id_: str, system: Deployment, names: EntityNames) -> Iterator[Entity]:
    """Yield the entity of a system, and one for each operator.

    The day on which it was last known is left out: as an end date it would say that the system is
    no longer there.
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


def deployment_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of a system."""
    operators = [
        without_empty(
            {
                "actor": actor,
                "role": one_line(one.first("role")) or "participant",
                "confidence": confidence_in(one),
                "from_date": day_in(one.first("startDate")),
                "to_date": day_in(one.first("endDate")),
                "evidence": evidence_in(one, resolver),
            }
        )
        for one in resolver.naming("ProjectParticipant", entity.id)
        if (actor := optional_in(one, "participant", resolver))
    ]
    return {
        "names": names_in(entity),
        "operators": operators,
        "first_known": day_in(entity.first("startDate")),
    }


def is_system(entity: Entity) -> bool:
    """Return whether a project is marked as a system under scrutiny."""
    return SURVEILLANCE in entity.all("keywords")
