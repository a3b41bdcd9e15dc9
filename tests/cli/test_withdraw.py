"""``contrechamp withdraw``: a consent is taken back, and what was given under it goes."""

from collections.abc import Callable
from pathlib import Path

from cli import forms
from cli.commands import CaseRun, first_word, one_line


def test_a_consent_is_withdrawn_and_what_was_given_erased(
    case: CaseRun, put: Callable[..., str], source: str, testimony: str
) -> None:
    agreed = put("consent", forms.consent(source))
    done = case("withdraw", agreed, "--erase", "--reason", "SAMPLE: asked")
    *lines, beyond = done.out.splitlines()
    assert lines == [f"given under it: {testimony}", f"erased: {testimony}"]
    assert beyond.startswith("Backups, copies that were handed out")
    assert "was erased" in case("show", testimony).err
    assert "SAMPLE: asked" in case("log").out
    assert case("verify").status == 0


def test_without_erasing_it_is_written_down_and_shown(
    case: CaseRun, put: Callable[..., str], source: str, testimony: str
) -> None:
    agreed = put("consent", forms.consent(source))
    done = case("withdraw", agreed, "--on", "2026-06-01", "--how", "SAMPLE: by telephone",
                "--reason", "SAMPLE")  # fmt: skip
    assert (done.status, done.out) == (
        0, f"given under it: {testimony}  testimony/2026-04-02  2026-04-02\n",
    )  # fmt: skip
    assert f"  withdraw  {agreed}" in case("log").out.splitlines()[-1]
    shown = case("show", agreed).out
    assert "1 June 2026" in shown
    assert "SAMPLE: by telephone" in shown
    assert "! consent withdrawn" in case("show", testimony).out


def test_what_still_holds_the_words_is_told(case: CaseRun, tmp_path: Path) -> None:
    words = "SAMPLE: the turnstile at the gate stays red"
    table, file = tmp_path / "told.csv", tmp_path / "r.jsonl"
    table.write_text(f"said\n{words}\n")
    item = first_word(case("add", table))
    who, told, agreed = "b" * 16, "a" * 16, "c" * 16
    rows = [
        {"kind": "source", "id": who, "fields": {"pseudonym": "SAMPLE"}},
        {"kind": "testimony", "id": told, "fields": {
            "source": f"record/{who}", "language": "en", "interview": {"date": "2026"},
            "read_from": {"item": f"item/{item}"}, "passages": [{"key": "p1", "text": words}]}},
        {"kind": "consent", "id": agreed, "fields": {
            "source": f"record/{who}", "given_on": "2025", "given_how": "spoken",
            "grants": [{"use": "held"}]}},
    ]  # fmt: skip
    file.write_text(forms.lines(*rows))
    assert case("import", file).status == 0
    assert case("export-records", "--as", "jsonl", "-o", tmp_path / "t", "--team").status == 0
    alone = ("withdraw", f"record/{agreed}", "--reason", "SAMPLE")
    one_line(case(*alone, "--with-source-file"), "--with-source-file goes with --erase")
    done = case(*alone, "--erase")
    assert f"still in the case: item/{item}  told.csv: it was read from this file" in done.out
    assert f"A copy of record/{told} was exported" in done.out
    assert words not in done.out + done.err
    done = case("erase", f"item/{item}", "--reason", "SAMPLE")
    assert (done.status, "still in the case" in done.out) == (0, False)


def test_what_is_no_consent_is_told(case: CaseRun, source: str) -> None:
    one_line(case("withdraw", source, "--reason", "x"))
    one_line(case("withdraw", source), "--reason")
