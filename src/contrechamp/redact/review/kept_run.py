"""Reads back what the folder of a review says of a run, so that its index can be written anew."""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.files import read_bounded
from contrechamp.redact.made import Made
from contrechamp.redact.review.sheets import INDEX, RUN_JSON
from contrechamp.redact.run import Masked, Run, Unmasked

_MOST_BYTES: Final = 256 << 20
#: A row of the index: its small picture, if it has one, and the sheet that it leads to.
_ROW: Final = re.compile(
    r"<li\b[^>]*>(?:(?!</li>).)*?"
    r'(?:src="data:image/jpeg;base64,(?P<thumb>[A-Za-z0-9+/=]+)"(?:(?!</li>).)*?)?'
    r'href="(?P<sheet>[^"]+)\.html"',
    re.S,
)


def kept_run(copies: Path, review: Path, made: Mapping[str, Made]) -> Run:
    """Return a run as its folder has it.

    Args:
        copies: folder of the copies.
        review: folder of their sheets.
        made: how each copy that is there was made, by its name.
    """
    said = _said(review / RUN_JSON)
    sources = {Path(str(one.get("copy"))).name: str(one.get("source")) for one in said["masked"]}
    thumbs = _thumbs(review / INDEX)
    masked = [
        Masked(
            *(sources.get(name, one.source), copies / name, review / f"{name}.html", one.outcome),
            *(one.restrictions, one.format, one.request, one.absent),
            thumb=thumbs.get(name, ""),
        )
        for name, one in made.items()
    ]
    unmasked = [
        Unmasked(
            str(one.get("source")),
            (CheckFailedError if one.get("check_failed") else InputError)(str(one.get("reason"))),
        )
        for one in said["unmasked"]
    ]
    return Run(copies.parent, masked, unmasked, [str(one) for one in said["left_out"]])


def _said(path: Path) -> dict[str, list[Any]]:
    """Return the lists of ``run.json``; empty ones where it is gone or somebody changed it."""
    try:
        said = json.loads(read_bounded(path, _MOST_BYTES, where=path.name))
    except (InputError, ValueError, RecursionError):
        said = {}
    found = {}
    for name in ("masked", "unmasked", "left_out"):
        rows = said.get(name) if isinstance(said, dict) else None
        rows = rows if isinstance(rows, list) else []
        found[name] = [one for one in rows if name == "left_out" or isinstance(one, dict)]
    return found


def _thumbs(path: Path) -> dict[str, str]:
    """Return the small pictures that an index has, by the names of the copies."""
    try:
        page = read_bounded(path, _MOST_BYTES, where=path.name).decode("utf-8", "replace")
    except InputError:
        return {}
    return {unquote(html.unescape(row["sheet"])): row["thumb"] or "" for row in _ROW.finditer(page)}
