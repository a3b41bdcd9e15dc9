"""The commands for the records of a case, as they are typed; SAMPLE content, made-up names."""

import json
import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Done

from contrechamp.cli import memory_editor
from vault import cases

NAME = "Zubeida Quartzfeather"


@pytest.fixture
def case(
    tmp_path: Path, contrechamp: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    """Make a case, and return what runs a command of it with its passphrase."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "case"
    cases.new(folder)

    def call(command: str, *arguments: object, lines: tuple[str, ...] = ()) -> Done:
        reading, writing = os.pipe()
        os.write(writing, "".join(f"{line}\n" for line in (cases.PASSPHRASE, *lines)).encode())
        os.close(writing)
        try:
            return contrechamp(command, folder, *arguments, "--passphrase-fd", reading)
        finally:
            os.close(reading)

    call.folder = folder  # type: ignore[attr-defined]
    call.run = contrechamp  # type: ignore[attr-defined]
    return call


@pytest.fixture
def put(case: Callable[..., Done], tmp_path: Path) -> Callable[..., str]:
    """Write a record from a form; return its reference."""

    def call(what: str, form: str, *more: object) -> str:
        path = tmp_path / "form.toml"
        path.write_text(form)
        done = case("edit", what, "--form", path, *more)
        assert done.status == 0, done.err
        return done.out.split()[0]

    return call


SOURCE = 'pseudonym = "Sample Heron"\nsample = true\n'


def telling(source: str) -> str:
    return f"""
source = "{source}"
language = "ar"
sample = true
[interview]
date = 2026-04-02
[[passages]]
key = "p1"
text = "عَيِّنة: الكاميرا فوق البوابة"
[[passages]]
key = "p2"
text = "SAMPLE of what is closed"
closed = true
"""


FINDING = 'confidence = "alleged"\n[[claim]]\nlanguage = "fr"\ntext = "EXEMPLE : une caméra"\n'


def test_records_are_written_linked_shown_found_and_told_of(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    told = put("testimony", telling(put("source", SOURCE)))
    found = put("finding", FINDING, "--reason", "SAMPLE reason")
    done = case("link", found, "evidence", f"{told}#p1", "--says", "SAMPLE says")
    assert done.out == f"{found}  finding  version 2\n"

    shown = case("show", found[:15]).out
    assert "says: SAMPLE says" in shown
    assert "! rests on something held without consent" in shown
    assert f"< #p1 {found}" in case("show", told).out
    assert "closed" in case("show", told).out
    assert "what is closed\n" not in case("show", told).out
    assert "SAMPLE of what is closed" in case("show", told, "--closed").out
    assert case("show", found, "--versions").out.count("version ") == 2
    assert [line.split()[1] for line in case("show").out.splitlines()] == [
        "source", "testimony", "finding",
    ]  # fmt: skip

    assert case("find", "كاميرا").out.startswith(f"{told}  testimony")
    hits = json.loads(case("find", "camera", "--json", "--kind", "finding").out)
    assert [hit["excerpt"] for hit in hits] == ["EXEMPLE : une caméra"]
    nothing = case("find", "closed")
    assert (nothing.status, nothing.out) == (0, "")

    status = case("status").out
    assert "held without consent" in status
    assert "no second person has agreed" in status
    as_json = json.loads(case("status", "--json", "--on", "2026-06-30").out)
    assert as_json["on"] == "2026-06-30"
    assert {lack["what"] for lack in as_json["lacks"]} == {"consent", "review", "release"}
    assert "SAMPLE reason" in case("log").out
    assert case("verify").status == 0


def test_lines_go_out_and_come_in_again(
    case: Callable[..., Done], put: Callable[..., str], tmp_path: Path
) -> None:
    told = put("testimony", telling(put("source", SOURCE)))
    lines = tmp_path / "records.jsonl"
    lines.write_text(case("show", "--json").out)
    done = case("import", lines)
    assert (done.status, "lacks what is closed" in done.err) == (2, True)
    assert f"{lines.name}:2" in done.err
    lines.write_text(case("show", "--json", "--closed").out.replace("2026-04-02", "2026-04-03"))
    assert case("import", lines).out.splitlines() == [
        "changed: testimony, 1",
        "1 record is written, 1 said the same before.",
    ]
    assert "date: 2026-04-03" in case("show", told).out
    lines.write_text('{"kind": "source", "fields": {"pseudonym": "SAMPLE"}}\n{"kind": "source"\n')
    done = case("import", lines)
    assert (done.status, done.err) == (2, "contrechamp: records.jsonl:2: it is not JSON\n")
    assert len(case("show", "--kind", "source").out.splitlines()) == 1


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Set an editor that notes where it was called, and what it saw."""

    def make(script: str) -> Path:
        seen = tmp_path / "seen"
        program = tmp_path / "editor"
        program.write_text(
            f'#!/bin/sh\nstat -f -c %T "$1" > {seen}\nstat -c %a "$(dirname "$1")" >> {seen}\n'
            f'echo "$1" >> {seen}\n{script}\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("VISUAL", str(program))
        return seen

    return make


def test_the_form_lies_in_memory_and_is_gone_afterwards(
    case: Callable[..., Done], put: Callable[..., str], editor: Callable[[str], Path]
) -> None:
    ref = put("source", SOURCE)
    seen = editor('sed -i "s/Sample Heron/Sample Egret/" "$1"')
    done = case("edit", ref)
    assert done.out == f"{ref}  source  Sample Egret  version 2\n"
    kind, mode, path = seen.read_text().splitlines()
    assert (kind, mode) == ("tmpfs", "700")
    assert not Path(path).parent.exists()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (":", "Nothing was changed."),
        ("exit 3", "the editor ended with status 3"),
        ('echo "oops" > "$1"', "line 1"),
        ('echo "pseudonym = \\"\\"" > "$1"', "source.pseudonym: this must be given"),
        ('rm "$1"', "the form is gone"),
    ],
)
def test_what_goes_wrong_in_the_editor_changes_nothing(
    script: str,
    message: str,
    case: Callable[..., Done],
    put: Callable[..., str],
    editor: Callable[[str], Path],
) -> None:
    ref = put("source", SOURCE)
    seen = editor(script)
    assert message in case("edit", ref).err
    assert "version 1" in case("show", ref).out
    assert not Path(seen.read_text().splitlines()[-1]).parent.exists()


def test_nothing_is_edited_where_files_are_on_a_disk(
    case: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, editor: Callable[[str], Path]
) -> None:
    seen = editor(":")
    monkeypatch.setattr(memory_editor, "IN_MEMORY", frozenset())
    done = case("edit", "source")
    assert done.status == 2
    assert "no memory-backed folder" in done.err
    assert not seen.exists()


def test_swap_on_a_disk_is_told_of(tmp_path: Path) -> None:
    table = tmp_path / "swaps"
    head = "Filename Type Size Used Priority\n"
    for line, told in (("", False), ("/dev/zram0 partition 1 0 1\n", False),
                       ("/dev/sda2 partition 1 0 1\n", True)):  # fmt: skip
        table.write_text(head + line)
        assert memory_editor.swap_in_use(table) is told


def test_a_consent_is_withdrawn_and_what_was_given_erased(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    who = put("source", SOURCE)
    told = put("testimony", telling(who))
    agreed = put(
        "consent",
        f'source = "{who}"\ngiven_on = "2026-04"\ngiven_how = "spoken"\n[[grants]]\nuse = "held"\n',
    )
    done = case("withdraw", agreed, "--erase", "--reason", "SAMPLE: asked")
    *lines, beyond = done.out.splitlines()
    assert lines == [f"given under it: {told}", f"erased: {told}"]
    assert beyond.startswith("Backups, copies that were handed out")
    assert "was erased" in case("show", told).err
    assert "SAMPLE: asked" in case("log").out
    assert case("verify").status == 0


def test_a_release_that_consent_does_not_cover_is_refused_with_the_list(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    told = put("testimony", telling(put("source", SOURCE)))
    found = put("finding", FINDING)
    case("link", found, "evidence", f"{told}#p1")
    whole = put("publication", f'name = "SAMPLE"\nlanguage = "fr"\ncites = ["{found}"]\n')
    done = case("release", whole)
    assert done.status == 1
    assert f"{told}#p1: held: no consent covers it" in done.err
    assert "second person" in case("review", found, "agreed").err


def test_an_identity_is_sealed_and_read_and_never_printed_elsewhere(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    ref = put("source", SOURCE)
    done = case("identity", ref, "--seal", lines=(NAME, "SAMPLE contact", ""))
    assert done.status == 0, done.err
    assert NAME not in done.out + done.err
    assert case("identity", ref, "--reason", "SAMPLE").out == f"{NAME}\n  SAMPLE contact\n"
    assert case("identity", "--mentions").out.startswith("No part of a sealed name")
    put(ref, SOURCE.replace("Heron", "Quartzfeather"))
    assert case("identity", "--mentions").out == f"{ref}: a part of the name stands in {ref}\n"
    for command in (("log",), ("show", "--json", "--closed"), ("status",), ("show", ref)):
        out = case(*command)
        assert "Zubeida" not in out.out + out.err
    assert case("find", "Zubeida").out == ""
    assert case("identity", ref, "--erase", "--reason", "SAMPLE").status == 0
    assert "no identity is sealed" in case("identity", ref, "--reason", "SAMPLE").err
    assert case("identity", ref, "--seal", "--mentions").status == 2
    assert case("verify").status == 0


def test_records_and_their_earlier_versions_are_erased(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    ref = put("source", SOURCE)
    put(ref, SOURCE.replace("Heron", "Egret"))
    done = case("erase", ref, "--earlier-versions", "--reason", "SAMPLE")
    assert done.out.startswith("1 version is erased.")
    assert case("show", ref, "--versions").out.count("version ") == 1
    assert case("erase", "0" * 16, "--earlier-versions", "--reason", "SAMPLE").status == 2
    assert case("erase", ref, "--reason", "SAMPLE").out.startswith("1 record is erased.")
    assert "was erased" in case("show", ref).err
    assert case("verify").status == 0


def test_what_cannot_be_found_or_read_is_told_in_one_line(
    case: Callable[..., Done], put: Callable[..., str], tmp_path: Path
) -> None:
    ref = put("source", SOURCE)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for arguments in (
        ("show", "ffff"), ("show", "--kind", "suspect"), ("find", "x", "--kind", "suspect"),
        ("edit", "record/ffff"), ("link", ref, "pseudonym", ref), ("review", ref, "agreed"),
        ("withdraw", ref, "--reason", "x"), ("identity", ref, "--reason", "x"),
        ("import", tmp_path / "none"), ("import", tmp_path / "binary"),
        ("edit", "source", "--form", tmp_path / "binary"),
        ("edit", "source", "--form", tmp_path / "none"),
    ):  # fmt: skip
        done = case(*arguments)
        assert done.status == 2, arguments
        assert re.fullmatch(r"contrechamp: [^\n]+\n", done.err), done.err


def test_a_letter_is_printed_with_what_is_still_open_and_shows_how_it_stands(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    actor = put("actor", """
kind = "company"
sample = true
[[names]]
language = "en"
text = "Sample Cameras Ltd"
[[names]]
language = "fr"
text = "Société Exemple Caméras"
""")  # fmt: skip
    letter = f"""
to = "{actor}"
language = "fr-CH"
subject = "EXEMPLE de portail"
sent_on = 2026-04-03
due_on = 2026-04-17
sample = true
[[questions]]
key = "use"
text = "EXEMPLE : à quoi servent-elles {{vraiment}} ?"
[[questions]]
key = "sold"
text = "EXEMPLE : à qui sont-elles vendues ?"
"""
    ref = put("letter", letter)
    printed = case("letter", ref).out
    assert printed.startswith("Droit de réponse : EXEMPLE de portail\n")
    assert "Société Exemple Caméras" in printed
    assert "1. EXEMPLE : à quoi servent-elles {vraiment} ?" in printed
    assert "2026-04-17" in printed
    assert (
        "= no reply by the day that it was due (asked for by 2026-04-17)" in case("show", ref).out
    )

    put(ref, letter + '[[answers]]\non = 2026-05-01\nsays = "EXEMPLE"\nto = ["use"]\n')
    assert "= answered in part (after the day that was asked for)" in case("show", ref).out
    reminder = case("letter", ref, "--reminder").out
    assert "à qui sont-elles vendues" in reminder
    assert "à quoi servent" not in reminder
    earlier = case("letter", ref, "--reminder", "--on", "2026-04-20").out
    assert "à quoi servent" in earlier

    refused = case("letter", actor)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.endswith("expected a letter, but this is of the kind actor\n")


def test_an_assessment_is_begun_by_a_template_and_shows_what_is_open(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    blank = case("edit", "assessment", "--print", "--template", "dual-use").out
    questions = blank.count("[[responses]]")
    assert questions > 3
    ref = put("assessment", blank)
    assert f": {questions} of {questions} questions are open\n" in case("show", ref).out
    assert case("edit", "assessment", "--template", "none").status == 2
    assert case("edit", "source", "--template", "dual-use").status == 2


def test_a_recommendation_shows_what_came_of_it_last(
    case: Callable[..., Done], put: Callable[..., str]
) -> None:
    form = 'to_kind = "state"\nsample = true\n[[what]]\nlanguage = "en"\ntext = "SAMPLE"\n'
    ref = put("recommendation", form)
    assert "= no follow-up yet" in case("show", ref).out
    for on, status in (("2026-05-01", "begun"), ("2026-02-01", "promised")):
        form += f'[[follow_up]]\non = {on}\nstatus = "{status}"\nsays = "SAMPLE"\n'
    put(ref, form)
    assert "= begun\n" in case("show", ref).out


def test_rights_are_looked_up_by_words_of_any_language(contrechamp: Callable[..., Done]) -> None:
    everything = contrechamp("rights").out
    assert "    iccpr-17 " in everything
    privacy = contrechamp("rights", "ICCPR", "privacy").out
    assert re.findall(r"^    (\S+)", privacy, re.M) == ["iccpr-17"]
    assert "United Nations, Treaty Series, vol. 999, p. 171" in privacy
    assert "authentic texts: en, es, fr, ru, zh" in privacy
    assert "(official, not authentic)" in privacy
    assert "en  Regulations concerning the Laws and Customs of War on Land  (a translation)" in (
        contrechamp("rights", "hague").out
    )
    assert "liberté de circulation" in contrechamp("rights", "CIRCULATION", "--lang", "fr").out
    assert "iccpr-12" in contrechamp("rights", "العهد المدنية").out
    machine = json.loads(contrechamp("rights", "iccpr-17", "--json").out)
    assert [one["article"] for one in machine] == ["17"]
    nothing = contrechamp("rights", "no such right")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "Nothing was found.\n")


def test_two_copies_are_merged_and_what_differs_is_told(
    case: Callable[..., Done], put: Callable[..., str], tmp_path: Path
) -> None:
    ref = put("source", SOURCE)
    other = shutil.copytree(case.folder, tmp_path / "other")
    put(ref, SOURCE.replace("Heron", "Egret"))

    def in_other(command: str, *arguments: object) -> Done:
        reading, writing = os.pipe()
        os.write(writing, f"{cases.PASSPHRASE}\n".encode())
        os.close(writing)
        return case.run(command, other, *arguments, "--passphrase-fd", reading)

    form = tmp_path / "theirs.toml"
    form.write_text(SOURCE.replace("Heron", "Stork") + 'role = "SAMPLE"\n')
    assert in_other("edit", ref, "--form", form, "--reason", "SAMPLE theirs").status == 0
    done = case("merge", other, lines=(cases.PASSPHRASE,))
    assert done.out.splitlines()[0] == f"joined field by field: {ref}"
    assert done.out.splitlines()[1].endswith(f"{ref}  pseudonym")
    assert "pseudonym: Sample Egret" in case("show", ref).out
    assert "two copies of the case said different things (pseudonym)" in case("show", ref).out
    assert "To be decided (1)" in case("status").out
    logged = [line for line in case("log").out.splitlines() if line.startswith("  | ")]
    assert len(logged) == 1
    assert "SAMPLE theirs" in logged[0]
    assert case("verify").status == 0


def test_what_a_source_gave_is_exported_only_to_whom_the_source_consented_to(
    case: Callable[..., Done], put: Callable[..., str], tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"SAMPLE photo, made up.")
    item = case("add", photo).out.split()[0]
    who = put("source", SOURCE)
    put("exhibit", f'item = "item/{item}"\nwhat = "SAMPLE"\ngiven_by = "{who}"\n')
    done = case("export", item, "-o", tmp_path / "bag", "--plain", "--to", "Sample Lawyer")
    assert (done.status, "held: no consent covers it" in done.err) == (1, True)
    put(
        "consent",
        f'source = "{who}"\ngiven_on = "2026-04"\ngiven_how = "spoken"\n'
        '[[grants]]\nuse = "shared"\nwith_whom = ["Sample Lawyer"]\n',
    )
    done = case("export", item, "-o", tmp_path / "bag", "--plain", "--to", "Sample Police")
    assert (done.status, "shared: no consent covers it" in done.err) == (1, True)
    assert not (tmp_path / "bag").exists()
    done = case("export", item, "-o", tmp_path / "bag", "--plain", "--to", "sample lawyer")
    assert done.status == 0, done.err
