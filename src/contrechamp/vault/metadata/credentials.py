"""Content Credentials (C2PA): what a file's manifest says, and whether it fits the file.

The library is asked only for what the file alone can tell. Nothing is fetched: asking a server for
a manifest, or for the status of a certificate, would tell that server who holds the file.
"""

import json
from typing import IO, Any

from contrechamp.vault.metadata.first_bytes import announces_credentials
from contrechamp.vault.metadata.foreign_text import cleaned

#: Largest picture that is read, because the library loads pictures whole; it streams everything
#: else.
MAX_PICTURE = 64 << 20
LONGEST, MAX_LISTED = 200, 20

_PICTURE = "image/"
_NO_NETWORK = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": False}
}


def describe(content: IO[bytes], size: int, media_type: str) -> dict[str, Any]:
    """Return what the manifest of a file says; an empty dict if there is no sign of one.

    Args:
        content: content of the file, seekable.
        size: its size in bytes.
        media_type: its media type.

    Returns:
        ``state``: ``valid`` (file and signature match; whose certificate it is was not checked),
        ``invalid``, ``elsewhere`` (on a server, which is not asked), ``unreadable`` or ``too
        large``. For a manifest that was read also ``manifest``, ``generator``, ``title``,
        ``signer``, ``issuer``, ``signed``, ``actions`` and ``problems`` (C2PA codes), each if
        it is stated.
    """
    if not announces_credentials(content, size):
        return {}
    if media_type.startswith(_PICTURE) and size > MAX_PICTURE:
        return {"state": "too large"}
    import c2pa  # it loads a large library, which few files need

    content.seek(0)
    context = c2pa.Context(settings=c2pa.Settings.from_dict(_NO_NETWORK))
    try:
        with c2pa.Reader(media_type, content, context=context) as reader:
            return _stated(json.loads(reader.json()))
    except c2pa.C2paError as error:
        kind = str(error).partition(":")[0]
        if kind == "ManifestNotFound":
            return {}
        return {"state": "elsewhere" if kind.startswith("Remote") else "unreadable"}
    except (ValueError, RecursionError, OSError):
        return {"state": "unreadable"}


def _stated(store: dict[str, Any]) -> dict[str, Any]:
    label = store.get("active_manifest")
    manifest = _object(_object(store.get("manifests")).get(str(label)))
    signature = _object(manifest.get("signature_info"))
    problems = _codes(store)
    facts: dict[str, Any] = {
        "state": "invalid" if problems else "valid",
        "manifest": _text(label),
        "generator": _generator(manifest),
        "title": _text(manifest.get("title")),
        "signer": _text(signature.get("common_name")),
        "issuer": _text(signature.get("issuer")),
        "signed": _text(signature.get("time")),
        "actions": _actions(manifest),
        "problems": problems,
    }
    return {name: fact for name, fact in facts.items() if fact}


def _codes(store: dict[str, Any]) -> list[str]:
    """Return the codes of what is wrong, except that the signer is not on any list of trust."""
    found = {_text(_object(one).get("code")) for one in _list(store.get("validation_status"))}
    return sorted(found - {"", "signingCredential.untrusted"})[:MAX_LISTED]


def _generator(manifest: dict[str, Any]) -> str:
    made_by = _list(manifest.get("claim_generator_info"))
    names = [_object(one).get("name") for one in made_by] or [manifest.get("claim_generator")]
    return _text(names[0])


def _actions(manifest: dict[str, Any]) -> list[str]:
    found = [
        _text(_object(action).get("action"))
        for assertion in _list(manifest.get("assertions"))
        if str(_object(assertion).get("label")).startswith("c2pa.actions")
        for action in _list(_object(_object(assertion).get("data")).get("actions"))
    ]
    return [action for action in found if action][:MAX_LISTED]


def _text(value: object) -> str:
    return cleaned(value, LONGEST)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
