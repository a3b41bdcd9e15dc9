"""Bulletins of Bayanat: what is known of each piece of documentation, with its media if given."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.fields import DATE
from contrechamp.dossier.formats.drafts import THIS_FILE, Desk, Draft, Format, Notice, Read, attempt
from contrechamp.dossier.formats.given import Given
from contrechamp.dossier.schema import from_json
from contrechamp.dossier.testimony import Exhibit

SCHEME = "bayanat"
#: Columns that only an export of bulletins has all of.
_COLUMNS = {"id", "title", "origin_id", "source_link", "sjac_title", "documentation_date"}


def fits(given: Given) -> bool:
    """Return whether a file looks like an export of Bayanat, CSV or JSON."""
    if set(given.header()) >= _COLUMNS:
        return True
    return b'"sjac_title"' in given.head and b'"class"' in given.head


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield an exhibit for each bulletin, or for each of its media that was given beside."""
    media = {PurePosixPath(part.name).name: part for part in _parts(desk)}
    others = 0
    for where, bulletin in _bulletins(given):
        if str(bulletin.get("class", "bulletin")).lower() != "bulletin":
            others += 1
            continue
        files = [
            media[name]
            for one in bulletin.get("medias") or []
            if isinstance(one, dict) and (name := str(one.get("filename") or one.get("media_file")))
            in media
        ]  # fmt: skip
        parts: list[Given | None] = [*files] or [None]
        for part in parts:
            yield attempt(
                lambda bulletin=bulletin, part=part, where=where: _draft(  # type: ignore[misc]
                    bulletin, part, where, desk
                )
            )
    if others:
        told = _("left out: {count} of {schema}, for which there is no kind of record")
        yield Notice(given.name, told.format(count=others, schema="actors, incidents"))


FORMAT = Format("bayanat", fits, read)


def _parts(desk: Desk) -> Iterator[Given]:
    for one in desk.beside:
        if one is desk.given:
            continue
        yield from one.parts() if one.is_zip and not one.is_xlsx else [one]


def _bulletins(given: Given) -> Iterator[tuple[str, dict[str, Any]]]:
    if given.header():
        for row in given.rows():
            if isinstance(row, InputError):
                raise row
            yield row.where, dict(row.cells)
        return
    found = given.json()
    lists = list(found.values()) if isinstance(found, dict) else [found]
    for listed in lists if "class" not in found else [[found]]:
        for number, one in enumerate(listed if isinstance(listed, list) else [], start=1):
            where = f"{given.name}: [{number}]"
            if not isinstance(one, dict):
                raise InputError(_("expected fields and their values"), where=where)
            yield where, one


def _draft(bulletin: dict[str, Any], part: Given | None, where: str, desk: Desk) -> Draft:
    id_ = str(bulletin.get("id") or "")
    if not id_:
        raise InputError(_("this must be given"), where=f"{where}: id")
    titles = [bulletin.get(name) for name in ("title", "title_ar", "sjac_title", "sjac_title_ar")]
    what = " / ".join(dict.fromkeys(" ".join(str(one).split()) for one in titles if one))
    told = [str(bulletin.get(name) or "") for name in ("description",)]
    dates = {name: str(bulletin.get(name) or "")[:10]
             for name in ("publish_date", "documentation_date")}  # fmt: skip
    told += [f"{name}: {text}" for name, text in dates.items() if text]
    day = dates["publish_date"]
    fields = {
        "item": THIS_FILE if part is None else desk.keep(part.content),
        "what": what,
        "made_on": day if re.fullmatch(DATE.pattern, day) else "",
        "origin": "Bayanat",
        "address": " ".join(str(bulletin.get("source_link") or "").split()),
        "note": "\n".join(line for line in told if line),
        "ids": [{"scheme": SCHEME, "id": f"bulletin/{id_}"}],
    }
    given = {name: value for name, value in fields.items() if value}
    exhibit = from_json(Exhibit, given, where=where)
    name = f"bulletin/{id_}" + (f"/{PurePosixPath(part.name).name}" if part else "")
    return Draft(exhibit, desk.id(SCHEME, name), where, f"bulletin {id_}")
