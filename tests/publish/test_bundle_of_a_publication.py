"""The bundle of a publication: a stranger sees that it is what was published, and no more."""

import base64
import csv
import hashlib
import hmac
import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import bagit
import geopandas as gpd
import jsonschema
import pyogrio
import pytest
import shapely
from followthemoney import model

from contrechamp.base.errors import OutputError
from contrechamp.cli.run import run
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.publish.bundle import claims_file, described, pages, verifying
from contrechamp.publish.bundle import statement as statements
from contrechamp.publish.report import publishing
from contrechamp.vault import subjects
from contrechamp.vault.access import members
from contrechamp.vault.access.roster import words_of
from contrechamp.vault.anchors import anchor, anchoring, rfc3161
from contrechamp.vault.log import merkle
from contrechamp.vault.log.history import newest_checkpoint
from dossier.samples import NOW, released, text
from publish import bundles
from publish.bundles import Sample
from vault import cases, timestamp_authority
from vault.test_authority import age_key


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, Path]:
    """Return a SAMPLE case that was dated, and its bundle in three languages."""
    folder = tmp_path_factory.mktemp("made")
    found = bundles.sample(folder / "desk")
    authority = timestamp_authority.new_authority(folder / "tsa")
    found.publish(folder / "out", languages=("en", "fr", "ar"))
    bundles.anchored(found, authority)
    # Written again once it is dated: the same root, with the anchor.
    outside = bundles.writing.Outside(roots=(authority / "root.pem").read_bytes())
    return found, found.publish(folder / "out", languages=("en", "fr", "ar"), outside=outside)


@pytest.fixture
def bundle(made: tuple[Sample, Path]) -> Path:
    return made[1]


def claims(bundle: Path) -> claims_file.ClaimsFile:
    return claims_file.read((bundle / claims_file.PATH).read_bytes())


def test_it_holds_and_says_so_claim_by_claim(bundle: Path) -> None:
    done = verifying.verify(bundle)
    assert done.discrepancies == []
    kinds = [one.claim.kind for one in done.claims]
    assert kinds.count("finding") == 2
    assert {"summary", "letter", "recommendation", "actor", "withheld"} <= set(kinds)
    assert all(not one.problems for one in done.claims)
    (letter,) = [one for one in done.claims if one.claim.kind == "letter"]
    assert letter.claim.reply == "no-reply"
    first = next(one for one in done.claims if one.claim.kind == "finding")
    assert first.evidence == (2, 1)
    assert first.claim.words["en"][0].startswith("SAMPLE: faces are compared at the gate.")
    assert "الوجوه" in first.claim.words["ar"][0]


def test_each_number_can_be_followed_by_hand(made: tuple[Sample, Path]) -> None:
    """Arithmetic of the test's own, from a line of the claims to the root that was signed."""
    sample, bundle = made
    root = hashlib.sha256((bundle / "statement.json").read_bytes()).hexdigest()
    told = json.loads((bundle / "statement.json").read_bytes())
    lines = (bundle / "data/claims.json").read_bytes().split(b"\n")
    for number, one in enumerate(told["claims"], start=1):
        assert hashlib.sha256(lines[number].removesuffix(b",")).hexdigest() == one["sha256"]
    _origin, size, log_root, *more = (bundle / "checkpoint.txt").read_text().split("\n")
    assert more[4] == f"{root}  statement.json"
    nodes = {
        (int(level), int(index)): bytes.fromhex(digest)
        for level, index, digest in map(str.split, (bundle / "log/nodes.txt").open())
    }
    entries = (bundle / "log/entries.txt").read_bytes().splitlines()
    for leaf in entries:
        number = json.loads(leaf)["number"]
        found = hashlib.sha256(b"\0" + leaf).digest()
        width, level = int(size), 0
        while width > 1:
            beside = nodes.get((level, number ^ 1))
            if (number ^ 1) < width:
                assert beside is not None
                pair = beside + found if number & 1 else found + beside
                found = hashlib.sha256(b"\1" + pair).digest()
            number, width, level = number // 2, (width + 1) // 2, level + 1
        assert found == base64.b64decode(log_root)
    salt = bytes.fromhex(json.loads((bundle / "log/keys.json").read_bytes())["salt"])
    digest = hmac.new(salt, (bundle / "statement.json").read_bytes(), "sha256").hexdigest()
    published = [json.loads(one) for one in entries if b'"publish"' in one]
    assert published[-1]["digest"] == digest
    with sample.opened() as at:  # and it is what the case has
        for one, cited in zip(claims(bundle).claims, told["claims"], strict=True):
            if one.kind == "finding":
                ref = sample.refs["first" if one.at == "finding-1" else "second"]
                assert lookup.get(at.case, ref).entry == one.record
                assert cited["id"] == one.id


def test_other_programs_can_read_it(bundle: Path) -> None:
    assert bagit.Bag(str(bundle)).is_valid()
    schema = json.loads((bundle / "claims.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads((bundle / "data/claims.json").read_bytes()))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"v": 1, "claims": [{"n": 1}], "evidence": []})
    lines = (bundle / "data/open/records.jsonl").read_text().splitlines()
    schema = json.loads((bundle / "data/open/records.schema.json").read_bytes())
    assert lines
    for line in lines:
        jsonschema.validate(json.loads(line), schema)


def test_open_data_is_read_by_what_others_read_it_with(bundle: Path) -> None:
    geojson = pyogrio.read_dataframe(bundle / "data/open/areas.geojson")
    parquet = gpd.read_parquet(bundle / "data/open/areas.parquet")
    for table in (geojson, parquet):
        assert list(table["name"]) == ["Sample Quarter"]
        assert table.crs.to_epsg() == 4326
        assert table.geometry.iloc[0].equals(shapely.from_geojson(bundles.SQUARE))
    lines = (bundle / "data/open/entities.ftm.json").read_text().splitlines()
    entities = [model.get_proxy(json.loads(line)) for line in lines]
    assert "Sample Cameras Ltd" in {one.caption for one in entities}
    for one in entities:
        one.schema.validate(one.to_dict())
    metadata = json.loads((bundle / "ro-crate-metadata.json").read_bytes())
    by_id = {one["@id"]: one for one in metadata["@graph"]}
    assert by_id["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    for part in by_id["./"]["hasPart"]:  # each is a file that is there, of this size
        path = bundle / unquote(part["@id"])
        assert path.stat().st_size == int(by_id[part["@id"]]["contentSize"])
    assert by_id[by_id["./"]["publisher"]["@id"]]["name"] == "Sample House"
    lines = [line.split(": ", 1) for line in (bundle / "CITATION.cff").read_text().splitlines()]
    cited = {one[0]: json.loads(one[1]) for one in lines if one[-1].startswith('"')}
    assert cited["  - name"] == "Sample House"
    assert cited["cff-version"] == "1.2.0"
    assert cited["date-released"] == "2026-05-01"


def test_what_is_open_has_its_salt_and_is_what_the_log_says(made: tuple[Sample, Path]) -> None:
    _sample, bundle = made
    lines = map(json.loads, (bundle / "data/open/records.jsonl").read_text().splitlines())
    opened = {one["entry"]: one for one in lines if "salt" in one}
    entries = map(json.loads, (bundle / "log/entries.txt").read_text().splitlines())
    digests = {one["number"]: one["digest"] for one in entries}
    assert {one["kind"] for one in opened.values()} >= {"letter", "actor", "recommendation"}
    for number, one in opened.items():
        salt, state = base64.b64decode(one["salt"]), base64.b64decode(one["state"])
        assert hmac.new(salt, state, "sha256").hexdigest() == digests[number]
    # What rests on what somebody told is not opened: its record says where in their words.
    shown = {one.claim.record for one in verifying.verify(bundle).claims if one.is_open}
    findings = {one.record for one in claims(bundle).claims if one.kind == "finding"}
    assert shown.isdisjoint(findings)


def test_the_page_tells_root_and_key_and_the_steps_in_the_readme_work(
    made: tuple[Sample, Path], tmp_path: Path
) -> None:
    sample, bundle = made
    root = hashlib.sha256((bundle / "statement.json").read_bytes()).hexdigest()
    with sample.opened() as at:
        key = at.case.chain.members[at.case.unlocked.member].keys[-1].public
    for page in (bundle / "data/report").glob("*.html"):
        told = page.read_text(encoding="utf-8")
        assert root in told
        assert words_of(key) in told
    for paper in (bundle / "data/report").glob("*.pdf"):
        second = subprocess.run(
            ["pdftotext", "-f", "2", "-l", "2", "-raw", paper, "-"], capture_output=True, check=True
        ).stdout.decode()
        assert root in second
        assert words_of(key) in second
    copy = bundles.copied(bundle, tmp_path / "copy")
    readme = (copy / "README.txt").read_text()
    steps = "\n".join(re.findall(r"^    ((?!contrechamp|[0-9a-f]{64}).*)$", readme, re.MULTILINE))
    ran = subprocess.run(["bash", "-e", "-c", steps], cwd=copy, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    for wanted in (
        "statement.json: OK", "all as signed", "Signature Verified Successfully",
        "the statement names that key", "claim 1 is as published", "the log has it",
    ):  # fmt: skip
        assert wanted in ran.stdout
    claim = (copy / "data/claims.json").read_text()
    (copy / "data/claims.json").write_text(claim.replace("in short", "at length"))
    ran = subprocess.run(["bash", "-c", steps], cwd=copy, capture_output=True, text=True)
    assert "claim 1 is as published" not in ran.stdout
    assert "all as signed" not in ran.stdout


def test_what_another_version_worded_is_not_called_altered(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(described, "_README", "SAMPLE: another wording, {root}\n")
    assert [one.subject for one in verifying.verify(bundle).discrepancies] == ["README.txt"]
    monkeypatch.setattr(described, "SOFTWARE", "contrechamp 99")
    assert verifying.verify(bundle).discrepancies == []


def test_an_anchor_dates_it_and_says_until_when_its_certificate_holds(
    made: tuple[Sample, Path], tmp_path: Path
) -> None:
    _sample, bundle = made
    done = verifying.verify(bundle)
    (dated,) = done.anchors
    assert dated.state == "dates"
    assert dated.at is not None
    assert dated.until is not None
    assert dated.at < dated.until
    assert done.stated_in is not None
    assert dated.size > done.stated_in.number
    other = timestamp_authority.new_authority(tmp_path / "other")
    strangers = rfc3161.roots((other / "root.pem").read_bytes())
    told = verifying.verify(bundle, trusted=strangers).discrepancies
    assert [one.subject for one in told] == ["anchors/1.tsr"]


def test_how_old_an_anchor_is_and_when_it_ends_is_told(
    made: tuple[Sample, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(made[1]), "--lang", "en"]) == 0
    told = capfd.readouterr().out
    assert "The publication was there by" in told
    assert "(age in days: 0)" in told
    assert "have the log dated anew" in told  # the authority of the test is good for a month
    assert "Nothing from outside dates" not in told


def test_the_same_publication_has_the_same_root_and_one_statement(
    made: tuple[Sample, Path], tmp_path: Path
) -> None:
    sample, bundle = made
    again = sample.publish(tmp_path / "out", languages=("en", "fr", "ar"))
    assert (again / "statement.json").read_bytes() == (bundle / "statement.json").read_bytes()
    assert (again / "data/report/report-ar.pdf").read_bytes() == (
        bundle / "data/report/report-ar.pdf"
    ).read_bytes()
    with sample.opened() as at:
        assert len(list(subjects.below(at.case, "publication/"))) == 1


def test_nothing_of_the_case_beyond_it_is_in_any_file(made: tuple[Sample, Path]) -> None:
    sample, bundle = made
    content = b"\n".join(one.read_bytes() for one in bundle.rglob("*") if one.is_file())
    pdf = subprocess.run(
        ["pdftotext", "-raw", bundle / "data/report/report-en.pdf", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    content += pdf
    for secret in (
        bundles.SECRET_NAME, "sample-given", "Sample Unpublished", "closed note", "took a picture",
        "SAMPLE of waiting", sample.refs["source"], sample.refs["testimony"],
        sample.refs["told"], sample.refs["closed"],
        *(sample.refs[one].partition("/")[2] for one in ("source", "testimony", "told", "closed")),
    ):  # fmt: skip
        assert secret.encode() not in content, secret
    with sample.opened() as at:  # nor when it came in, or which entry that was
        hidden = {subjects.newest(at.case, sample.refs[one]) for one in ("testimony", "told")}
    numbers = {json.loads(one)["number"] for one in (bundle / "log/entries.txt").open()}
    assert numbers.isdisjoint({one.entry for one in hidden if one})
    for table in (bundle / "data/open").glob("*.csv"):
        for row in csv.reader(table.open(encoding="utf-8-sig", newline="")):
            assert not any(cell.startswith(("=", "+", "@")) for cell in row)


def test_a_new_edition_names_the_former_one_and_what_changed(tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    old = sample.publish(tmp_path / "old")
    before = statements.read((old / "statement.json").read_bytes())
    with sample.opened() as at:
        cited = lookup.get(at.case, sample.refs["second"]).record
        at.put(
            replace(cited, claim=text("SAMPLE: nobody was asked, in 2026.")), sample.refs["second"]
        )
        record = lookup.get(at.case, sample.ref).record
        at.put(replace(record, cites=record.cites[:-2]), sample.ref)
        released(at, sample.ref)
    new = sample.publish(tmp_path / "new")
    done = verifying.verify(new)
    assert done.discrepancies == []
    after = done.statement
    assert after is not None
    assert after.former is not None
    assert (after.edition, after.former.root) == (2, before.root)
    told = [(one["change"], one["kind"]) for one in after.former.changes]
    assert sorted(one for one in told if one[1] != "withheld") == [
        ("revised", "finding"), ("withdrawn", "actor"), ("withdrawn", "recommendation"),
    ]  # fmt: skip
    printed = [one.claim.words["en"] for one in done.claims if one.claim.kind == "corrections"]
    assert before.root in printed[0][0]
    assert len(printed) == 1 + len(told)
    assert verifying.verify(old).discrepancies == []
    # Written again, it is still the second one, and takes the place of the first.
    again = sample.publish(tmp_path / "again")
    assert (again / "statement.json").read_bytes() == (new / "statement.json").read_bytes()


def test_whose_words_are_no_longer_shown_is_not_told(tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    with sample.opened() as at:
        cited = lookup.get(at.case, sample.refs["first"]).record
        at.put(replace(cited, evidence=cited.evidence[:1]), sample.refs["first"])
        released(at, sample.ref)
    old = sample.publish(tmp_path / "old")
    assert "quote" in [one.claim.kind for one in verifying.verify(old).claims]
    with sample.opened() as at:
        record = lookup.get(at.case, sample.ref).record
        at.put(replace(record, uses=()), sample.ref)
        released(at, sample.ref)
    done = verifying.verify(sample.publish(tmp_path / "new"))
    assert done.statement is not None
    assert done.statement.former is not None
    assert {"change": "kept-back", "count": 1} in done.statement.former.changes
    quotes = {one.claim.id for one in verifying.verify(old).claims if one.claim.kind == "quote"}
    assert not any(one.get("id") in quotes for one in done.statement.former.changes)


def test_a_translation_that_is_added_is_no_revision(tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    sample.publish(tmp_path / "old")
    bundle = sample.publish(tmp_path / "new", languages=("en", "fr"))
    told = statements.read((bundle / "statement.json").read_bytes())
    assert told.edition == 2
    assert told.former is not None
    assert told.former.changes == ()
    assert verifying.verify(bundle).discrepancies == []


def test_what_somebody_put_into_a_bundle_is_not_removed(tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    bundle = sample.publish(tmp_path / "out")
    (bundle / "data/own.txt").write_text("SAMPLE")
    with pytest.raises(OutputError, match=r"own\.txt"):
        sample.publish(tmp_path / "out")
    assert (bundle / "data/own.txt").exists()


def test_a_member_who_made_another_key_or_left_is_told(tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    secret, recipient = age_key()
    with sample.opened() as at:
        members.share(at.case, recipient, name="Two", reason="", now=NOW, random=os.urandom)
    with cases.opened(tmp_path / "desk/case", secret, write=True) as case:
        members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)
        two = case.unlocked.member
        publishing.publish(case, sample.ref, tmp_path / "out", now=NOW)
        newest = case.chain.members[two].keys[-1].public
    done = verifying.verify(tmp_path / "out/bundle")
    assert [one.kind for one in done.discrepancies] == []
    assert list(done.signers.values()) == [words_of(newest)]
    (told,) = [one for one in done.members if two in one]
    assert words_of(newest) in told
    assert told.count("(") == 2  # both keys, with their entries
    # Somebody who left signs nothing more, and their departure is told with an anchor of theirs.
    authority = timestamp_authority.new_authority(tmp_path / "tsa")
    bundles.anchored(sample, authority)
    with cases.opened(tmp_path / "desk/case", secret, write=True) as case:
        note = newest_checkpoint(case)
        anchoring.queue(case, anchor.rfc3161_anchor(note, bundles.TSA))
        anchoring.send_waiting(
            case, lambda _u, body, _k: timestamp_authority.reply(authority, body)
        )
    with sample.opened() as at:
        members.unshare(at.case, "Two", reason="", now=NOW, random=os.urandom)
    first = done.statement
    with pytest.raises(OutputError, match="another edition"):  # whose key its root names
        sample.publish(tmp_path / "out")
    done = verifying.verify(sample.publish(tmp_path / "again"))
    assert [one.kind for one in done.discrepancies] == []
    assert first is not None
    assert done.statement is not None
    assert done.statement.former is not None
    assert (done.statement.edition, done.statement.former.root) == (2, first.root)
    (told,) = [one for one in done.members if two in one]
    assert "left in entry" in told


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 11])
def test_consistency_of_every_smaller_tree_is_shown(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    tree = merkle.levels(leaves)
    for first in range(1, size + 1):
        proof = merkle.consistency_proof(first, tree)
        before = merkle.root(leaves[:first])
        assert merkle.check_consistency(first, before, size, merkle.root(leaves), proof)
        wrong = merkle.root([*leaves[: first - 1], merkle.leaf_hash(b"other")])
        assert not merkle.check_consistency(first, wrong, size, merkle.root(leaves), proof)
        for place in range(len(proof)):
            cut = [*proof[:place], *proof[place + 1 :]]
            assert not merkle.check_consistency(first, before, size, merkle.root(leaves), cut)


def test_hostile_words_stand_in_claims_and_pages_alike(tmp_path: Path) -> None:
    words = (
        "SAMPLE <script>alert(1)</script> &amp; &lt;b&gt;",
        'SAMPLE </p><a href="#finding-1">here',
        'SAMPLE =HYPERLINK("x")',
        "SAMPLE \u202eback\u202c \u2066isolated\u2069 \u200fmark",
        "SAMPLE line\u2028separator and\r\nreturn\n\nparagraph",
        'SAMPLE ]}],"evidence":[{"n":1}',
        "SAMPLE " + "long" * 125,
        "عينة \u200emixed\u200e 33.0–52.7 %",
    )
    sample = bundles.sample(tmp_path / "desk")
    with sample.opened() as at:
        refs = [
            at.put(Recommendation(what=text(one), to_kind="other", sample=True)) for one in words
        ]
        record = lookup.get(at.case, sample.ref).record
        at.put(replace(record, cites=(*record.cites, *refs)), sample.ref)
        released(at, sample.ref)
    bundle = sample.publish(tmp_path / "out", languages=("en", "he"))
    done = verifying.verify(bundle)
    assert done.discrepancies == []
    told = [one.claim.words["en"][0] for one in done.claims if one.claim.kind == "recommendation"]
    assert len(told) == 1 + len(words)
    schema = json.loads((bundle / "claims.schema.json").read_bytes())
    jsonschema.validate(json.loads((bundle / "data/claims.json").read_bytes()), schema)


def test_a_bundle_that_cannot_be_written_leaves_nothing_and_the_next_run_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = bundles.sample(tmp_path / "desk")

    def full(*_given: object, **_more: object) -> None:
        raise OutputError("SAMPLE: no room")

    with monkeypatch.context() as patched:
        patched.setattr(bundles.writing.bag.Writer, "finish", full)
        with pytest.raises(OutputError, match="no room"):
            sample.publish(tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["desk"]
    with sample.opened() as at:  # the log has what was to be published: better than the reverse
        (stated,) = subjects.below(at.case, "publication/")
    bundle = sample.publish(tmp_path / "out")
    assert (bundle / "statement.json").read_bytes() == stated.content
    assert verifying.verify(bundle).discrepancies == []


def test_a_page_is_read_as_people_read_it() -> None:
    page = (
        "<head><title>SAMPLE</title><style>of no words</style></head><body>"
        '<p>It is <a class="number" href="#m-1"><bdi>33.0\u201352.7 %</bdi></a> of the street '
        '<a href="#evidence-3">[3]</a>, it says.</p><img alt="A map.">'
        "<p>Last &amp; least.</p></body>"
    ).encode()

    def claim(number: int, *words: str) -> claims_file.Claim:
        return claims_file.Claim(number, "0" * 16, "finding", "at", {"en": words})

    first = claim(1, "A map.", "It is \u206833.0\u201352.7 %\u2069 of the street , it says.")
    last = claim(2, "Last & least.")
    assert list(pages.missing(page, [first, last], "en")) == []
    assert list(pages.missing(page, [last, first], "en")) == [first]
    for other in ("It is 33.1\u201352.7 % of the street", "of no words", "[3]"):
        assert list(pages.missing(page, [claim(1, other)], "en")) == [claim(1, other)]
