"""``contrechamp sample``: every statement has its reference, and what is invented says so.

The sample is built through the command, once a language, and read back through the public doors;
tests/cli/test_sample.py is about the command.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contrechamp.base.errors import InputError
from contrechamp.cli.run import run
from contrechamp.dossier import status
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.reading import lookup, search
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.contents import field_values, parts
from contrechamp.dossier.records.field_types import Evidence, Position, Record, Text, Translated
from contrechamp.dossier.records.publications import Review
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.dossier.sample import sample_case, sample_texts
from contrechamp.dossier.shipped import assessments
from contrechamp.dossier.writing import index_check
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.case import Case
from contrechamp.vault.opening import opened
from made_once import Typed

pytestmark = pytest.mark.slow

#: The day of the sample on which its consent is withdrawn has passed.
DAY = date(2026, 12, 1)
#: Words of what must not leave: a closed passage, contact rules, a risk, a note, an identity.
CLOSED = (
    "zephyrine", "zéphyrine", "never by telephone", "on Mondays", "recognised EXEMPLE",
    "a note for those", "Nemona", "Nulleparte", "Nowhere Lane",
)  # fmt: skip
LABEL = re.compile("SAMPLE|EXEMPLE")


@dataclass(frozen=True)
class Built:
    """A sample, and what the command printed."""

    folder: Path
    out: str

    @property
    def secret(self) -> AgeIdentities:
        """What the second member opens the case with, in no time."""
        return AgeIdentities((self.folder.joinpath("second-member.key").read_text().split()[-1],))

    def records(self) -> dict[str, Stored]:
        """Every record of the case by its id."""
        with opened(self.folder / "case", self.secret, tables=TABLES, write=False) as case:
            return {stored.id: stored for stored in lookup.every(case)}

    def lines(self) -> list[dict[str, Any]]:
        """What was exported."""
        text = (self.folder / "records-jsonl" / "records.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def build(sample_case: Callable[[str], Typed]) -> Callable[[str], Built]:
    def built(language: str) -> Built:
        typed = sample_case(language)
        return Built(typed.folder / "sample-out", typed.out)

    return built


@pytest.fixture(scope="module")
def english(build: Callable[[str], Built]) -> Built:
    return build("en")


@pytest.fixture(scope="module")
def records(english: Built) -> dict[str, Stored]:
    return english.records()


@pytest.fixture
def case(english: Built) -> Iterator[Case]:
    with opened(english.folder / "case", english.secret, tables=TABLES, write=False) as found:
        yield found


#: What names a figure; the measurement that has it says that it is a sample.
OF_A_FIGURE = re.compile(r"figures\[\d+\]\..*")


def plain(record: Record) -> Iterator[tuple[str, str]]:
    """Yield every text of a record that people read, with its place."""
    for held in field_values(record):
        if OF_A_FIGURE.fullmatch(held.path.removeprefix(": ")):
            continue
        shape = held.shape
        line = shape.form is None or shape.form.name == "line"
        if shape.holds == "text" and shape.refers_to is None and line and held.value:
            yield held.path.removeprefix(": "), str(held.value)


def test_the_case_verifies_and_its_tables_are_those_of_its_records(
    case: Case, english: Built, capfd: pytest.CaptureFixture[str]
) -> None:
    key = english.folder / "second-member.key"
    assert run(["verify", str(english.folder / "case"), "--identity", str(key)]) == 0
    capfd.readouterr()
    assert not list(index_check.problems(case))


def test_files_as_others_keep_them_are_found_and_hold_what_they_say(
    english: Built, capfd: pytest.CaptureFixture[str]
) -> None:
    case, key = str(english.folder / "case"), str(english.folder / "second-member.key")
    said = {}
    for asked in ("find tourniquet", "find heliotrope", "find conversation", "verify --captures"):
        command, words = asked.split()
        assert run([command, case, words, "--identity", key]) == 0
        said[words] = capfd.readouterr().out
    assert re.search(r"sample-mail\.eml\n +sample-list\.txt: ", said["tourniquet"])
    assert "sample-page.warc" in said["heliotrope"]
    assert "sample-chat.txt" in said["conversation"]
    captures = said["--captures"]
    assert "sample-page.warc: the capture agrees with what it says of itself" in captures
    assert "entries of the index lead to the records that they say" in captures
    assert "that have the hash that this one says (4): sample-street.png" in captures


def test_every_kind_that_the_sources_carry_is_there(records: dict[str, Stored]) -> None:
    kinds = {stored.kind for stored in records.values()}
    assert kinds >= {
        "actor", "area", "assessment", "barrier", "challenge", "consent", "deployment", "exhibit",
        "finding", "letter", "observation", "place", "product", "publication", "recommendation",
        "relation", "release", "review", "source", "testimony",
    }  # fmt: skip


def test_a_reference_has_title_publisher_address_and_the_day_it_was_read() -> None:
    assert len(sample_texts.references()) >= 20
    for reference in sample_texts.references():
        assert re.fullmatch(r"https?://\S+", reference.address), reference.key
        assert date.fromisoformat(reference.consulted) <= DAY, reference.key
        assert reference.title
        assert reference.publisher
        undated = "no date" in reference.read["en"]
        assert bool(reference.date) != undated, f"{reference.key}: a date, or why there is none"
        for texts in (reference.says, reference.read):
            assert set(texts) == {"en", "fr"}, reference.key
            assert texts["en"] != texts["fr"], reference.key


def test_every_factual_record_rests_on_a_public_source(records: dict[str, Stored]) -> None:
    for one in (stored.record for stored in records.values()):
        if not isinstance(one, Exhibit) or one.sample:
            continue
        assert one.address
        assert one.publisher
        assert one.consulted_on

    def rests(ref: str, seen: frozenset[str] = frozenset()) -> bool:
        """Return whether an exhibit stands at the end of what is cited as evidence."""
        record = records[lookup.id_of(ref)].record
        if isinstance(record, Exhibit):
            return not record.sample
        cited = [part.ref for part, _path in parts(record) if isinstance(part, Evidence)]
        return any(rests(one, seen | {ref}) for one in cited if one not in seen)

    checked = 0
    for stored in records.values():
        if stored.record.sample or stored.kind in {"exhibit", "review", "release"}:
            continue
        assert rests(stored.ref), (stored.kind, stored.record.title())
        checked += 1
    assert checked > 30


def test_every_statement_says_how_sure_it_is_and_on_what_it_rests(
    records: dict[str, Stored],
) -> None:
    stated = 0
    for stored in records.values():
        for part, path in parts(stored.record):
            if hasattr(part, "confidence") and not isinstance(part, Record):
                assert part.evidence, (stored.kind, stored.record.title(), path)
                stated += 1
                assert part.confidence != "corroborated" or len(independent(records, part)) > 1, (
                    stored.record.title(), path,
                )  # fmt: skip
    assert stated > 40


#: Sources that report what Amnesty found count as Amnesty.
AFTER_AMNESTY = (
    "Amnesty", "Business", "Elder of Ziyon", "ID Tech", "NOS", "Next", "Het Belang", "Plus61J",
    "Thread Reader", "Jerusalem Story", "The Guardian", "Infosunrise", "+972", "Association",
)  # fmt: skip


def independent(records: dict[str, Stored], part: Any) -> set[str]:
    """Return who says something, of those who do not merely repeat another."""
    found = set()
    for one in part.evidence:
        record = records[lookup.id_of(one.ref)].record
        if isinstance(record, Exhibit):
            repeats = record.publisher.startswith(AFTER_AMNESTY)
            found.add("Amnesty" if repeats else record.publisher)
    return found


def test_the_counts_are_those_that_the_report_states(records: dict[str, Stored]) -> None:
    counted = records[sample_texts.record_id("checkpoint-56-cameras")].record
    assert [(one.what.partition(" ")[0], one.found) for one in counted.counts] == [  # type: ignore[attr-defined]
        ("cameras", 24),
        ("turnstiles", 2),
    ]
    assert "at least" in counted.counts[0].what  # type: ignore[attr-defined]


def test_what_is_invented_says_so_in_both_languages(records: dict[str, Stored]) -> None:
    invented = [stored for stored in records.values() if stored.record.sample]
    people = {"source", "consent", "testimony"}
    assert {stored.kind for stored in records.values()} >= people
    assert all(stored.record.sample for stored in records.values() if stored.kind in people)
    for stored in invented:
        texts = list(plain(stored.record))
        assert texts or stored.kind == "consent"
        for path, text in texts:
            assert LABEL.search(text), (stored.kind, path)
    for stored in invented:
        if stored.kind in {"source", "testimony", "finding"}:
            text = " ".join(text for _path, text in plain(stored.record))
            assert "SAMPLE" in text
            assert "EXEMPLE" in text
    for stored in records.values():
        if stored.kind in {"review", "release"}:
            assert LABEL.search(stored.record.why)  # type: ignore[attr-defined]


def test_no_factual_record_cites_an_invented_one(records: dict[str, Stored]) -> None:
    for stored in records.values():
        if stored.record.sample or stored.kind in {"review", "release"}:
            continue
        for held in field_values(stored.record):
            if held.shape.refers_to is not None and str(held.value).startswith("record/"):
                cited = records[lookup.id_of(str(held.value))]
                assert not cited.record.sample, (stored.record.title(), held.path)


def test_every_text_stands_in_english_and_french() -> None:
    """Read in the other order, a text in both languages reads otherwise."""
    own = {
        ("exhibit", "what"), ("exhibit", "publisher"), ("exhibit", "address"), ("actor", "address"),
        ("observation", "observers"), ("publication", "name"), ("publication", "number"),
        ("publication", "by"), ("source", "pseudonym"),
        ("product", "make"), ("testimony", "passages"), ("measurement", "figures"),
        ("measurement", "limits"), ("camera", "name"),
    }  # fmt: skip
    english, french = sample_texts.records("en"), sample_texts.records("fr")
    both = 0
    for key, record in english.items():
        kind = sample_kind(record)
        for part, path in parts(record):
            for name in ("names", "claim", "what", "titles", "summary", "method"):
                texts = getattr(part, name, None)
                if isinstance(texts, tuple) and texts and isinstance(texts[0], Text):
                    assert [one.language for one in texts] == ["en", "fr"], (key, path)
        other = dict(plain(french[key]))
        translated: set[str] = set()
        for part, path in parts(record):
            if isinstance(part, Translated) and part.translations:
                told = [part.language, *(one.language for one in part.translations)]
                assert told == ["en", "fr"], (key, path)
                translated.add(f"{path.removeprefix(': ')}.{part.translated}")
        for path, text in plain(record):
            if path in translated or ".translations[" in path or path.endswith(".language"):
                continue  # one of two texts, as was checked above
            field = re.split(r"[\[.]", path)[0]
            if (
                (kind, field) in own
                or path.endswith("with_whom[1]")
                or (kind == "letter" and record.sample)
            ):
                continue
            if field in {"names", "claim", "titles", "summary", "method"} or (
                kind == "recommendation" and field == "what"
            ):
                continue  # one of two texts, as was checked above
            assert other[path] != text, (key, path)
            assert sorted(re.split(r" / |\n\n", text)) == sorted(
                re.split(r" / |\n\n", other[path])
            ), (key, path)
            both += 1
    assert both > 150


def sample_kind(record: Record) -> str:
    return type(record).__name__.lower()


def test_drafts_of_letters_come_in_both_languages(english: Built) -> None:
    letters = {path.stem: path.read_text() for path in (english.folder / "letters").iterdir()}
    assert {stem.rpartition("-")[0] for stem in letters} == {"draft-tkh", "draft-hikvision"}
    for company in ("draft-tkh", "draft-hikvision"):
        assert letters[f"{company}-en"].startswith("Right of reply: SAMPLE – invented")
        assert letters[f"{company}-fr"].startswith("Droit de réponse : EXEMPLE – inventé")
        assert "by 31 December 2026." in letters[f"{company}-en"]
        assert "le 31 décembre 2026." in letters[f"{company}-fr"]


def test_positions_are_of_quarters_and_say_how_far_they_may_be_off(
    records: dict[str, Stored],
) -> None:
    found = [
        (stored.kind, part)
        for stored in records.values()
        for part, _path in parts(stored.record)
        if isinstance(part, Position) and not stored.record.sample
    ]
    assert {kind for kind, _part in found} == {"place"}
    assert all(part.within_m is not None and part.within_m >= 500 for _kind, part in found)


def test_status_lists_what_is_meant_to_be_lacking(case: Case) -> None:
    lacking = {(one.what, one.why, lookup.id_of(one.ref)) for one in status.lacks(case, DAY)}
    wanted = {
        ("evidence", "contested", "apartheid-conclusion"),
        ("evidence", "no-evidence", "sample-trade"),
        ("consent", "consent-withdrawn", "swift-shop"),
        ("consent", "withdrawn", "sample-leaflet-en"),
        ("reply", "no-reply", "amnesty-to-hikvision"),
        ("reply", "draft", "draft-tkh-fr"),
        ("translation", "unchecked", "heron-passage"),
        ("translation", "machine-unchecked", "swift-shop"),
        ("review", "not-reviewed", "east-jerusalem-network"),
        ("release", "not-released", "sample-leaflet-en"),
    }
    assert {(what, why, sample_texts.record_id(key)) for what, why, key in wanted} <= lacking
    fine = {"passage-by-face", "sample-daily-life", "sample-leaflet-fr", "amnesty-to-tkh"}
    assert not {sample_texts.record_id(key) for key in fine} & {one for _w, _y, one in lacking}
    record = lookup.get(case, sample_texts.record_id("red-wolf-equality")).record
    gaps = {gap.question for gap in assessments.gaps(record)}  # type: ignore[arg-type]
    assert gaps == {
        "performance", "consultation", "alternatives", "oversight", "remedy", "publication",
    }  # fmt: skip


def test_nothing_closed_and_no_identity_is_in_a_file_that_can_be_read(
    english: Built, build: Callable[[str], Built]
) -> None:
    for one in (english, build("fr")):
        files = [path for path in one.folder.rglob("*") if path.is_file()]
        assert len(files) > 50
        for path in files:
            content = path.read_bytes()
            for word in CLOSED:
                assert word.encode() not in content, (path.name, word)
        # The search itself can find something: what consent lets go is there.
        shared = (one.folder / "records-for-sample-lawyer" / "records.jsonl").read_text()
        assert "The soldier does not look at me" in shared
        assert "Since the camera" not in shared, "its consent was withdrawn"
        for_anyone = (one.folder / "records-jsonl" / "records.jsonl").read_text()
        assert "The soldier does not look at me" not in for_anyone


def test_the_search_finds_what_is_open_and_not_what_is_closed(case: Case) -> None:
    assert search.find(case, "screen decides")
    assert search.find(case, "écran décide")
    for words in ("zephyrine", "zéphyrine", "Mondays", "Nulleparte"):
        assert not search.find(case, words), words


def test_the_closed_words_stand_in_the_case(records: dict[str, Stored], english: Built) -> None:
    text = " ".join(text for stored in records.values() for _path, text in plain(stored.record))
    assert all(
        word in text for word in ("zephyrine", "zéphyrine", "never by telephone", "on Mondays")
    )
    first = (english.folder / "passphrase.txt").read_text().strip()
    assert first == "sample passphrase, made up"
    assert first in english.out


def test_the_exports_open(english: Built) -> None:
    from followthemoney import model

    schema = json.loads((english.folder / "records-jsonl" / "records.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    lines = english.lines()
    for line in lines:
        validator.validate(line)
    entities = [
        model.get_proxy(json.loads(line))
        for line in (english.folder / "records-ftm" / "entities.ftm.json").read_text().splitlines()
    ]
    names = {name for entity in entities for name in entity.names}
    assert {"Hikvision", "TKH Security", "Police israélienne"} <= names
    assert {entity.schema.name for entity in entities} >= {"Company", "PublicBody", "Event"}
    with (english.folder / "records-csv" / "finding.csv").open(encoding="utf-8-sig") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == sum(line["kind"] == "finding" for line in lines) == 10
    assert all(row["claim[1].text"] and row["claim[2].text"] for row in rows)


def test_ids_are_the_same_each_time_and_in_each_language(
    english: Built, build: Callable[[str], Built]
) -> None:
    marks = {"review", "release"}

    def told(built: Built) -> dict[str, str]:
        return {line["id"]: line["kind"] for line in built.lines() if line["kind"] not in marks}

    assert told(english) == told(build("fr"))

    def items(built: Built) -> set[str]:
        return {line["fields"]["item"] for line in built.lines() if line["kind"] == "exhibit"}

    assert items(english) == items(build("fr"))


def test_the_reader_s_language_comes_first(build: Callable[[str], Built]) -> None:
    french = build("fr")
    assert "EXEMPLE" in french.out
    claims = [line["fields"]["claim"][0] for line in french.lines() if line["kind"] == "finding"]
    assert {claim["language"] for claim in claims} == {"fr"}


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("places.toml", '[place.x]\nnames = { en = "SAMPLE" }', r"place x: names: .*en, fr"),
        ("places.toml", "[place.x]\ncolour = 1", "place x.*colour: there is no such field"),
        ("places.toml", '[place.x]\nevidence = ["@nowhere"]', "place x: evidence: .*@nowhere"),
        ("references.toml", '[x]\ntitle = "SAMPLE"', "x: expected these fields: address, "),
        ("places.toml", "[place.x]\nnames = x", "not TOML: .*line 2"),
    ],
)
def test_who_corrects_the_texts_is_told_the_place_of_a_slip(
    file: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = resources.files("contrechamp.dossier.sample") / "data"
    data = tmp_path / "data"
    data.mkdir(parents=True)
    for name in (*sample_texts.FILES, sample_texts.REFERENCES):
        (data / name).write_text((there / name).read_text())
    (data / file).write_text(text)
    monkeypatch.setattr(sample_texts.resources, "files", lambda _package: tmp_path)
    with pytest.raises(InputError, match=rf"^{re.escape(file)}: .*{message}"):
        sample_texts.records("en")


def test_reviews_are_by_the_second_member(case: Case, records: dict[str, Stored]) -> None:
    members = dict(case.database.execute("SELECT id, name FROM members").fetchall())
    first, second = sample_case.member_names()
    given = [one for one in records.values() if isinstance(one.record, Review)]
    assert {members[one.member] for one in given if not one.record.looked} == {second}
    # Some places of a masked copy are drawn for a second reader.
    assert {members[one.member] for one in given if one.record.looked} == {first, second}
    written = {members[one.member] for one in records.values() if one.kind == "finding"}
    assert written == {first}
    assert View(case).kind(sample_texts.record_id("heron")) == "source"
