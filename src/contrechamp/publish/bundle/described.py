"""Files of a bundle for people and for other programs: README, citation, RO-Crate, bag-info.

All of it follows from the statement and the files: whoever verifies makes them anew and compares.
"""

import json
from collections.abc import Mapping
from importlib.resources import files as package_files
from typing import Any

from contrechamp import __version__
from contrechamp.publish.bundle.statement import Statement
from contrechamp.vault.bags import bag, texts
from contrechamp.vault.bags.signed import Making

#: What words these files.
SOFTWARE = f"contrechamp {__version__}"
README, CITATION, CRATE = "README.txt", "CITATION.cff", "ro-crate-metadata.json"
CLAIMS_SCHEMA = "claims.schema.json"
LICENCE = (
    "Not licensed by this folder: whoever publishes it says what may be done with the report. "
    "Facts and data that are not theirs are under the terms of whom they are from."
)
_MEDIA = {
    "html": "text/html", "pdf": "application/pdf", "json": "application/json",
    "jsonl": "application/jsonl", "csv": "text/csv", "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet", "txt": "text/plain",
}  # fmt: skip


def made_of(
    statement: Statement, origin: str, made: Making, sizes: Mapping[str, int]
) -> dict[str, bytes]:
    """Return the files that follow from the rest, by path.

    Args:
        statement: what is published.
        origin: name of the log.
        made: when the bundle was made, with what.
        sizes: size in bytes of every file below data/.
    """
    return {
        bag.DECLARATION: bag.DECLARED.encode(),
        bag.INFO: bag.info(_told(statement, origin, made), sizes),
        README: _README.format(root=statement.root).encode(),
        CITATION: _citation(statement),
        CRATE: _crate(statement, origin, made, sizes),
        CLAIMS_SCHEMA: claims_schema(),
    }


def claims_schema() -> bytes:
    """Return the JSON Schema of data/claims.json."""
    return (package_files("contrechamp.publish") / "schema" / "claims-1.json").read_bytes()


def _told(statement: Statement, origin: str, made: Making) -> dict[str, str]:
    return {
        "Bagging-Date": made.at[:10],
        "Bag-Software-Agent": made.software,
        "External-Identifier": f"{origin}/{statement.publication.id}/{statement.edition}",
        "External-Description": "A publication, with proofs of what it says; see README.txt",
    }


def _citation(statement: Statement) -> bytes:
    """Return CITATION.cff (Citation File Format 1.2.0); JSON texts are YAML texts too."""
    named = statement.publication
    lines = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "message": "Cite the publication by its number and root.",
        "title": named.title,
        "version": str(statement.edition),
        "date-released": named.day,
    }
    told = [f"{name}: {json.dumps(text, ensure_ascii=True)}" for name, text in lines.items()]
    by = json.dumps(named.by or "not named", ensure_ascii=True)
    told += ["authors:", f"  - name: {by}", "identifiers:"]
    for value, what in (
        (statement.root, "Root of the publication: SHA-256 of statement.json"),
        *([(named.number, "Number of the publication")] if named.number else []),
    ):
        told += [
            "  - type: other",
            f"    value: {json.dumps(value, ensure_ascii=True)}",
            f"    description: {json.dumps(what)}",
        ]
    return ("\n".join(told) + "\n").encode()


def _crate(statement: Statement, origin: str, made: Making, sizes: Mapping[str, int]) -> bytes:
    named = statement.publication
    parts = [
        {
            "@id": texts.uri(path),
            "@type": "File",
            "name": path.rpartition("/")[2],
            "contentSize": str(sizes[path]),
            "encodingFormat": _MEDIA.get(path.rpartition(".")[2], "application/octet-stream"),
            **({"sha256": statement.files[path]} if path in statement.files else {}),
        }
        for path in sorted(sizes)
    ]
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": named.title,
        "description": "A publication with its claims, its open data and the proofs of both.",
        "identifier": statement.root,
        "version": str(statement.edition),
        "datePublished": named.day,
        "dateModified": made.at[:10],
        "license": {"@id": "#licence"},
        "inLanguage": list(statement.languages),
        "hasPart": [{"@id": one["@id"]} for one in parts],
        "isPartOf": {"@id": f"#{origin}"},
    }
    around: list[dict[str, Any]] = [
        {"@id": "#licence", "@type": "CreativeWork", "name": "Terms", "description": LICENCE},
        {"@id": f"#{origin}", "@type": "CreativeWork", "name": origin},
        {"@id": "#software", "@type": "SoftwareApplication", "name": made.software},
    ]
    if named.by:
        root["publisher"] = {"@id": "#publisher"}
        around.append({"@id": "#publisher", "@type": "Organization", "name": named.by})
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    document = {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [descriptor, root, *parts, *around],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


_README = """\
A publication of contrechamp, with what shows that it is what was published (BagIt 1.0, RFC 8493).

Its root is the SHA-256 of statement.json:

    {root}

Page 2 of each PDF prints the same number. Compare it with what whoever published it says on another
way: a folder that was forged as a whole agrees with itself. The root is over the claims, the data,
the pages, the log and the key that signed all the rest, the PDFs too: nobody else can sign another
PDF around them.

data/report/       the report, a page and a PDF in each language
data/claims.json   each claim and each piece of evidence on a line of its own
data/open/         open data: tables with a dictionary, records a line, FollowTheMoney
statement.json     digests of all of these, as the log of the case has them
log/               entries of that log, the hashes that lead to its root, the keys
anchors/           what dates the log from outside, where somebody asked for it
checkpoint.txt     the signature over the log, and over every file of this folder

To check all of it, and to see claim by claim what holds:
    contrechamp verify BUNDLE --root ROOT
Get that program from the project, not from who gave you this folder.

Without that program, inside this folder, with tools of your system:

1. Nothing was altered, added or taken away since it was signed:
    grep -e tagmanifest -e statement.json checkpoint.txt | sha256sum -c
    sha256sum -c --quiet tagmanifest-sha256.txt manifest-sha256.txt && echo all as signed
2. It was signed with the key in log/key.pem, which statement.json names. The text that is signed
   ends before the empty line; the signature is the last 64 bytes of the base64 behind it:
    sed '/^$/,$d' checkpoint.txt > text
    sed -n 's/^\\xe2\\x80\\x94 .* //p' checkpoint.txt | base64 -d | tail -c 64 > signature
    openssl pkeyutl -verify -pubin -inkey log/key.pem -rawin -in text -sigfile signature
    openssl pkey -pubin -in log/key.pem -outform DER | tail -c 32 > key
    K=$(basenc --base16 key | tr A-F a-f)
    grep -q "\\"key\\":\\"$K\\"" statement.json && echo the statement names that key
3. Claim N is on line N + 1 of data/claims.json; statement.json has the digest of that line:
    N=1
    sed -n "$((N + 1))p" data/claims.json | sed 's/,$//' | tr -d '\\n' > claim
    D=$(sha256sum < claim | cut -c 1-64)
    grep -q "$D" statement.json && echo "claim $N is as published"
4. The log has the statement: HMAC-SHA-256 of it is the "digest" of its entry:
    S=$(grep -o '"salt":"[0-9a-f]*"' log/keys.json | cut -d '"' -f 4)
    H=$(openssl dgst -sha256 -mac HMAC -macopt hexkey:$S statement.json | sed 's/.* //')
    grep '"subject":"publication/' log/entries.txt | tail -n 1 | grep -q "$H" && echo the log has it

How entries lead to the root of the log, and what else there is: docs/reference/bundle.md of the
project.
"""
