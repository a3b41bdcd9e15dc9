"""Tenders and contracts of a case as packages of the Open Contracting Data Standard, 1.1."""

import hashlib
import json
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import write_json
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import without_empty
from contrechamp.dossier.formats.read.ocds import PARTY_SCHEME, SCHEME
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.contracts import Contract, Tender
from contrechamp.dossier.records.field_types import Money, Record, Text

#: Kinds of records that a package can hold; actors only if a tender or contract names them.
CARRIED = ("tender", "contract", "actor")
RELEASES, RECORDS, VERSION = "releases.json", "records.json", "1.1"
#: A prefix as the Open Contracting Partnership assigns it to a publisher.
_PREFIX = re.compile(r"ocds-[a-z0-9]{6}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: The code of a register in org-id.guide, and a number in it.
_REGISTERED = re.compile(r"([A-Z]{2,3}-[A-Z0-9_-]+) (\S+)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+")
#: Significant digits that every JSON reader keeps, even one that reads numbers as doubles.
_DIGITS = 15


@dataclass
class _ProcurementProcess:
    """One contracting process: a tender and its contracts, or contracts without a tender."""

    ocid: str
    tender: Tender | None = None
    contracts: dict[str, Contract] = field(default_factory=dict)
    changed: str = ""

    def actors(self) -> list[str]:
        """Return the actors that its tender and contracts name."""
        papers = [one for one in (self.tender, *self.contracts.values()) if one is not None]
        suppliers = [ref for contract in self.contracts.values() for ref in contract.suppliers]
        named = [*(one.buyer for one in papers), *suppliers]
        return list(dict.fromkeys(ref for ref in named if ref))


def write(outgoing: Outgoing, folder: Path) -> None:
    """Write a package of releases and one of records, with the same content.

    Raises:
        InputError: if the publisher has no name, or a prefix or address is not valid.
    """
    publisher = outgoing.publisher
    if publisher is None or not publisher.name:
        raise InputError(_("say who publishes: --publisher NAME; the standard asks for it"))
    if publisher.prefix and _PREFIX.fullmatch(publisher.prefix) is None:
        raise InputError(
            _("{prefix} is no OCID prefix: ocds- and six letters or digits, which the Open "
              "Contracting Partnership gives to publishers").format(prefix=publisher.prefix)
        )  # fmt: skip
    for address in (publisher.uri, publisher.licence):
        if address and _ADDRESS.fullmatch(address) is None:
            raise InputError(
                _("{address} is no address; expected one such as https://...").format(
                    address=address
                )
            )
    processes = _processes(outgoing, publisher.prefix)
    shared = _named_in_several(processes)
    releases = [_Release(one, outgoing, shared).as_json() for one in processes]
    if not releases:
        reasons = [f"{many}: {reason}" for reason, many in sorted(outgoing.left_out.items())]
        raise InputError(
            "\n".join([_("there is no tender or contract that can be written"), *reasons])
        )
    counts = lookup.count(outgoing.case)
    if others := sum(counts.values()) - sum(counts.get(kind, 0) for kind in CARRIED):
        reason = _("records for which the Open Contracting Data Standard has no place")
        outgoing.left_out[reason] += others
    package = {
        "uri": publisher.uri or uuid.uuid4().urn,
        "version": VERSION,
        # For a package made on demand, the standard asks for the last change of its content.
        "publishedDate": max(one["date"] for one in releases),
        "publisher": {"name": publisher.name},
        **({"license": publisher.licence} if publisher.licence else {}),
    }
    write_json(folder / RELEASES, {**package, "releases": releases})
    records = [
        {"ocid": one["ocid"], "releases": [one], "compiledRelease": _compiled(one)}
        for one in releases
    ]
    write_json(folder / RECORDS, {**package, "records": records})


def _compiled(release: dict[str, Any]) -> dict[str, Any]:
    """Return the present state of a process, which is that of its only release."""
    id_ = f"{release['ocid']}-{release['date']}"
    return {**release, "id": id_, "tag": ["compiled"]}


def _processes(outgoing: Outgoing, prefix: str) -> list[_ProcurementProcess]:
    """Return the processes: tenders with their contracts, and contracts without a tender."""
    found: dict[str, _ProcurementProcess] = {}
    of_tender: dict[str, _ProcurementProcess] = {}
    for stored in [*outgoing.records("tender"), *outgoing.records("contract")]:
        record = stored.record
        if not isinstance(record, Tender | Contract) or record.sample:
            outgoing.left_out[_("a sample: it would read as a real process")] += 1
            continue
        known = of_tender.get(str(record.tender)) if isinstance(record, Contract) else None
        ocid = _ocid(record) or (known.ocid if known else "")
        if not ocid and not prefix:
            reason = _(
                "{kind}: it has no OCID of its own; ask the Open Contracting Partnership for a "
                "prefix, and give it with --ocid-prefix"
            )
            outgoing.left_out[reason.format(kind=stored.kind)] += 1
            continue
        ocid = ocid or f"{prefix}-{stored.id}"
        process = found.setdefault(ocid, _ProcurementProcess(ocid))
        if isinstance(record, Contract):
            process.contracts[stored.id] = record
        elif process.tender is None:
            process.tender, of_tender[stored.ref] = record, process
        else:
            outgoing.left_out[_("tender: another one has its OCID")] += 1
            continue
        process.changed = max(process.changed, stored.at)
    return list(found.values())


def _named_in_several(processes: list[_ProcurementProcess]) -> set[str]:
    """Return the actors that more than one process names, so that their ids must agree."""
    named = Counter(ref for process in processes for ref in process.actors())
    return {ref for ref, many in named.items() if many > 1}


def _ocid(record: Record) -> str:
    """Return the OCID of the process that a record belongs to; "" if the record has none."""
    return next((one.id.split("/")[0] for one in record.ids if one.scheme == SCHEME), "")


class _Release:
    """The release of one process."""

    def __init__(self, process: _ProcurementProcess, outgoing: Outgoing, shared: set[str]) -> None:
        self.process, self.outgoing, self.shared_actors = process, outgoing, shared
        self.actors = {
            ref: actor
            for ref in process.actors()
            if isinstance(actor := outgoing.view.record(lookup.id_of(ref)), Actor)  # not erased
        }
        self.language = self._language()
        self.parties: dict[str, dict[str, Any]] = {}
        self.awards: dict[str, dict[str, Any]] = {}
        self.contracts: dict[str, dict[str, Any]] = {}

    def as_json(self) -> dict[str, Any]:
        """Return the release as JSON."""
        buyer = self._buyer()
        self._party(buyer, "buyer")
        tender = self._tender(self.process.tender, buyer) if self.process.tender else {}
        for id_, contract in self.process.contracts.items():
            self._contract(id_, contract, buyer)
        tags = {"tender": tender, "award": self.awards, "contract": self.contracts}
        release = without_empty({
            "date": self.process.changed,
            "tag": [tag for tag, part in tags.items() if part],
            "initiationType": "tender",
            "language": self.language,
            "parties": list(self.parties.values()),
            "buyer": self._named(buyer),
            "tender": tender,
            "awards": list(self.awards.values()),
            "contracts": list(self.contracts.values()),
        })  # fmt: skip
        digest = hashlib.sha256(json.dumps(release, sort_keys=True).encode()).hexdigest()
        return {"ocid": self.process.ocid, "id": digest[:16], **release}

    def _buyer(self) -> str:
        """Return who pays for most of the contracts, or else who calls for offers."""
        paying = [one.buyer for one in self.process.contracts.values() if one.buyer]
        if paying:
            return Counter(paying).most_common(1)[0][0]
        return (self.process.tender.buyer or "") if self.process.tender else ""

    def _tender(self, record: Tender, buyer: str) -> dict[str, Any]:
        other = record.buyer if record.buyer and record.buyer != buyer else ""
        self._party(other, "procuringEntity")
        return without_empty({
            "id": record.number or self.process.ocid,
            "title": record.name,
            "description": record.says,
            "value": self._money(record.value),
            "tenderPeriod": self._period(record.published_on, record.closes_on),
            "procuringEntity": self._named(other),
        })  # fmt: skip

    def _contract(self, record_id: str, record: Contract, buyer: str) -> None:
        """Add a contract and its award, or only an award if the record was read from one."""
        if record.buyer and record.buyer != buyer:
            self._leave_out(_("contract: its buyer, as its process has another one"))
        own = _own_ids(record, self.process.ocid)
        alone = "awards" in own and "contracts" not in own
        taken = self.awards if alone else self.contracts
        wanted = own.get("awards" if alone else "contracts") or record.number
        id_ = wanted if wanted and wanted not in taken else f"contrechamp-{record_id}"
        if record.number and record.number != id_:
            self._leave_out(_("contract: its number, as it has another id in its process"))
        for ref in record.suppliers:
            self._party(ref, "supplier")
        common = without_empty({
            "title": record.name,
            "description": record.says,
            "value": self._money(record.value),
        })  # fmt: skip
        period = self._period(record.from_date, record.to_date)
        suppliers = [self._named(ref) for ref in record.suppliers]
        if alone:
            award = {"id": id_, **common, "suppliers": suppliers, "contractPeriod": period}
            self.awards[id_] = without_empty(award)
            return
        award_id = own.get("awards") or id_
        known = self.awards.get(award_id)
        if known is not None and known.get("suppliers", []) != suppliers:
            award_id = f"contrechamp-{record_id}"
        # The standard wants an award for each contract; all we know of it is the suppliers.
        award = {"id": award_id, "suppliers": suppliers}
        self.awards.setdefault(award_id, without_empty(award))
        contract = {"id": id_, "awardID": award_id, **common, "period": period,
                    "dateSigned": self._time(record.signed_on)}  # fmt: skip
        self.contracts[id_] = without_empty(contract)

    def _party(self, ref: str, role: str) -> None:
        """Add an actor to the parties, or a role to one that is there."""
        actor = self.actors.get(ref)
        if actor is None:
            return
        if ref not in self.parties:
            is_page = re.fullmatch(r"https?://[!-~]+", actor.address)
            self.parties[ref] = without_empty({
                "id": self._party_id(ref, actor),
                **_names(actor.names, self.language),
                "identifier": _identifier(actor.registered),
                "address": {"countryName": actor.country} if actor.country else {},
                "contactPoint": {"url": actor.address} if is_page else {},
            }) | {"roles": []}  # fmt: skip
        if role not in self.parties[ref]["roles"]:
            self.parties[ref]["roles"].append(role)

    def _party_id(self, ref: str, actor: Actor) -> str:
        known = _identifier(actor.registered)
        if known.get("scheme"):
            return f"{known['scheme']}-{known['id']}"
        own = next((one.id for one in actor.ids if one.scheme == PARTY_SCHEME), "")
        ocid, bar, local = own.partition("/")
        if own and not bar:
            return own
        if local and ocid == self.process.ocid and ref not in self.shared_actors:
            return local
        return f"contrechamp-{lookup.id_of(ref)}"

    def _named(self, ref: str) -> dict[str, str]:
        """Return the id and name of a party, by which others refer to it."""
        if ref not in self.parties:
            return {}
        return {name: self.parties[ref][name] for name in ("id", "name")}

    def _language(self) -> str:
        """Return the language that the first names of all parties share; "" if there is none."""
        first = {actor.names[0].language for actor in self.actors.values()}
        return first.pop() if len(first) == 1 and first != {"und"} else ""

    def _money(self, money: Money | None) -> dict[str, Any]:
        if money is None:
            return {}
        amount = money.amount
        if len(amount.normalize().as_tuple().digits) > _DIGITS:
            self._leave_out(_("an amount with more digits than JSON reliably keeps"))
            return {}
        whole = amount == amount.to_integral_value()
        return {"amount": int(amount) if whole else float(amount), "currency": money.currency}

    def _period(self, start: str | None, end: str | None) -> dict[str, str]:
        return without_empty({"startDate": self._time(start), "endDate": self._time(end)})

    def _time(self, day: str | None) -> str:
        """Return a day as the standard writes it; "" if the date is not known to the day."""
        if not day:
            return ""
        if _DAY.fullmatch(day) is None:
            self._leave_out(_("a date that is not known to the day"))
            return ""
        return f"{day}T00:00:00Z"

    def _leave_out(self, reason: str) -> None:
        self.outgoing.left_out[reason] += 1


def _own_ids(record: Contract, ocid: str) -> dict[str, str]:
    """Return the ids of a contract and of its award in their process."""
    found = {}
    for outside in record.ids:
        name, _bar, rest = outside.id.removeprefix(f"{ocid}/").partition("/")
        if outside.scheme == SCHEME and outside.id.startswith(f"{ocid}/") and rest:
            found[name] = rest
    return found


def _identifier(registered: str) -> dict[str, str]:
    known = _REGISTERED.fullmatch(registered)
    if known is not None:
        return {"scheme": known[1], "id": known[2]}
    return {"id": registered} if registered else {}


def _names(names: tuple[Text, ...], language: str) -> dict[str, str]:
    """Return the name of a party, and its names in languages other than the release's."""
    by_language: dict[str, str] = {}
    for name in names:
        by_language.setdefault(name.language, name.text)
    others = {f"name_{code}": text for code, text in by_language.items()
              if code not in {language, "und"}}  # fmt: skip
    return {"name": names[0].text, **others}
