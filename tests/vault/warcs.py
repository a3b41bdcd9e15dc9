"""Web captures for tests, written by warcio and zipfile; SAMPLE pages that nobody published."""

import json
import zipfile
from collections.abc import Sequence
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

TIME = "2026-04-03T02:01:00Z"


def warc(
    pages: Sequence[tuple[str, str, bytes]] = (("https://example.org/", "200 OK", b"SAMPLE"),),
    *,
    gzip: bool = True,
) -> bytes:
    """Return a WARC with a warcinfo record, and a response record for each page."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("sample.warc", {"software": "SAMPLE"}))
    for url, status, body in pages:
        http = StatusAndHeaders(status, [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=BytesIO(body), http_headers=http,
                warc_headers_dict={"WARC-Date": TIME},
            )
        )  # fmt: skip
    return out.getvalue()


def wacz(content: bytes, compression: int = zipfile.ZIP_STORED, **package: object) -> bytes:
    """Return a WACZ around a WARC."""
    out = BytesIO()
    about = {"profile": "data-package", "wacz_version": "1.1.1", "title": "SAMPLE", **package}
    page = {"id": "1", "url": "https://example.org/", "ts": TIME, "title": "Sample page"}
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.warc.gz", content, compression)
        header = {"format": "json-pages-1.0", "id": "pages", "title": "All"}
        archive.writestr("pages/pages.jsonl", f"{json.dumps(header)}\n{json.dumps(page)}\n")
        archive.writestr("datapackage.json", json.dumps(about))
    return out.getvalue()
