"""Exports of Hunchly: pages, hashes and signatures that only their key can make."""

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.vault.captures import findings
from contrechamp.vault.captures.listing import listing
from contrechamp.vault.log import canonical
from vault.signed_captures import zipped
from vault.test_openpgp import CONTENT, FINGERPRINTS, SAMPLES

LISTS = ("case_data/pages.json", "case_data/case_attachments.json", "case_data/tagged_photos.json")
#: The samples of signatures are signatures of this: here it stands for a saved page.
PAGE = CONTENT


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def page(number: int, digest: str) -> dict[str, Any]:
    return {
        "id": number, "case_id": 3, "url": f"https://example.org/{number}", "title": "SAMPLE",
        "timestamp_created": "2026-04-03T02:01:00Z", "content_hash": digest, "tags": None,
    }  # fmt: skip


def parts() -> dict[str, bytes]:
    """Return the parts of a SAMPLE export, as its public descriptions have it."""
    signature = (SAMPLES / "rsa.sig.asc").read_bytes()
    attachment = {"ID": 1, "CaseId": 3, "Filename": "SAMPLE.pdf", "Hash": sha256(b"%PDF SAMPLE")}
    photo = {"ID": 1, "PageId": 1, "LocalFile": "SAMPLE.jpg", "PhotoHash": sha256(b"SAMPLE")}
    lists = (
        [page(1, sha256(PAGE)), page(2, sha256(PAGE))],
        [attachment | {"Source": "Added Manually"}],
        [photo],
    )
    return {
        **{name: json.dumps(one).encode() for name, one in zip(LISTS, lists, strict=True)},
        **{f"pages/{number}.mhtml": PAGE for number in (1, 2)},
        **{f"pages/{number}.mhtml.sig": signature for number in (1, 2)},
        "pages/1.jpeg": b"SAMPLE",
        "attachments/SAMPLE.pdf": b"%PDF SAMPLE",
        "tagged_photos/SAMPLE.jpg": b"SAMPLE",
        "public.key": (SAMPLES / "rsa.pub.asc").read_bytes(),
        "report.html": b"SAMPLE",
    }


def checked(content: Mapping[str, bytes]) -> tuple[str, dict[str, Any]]:
    found = listing(BytesIO(zipped(content)))
    assert found is not None
    assert found["format"] == "hunchly"
    assert canonical.loads(canonical.dumps(found)) == found
    assert set(found["checks"]) <= set(findings.ALL)
    return findings.verdict({"capture": found}), found["checks"]


def test_hashes_and_signatures_that_fit_are_said_to() -> None:
    verdict, found = checked(parts())
    assert verdict == "agrees"
    assert found == {
        "parts-agree": {"count": 4},
        "signed-by-key": {"count": 2, "at": [FINGERPRINTS["rsa"]]},
    }


def test_pages_are_listed_with_their_addresses_and_times() -> None:
    found = listing(BytesIO(zipped(parts())))
    assert found is not None
    assert found["records"] == 2
    assert found["urls"][0] == {
        "url": "https://example.org/1", "time": "2026-04-03T02:01:00Z", "title": "SAMPLE",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code"),
    [("pages/2.mhtml", "signature-wrong"), ("pages/2.mhtml", "part-changed")],
)
def test_a_page_that_was_altered_is_told_by_its_signature_and_its_hash(
    name: str, code: str
) -> None:
    verdict, found = checked({**parts(), name: PAGE + b"altered"})
    assert (verdict, found[code]["at"]) == ("changed", [name])


def test_an_altered_page_whose_signature_was_taken_away_is_told() -> None:
    content = {**parts(), "pages/2.mhtml": b"altered"}
    del content["pages/2.mhtml.sig"]
    told = json.loads(content[LISTS[0]])
    told[1]["content_hash"] = sha256(b"altered")
    verdict, found = checked({**content, LISTS[0]: json.dumps(told).encode()})
    assert (verdict, found["part-unsigned"]["at"]) == ("partly", ["pages/2.mhtml"])


def test_a_page_that_was_taken_out_is_told() -> None:
    content = parts()
    del content["pages/2.mhtml"]
    verdict, found = checked(content)
    assert verdict == "changed"
    assert found["part-missing"]["at"] == ["pages/2.mhtml"]
    assert found["signature-elsewhere"]["at"] == ["pages/2.mhtml"]


def test_hashes_of_which_none_fits_are_of_something_else() -> None:
    told = json.loads(parts()[LISTS[0]])
    for one in told:
        one["content_hash"] = sha256(b"a part of the page, as a tool may hash it")
    verdict, found = checked({**parts(), LISTS[0]: json.dumps(told).encode()})
    assert verdict == "partly"
    assert found["hashes-of-other"] == {"count": 2, "at": [LISTS[0]]}
    assert "part-changed" not in found


def test_signatures_of_which_none_fits_are_nothing_to_rely_on() -> None:
    altered = {f"pages/{number}.mhtml": b"altered" for number in (1, 2)}
    verdict, found = checked({**parts(), **altered})
    assert (verdict, found["signatures-of-other"]) == ("doubtful", {"count": 2})


def test_without_the_key_nothing_is_said_to_be_signed() -> None:
    content = parts()
    del content["public.key"]
    verdict, found = checked(content)
    assert verdict == "partly"
    assert found["key-missing"]["at"] == ["public.key"]
    assert "signed-by-key" not in found


@given(st.binary(max_size=100), st.sampled_from([*LISTS, "pages/1.mhtml.sig", "public.key"]))
def test_whatever_a_part_is_it_is_told_and_nothing_breaks(content: bytes, name: str) -> None:
    checked({**parts(), name: content})
