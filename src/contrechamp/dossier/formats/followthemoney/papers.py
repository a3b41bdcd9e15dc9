"""Tenders, contracts, licences and documents as FollowTheMoney entities, and back."""

from collections.abc import Iterator

from contrechamp.dossier.formats.followthemoney.model import (
    Around,
    Entity,
    Fields,
    Names,
    built,
    day_in,
    day_out,
    evidence_in,
    given,
    line,
    money_in,
    money_out,
    optional_in,
)
from contrechamp.dossier.formats.read.drafts import THIS_FILE
from contrechamp.dossier.records.actors import Contract, Licence, Tender
from contrechamp.dossier.records.testimony import Exhibit

#: Who a licence is for, as the role of a link to it: there is no property.
EXPORTER, END_USER = "exporter", "end user"
_DECISIONS = frozenset({"pending", "granted", "refused", "revoked"})


def tender_out(id_: str, tender: Tender, names: Names) -> Entity:
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


def tender_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of a tender."""
    return given(
        {
            "name": line(entity.first("title", "name")),
            "buyer": optional_in(entity, "authority", around),
            "number": line(entity.first("callId", "authorityReferenceId")),
            "published_on": day_in(entity.first("publicationDate")),
            "closes_on": day_in(entity.first("submissionDeadline")),
            "says": entity.first("summary", "description"),
            "evidence": evidence_in(entity, around),
        }
    )


def contract_out(id_: str, contract: Contract, names: Names) -> Iterator[Entity]:
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


def contract_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of a contract with what its awards say."""
    awards = around.by("ContractAward", entity.id)
    tenders = [around.optional(name) for award in awards for name in award.all("callForTenders")]
    suppliers = [around.optional(name) for award in awards for name in award.all("supplier")]
    return given(
        {
            "name": line(entity.first("title", "name")),
            "buyer": optional_in(entity, "authority", around),
            "suppliers": [one for one in dict.fromkeys(suppliers) if one],
            "tender": tenders[0] if tenders else "",
            "deployment": optional_in(entity, "project", around),
            "number": line(entity.first("procedureNumber", "noticeId")),
            "signed_on": day_in(entity.first("contractDate")),
            "from_date": day_in(next((one.first("startDate") for one in awards), "")),
            "to_date": day_in(next((one.first("endDate") for one in awards), "")),
            "value": money_in(entity),
            "says": entity.first("summary", "description"),
            "evidence": evidence_in(entity, around),
        }
    )


def licence_out(id_: str, licence: Licence, names: Names) -> Iterator[Entity]:
    """Yield the entity of an export licence, and a link to who asked and who gets it."""
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


def licence_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of an export licence with what the links to it say."""
    links = around.by("License", entity.id)
    ends = {one.first("role"): around.optional(one.first("subject")) for one in links}
    country = entity.first("country").upper()
    status = entity.first("status")
    return given(
        {
            "name": line(entity.first("name", "title")),
            "authority": optional_in(entity, "authority", around),
            "exporter": ends.get(EXPORTER, ""),
            "end_user": ends.get(END_USER, ""),
            "to_country": country if len(country) == 2 else "",
            "law": line(entity.first("description")),
            "decision": status if status in _DECISIONS else "",
            "decided_on": day_in(entity.first("contractDate")),
            "value": money_in(entity),
            "evidence": evidence_in(entity, around),
        }
    )


def document_out(id_: str, exhibit: Exhibit | None, file_name: str, place: str) -> Entity:
    """Return the entity of a document: what it is called and where it was found; no content.

    Args:
        id_: what the entity is called.
        exhibit: that describes the item, if it may leave.
        file_name: of the item, if that may leave.
        place: entity of the place where it was made; "" if none.
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


def document_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of an exhibit; its item is the file that tells of it."""
    return given(
        {
            "item": THIS_FILE,
            "what": line(entity.first("title", "subject", "name", "fileName")) or entity.id,
            "made_on": day_in(entity.first("date", "authoredAt", "publishedAt")),
            "address": line(entity.first("sourceUrl")),
            "publisher": line(entity.first("publisher")),
            "consulted_on": day_in(entity.first("retrievedAt")),
            "place": optional_in(entity, "addressEntity", around),
        }
    )
