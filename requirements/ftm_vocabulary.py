"""Write what the installed followthemoney says of its schemata and codes into the package.

`make figures` runs it. Run it after a new release of followthemoney was locked; a test says when.
"""

import json
from importlib.metadata import version
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from followthemoney import model
from followthemoney.types import registry
from rigour.langs import iso_639_alpha2, iso_639_alpha3

ROOM = Path(__file__).parents[1] / "src/contrechamp/dossier/formats/followthemoney/data"
FILE = ROOM / "vocabulary.json"


def vocabulary() -> dict[str, Any]:
    """Return what the library says."""
    codes = ["".join(some) for many in (2, 3) for some in product(ascii_lowercase, repeat=many)]
    languages = {code: iso_639_alpha2(code) for code in sorted(registry.language.names)}
    known = {code: iso_639_alpha3(code) for code in codes}
    countries = {code: registry.country.clean(code) for code in codes if len(code) == 2}
    return {
        "followthemoney": version("followthemoney"),
        "countries": {code: name for code, name in countries.items() if name},
        "languages": languages,
        "language_synonyms": {
            code: name for code, name in known.items() if name in languages and code != name
        },
        "schemata": {
            schema.name: {
                "extends": sorted(parent.name for parent in schema.extends),
                "properties": {
                    name: f"{own.type.name} {own.range.name}" if own.range else own.type.name
                    for name, own in sorted(schema.properties.items())
                    if own.schema == schema and not own.stub
                },
            }
            for schema in sorted(model.schemata.values(), key=lambda one: one.name)
        },
    }


def text() -> str:
    """Return the file: one schema a line, so that a change shows."""
    told = vocabulary()
    schemata = ",\n".join(
        f'  "{name}": {json.dumps(one)}' for name, one in told.pop("schemata").items()
    )
    others = ",\n".join(f' "{name}": {json.dumps(one)}' for name, one in told.items())
    return f'{{\n{others},\n "schemata": {{\n{schemata}\n }}\n}}\n'


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
