"""Records at the workbench: listed, filtered, found, written by a form, judged, released."""

import contextlib
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.forms import actor_row, lines
from contrechamp.base.errors import InputError
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.web import record_forms
from vault import cases
from web.workbenches import Hand, text

HOSTILE = '<b>SAMPLE</b> "x" \u202e {{ 7 * 7 }} &amp;'


def put(hand: Hand, **fields: str) -> str:
    """Write an actor by the form; return its id."""
    said = {
        "f.names.0.language": "en",
        "f.names.0.text": "SAMPLE Works",
        "f.kind": "company",
        **fields,
    }
    answered = hand.post("edit", kind="actor", id="", version="0", **said)
    assert answered.status == 303, text(answered)
    assert answered.to is not None
    return answered.to.partition("=")[2]


def content(folder: Path, record: str) -> dict[str, Any]:
    with cases.opened(folder) as case:
        found: dict[str, Any] = to_json(lookup.get(case, f"record/{record}").record)
        return found


def inputs_of(page: str) -> dict[str, str]:
    """Return the inputs of the form of a record, as a browser would send them."""
    form = page.partition('<form method="post" action="edit"')[2].partition("</form>")[0]
    found = {}
    for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form):
        found[name] = unescape(value)
    for name, value in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S
    ):
        found[name] = unescape(value)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r"<option selected>(.*?)</option>", options)
        found[name] = unescape(chosen[1]) if chosen else ""
    for name in re.findall(r'<input type="checkbox" name="([^"]+)" value="yes"(?! checked)', form):
        found.pop(name, None)
    return found


def test_a_record_is_written_by_a_form_with_the_help_of_its_fields(
    opened: Hand, place: Path
) -> None:
    page = text(opened.get("edit", kind="actor"))
    assert "Write a record" in page
    assert "The language of the text, as a code such as ar, fr or he (BCP 47)." in page
    record = put(opened)
    assert content(place / "case", record) == {
        "names": [{"language": "en", "text": "SAMPLE Works"}], "kind": "company",
    }  # fmt: skip
    shown = text(opened.get("record", id=record))
    assert "SAMPLE Works" in shown
    assert "version 1" in shown
    opened.post("language", language="fr")
    assert "La langue du texte" in text(opened.get("edit", kind="actor"))


def test_what_is_sent_back_as_it_was_shown_changes_nothing(opened: Hand, place: Path) -> None:
    record = put(opened, **{"f.names.1.language": "ar", "f.names.1.text": "عينة\nسطر"})
    before = content(place / "case", record)
    sent = inputs_of(text(opened.get("edit", id=record)))
    assert sent.pop("version") == "1"
    opened.post("edit", **{**sent, "version": "1"})
    assert content(place / "case", record) == before


def test_what_a_form_must_say_is_told_and_what_was_typed_stays(opened: Hand) -> None:
    answered = opened.post("edit", kind="actor", id="", version="0",
                           **{"f.names.0.text": HOSTILE, "f.kind": "company"})  # fmt: skip
    assert answered.status == 422
    page = text(answered)
    assert "names[1].language" in page or "language" in page.partition("wrong")[2]
    assert inputs_of(page)["f.names.0.text"] == HOSTILE
    assert "<b>SAMPLE</b>" not in page


def test_two_tabs_do_not_lose_each_others_edits(opened: Hand, place: Path) -> None:
    record = put(opened)
    first = inputs_of(text(opened.get("edit", id=record)))
    second = dict(first)
    first["f.names.0.text"] = "SAMPLE of the first tab"
    second["f.names.0.text"] = "SAMPLE of the second tab"
    assert opened.post("edit", **first).status == 303
    conflict = opened.post("edit", **second)
    assert conflict.status == 422
    page = text(conflict)
    assert "Somebody has changed this record since you opened it." in page
    assert "SAMPLE of the first tab" in page  # what it says now
    again = inputs_of(page)
    assert again["f.names.0.text"] == "SAMPLE of the second tab"  # what was typed
    assert content(place / "case", record)["names"][0]["text"] == "SAMPLE of the first tab"
    assert opened.post("edit", **again).status == 303  # now it was seen
    with cases.opened(place / "case") as case:
        said = [to_json(one.record)["names"][0]["text"]
                for one in lookup.versions(case, f"record/{record}")]  # fmt: skip
    assert sorted(said) == sorted(
        ["SAMPLE Works", "SAMPLE of the first tab", "SAMPLE of the second tab"]
    )
    changed = text(opened.get("difference", id=record))
    assert "<del><bdi>  text: SAMPLE of the first tab" in changed
    assert "<ins><bdi>  text: SAMPLE of the second tab" in changed


def test_records_are_listed_and_filtered_by_any_field(opened: Hand) -> None:
    one = put(opened)
    other = put(opened, **{"f.names.0.text": "SAMPLE Town", "f.kind": "public-body"})
    assert {one, other} <= set(re.findall(r"record\?id=(\w+)", text(opened.get("records"))))
    assert one not in text(opened.get("records", kind="contract"))
    found = text(opened.post("records", kind="actor", field="names.text", op="contains",
                             value="Town"))  # fmt: skip
    assert other in found
    assert one not in found
    wrong = opened.post("records", kind="actor", field="nowhere", op="is", value="x")
    assert wrong.status == 422
    assert "nowhere" not in str(wrong.to)


def test_words_are_found_in_records_and_in_items_with_their_passages(opened: Hand) -> None:
    record = put(opened, **{"f.names.0.text": "SAMPLE turnstile works"})
    opened.send("upload", ("a.txt", b"SAMPLE: made up, a turnstile at the gate.\n"))
    opened.worked()
    page = text(opened.post("search", words="turnstile"))
    assert record in page
    assert "<mark>turnstile</mark>" in page
    assert "a.txt" in page
    assert "turnstile" not in str(opened.get("search").content)


def test_hostile_words_go_through_the_pages_of_records_as_text(opened: Hand) -> None:
    record = put(opened, **{"f.names.0.text": HOSTILE})
    pages = [
        opened.get("records"), opened.get("record", id=record), opened.get("edit", id=record),
        opened.post("search", words="SAMPLE"), opened.post("search", words=HOSTILE),
        opened.get("status"), opened.get("timeline"), opened.get("difference", id=record),
        opened.post("records", kind="actor", field="names.text", op="contains", value=HOSTILE),
    ]  # fmt: skip
    for page in pages:
        assert page.status in (200, 422)
        assert "<b>SAMPLE</b>" not in text(page)
        assert ">49" not in text(page)


def test_what_is_lacking_leads_to_where_it_is_mended(opened: Hand) -> None:
    relation = {"kind": "relation", "id": "b" * 16, "fields": {
        "kind": "owns", "confidence": "alleged", "from_actor": "record/" + "c" * 16,
        "to_actor": "record/" + "d" * 16}}  # fmt: skip
    actors = [{**actor_row("SAMPLE"), "id": letter * 16} for letter in "cd"]
    rows = lines(*actors, relation)
    opened.send("import/files", ("r.jsonl", rows.encode()))
    opened.post("import/write")
    assert "3 records are written." in opened.worked()
    page = text(opened.get("status"))
    for record in re.findall(r"record\?id=(\w+)", page):
        assert opened.get("record", id=record).status == 200
    assert "record?id=" in page


def test_letters_are_listed_by_when_they_are_due_and_consents_by_source(opened: Hand) -> None:
    record = put(opened)
    letters = [
        {"kind": "letter", "id": mark * 16, "fields": {
            "to": f"record/{record}", "subject": f"SAMPLE {mark}", "sent_on": "2026-04-01",
            "due_on": due, "language": "en", "questions": [{"key": "q", "text": "SAMPLE?"}]}}
        for mark, due in (("a", "2026-06-01"), ("b", "2026-04-20"))
    ]  # fmt: skip
    opened.send("import/files", ("l.jsonl", lines(*letters).encode()))
    opened.post("import/write", skip="yes")
    said = opened.worked()
    assert "2 records are written." in said, said
    page = text(opened.get("due"))
    assert page.index("b" * 16) < page.index("a" * 16)
    assert "No consents." in page


def test_a_release_that_a_gate_forbids_is_told_and_not_written(opened: Hand, place: Path) -> None:
    record = put(opened)
    answered = opened.post("release", id=record)
    assert answered.status in (303, 422)
    with cases.opened(place / "case") as case:
        assert ("release" in lookup.count(case)) == (answered.status == 303)
    if answered.status == 303:
        assert opened.post("release", id=record, revoke="yes").status == 422  # say why
        assert opened.post("release", id=record, revoke="yes", why="SAMPLE").status == 303
    own = opened.post("judge", id=record, verdict="agreed")
    assert own.status == 422  # who wrote it does not review it
    assert opened.post("judge", id=record, verdict="perhaps").status == 422


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_form_that_reads_back_what_it_shows(kind: str) -> None:
    cls = KINDS[kind]
    assert record_forms.read(cls, {}) == {}
    shown = record_forms.inputs(cls, {}, {})
    names = [one.name for one in flat(shown)]
    assert len(names) == len(set(names)) > 0
    # A form that nobody filled in says nothing, whatever its selects begin with.
    assert record_forms.read(cls, dict.fromkeys(names, "")) == {}


def flat(inputs: tuple[record_forms.Input, ...]) -> list[record_forms.Input]:
    found = []
    for one in inputs:
        found += flat(one.inner) if one.inner else [one]
    return found


@given(st.dictionaries(st.from_regex(r"f\.(names|kind|f)(\.\d{1,3}(\.\w{1,8})?)?", fullmatch=True),
                       st.text(max_size=8), max_size=8))  # fmt: skip
def test_whatever_a_form_says_is_read_as_fields_of_its_record(fields: dict[str, str]) -> None:
    read = record_forms.read(KINDS["actor"], fields)
    assert isinstance(read, dict)
    with contextlib.suppress(InputError):
        from_json(KINDS["actor"], read, where="actor")
