"""Files of an exported bag for people and for other programs: README, table, RO-Crate, check.py."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contrechamp.base.spreadsheets import as_cell

COLUMNS = (
    *("item", "file", "name", "media_type", "size", "sha256", "blake3", "modified"),
    *("added_at", "capture"),
)


@dataclass(frozen=True)
class ExportedItem:
    """One exported item.

    Args:
        item: id of the item.
        file: path of its content in the bag.
        state: what its record says.
        added_at: when it was added to the case, UTC, ISO 8601.
    """

    item: str
    file: str
    state: Mapping[str, Any] = field(repr=False)
    added_at: str


def items_csv(items: Sequence[ExportedItem], *, cell: Callable[[str], str] = as_cell) -> bytes:
    """Return a table of the items, with the columns `COLUMNS`.

    Args:
        items: in this order.
        cell: makes of a text what stands in a cell.
    """
    text = io.StringIO(newline="")
    # With these line ends (RFC 4180) the writer also quotes cells that hold a carriage return.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in items:
        cells = {
            **{name: one.state.get(name, "") for name in COLUMNS},
            "item": one.item,
            "file": one.file,
            "modified": _time(str(one.state.get("modified_ns", ""))),
            "added_at": one.added_at,
            "capture": _capture(one.state),
        }
        writer.writerow([cell(str(cells[name])) for name in COLUMNS])
    return text.getvalue().encode()


def _capture(state: Mapping[str, Any]) -> str:
    """Return the format of a capture, and what its checks came to when it was added, if at all."""
    capture = state.get("capture")
    told = capture if isinstance(capture, dict) else {}
    words = [told.get(name) for name in ("format", "checked")]
    return ": ".join(word for word in words if isinstance(word, str) and word)


def crate(items: Sequence[ExportedItem], *, published: str, origin: str) -> bytes:
    """Return ro-crate-metadata.json (RO-Crate 1.1) with what the record of each item says.

    Args:
        items: the exported items.
        published: ISO 8601 date.
        origin: name of the log.
    """
    return _crate([_described(one) for one in items], published, origin)


def closed_crate(files: Mapping[str, int], *, published: str, origin: str) -> bytes:
    """Return ro-crate-metadata.json that tells no more than a look into the folder does.

    Args:
        files: size in bytes of each encrypted file, by its path in the bag.
        published: ISO 8601 date.
        origin: name of the log.
    """
    entities = [
        {
            "@id": uri(path),
            "@type": "File",
            "name": path.rpartition("/")[2],
            "contentSize": str(size),
            "encodingFormat": "application/age",
        }
        for path, size in files.items()
    ]
    return _crate(entities, published, origin)


def _crate(entities: Sequence[Mapping[str, Any]], published: str, origin: str) -> bytes:
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Items of {origin}",
        "description": "Items exported from a case of contrechamp, with proofs of custody.",
        "datePublished": published,
        "license": "Not licensed: the holder of the case says what may be done with the items.",
        "hasPart": [{"@id": one["@id"]} for one in entities],
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    document = {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [descriptor, root, *entities],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _described(one: ExportedItem) -> dict[str, Any]:
    state = one.state
    return {
        "@id": uri(one.file),
        "@type": "File",
        "identifier": one.item,
        "name": state.get("name", ""),
        "contentSize": state.get("size", ""),
        "encodingFormat": state.get("media_type", ""),
        "sha256": state.get("sha256", ""),
        "dateModified": _time(str(state.get("modified_ns", ""))),
        "sdDatePublished": one.added_at,
    }


def uri(path: str) -> str:
    """Return a path as a relative URI; of our names only spaces and percent signs need escaping."""
    return path.replace("%", "%25").replace(" ", "%20")


def _time(nanoseconds: str) -> str:
    try:
        moment = datetime.fromtimestamp(int(nanoseconds) // 10**9, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


README = """\
Items of a case of contrechamp, exported as a bag (BagIt 1.0, RFC 8493).

data/<item>/NAME           the content of each item{content}
{where}
custody/<item>.json        who did what with it, as a transparency log (RFC 6962) has it
checkpoint.txt             the signature over the log, and over every file of this folder
ro-crate-metadata.json     the files, in RO-Crate 1.1

To check all of it:
    contrechamp verify BAG --identity KEY-FILE
Get that program from the project, not from who gave you this bag. A program that lies inside a bag,
check.py as well, proves nothing: whoever altered the bag could have altered it too.

Ask the sender, on another way, for the key with which the bag is signed, and compare it with what
the program prints. The key comes with the bag, so that a forger could bring an own one.

Without that program, inside this folder, with tools of your system:

1. Nothing was altered, added or taken away since the bag was signed. checkpoint.txt is a signed
   note (C2SP tlog-checkpoint) whose text has the digest of the list of tag files; that list has the
   digests of all others but itself and its double of SHA-512:
    grep tagmanifest checkpoint.txt | sha256sum -c
    sha256sum -c tagmanifest-sha256.txt manifest-sha256.txt
   The sender can tell that digest, too. Who compares it needs no more than these two lines.
2. To read encrypted files (https://age-encryption.org), with the secret key of a recipient:
    age -d -i KEY-FILE data/<item>/NAME.age > content
    age -d -i KEY-FILE data/<item>/record.json.age > record.json   (where there is one)
3. That the log says so. custody/<item>.json holds: every entry of the log about the item with the
   Merkle path from it to the root that checkpoint.txt is signed for, and the public key of who
   signed. record.json (or "record" there) holds what the log committed to: HMAC-SHA-256 of "state"
   under "salt" is the "digest" of the last entry. "state" holds the name, size and SHA-256 of the
   content. Where the item came by a merge, "branches" holds its entries in the other copy's log,
   that log's checkpoint, and the entry "merge" with its record, which names that checkpoint.
   check.py shows how, short enough to be read first, with Python 3 and the package cryptography:
    python3 -I check.py custody/<item>.json [record.json [content]]

Tables, metadata and this text follow from the records and entries: contrechamp makes them anew and
compares. They say nothing that is not signed there.
"""

#: check.py of a bag: shows how an item is checked, without using contrechamp.
PROGRAM = """\
import base64, hashlib, hmac, json, pathlib, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

print("This program came with the bag: whoever altered the bag could have altered it. What it says")
print("proves nothing unless you have read it. Get the verifier that README.txt names from the")
print("project, not from who gave you this bag.")
sha256 = lambda data: hashlib.sha256(data).digest()
here = pathlib.Path(sys.argv[1]).resolve().parent.parent
doc = json.load(open(sys.argv[1], encoding="utf-8"))

def must(holds, what):  # not assert, which python -O passes over
    holds or sys.exit("wrong: " + what)

def tree(note, keys):  # lines of the text that a checkpoint is signed for
    text, _, signed = note.rpartition("\\n\\n")
    text += "\\n"
    dash, name, signature = signed.split("\\n")[0].split(" ")
    key = base64.b64decode(keys[name])
    raw = base64.b64decode(signature)
    must(raw[:4] == sha256(name.encode() + b"\\n\\x01" + key)[:4], "key id")
    Ed25519PublicKey.from_public_bytes(key).verify(raw[4:], text.encode())
    print("signed by", name, "with the key", key.hex())
    origin, size, root, *more = text.splitlines()
    return (int(size), base64.b64decode(root)), more

def proved(one, size, root, subject):
    leaf = base64.b64decode(one["entry"])
    entry = json.loads(leaf)
    must(entry["subject"].startswith(subject), "subject")
    node, last, found = entry["number"], size - 1, sha256(b"\\x00" + leaf)
    must(0 <= node <= last, "number")
    for step in map(base64.b64decode, one["proof"]):
        must(last, "proof too long")
        if node & 1 or node == last:
            found = sha256(b"\\x01" + step + found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = sha256(b"\\x01" + found + step)
        node, last = node >> 1, last >> 1
    must(last == 0 and found == root, "proof")
    print(entry["at"], entry["action"], "by", entry["member"])
    return entry

def stated(record, entry):  # the state that an entry commits to
    salt, state = (base64.b64decode(record[part]) for part in ("salt", "state"))
    must(hmac.new(salt, state, hashlib.sha256).hexdigest() == entry["digest"], "record")
    return state

def listed(lines):  # files are as a list of digests says
    for digest, name in (line.split("  ", 1) for line in lines):
        must(sha256((here / name).read_bytes()).hex() == digest, name)

log, more = tree((here / "checkpoint.txt").read_text(encoding="utf-8"), doc["keys"])
for one in doc["entries"]:
    entry = proved(one, *log, "item/" + doc["item"])
for branch in doc.get("branches", []):
    print("in a copy that was merged:")
    told = json.loads(stated(branch["record"], proved(branch["merge"], *log, "merge/")))
    there, _ = tree(branch["checkpoint"], branch["keys"])
    must(told["checkpoint"] == branch["checkpoint"] and told["branch"] == there[1].hex(), "branch")
    for one in branch["entries"]:
        proved(one, *there, "item/" + doc["item"])
record = json.load(open(sys.argv[2], encoding="utf-8")) if sys.argv[2:] else doc.get("record")
if record:
    state = stated(record, entry)
    print("record:", state.decode())
if sys.argv[3:]:
    found = sha256(pathlib.Path(sys.argv[3]).read_bytes()).hex()
    must(found == json.loads(state)["sha256"], "content")
    print("the content is the one that was added")
must(more[:1] == ["contrechamp.bag/2"], "no checkpoint of a bag")
listed(more[3:])
for name in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
    listed((here / name).read_text(encoding="utf-8").splitlines())
print("right, as far as this program can tell")
"""


def readme(*, encrypted: bool, open_records: bool) -> bytes:
    """Return README.txt of a bag."""
    closed = "data/<item>/record.json.age  what the case says of it, encrypted with age"
    table = "items.csv                  the items in a table"
    sealed = "data/items.csv.age, data/ro-crate-metadata.json.age  all items, encrypted likewise"
    where = table if open_records else f"{closed}\n{sealed}"
    content = ", encrypted with age" if encrypted else ", as it is"
    return README.format(content=content, where=where).encode()
