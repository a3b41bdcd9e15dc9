"""Masked texts, tables, data, pages and chats: no word of the list, nothing that nobody sees."""

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact.checks import copies
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.text.masking import mask_text
from contrechamp.redact.words import Words

WORDS = ("Ada Sample", "0401234567", "Quixotte")


def masked(
    folder: Path,
    content: bytes,
    name: str = "source",
    words: tuple[str, ...] = WORDS,
    renamed: dict[str, str] | None = None,
) -> tuple[Outcome, bytes]:
    source = folder / name
    source.write_bytes(content)
    target = folder / f"masked{kind_of(source, name).suffix}"
    outcome = mask_text(source, target, Request(words=words), silent, renamed)
    checks, _absent = copies.check_file(target, "text")
    failed = [check for check in (*outcome.checks, *checks) if not check.passed]
    assert not failed
    return outcome, target.read_bytes()


def codes(outcome: Outcome) -> set[str]:
    return {look.code for look in outcome.looks}


WHATSAPP = (
    "\u200e[19.04.23, 12:33:21] Ada Sample: \u200eMessages are end-to-end encrypted.\r\n"
    "[19.04.23, 12:34:21] Bob B.: see \u200e<attached: 00000012-PHOTO-2023-04-19-12-33-21.jpg>\r\n"
    "[19.04.23, 12:35:21] \u202a+49\u00a0170\u00a01234567\u202c: "
    "hi @4917012345678, sample.ada@b.example\r\n"
)
ANDROID = (
    "19/04/2023, 12:33 - Ada Sample: IMG-20230419-WA0001.jpg (file attached)\n"
    "second line of it\n"
    "19/04/2023, 12:34 - ~\u202fBob B.: call 0401 234 567\n"
)


def test_a_chat_loses_words_numbers_and_handles_and_tells_whose_names_are_left(
    tmp_path: Path,
) -> None:
    outcome, copy = masked(tmp_path, WHATSAPP.encode())
    assert copy.decode() == (
        "[19.04.23, 12:33:21] █████: Messages are end-to-end encrypted.\r\n"
        "[19.04.23, 12:34:21] Bob B.: see <attached: 00000012-PHOTO-2023-04-19-12-33-21.jpg>\r\n"
        "[19.04.23, 12:35:21] █████: hi █████, █████\r\n"
    )
    assert {"senders", "dated-names", "times"} <= codes(outcome)
    [senders] = [look for look in outcome.looks if look.code == "senders"]
    assert "1 sender is not on the list" in senders.message
    assert "“Bob B.”" in senders.message
    assert senders.urgency == 1
    assert "letters that nobody sees" in outcome.removed
    _outcome, copy = masked(tmp_path, ANDROID.encode())
    assert copy.decode() == ANDROID.replace("Ada Sample", "█████").replace("0401 234 567", "█████")


def test_names_of_files_passed_on_beside_a_chat_are_those_that_they_have_there(
    tmp_path: Path,
) -> None:
    renamed = {"IMG-20230419-WA0001.jpg": "image-001.jpg"}
    outcome, copy = masked(tmp_path, ANDROID.encode(), renamed=renamed)
    assert "image-001.jpg (file attached)" in copy.decode()
    assert "dated-names" not in codes(outcome)


TELEGRAM = {
    "name": "group",
    "type": "private_group",
    "messages": [
        {
            "id": 1,
            "type": "message",
            "from": "Ada Sample",
            "from_id": "user123456",
            "text": ["hi ", {"type": "mention", "text": "@bob_the_b"}, "\u200e!"],
        },
        {"id": 2, "from": "Bob", "from_id": "user99", "text": "Sample, Ada", "n": 401234567},
        {"id": 3, "actor": "Bob", "actor_id": "user99", "first_name": "Ada", "last_name": "Sample"},
    ],
}


@pytest.mark.parametrize("indent", [None, 1])
def test_data_of_a_chat_keeps_its_form_and_loses_accounts(
    tmp_path: Path, indent: int | None
) -> None:
    outcome, copy = masked(tmp_path, json.dumps(TELEGRAM, indent=indent).encode())
    messages = json.loads(copy)["messages"]
    assert messages[0]["text"] == ["hi ", {"type": "mention", "text": "█████"}, "!"]
    assert [one.get("from_id", one.get("actor_id")) for one in messages] == [
        "account 1",
        "account 2",
        "account 2",
    ]
    assert messages[1]["text"] == "█████"
    assert messages[1]["n"] == "█████"
    assert (messages[2]["first_name"], messages[2]["last_name"]) == ("█████", "█████")
    assert {"senders", "times"} <= codes(outcome)
    assert "numbers of accounts" in outcome.removed


def test_names_that_an_export_spelt_in_bytes_are_found(tmp_path: Path) -> None:
    spelt = "Zoë Sämple".encode().decode("latin-1")  # as Facebook and Instagram export
    data = {"messages": [{"sender_name": spelt, "content": f"by {spelt}"}]}
    _outcome, copy = masked(tmp_path, json.dumps(data).encode(), words=("Zoë Sämple",))
    assert json.loads(copy)["messages"] == [{"sender_name": "█████", "content": "by █████"}]


def test_data_in_lines_stays_in_lines(tmp_path: Path) -> None:
    _outcome, copy = masked(tmp_path, b'{"a": "Ada Sample"}\n{"Quixotte": 1.5}\n')
    assert [json.loads(line) for line in copy.splitlines()] == [{"a": "█████"}, {"█████": 1.5}]


def test_a_table_keeps_its_form_and_loses_words_over_neighbouring_cells(tmp_path: Path) -> None:
    content = 'id;name;surname;tel\r\n1;Ada;Sample;"+358 401 234 567"\r\n2;"B; b";;x\r\n'
    _outcome, copy = masked(tmp_path, b"\xef\xbb\xbf" + content.encode(), "list.csv")
    assert copy.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in copy
    rows = list(csv.reader(io.StringIO(copy.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["id", "name", "surname", "tel"],
        ["1", "█████", "█████", "█████"],
        ["2", "B; b", "", "x"],
    ]


PAGE = """<!-- saved from Quixotte --><!DOCTYPE html><html lang="en"><head>
<title>Quixotte</title><meta name="author" content="Quixotte">
<style>.h{display:none} #x , b.y { visibility: hidden }</style>
<link rel="stylesheet" href="https://t.example/a.css"><script>var a="Quixotte"</script></head>
<body onload="go()"><div class="message default"><div class="pull_right date"
title="19.04.2023 12:33:21 UTC+01:00">12:33</div><div class="from_name">
Bob </div><div class="text">by A<b>da</b> <a href="https://q.example/Quixotte">Sample</a>,
&lt;b&gt; +49 170 1234567<span class="h">hidden one</span><span id="x">hidden two</span></div>
<table><tr><td>Ada</td>
<td>Sample</td></tr></table><img src="https://t.example/1.png" alt="Quixotte">
<p style="color: red; display : none">hidden three</p><p hidden>hidden four</p>
<input type="hidden" value="Quixotte"><template>hidden five</template></div></body></html>"""


def test_a_page_is_rebuilt_from_what_it_shows(tmp_path: Path) -> None:
    outcome, copy = masked(tmp_path, PAGE.encode())
    text = copy.decode()
    assert "hidden" not in text
    assert "example" not in text
    assert "title" not in text
    assert "class" not in text
    assert "UTC" not in text
    assert "&lt;b&gt; █████" in text
    assert "<td>█████</td>" in text
    assert "Ada" not in text
    assert "12:33" in text
    assert not Words(WORDS).find(text)
    assert {"senders", "hidden-text", "not-taken-over"} <= codes(outcome)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "Ada Sample"),
        ("utf-32", "Ada Sample"),
        ("utf-8-sig", "Ada Sample"),
        ("cp1252", "Zoë Sämple"),
        ("cp1256", "أمينة صالح"),
        ("cp1255", "שרה לוי"),
        ("koi8-r", "Ада Сампл"),
        ("cp1251", "Ада Сампл"),
        ("gb18030", "王小明"),
        ("shift_jis", "山田太郎"),
    ],
)
def test_texts_are_read_in_their_encoding_and_written_in_one(
    tmp_path: Path, encoding: str, name: str
) -> None:
    content = f"a letter\nby {name}, who".encode(encoding, "replace")
    outcome, copy = masked(tmp_path, content, words=(name,))
    assert copy.decode("utf-8-sig") == "a letter\nby █████, who"
    assert ("encoding" in codes(outcome)) == (not encoding.startswith("utf"))


def test_letters_that_nobody_sees_are_gone_those_that_are_needed_stay(tmp_path: Path) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "Ada")
    text = f"me\u200bet\u2060 می\u200cخواهم \u202eevil\u202c{hidden} \x08x"
    outcome, copy = masked(tmp_path, text.encode())
    assert copy.decode() == "meet می\u200cخواهم evil x"
    assert "letters that nobody sees" in outcome.removed


def test_what_leads_to_people_is_told_in_texts_that_are_no_chats(tmp_path: Path) -> None:
    outcome, copy = masked(tmp_path, b"Write to bob@b.example or +49 170 1234567")
    assert b"bob@b.example" in copy
    [look] = [look for look in outcome.looks if look.code == "contacts"]
    assert "2 telephone numbers" in look.message
    assert "no-word-found" in codes(outcome)


def test_what_is_near_a_word_is_told_with_its_line(tmp_path: Path) -> None:
    outcome, copy = masked(tmp_path, b"one\ntwo Sample here")
    assert b"Sample" in copy
    assert any(look.message.startswith("line 2: “Sample”") for look in outcome.looks)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"a": ', "is no complete JSON"),
        (b"[" * 200_000, "is no complete JSON"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, None),
        (b"<html>" + b"<div>" * 5000, "deeper than any web page"),
        (b"<html></html>", None),
    ],
)
def test_damaged_and_bottomless_ones_are_refused(
    tmp_path: Path, content: bytes, says: str | None
) -> None:
    if says is None:
        with contextlib.suppress(InputError):
            masked(tmp_path, content)
        return
    with pytest.raises(InputError, match=says):
        masked(tmp_path, content)


TOKENS = st.sampled_from(
    ["Ada", "Sample", "ada", "SAMPLE", "Bob", " ", ", ", "\n", "\t", ";", '"', "<b>", "&amp;",
     "\u200e", "Quixotte", "0401 234 567", ": ", "x", "1", "é"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(TOKENS, max_size=25), form=st.sampled_from(["txt", "csv", "json", "html"]))
def test_no_word_is_left_in_any_form(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], form: str
) -> None:
    text = "".join(parts)
    content = {
        "txt": f"a{text}",
        "csv": f"a;b\n{text}",
        "json": json.dumps({"a": parts, "b": text}),
        "html": f"<html><p>a{text}",
    }[form]
    folder = tmp_path_factory.mktemp("text")
    source, target = folder / "source", folder / f"masked.{form}"
    source.write_text(content)
    outcome = mask_text(source, target, Request(words=WORDS), silent)
    assert all(check.passed for check in outcome.checks), outcome.checks
    assert "Quixotte" not in target.read_text()
