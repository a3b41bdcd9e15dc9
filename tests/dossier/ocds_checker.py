"""The checker of the Open Contracting Partnership, libcoveocds, without the network."""

import json
import zipfile
from pathlib import Path
from typing import Any

from libcoveocds.api import ocds_json_output
from libcoveocds.config import LibCoveOCDSConfig

SCHEMA = Path(__file__).parent / "ocds_schema"


def findings(package: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what the checker says of a package.

    Args:
        package: of releases or records.
        folder: for the standard, as the checker wants it: an archive.
    """
    standard = folder / "standard.zip"
    if not standard.exists():
        with zipfile.ZipFile(standard, "w") as archive:
            archive.writestr("standard/", "")
            for schema in sorted(SCHEMA.glob("*.json")):
                archive.write(schema, f"standard/schema/{schema.name}")
            # Asked for by the checker, and of versioned releases alone, which we do not write.
            archive.writestr(
                "standard/schema/versioned-release-validation-schema.json",
                json.dumps({"$schema": "http://json-schema.org/draft-04/schema#"}),
            )
            # Closed lists of codes stand in the schema itself; the checker wants a list at least.
            archive.writestr("standard/schema/codelists/initiationType.csv", "Code\ntender\n")
    config = LibCoveOCDSConfig()
    config.config |= {"context": "api", "standard_zip": standard.as_uri()}
    found: dict[str, Any] = ocds_json_output(json_data=package, lib_cove_ocds_config=config)
    return found


def complaints(package: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what the checker finds wrong; nothing of a package that is right."""
    found = findings(package, folder)
    # Names in other languages are fields of the schema by a pattern, which the checker passes over.
    found["additional_fields"] = [
        one for one in found["additional_fields"] if not one["field"].startswith("name_")
    ]
    wrong = ("validation_errors", "deprecated_fields", "additional_fields", "additional_checks",
             "additional_closed_codelist_values", "additional_open_codelist_values")  # fmt: skip
    return {name: found[name] for name in wrong if found[name]}
