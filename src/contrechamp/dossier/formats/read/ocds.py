"""Import of Open Contracting Data Standard packages: tenders, contracts, buyers and suppliers."""

import dataclasses
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.formats.in_cell.json_files import MAX_WHOLE
from contrechamp.dossier.formats.read import ocds_tables
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
    objects_in,
    one_line,
    without_empty,
)
from contrechamp.dossier.formats.read.ocds_releases import links, processes
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.contracts import Contract, Tender
from contrechamp.dossier.records.field_types import LANGUAGE, Record
from contrechamp.dossier.records.schema import from_json

SCHEME, PARTY_SCHEME = "ocid", "ocds-party"
#: An id that an export made from a record's id because the record had no other.
OWN = re.compile(r"contrechamp-[0-9a-f]{16}")
_OF_A_CASE = re.compile(r"ocds-[a-z0-9]{6}-([0-9a-f]{16})")


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like a package of releases or of records, or like releases.

    They may be one release, a list, one a line, or flattened into tables.
    """
    has_one_of = any(key in source.head for key in (b'"releases"', b'"records"', b'"awards"'))
    if source.is_json:
        is_list = source.start.startswith(b"[") and b'"tag"' in source.head
        return b'"ocid"' in source.head and (has_one_of or is_list)
    return ocds_tables.fits(source)


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the buyers and suppliers, the tender and the contracts of each process.

    Raises:
        InputError: if the file is not a package.
    """
    seen: set[str] = set()
    found, bad = _found(source)
    yield from bad
    for where, process in processes(found, source.name):
        ours = _OF_A_CASE.fullmatch(process["ocid"])
        if ours and context.is_there(ours[1]):
            seen.add(ours[1])
            yield ImportNotice(where, _("left out: this process was exported from this case"))
            continue
        for draft in _ProcessReader(process, where, context).drafts():
            if draft.id in seen:  # an authority is named in many processes; the first one counts
                continue
            seen.add(draft.id)
            yield draft
    if linked := links(found):
        message = ngettext(
            "{count} release is only linked in it, and left out: give that file too",
            "{count} releases are only linked in it, and left out: give those files too",
            linked,
        )
        yield ImportNotice(source.name, message.format(count=linked))
    elif not seen:
        yield ImportNotice(source.name, _("it holds no contracting process"))


FORMAT = Reader(fits, read)


def _found(source: SourceFile) -> tuple[Any, list[InputError]]:
    """Return a package, a list of releases, or a release; and what is wrong with rows or lines."""
    if not source.is_json:
        return ocds_tables.releases(source)
    if not _is_lines(source):
        return source.json(), []
    if source.size > MAX_WHOLE:
        raise too_large(source.name, MAX_WHOLE, _("split it"))
    releases, bad = [], []
    for line in source.lines():
        try:
            releases.append(line.found())
        except InputError as error:
            bad.append(error)
    return releases, bad


def _is_lines(source: SourceFile) -> bool:
    """Return whether a file has a release a line, as registries publish them."""
    first, _end, rest = source.start.partition(b"\n")
    return first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


class _ProcessReader:
    """Makes drafts of one contracting process."""

    def __init__(self, process: dict[str, Any], where: str, context: ImportContext) -> None:
        self.process, self.where, self.context = process, where, context
        self.ocid = process["ocid"]
        self.language = str(process.get("language") or "und")
        self.parties = {str(one.get("id")): one for one in objects_in(process.get("parties"))}

    def drafts(self) -> Iterator[Draft]:
        """Yield its drafts, actors before what names them."""
        tender = _object(self.process.get("tender"))
        caller = _object(tender.get("procuringEntity"))
        buyer = _object(self.process.get("buyer")) or caller
        awards = objects_in(self.process.get("awards"))
        contracts = objects_in(self.process.get("contracts"))
        if buyer:
            yield self._actor(buyer, "public-body")
        if caller and caller is not buyer:
            yield self._actor(caller, "public-body")
        for award in awards:
            for supplier in objects_in(award.get("suppliers")):
                yield self._actor(supplier, "company")
        if tender:
            yield self._tender(tender, caller or buyer)
        named = {str(one.get("awardID")) for one in contracts}
        by_id = {str(one.get("id")): one for one in awards}
        for contract in contracts:
            award = by_id.get(str(contract.get("awardID")), {})
            yield self._contract(contract, award, tender, buyer)
        for award in awards:
            if str(award.get("id")) not in named and award.get("status") in {None, "active"}:
                yield self._contract({}, award, tender, buyer)

    def _actor(self, party: dict[str, Any], kind: str) -> Draft:
        known = self.parties.get(str(party.get("id")), {})
        identifier = _object(known.get("identifier")) or _object(party.get("identifier"))
        country = str(_object(known.get("address")).get("countryName") or "")
        record = {
            "names": self._texts(known) or self._texts(party),
            "kind": kind,
            "country": country if len(country) == 2 and country.isupper() else "",
            "registered": " ".join(
                _id(identifier[name]) for name in ("scheme", "id") if identifier.get(name)
            ),
            "address": one_line(_object(known.get("contactPoint")).get("url")),
            "ids": [{"scheme": PARTY_SCHEME, "id": self._party(party)}],
            "evidence": self._evidence("parties"),
        }
        draft = self._draft("party", self._party(party), Actor, record, "parties")
        return dataclasses.replace(draft, shared=True)

    def _party(self, party: dict[str, Any]) -> str:
        """Return a party's identifier: its official one, or one that is unique to the process."""
        known = self.parties.get(str(party.get("id")), {})
        identifier = _object(known.get("identifier")) or _object(party.get("identifier"))
        if identifier.get("scheme") and identifier.get("id"):
            return f"{identifier['scheme']}-{_id(identifier['id'])}"
        if OWN.fullmatch(str(party.get("id"))):
            return str(party["id"])
        return f"{self.ocid}/{party.get('id') or party.get('name')}"

    def _tender(self, tender: dict[str, Any], buyer: dict[str, Any]) -> Draft:
        period = _object(tender.get("tenderPeriod"))
        record = {
            "name": one_line(tender.get("title") or self.ocid),
            "buyer": self._ref(buyer),
            "number": one_line(tender.get("id")) if tender.get("id") != self.ocid else "",
            "published_on": _day(period.get("startDate")),
            "closes_on": _day(period.get("endDate")),
            "value": _money(tender.get("value")),
            "says": tender.get("description"),
            "ids": [{"scheme": SCHEME, "id": self.ocid}],
            "evidence": self._evidence("tender"),
        }
        return self._draft("tender", self.ocid, Tender, record, "tender")

    def _contract(self, contract: dict[str, Any], award: dict[str, Any], tender: dict[str, Any],
                  buyer: dict[str, Any]) -> Draft:  # fmt: skip
        period = _object(contract.get("period")) or _object(award.get("contractPeriod"))
        id_ = contract.get("id") or award.get("id")
        at = f"contracts/{id_}" if contract else f"awards/{id_}"
        names = [at, f"awards/{award['id']}"] if contract and award.get("id") else [at]
        title = contract.get("title") or award.get("title") or tender.get("title") or self.ocid
        refs = [self._ref(one) for one in objects_in(award.get("suppliers"))]
        record = {
            "name": one_line(title),
            "buyer": self._ref(buyer),
            "suppliers": list(dict.fromkeys(ref for ref in refs if ref)),
            "tender": self.context.ref("ocds-tender", self.ocid) if tender else "",
            "number": "" if OWN.fullmatch(str(id_)) else one_line(id_),
            "signed_on": _day(contract.get("dateSigned")),
            "from_date": _day(period.get("startDate")),
            "to_date": _day(period.get("endDate")),
            "value": _money(contract.get("value") or award.get("value")),
            "says": contract.get("description") or award.get("description"),
            # An award is not a contract yet, and the reader must see that.
            "note": "" if contract else f"OCDS award of {_day(award.get('date'))}, no contract",
            "ids": [{"scheme": SCHEME, "id": f"{self.ocid}/{name}"} for name in names],
            "evidence": self._evidence(at),
        }
        return self._draft("contract", f"{self.ocid}/{at}", Contract, record, at)

    def _ref(self, party: dict[str, Any]) -> str:
        return self.context.ref("ocds-party", self._party(party)) if party else ""

    def _texts(self, party: dict[str, Any]) -> list[dict[str, str]]:
        """Return the name of a party in each language that it has one in."""
        texts = {
            key.removeprefix("name_"): one_line(text)
            for key, text in party.items()
            if key.startswith("name_") and re.fullmatch(LANGUAGE.pattern, key[5:])
        }
        name = one_line(party.get("name"))
        if name and (self.language != "und" or name not in texts.values()):
            texts = {self.language: name, **texts}
        return [{"language": language, "text": text} for language, text in texts.items() if text]

    def _evidence(self, at: str) -> list[dict[str, str]]:
        return [{"ref": THIS_FILE, "at": f"{self.ocid} {at}"}]

    def _draft(self, kind: str, name: str, cls: type[Record], record: dict[str, Any],
               at: str) -> Draft:  # fmt: skip
        made = from_json(cls, without_empty(record), where=f"{self.where}: {at}")
        return Draft(made, self.context.id(f"ocds-{kind}", name), self.where, f"{self.ocid} {at}")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    """Return an identifier as text; some publishers had a spreadsheet make a number of it."""
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return str(int(value)) if whole else str(value)


def _day(value: Any) -> str:
    return str(value or "")[:10]


def _money(value: Any) -> dict[str, Any] | None:
    value = _object(value)
    amount, currency = value.get("amount"), value.get("currency")
    return {"amount": amount, "currency": currency} if amount is not None and currency else None
