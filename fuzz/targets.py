"""What is fuzzed: readers of bytes, each with inputs to begin from."""

import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from contrechamp.base.search_words import normalised, query_of
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import from_json
from contrechamp.dossier.writing import toml_form
from contrechamp.measure.disparity.plan import from_toml
from contrechamp.scene.census import read_census
from contrechamp.scene.file_kinds import CSV, GPX, KML, KMZ, PHOTOS, recognised
from contrechamp.scene.gpkg_aliases import column_aliases
from contrechamp.scene.gpx import parsed, walks_of
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.kml import read_kml
from contrechamp.scene.pbf_size import check_unpacked_size
from contrechamp.scene.photos import read_photos
from contrechamp.scene.table_file import read_csv
from contrechamp.scene.timed_walk import read_timed_walk
from contrechamp.vault.access import casefile
from contrechamp.vault.anchors import anchor, ots, rfc3161
from contrechamp.vault.captures import findings, openpgp, wacz_signature
from contrechamp.vault.captures import listing as captures
from contrechamp.vault.log import canonical, checkpoint, custody
from contrechamp.vault.metadata import media
from fuzz import bags, readers


@dataclass(frozen=True)
class Target:
    """A reader, which may raise a `ContrechampError` and nothing else."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...] = ()


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda content: read(content.decode("utf-8", "replace"))


def _entry(content: bytes) -> object:
    try:
        return custody.entry_of(canonical.loads(content))
    except ValueError:  # what `entry_of` says of fields that are none
        return None


def _form(text: str) -> object:
    kinds = list(KINDS)
    kind = kinds[len(text) % len(kinds)]
    return toml_form.filled(toml_form.read(kind, text))


def _record(content: bytes) -> object:
    found = canonical.loads(content)
    return [from_json(cls, found) for cls in list(KINDS.values())[len(content) % 5 :: 5]]


def _opened(content: bytes, kind: str) -> OpenedFile:
    return OpenedFile("fuzz", kind, content)


WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/\r\n"
    b"WARC-Date: 2026-05-01T12:00:00Z\r\nContent-Type: application/http\r\n"
    b"Content-Length: 47\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nTEXT\r\n\r\n"
)


def _kmz() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("doc.kml", "<kml><Document></Document></kml>")
    return out.getvalue()


def _photo() -> bytes:
    exif, out = Image.Exif(), BytesIO()
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 0.0, 0.0), 3: "W", 4: (27.0, 0.0, 0.0)})
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def _zip(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _wacz() -> bytes:
    listed = [{"path": "archive/data.warc", "hash": "sha256:" + "0" * 64, "bytes": len(WARC)}]
    return _zip(
        {
            "datapackage.json": json.dumps({"title": "SAMPLE", "resources": listed}).encode(),
            "datapackage-digest.json": SIGNED,
            "pages/pages.jsonl": b'{"url": "https://example.org/"}',
            "archive/data.warc": WARC,
        }
    )


#: A signature of a WACZ, of which nothing fits.
SIGNED = json.dumps(
    {
        "hash": "sha256:" + "0" * 64,
        "signedData": {"hash": "sha256:" + "0" * 64, "signature": "AAAA", "publicKey": "AAAA"},
    }
).encode()


def _proofmode() -> bytes:
    proof = json.dumps({"File Hash SHA256": "0" * 64}).encode()
    return _zip({"a.jpg": b"SAMPLE", "a.jpg.proof.json": proof, "pubkey.asc": b"\x99\x00\x01\x04"})


def _signature(content: bytes) -> object:
    found = findings.Findings()
    wacz_signature.check(b"{}", content, found)
    return found.state()


def _openpgp(content: bytes) -> object:
    with suppress(openpgp.UnknownError):
        return openpgp.keys(content)
    with suppress(openpgp.UnknownError):
        return openpgp.signature(content)
    return None


#: A movie of one text and nothing to see.
MOVIE = b"\0\0\0\x08wide\0\0\0\x20moov\0\0\0\x18udta\0\0\0\x10\xa9xyz\0\x04\0\0+1+2"
BAG = bags.sample()
NOTE = (
    "contrechamp.case/0123456789abcdef\n1\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— contrechamp.case/x/y AAAAAAAA\n"
)
#: Of each outside format of records, what a reader gets far with.
SUBMISSION = (
    b'{"value":[{"__id":"uuid:1","what":"camera","date":"2026-05-01","camera_position":"1 2"}]}'
)
UWAZI = b'{"rows":[{"sharedId":"1","title":"a","metadata":{"p":[{"value":{"lat":1,"lon":2}}]}}]}'
RELEASE = (
    b'{"releases":[{"ocid":"o","id":"1","date":"2026","buyer":{"id":"b","name":"B"},'
    b'"tender":{"id":"t","title":"T"},"awards":[{"id":"a","suppliers":[{"id":"s","name":"S"}]}],'
    b'"contracts":[{"id":"c","awardID":"a","value":{"amount":1,"currency":"EUR"}}]}]}'
)
BULLETIN = (
    b'{ \n"bulletins": [ \n{"class":"bulletin","id":1,"title":"a","sjac_title":"b","locations":'
    b'[{"id":1,"title":"t","lat":1,"lng":2}],"medias":[{"filename":"f"}]}\n] \n }'
)
ENTITY = (
    b'{"class":"actor","id":1,"name":"a","type":"Entity","actor_relations":[{"actor":{"id":2}}]}'
)
POINTS = (
    b'<gpx version="1.1"><wpt lat="1" lon="2"><time>2026-05-01T07:00:00Z</time><name>a</name>'
    b'<sym>Camera</sym></wpt><trk><trkseg><trkpt lat="1" lon="2"><time>2026-05-01T07:00:00Z'
    b'</time></trkpt><trkpt lat="1" lon="3"/></trkseg></trk></gpx>'
)
PLAN = b"""[people]
column = "p"
error = 0.1
[groups]
g = "g"
[covariates]
c = "c"
[[compare]]
name = "a"
groups = ["g", "rest"]
[[compare]]
name = "b"
areas = [["x"], "rest"]
measure = "cameras_per_1000"
[[compare]]
name = "c"
covariate = "c"
"""
IMPORTS = {
    "records": (
        b'{"kind":"actor","fields":{"names":[{"language":"en","text":"a"}],"kind":"state"}}',
    ),
    "tables": (b"record_kind,record_id,names[1].text,names[1].language,kind\nactor,,a,en,state\n",),
    "ftm": (b'{"id":"a","schema":"Company","properties":{"name":["a"]}}',),
    "submissions": (SUBMISSION, readers.archive(s__json=SUBMISSION, p__jpg=b"x")),
    "gpx": (POINTS,),
    "ocds": (RELEASE,),
    "bayanat": (BULLETIN, ENTITY, readers.archive(export__json=BULLETIN, f=b"x")),
    "cameras": (b"id,lon,lat\na,1,2\n",),
    "mapped": (b"id,a,d,h,p,o,m\n1,x,1777593600,2,3|4,c,f\n", UWAZI, SUBMISSION),
    "photos": (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*",),
}
TARGETS = {
    "case.toml": Target(
        lambda content: casefile.from_toml(content, "case.toml"), (b"format = 1\n[[slot]]\n",)
    ),
    "canonical": Target(canonical.loads, (b'{"a":[1,"b",null,true]}',)),
    "entry": Target(
        _entry,
        (b'{"action":"add","at":"","digest":"","member":"","number":0,"subject":"","v":1}',),
    ),
    "checkpoint": Target(_text(checkpoint.parse), (NOTE.encode(),)),
    "anchor": Target(anchor.from_bytes, (b'{"addresses":["x"],"kind":"rfc3161"}',)),
    "timestamp": Target(lambda content: rfc3161.check_is_reply(content, b"x"), (b"0\x03",)),
    "stamp": Target(
        lambda content: ots.attestations(content, b"x"),
        (b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08",),
    ),
    "media": Target(
        lambda content: media.describe(BytesIO(content)),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*", MOVIE),
    ),
    "capture": Target(
        lambda content: captures.listing(BytesIO(content)), (WARC, _wacz(), _proofmode())
    ),
    "openpgp": Target(
        _openpgp, (b"\x99\x00\x07\x04\x00\x00\x00\x00\x01\x00", b"\x88\x05\x04\x00\x01\x08\x00")
    ),
    "capture-signature": Target(_signature, (SIGNED,)),
    "bag": Target(bags.reader(BAG), bags.seeds(BAG)),
    "form": Target(
        _text(_form), (toml_form.blank("testimony").encode(), toml_form.blank("consent").encode())
    ),
    "record": Target(_record, (b'{"pseudonym":"SAMPLE","risk":{"level":"high"}}',)),
    "search": Target(
        _text(lambda text: (normalised(text), query_of(text))), ('صحّة "צה״ל" é*'.encode(),)
    ),
    "pbf-size": Target(lambda content: check_unpacked_size(content, "fuzz", 1 << 20)),
    "kml": Target(
        lambda content: read_kml(_opened(content, KML)),
        (
            b'<kml><Placemark><ExtendedData><Data name="kind"><value>dome</value></Data>'
            b"</ExtendedData><Point><coordinates>1,2,3</coordinates></Point></Placemark></kml>",
        ),
    ),
    "kmz": Target(lambda content: read_kml(_opened(content, KMZ)), (_kmz(),)),
    "photos": Target(lambda content: read_photos(_opened(content, PHOTOS)), (_photo(),)),
    "aliases": Target(column_aliases),
    "any file": Target(lambda content: recognised(content, "fuzz", "fuzz")),
    "csv": Target(lambda content: read_csv(_opened(content, CSV)), (b"id,lon,lat\na,1,2\n",)),
    "people": Target(
        lambda content: read_census(_opened(content, CSV), ["p"], "g", skip_bad_rows=False),
        (b"id,p,g\na,1,x\n",),
    ),
    "plan": Target(_text(lambda text: from_toml(text, name="fuzz")), (PLAN,)),
    "timed walk": Target(lambda content: read_timed_walk(_opened(content, GPX)), (POINTS,)),
    "gpx": Target(
        lambda content: walks_of(parsed(content, "fuzz"), "fuzz"),
        (b'<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>',),
    ),
    **{f"import-{name}": Target(readers.reader(name), seeds) for name, seeds in IMPORTS.items()},
    "import": Target(readers.reader(), tuple(seed for seeds in IMPORTS.values() for seed in seeds)),
    "mapping": Target(readers.mapping, (readers.MAPPING,)),
}
