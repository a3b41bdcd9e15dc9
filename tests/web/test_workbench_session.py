"""Making a case, opening it, and when it is locked again."""

import io
import os
import re
from pathlib import Path

import pyrage
import pytest

from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import Text
from contrechamp.dossier.writing import store
from contrechamp.local_page.messages import Request
from contrechamp.vault.access import members
from vault import cases
from web.workbenches import FORM, IDLE_S, LATER, Hand, text


def test_nothing_of_a_case_is_shown_before_it_is_open(hand: Hand) -> None:
    assert "case" in text(hand.get())
    for path in ("inbox", "item", "import", "masks", "picture.png", "review", "review/queue.json"):
        assert hand.get(path).to == "unlock"
    for path in ("mask", "import/write", "masks/review", "upload"):
        assert hand.post(path).to == "unlock"


def test_a_passphrase_opens_a_case_and_a_wrong_one_does_not(hand: Hand) -> None:
    wrong = hand.unlock(secret="SAMPLE wrong one")
    assert wrong.status == 422
    assert "opens no slot" in text(wrong)
    assert "SAMPLE wrong one" not in text(wrong)
    assert hand.get("inbox").to == "unlock"
    assert hand.unlock().to == ""
    assert hand.get("inbox").status == 200


def test_the_recovery_key_opens_it_too(hand: Hand, made_case: tuple[Path, str]) -> None:
    assert hand.unlock(secret=made_case[1]).status == 422
    assert hand.unlock(secret=made_case[1], recovery="yes").status == 303


def test_a_key_file_opens_it_with_its_passphrase_if_it_has_one(hand: Hand, place: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    with cases.opened(place / "case", write=True) as case:
        members.share(case, str(key.to_public()), name="SAMPLE second", reason="",
                      now=cases.NOW, random=os.urandom)  # fmt: skip
    closed = pyrage.passphrase.encrypt(f"# SAMPLE\n{key}\n".encode(), "SAMPLE of the file")
    wrong = hand.send("unlock/key", ("a.key", closed), case="case", secret="SAMPLE wrong")
    assert wrong.status == 422
    assert str(key) not in text(wrong)
    assert hand.send("unlock/key", ("a.key", b"SAMPLE"), case="case").status == 422
    assert hand.send("unlock/key", case="case").status == 422
    assert hand.send("unlock/key", ("a.key", closed), case="case", key="0").status == 422
    assert not hand.desk.session.is_open
    opened = hand.send("unlock/key", ("a.key", closed), case="case", secret="SAMPLE of the file")
    assert opened.to == "", text(opened)
    assert hand.get("inbox").status == 200
    hand.post("lock")
    assert hand.send("unlock/key", ("a.key", str(key).encode()), case="case").to == ""


def test_a_sound_case_is_verified_and_an_altered_one_is_told(opened: Hand, place: Path) -> None:
    opened.send("upload", ("a.bin", os.urandom(200_000)))
    opened.worked()
    assert opened.post("verify").to == "work"
    assert opened.worked()[-1].startswith("Everything is as the log says")
    (large,) = [one for one in (place / "case/objects").rglob("*") if one.is_file()
                and one.stat().st_size > 200_000]  # fmt: skip
    content = bytearray(large.read_bytes())
    content[-1] ^= 1
    large.write_bytes(content)
    opened.post("verify")
    assert "altered" in " ".join(opened.worked())
    assert "Everything" not in " ".join(opened.worked())


def test_guessing_is_waited_for(hand: Hand) -> None:
    for _attempt in range(3):
        assert "opens no slot" in text(hand.unlock(secret="SAMPLE wrong one"))
    assert "try again in 2 seconds" in text(hand.unlock())
    hand.awake_s += 2
    assert "opens no slot" in text(hand.unlock(secret="SAMPLE wrong one"))
    assert "try again in 4 seconds" in text(hand.unlock())
    hand.awake_s += 4
    assert hand.unlock().status == 303


@pytest.mark.parametrize("name", ["../case", "/etc", "case/../case", "", "nowhere", "case\0"])
def test_only_a_case_that_is_listed_is_opened(hand: Hand, name: str) -> None:
    hand.unlock(case=name, secret="SAMPLE")
    assert hand.desk.session.held is None or name == ""


def test_a_new_case_shows_its_recovery_key_once_and_it_opens(hand: Hand, place: Path) -> None:
    made = hand.post(
        "new", name="SAMPLE قضية", member="", passphrase="SAMPLE passphrase",
        again="SAMPLE passphrase",
    )  # fmt: skip
    assert made.to == "", text(made)
    first = text(hand.get())
    recovery = first.partition('class="secret" dir="ltr">')[2].partition("<")[0]
    assert len(recovery) > 40
    assert recovery not in text(hand.get())
    hand.post("lock")
    assert hand.unlock("SAMPLE قضية", recovery, recovery="yes").status == 303
    with cases.opened(place / "SAMPLE قضية", "SAMPLE passphrase") as case:
        assert case.size > 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "has a name"),
        ({"name": "."}, "has a name"),
        ({"name": "a/b"}, "no strokes"),
        ({"name": "..\\b"}, "has a name"),
        ({"name": "a\nb"}, "has a name"),
        ({"name": "a" * 101}, "has a name"),
        ({"name": "case"}, "of that name here"),
        ({"passphrase": "short", "again": "short"}, "at least 12 characters"),
        ({"again": "SAMPLE another one"}, "not the same"),
        ({"member": "a\nb"}, "one line"),
    ],
)
def test_what_cannot_be_a_case_is_told_and_nothing_is_made(
    hand: Hand, place: Path, fields: dict[str, str], said: str
) -> None:
    before = sorted(place.rglob("*"))
    given = {"name": "new", "passphrase": "SAMPLE passphrase", "again": "SAMPLE passphrase"}
    answered = hand.post("new", **given | fields)
    assert answered.status == 422
    assert said in text(answered)
    assert "SAMPLE passphrase" not in text(answered)
    assert sorted(place.rglob("*")) == before


def test_a_case_is_locked_by_its_button(opened: Hand) -> None:
    answered = opened.post("lock")
    assert (answered.to, answered.ends) == ("unlock", True)
    assert opened.workbench.is_locked
    assert opened.desk.session.held is None
    assert opened.get("inbox").to == "unlock"


def test_a_case_is_locked_when_nobody_is_here(opened: Hand) -> None:
    opened.awake_s += IDLE_S - 1
    assert not opened.workbench.meanwhile()
    opened.get("state.json")  # the page asks for it by itself: no sign of life
    opened.awake_s += 2
    assert opened.workbench.meanwhile()
    assert opened.get("inbox").to == "unlock"
    assert "nobody was here" in text(opened.get("unlock", case="case"))


def test_whoever_types_is_here(opened: Hand) -> None:
    opened.awake_s += IDLE_S - 1
    awake = Request("POST", "awake", {}, b"{}", "application/json")
    assert opened.workbench(awake).status == 200
    opened.awake_s += IDLE_S - 1
    assert not opened.workbench.meanwhile()


def test_files_that_come_in_are_a_sign_of_life_but_not_of_a_machine_that_slept(
    opened: Hand,
) -> None:
    with opened.desk.receiving():
        opened.awake_s += 3 * IDLE_S
        assert not opened.workbench.meanwhile()
        opened.slept_s += 60
        assert opened.workbench.meanwhile()


def test_a_machine_that_slept_is_locked(opened: Hand) -> None:
    assert not opened.workbench.meanwhile()
    opened.slept_s += 60
    assert opened.workbench.meanwhile()
    assert opened.get("inbox").to == "unlock"
    assert "the machine slept" in text(opened.get("unlock", case="case"))
    assert opened.workbench.told()["why"]


def test_a_case_whose_ways_in_were_changed_is_asked_for_again(opened: Hand, place: Path) -> None:
    file = place / "case/case.toml"
    file.write_bytes(file.read_bytes() + b"\n")
    assert opened.get("inbox").to == "unlock"


def test_forgetting_ends_the_process_after_its_page_and_leaves_nothing_in_memory(
    opened: Hand,
) -> None:
    folder = opened.desk.memory
    answered = opened.post("forget")
    assert "forgotten" in text(answered)
    assert "<link" not in text(answered)  # nobody is there to serve it
    assert opened.left == []
    assert answered.then is not None
    answered.then()
    assert opened.left == [0]
    assert not folder.exists()


@pytest.mark.parametrize("path", ["lock", "forget", "unlock", "new", "sample", "mask", "language"])
def test_a_form_that_is_not_ours_changes_nothing(opened: Hand, path: str) -> None:
    for key in ("", "0" * 32, opened.desk.form_key[:-1], "é"):
        answered = opened.workbench(Request("POST", path, {"key": key}, kind=FORM))
        assert answered.status == 422
        assert "this form is of a page that was open before" in text(answered)
        for kind in ("application/json", "text/plain"):
            sent = Request("POST", path, {"key": key}, b"{}", kind, io.BytesIO(b"{}"))
            assert opened.workbench(sent).status == 422
    assert opened.get("inbox").status == 200
    assert opened.left == []


def test_the_language_is_changed_and_the_direction_with_it(opened: Hand) -> None:
    for language, direction, word in (
        ("fr", "ltr", "Boîte d’entrée"), ("ar", "rtl", "صندوق الوارد"),
        ("he", "rtl", "תיבת נכנסים"),
        ("en", "ltr", "Inbox"),
    ):  # fmt: skip
        opened.post("language", language=language)
        page = text(opened.get("inbox"))
        assert f'<html lang="{language}" dir="{direction}">' in page
        assert f"<h1>{word}</h1>" in page
    opened.post("language", language="tlh")
    assert '<html lang="en"' in text(opened.get("inbox"))


@pytest.mark.slow
def test_the_sample_is_made_beside_the_cases_and_opened(hand: Hand, place: Path) -> None:
    assert hand.post("sample").to == ""
    assert "testimonies" in text(hand.get())
    assert (place / "sample/case/case.toml").is_file()
    hand.post("lock")
    assert "sample/case" in text(hand.get("unlock"))
    assert hand.post("sample").to == ""  # it is there: opened as it is


# a case that is kept open from page to page


def put(place: Path, name: str) -> str:
    """Write an actor, as another process would; return its id."""
    with cases.opened(place / "case", write=True) as case:
        names = (Text(language="en", text=name),)
        actor = Actor(kind="company", names=names, sample=True)
        return store.put(case, actor, now=LATER).id


def test_what_somebody_else_wrote_is_on_the_next_page(opened: Hand, place: Path) -> None:
    assert "SAMPLE one" not in text(opened.get("records"))
    put(place, "SAMPLE one")  # a page that is kept open is in nobody's way
    assert "SAMPLE one" in text(opened.get("records"))
    put(place, "SAMPLE one")
    page = text(opened.get("records"))
    assert len(re.findall(r"actor/sample-one\.[0-9a-f]{4}", page)) == 2  # now told apart


def write(hand: Hand, name: str) -> None:
    fields = {"f.kind": "company", "f.names.0.language": "en", "f.names.0.text": name}
    assert hand.post("edit", kind="actor", id="", version="0", **fields).status == 303


def test_what_was_written_here_is_on_the_next_page(opened: Hand) -> None:
    opened.get("records")
    for name in ("SAMPLE one", "SAMPLE two"):
        write(opened, name)
        assert name in text(opened.get("records"))


def test_a_case_that_is_put_in_its_place_is_noticed(opened: Hand, place: Path) -> None:
    database = place / "case" / "case.db"
    before = database.read_bytes()
    write(opened, "SAMPLE one")
    assert "SAMPLE one" in text(opened.get("records"))
    other = place / "older"
    other.write_bytes(before)
    other.replace(database)
    for _page in range(2):  # it is said on each
        page = text(opened.get("records"))
        assert "SAMPLE one" not in page
        assert "older copy, or was rewritten" in page


def test_after_a_mistake_the_next_page_is_as_before(opened: Hand, place: Path) -> None:
    ref = put(place, "SAMPLE one")
    for _time in range(2):
        assert opened.get("record", id=ref).status == 200
        assert opened.post("records", field="nowhere", op="is", value="x").status == 422
        assert opened.get("edit", id="0" * 16).status == 422
    assert "SAMPLE one" in text(opened.get("records"))


def test_nothing_of_it_is_kept_once_it_is_locked(opened: Hand) -> None:
    opened.get("records")
    assert opened.desk.session._kept
    opened.desk.close()
    assert opened.desk.session._kept == {}
    assert opened.get("records").to == "unlock"
