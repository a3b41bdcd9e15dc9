"""The contracting processes that a JSON file of OCDS tells of, in whichever of its packages."""

from collections.abc import Iterator
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: Of each value of a versioned release.
_VERSION = frozenset({"releaseDate", "value"})


def processes(found: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each process with where it is from: its releases put together, the newest last.

    Args:
        found: a release, a compiled or versioned one, a record, a package of releases or records,
            or a list of any of these, as registries publish one a line.
        name: of the file.

    Raises:
        InputError: if there is something else in it.
    """
    if not isinstance(found, dict | list):
        raise InputError(_("expected fields and their values"), where=name)
    releases = list(_releases(found))
    for number, release in enumerate(releases, start=1):
        where = f"{name}: [{number}]"
        if not isinstance(release, dict) or not isinstance(release.get("ocid"), str):
            raise InputError(_("expected a release with an ocid"), where=where)
    by_ocid: dict[str, dict[str, Any]] = {}
    # A later release says what changed; what it leaves out has not.
    for release in sorted(releases, key=lambda one: str(one.get("date", ""))):
        known = by_ocid.setdefault(release["ocid"], {})
        by_ocid[release["ocid"]] = _merged(known, release)
    for ocid, process in by_ocid.items():
        yield f"{name}: {ocid}", process


def _releases(found: Any) -> Iterator[Any]:
    """Yield the releases in a file; of a record its compiled release, which has them all."""
    if isinstance(found, list):
        for one in found:
            yield from _releases(one)
    elif not isinstance(found, dict):
        yield found  # which is refused
    elif isinstance(found.get("records"), list):
        yield from _releases(found["records"])
    elif isinstance(found.get("compiledRelease"), dict):
        yield found["compiledRelease"]
    elif isinstance(found.get("versionedRelease"), dict):
        yield _newest(found["versionedRelease"])
    elif isinstance(found.get("releases"), list):
        yield from (one for one in found["releases"] if not _is_link(one))
    else:
        yield _newest(found) if _is_versioned(found) else found


def links(found: Any) -> int:
    """Return how many releases a package of records links, and does not hold."""
    if isinstance(found, list):
        return sum(map(links, found))
    if not isinstance(found, dict):
        return 0
    if isinstance(found.get("records"), list):
        return links(found["records"])
    there = found.get("releases") if "compiledRelease" not in found else None
    return sum(map(_is_link, there)) if isinstance(there, list) else 0


def _is_link(release: Any) -> bool:
    """Return whether it is one that a record names by its address (OCDS 1.1, record reference)."""
    return isinstance(release, dict) and "url" in release and "ocid" not in release


def _is_versioned(release: dict[str, Any]) -> bool:
    return any(map(_are_versions, release.values())) or _are_versions(
        release.get("tender", {}).get("title") if isinstance(release.get("tender"), dict) else None
    )


def _are_versions(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and one.keys() >= _VERSION for one in value)
    )


def _newest(value: Any) -> Any:
    """Return a versioned release as of its last version."""
    if _are_versions(value):
        return max(value, key=lambda one: str(one["releaseDate"]))["value"]
    if isinstance(value, dict):
        newest = {key: _newest(one) for key, one in value.items()}
        return {key: one for key, one in newest.items() if one is not None}
    if isinstance(value, list):
        return [_newest(one) for one in value]
    return value


def _merged(before: Any, after: Any) -> Any:
    """Return a release updated with a later one, by OCDS's rules for merging objects with ids."""
    if isinstance(before, dict) and isinstance(after, dict):
        merged = dict(before)
        for key, value in after.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = _merged(before.get(key), value)
        return merged
    if isinstance(before, list) and isinstance(after, list) and _have_ids(before + after):
        by_id = {one["id"]: one for one in before}
        for one in after:
            by_id[one["id"]] = _merged(by_id.get(one["id"]), one)
        return list(by_id.values())
    return after


def _have_ids(listed: list[Any]) -> bool:
    return all(isinstance(one, dict) and "id" in one for one in listed)
