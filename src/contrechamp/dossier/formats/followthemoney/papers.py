"""Tenders, contracts, licences and documents as FollowTheMoney entities, and back."""

from collections.abc import Iterator

from contrechamp.dossier.formats.followthemoney.model import (
    Entity,
    EntityNames,
    Fields,
    Resolver,
    built,
    day_in,
    day_out,
    evidence_in,
    money_in,
    money_out,
    optional_in,
)
from contrechamp.dossier.formats.read.drafts import THIS_FILE, one_line
from contrechamp.dossier.records.contracts import Contract, Licence, Tender
from contrechamp.dossier.records.testimony import Exhibit

#: Roles of the links to a licence, as there are no properties for who applied and who gets it.
EXPORTER, END_USER = "exporter", "end user"
_DECISIONS = frozenset({"pending", "granted", "refused", "revoked"})


def tender_out(id_: str, tender: Tender, names: EntityNames) -> Entity:
    """Return the entity of a tender."""
    properties = {
        "title": tender.name,
        "authority": tender.buyer and names.of(tender.buyer),
        "callId": tender.number,
        "publicationDate": day_out(tender.published_on),
        "submissionDeadline": day_out(tender.closes_on),
        "summary": tender.says,
        "proof": names.proofs(tender.evidence),
    }
    return built(id_, "CallForTenders", properties)


def tender_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of a tender."""
    return {
        "name": one_line(entity.first("title", "name")),
        "buyer": optional_in(entity, "authority", resolver),
        "number": one_line(entity.first("callId", "authorityReferenceId")),
        "published_on": day_in(entity.first("publicationDate")),
        "closes_on": day_in(entity.first("submissionDeadline")),
        "says": entity.first("summary", "description"),
        "evidence": evidence_in(entity, resolver),
    }


def contract_out(id_: str, contract: Contract, names: EntityNames) -> Iterator[Entity]:
    """Yield the entity of a contract, and one for each supplier."""
    properties = {
        "title": contract.name,
        "authority": contract.buyer and names.of(contract.buyer),
        "project": contract.deployment and names.of(contract.deployment),
        "procedureNumber": contract.number,
        "contractDate": day_out(contract.signed_on),
        **money_out(contract.value),
        "summary": contract.says,
        "proof": names.proofs(contract.evidence),
    }
    yield built(id_, "Contract", properties)
    for supplier in map(names.of, contract.suppliers):
        award = {
            "supplier": supplier,
            "contract": id_,
            "callForTenders": contract.tender and names.of(contract.tender),
            "startDate": day_out(contract.from_date),
            "endDate": day_out(contract.to_date),
        }
        yield built(f"award-{id_}-{supplier}", "ContractAward", award)


def contract_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of a contract, including those in its awards."""
    awards = resolver.naming("ContractAward", entity.id)
    tenders = [
        resolver.ref_if_known(name) for award in awards for name in award.all("callForTenders")
    ]
    suppliers = [resolver.ref_if_known(name) for award in awards for name in award.all("supplier")]
    return {
        "name": one_line(entity.first("title", "name")),
        "buyer": optional_in(entity, "authority", resolver),
        "suppliers": [one for one in dict.fromkeys(suppliers) if one],
        "tender": tenders[0] if tenders else "",
        "deployment": optional_in(entity, "project", resolver),
        "number": one_line(entity.first("procedureNumber", "noticeId")),
        "signed_on": day_in(entity.first("contractDate")),
        "from_date": day_in(next((one.first("startDate") for one in awards), "")),
        "to_date": day_in(next((one.first("endDate") for one in awards), "")),
        "value": money_in(entity),
        "says": entity.first("summary", "description"),
        "evidence": evidence_in(entity, resolver),
    }


def licence_out(id_: str, licence: Licence, names: EntityNames) -> Iterator[Entity]:
    """Yield the entity of an export licence, and links to its exporter and end user."""
    properties = {
        "name": licence.name,
        "title": licence.name,
        "authority": licence.authority and names.of(licence.authority),
        "country": licence.to_country and licence.to_country.lower(),
        "status": None if licence.decision == "unknown" else licence.decision,
        "contractDate": day_out(licence.decided_on),
        **money_out(licence.value),
        "description": licence.law,
        "proof": names.proofs(licence.evidence),
    }
    yield built(id_, "License", properties)
    for role, actor in ((EXPORTER, licence.exporter), (END_USER, licence.end_user)):
        if actor:
            link = {"subject": names.of(actor), "object": id_, "role": role}
            yield built(f"{role.replace(' ', '-')}-{id_}", "UnknownLink", link)


def licence_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of an export licence, including those in links to it."""
    links = resolver.naming("License", entity.id)
    ends = {one.first("role"): resolver.ref_if_known(one.first("subject")) for one in links}
    country = entity.first("country").upper()
    status = entity.first("status")
    return {
        "name": one_line(entity.first("name", "title")),
        "authority": optional_in(entity, "authority", resolver),
        "exporter": ends.get(EXPORTER, ""),
        "end_user": ends.get(END_USER, ""),
        "to_country": country if len(country) == 2 else "",
        "law": one_line(entity.first("description")),
        "decision": status if status in _DECISIONS else "",
        "decided_on": day_in(entity.first("contractDate")),
        "value": money_in(entity),
        "evidence": evidence_in(entity, resolver),
    }


def document_out(id_: str, exhibit: Exhibit | None, file_name: str, place: str) -> Entity:
    """Return the entity of a document: what it is and where it was found, without content.

    Args:
        id_: of the entity.
        exhibit: that describes the item, if it may leave.
        file_name: of the item, if it may leave.
        place: entity id of the place where it was made; "" if none.
    """
    properties: dict[str, object] = {"fileName": file_name}
    if exhibit is not None:
        properties |= {
            "title": exhibit.what,
            "date": day_out(exhibit.made_on),
            "sourceUrl": exhibit.address,
            "publisher": exhibit.publisher,
            "retrievedAt": day_out(exhibit.consulted_on),
            "addressEntity": place,
        }
    return built(id_, "Document", properties)


def document_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of an exhibit; its item is the imported file, which describes it."""
    return {
        "item": THIS_FILE,
        "what": one_line(entity.first("title", "subject", "name", "fileName")) or entity.id,
        "made_on": day_in(entity.first("date", "authoredAt", "publishedAt")),
        "address": one_line(entity.first("sourceUrl")),
        "publisher": one_line(entity.first("publisher")),
        "consulted_on": day_in(entity.first("retrievedAt")),
        "place": optional_in(entity, "addressEntity", resolver),
    }
