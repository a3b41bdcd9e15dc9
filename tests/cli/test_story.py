"""The whole work on one case, from ``new`` to ``verify`` of what was handed out, as commands.

SAMPLE: nobody in it exists. Each chapter is a function that goes on where the one before stopped; a
new command gets its lines in the chapter where a user would call it.
"""

import json
import shutil
from pathlib import Path

import pytest

from cli.commands import Run, first_word, read_from
from cli.story import FIRST, FORMS, KEYS_PASSPHRASE, MAPPING, PASSPHRASE, REGISTER, SECOND, Story

KINDS = {
    "source", "consent", "testimony", "exhibit", "observation", "camera", "place", "deployment",
    "actor", "relation", "contract", "letter", "finding", "recommendation", "publication",
    "assessment", "challenge", "review", "release", "conflict",
}  # fmt: skip


@pytest.mark.slow
def test_the_whole_work_on_a_case(contrechamp: Run, tmp_path: Path) -> None:
    story = Story(contrechamp, tmp_path)
    for chapter in (
        two_members_open_a_case,
        papers_are_taken_in,
        what_people_told_is_written_down,
        a_register_is_imported,
        what_was_seen_is_written_down,
        a_finding_is_linked_to_what_it_rests_on,
        somebody_is_asked_for_a_reply,
        two_copies_disagree_and_it_is_decided,
        a_second_person_reviews_and_it_is_released,
        somebody_takes_consent_back,
        what_is_there_is_found_and_what_lacks_is_told,
        it_leaves_the_case_and_can_be_checked,
    ):
        chapter(story)


def two_members_open_a_case(story: Story) -> None:
    with read_from(PASSPHRASE) as option:
        made = story.run("new", story.case, "--name", FIRST, *option)
    assert made.status == 0, made
    assert "Recovery key" in made.out
    with read_from(KEYS_PASSPHRASE) as option:
        made = story.run("keygen", story.folder / "key.txt", *option)
    recipient = made.out.splitlines()[0].rpartition(" ")[2]
    told = story.first("share", "--name", SECOND, "--recipient", recipient).out
    assert told.splitlines()[1].endswith(made.out.splitlines()[1].rpartition(": ")[2])
    story.second("unlock", "--new-signing-key", case=story.case)
    assert story.first("members").out.count("signs with the key") == 2


def papers_are_taken_in(story: Story) -> None:
    papers = story.folder / "papiers"
    papers.mkdir()
    (papers / "procès-verbal.txt").write_text("EXEMPLE de procès-verbal, inventé.")
    (papers / "رسالة.txt").write_text("عَيِّنة من رسالة لم يكتبها أحد")
    added = story.first("add", papers).out
    items = {Path(line).name: line.split()[0] for line in added.splitlines()[:-1]}
    assert set(items) == {"procès-verbal.txt", "رسالة.txt"}
    story.refs["minutes"] = f"item/{items['procès-verbal.txt'].removeprefix('item/')}"
    again = story.first("add", papers).out
    assert "2 files" in again  # are there already, and not doubled
    assert len([one for one in story.first("log", "--json").json() if one["action"] == "add"]) == 2


def what_people_told_is_written_down(story: Story) -> None:
    for kind, name in (
        ("source", "heron"), ("source", "egret"), ("consent", "heron-agrees"),
        ("consent", "egret-agrees"), ("testimony", "told"), ("testimony", "told-later"),
    ):  # fmt: skip
        story.write(kind, name)
    assert "ما لا يُنشر" not in story.first("show", story.refs["told"]).out
    assert "ما لا يُنشر" in story.first("show", story.refs["told"], "--closed").out


def a_register_is_imported(story: Story) -> None:
    table, mapping = story.folder / "registre.csv", story.folder / "registre.toml"
    table.write_text(REGISTER, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    would = story.first("import", table, "--mapping", mapping, "--preview", "--json").json()
    assert (would["counts"], would["problems"]) == ({"contract": 2}, [])
    done = story.first("import", table, "--mapping", mapping, "--json").json()
    story.refs["contract"] = done["new"][0]
    story.refs["register"] = f"item/{done['items']['registre.csv']}"
    amounts = {
        story.first("show", ref, "--json").json()["fields"]["value"]["amount"]
        for ref in done["new"]
    }
    assert amounts == {"12000.5", "1250"}
    told = story.first("show", story.refs["contract"], "--lang", "fr").out
    assert "value: 12\u202f000,50\xa0€" in told
    assert "signed_on: 12 février 2026" in told
    again = story.first("import", table, "--mapping", mapping, "--json").json()
    assert (again["new"], again["unchanged"]) == ([], 2)


def what_was_seen_is_written_down(story: Story) -> None:
    for kind, name in (
        ("actor", "maker"), ("actor", "town"), ("relation", "supplies"), ("place", "gate"),
        ("camera", "camera"), ("observation", "watched"), ("exhibit", "paper"),
        ("deployment", "system"),
    ):  # fmt: skip
        story.write(kind, name)
    cited = story.first("show", story.refs["gate"]).out
    assert f"< {story.refs['camera']}" in cited
    assert f"< {story.refs['system']}" in cited
    buyer = story.first("link", story.refs["contract"], "buyer", story.refs["town"])
    assert buyer.out.startswith(story.refs["contract"])
    assert story.told("contract")["buyer"] == story.refs["town"]


def a_finding_is_linked_to_what_it_rests_on(story: Story) -> None:
    finding = story.write("finding", "finding")
    assert "rests on no evidence that stands" in story.first("show", finding).out
    story.first("link", finding, "evidence", f"{story.refs['told']}#gate")
    story.first("link", finding, "evidence", story.refs["watched"], "--at", "08:00")
    assert "rests on no evidence" not in story.first("show", finding).out
    story.write("recommendation", "advice")
    template = story.first("edit", "assessment", "--template", "due-diligence", "--print").out
    form = story.folder / "assessment.toml"
    form.write_text(template.replace('about = ""', f'about = "{story.refs["system"]}"', 1))
    story.first("edit", "assessment", "--template", "due-diligence", "--form", form)


def somebody_is_asked_for_a_reply(story: Story) -> None:
    letter = story.write("letter", "letter")
    first = story.first("letter", letter, "--on", "2026-04-08").out
    assert "٢٢ نيسان ٢٠٢٦" in first  # as it is written in Palestine
    assert "2026" not in first
    assert "waiting for an answer" in story.first("status", "--on", "2026-04-10").out
    reminder = story.first("letter", letter, "--reminder", "--on", "2026-04-23").out
    assert "لماذا تُستعمل" in reminder
    assert "نيسان ٢٠٢٦" in reminder  # when it was sent; the day for an answer is past
    assert "٢٢ نيسان" not in reminder
    form = story.form("letter", lambda text: text + FORMS["answered"])
    story.first("edit", letter, "--form", form)
    assert "= answered" in story.first("show", letter).out


def two_copies_disagree_and_it_is_decided(story: Story) -> None:
    shutil.copytree(story.case, story.copy)
    maker = story.refs["maker"]
    mine = story.form("maker", lambda text: text.replace("12345", "12346"))
    story.first("edit", maker, "--form", mine)
    theirs = story.form("maker", lambda text: text.replace("12345", "12348").replace("NL", "BE"))
    story.second("edit", maker, "--form", theirs, "--reason", "EXEMPLE : lu au registre")
    done = story.first("merge", story.copy, "--json", times=2)
    # The second member opens what the first has no key for, and the other way round.
    merged = done.json()
    assert (merged["joined"], len(merged["conflicts"])) == ([maker], 1)
    assert (story.told("maker")["registered"], story.told("maker")["country"]) == (
        "SAMPLE 12346", "BE",
    )  # fmt: skip
    [conflict] = merged["conflicts"]
    assert "To be decided (1)" in story.first("status").out
    both = story.first("show", conflict, "--closed").out
    assert '"SAMPLE 12346"' in both
    assert '"SAMPLE 12348"' in both
    story.first("edit", maker, "--form", theirs, "--reason", "EXEMPLE : relu ensemble")
    form = story.folder / "conflict.toml"
    printed = story.first("edit", conflict, "--print").out
    form.write_text(printed.replace('# outcome = ""', 'outcome = "theirs"'), encoding="utf-8")
    story.first("edit", conflict, "--form", form)
    assert "To be decided" not in story.first("status").out
    story.second("merge", story.case)
    again = story.first("merge", story.copy, times=2)
    assert again.out.startswith("Nothing new")
    assert "| " in story.first("log").out


def a_second_person_reviews_and_it_is_released(story: Story) -> None:
    report = story.write("publication", "report")
    refused = story.first("review", story.refs["finding"], "agreed", status=2)
    assert "second person" in refused.err or "own" in refused.err
    for ref in (story.refs["finding"], report):
        story.second("review", ref, "agreed", "--why", "EXEMPLE : relu", case=story.case)
    released = story.second("release", report, "--why", "EXEMPLE", case=story.case)
    story.refs["released"] = first_word(released)
    assert report not in [
        lack["ref"] for lack in story.first("status", "--json").json()["lacks"]
        if lack["what"] == "release"
    ]  # fmt: skip


def somebody_takes_consent_back(story: Story) -> None:
    done = story.first(
        "withdraw", story.refs["egret-agrees"], "--erase", "--reason", "EXEMPLE : demandé"
    )
    assert f"erased: {story.refs['told-later']}" in done.out
    assert "Backups" in done.out
    assert "détour" not in story.first("show", "--json").out
    assert story.first("find", "détour", "--json").json() == []
    form = story.folder / "form.toml"
    form.write_text(
        f'about = "{story.refs["supplies"]}"\nkind = "contested"\non = "2026-05-02"\n'
        'why = "EXEMPLE : la société le nie"\nsample = true\n',
        encoding="utf-8",
    )
    story.refs["challenge"] = first_word(story.first("edit", "challenge", "--form", form))
    assert "contested" in story.first("show", story.refs["supplies"]).out


def what_is_there_is_found_and_what_lacks_is_told(story: Story) -> None:
    for words, name in (("كاميرا", "told"), ("caméra", "finding"), ("عينة", "gate")):
        hits = story.first("find", words, "--json").json()
        assert story.refs[name] in {hit_ref(hit) for hit in hits}, words
    assert story.first("find", "يُنشر", "--json").json() == []  # closed
    rows = [json.loads(line) for line in story.first("show", "--json").out.splitlines()]
    assert {row["kind"] for row in rows} == KINDS
    days = story.first("timeline", "--json").json()
    assert {"contract", "observation", "letter"} <= {day["kind"] for day in days}
    assert [day["first_day"] for day in days] == sorted(day["first_day"] for day in days)
    lines = story.folder / "lines.txt"
    lines.write_text(
        f"show {story.refs['finding']}\nstatus\nfind caméra --json\n", encoding="utf-8"
    )
    with lines.open(encoding="utf-8") as typed, pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdin", typed)
        session = story.first("shell")
    assert session.out.startswith(story.first("show", story.refs["finding"]).out)
    assert session.out.endswith(story.first("find", "caméra", "--json").out)
    assert "complete" in story.run("completion", "bash").out
    french = story.first("status", "--lang", "fr").out
    assert "2 acteurs" in french
    assert "Études" in french


def it_leaves_the_case_and_can_be_checked(story: Story) -> None:
    for form in ("jsonl", "csv", "xlsx", "ftm", "cameras", "timeline", "graph"):
        out = story.folder / f"out-{form}"
        story.first("export-records", "--as", form, "-o", out)
        told = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
        assert "يُنشر".encode() not in told  # neither what is closed
        assert "إلى وجهي".encode() not in told  # nor what was told in confidence
    lines = (story.folder / "out-jsonl" / "records.jsonl").read_text().splitlines()
    assert "actor" in {json.loads(line)["kind"] for line in lines}
    network = (story.folder / "out-graph" / "graph.graphml").read_text(encoding="utf-8")
    assert f'source="{story.refs["finding"]}"' in network
    assert f'"{story.refs["heron"]}"' not in network
    item = story.refs["minutes"].removeprefix("item/")
    bag = story.folder / "sac"
    made = story.first("export", item, "-o", bag, "--plain", "--reason", "EXEMPLE : tribunal")
    assert made.out.startswith("1 item is in ")
    whole = story.run("verify", bag)
    assert whole.status == 0, whole
    (paper,) = bag.glob("data/*/procès-verbal.txt")
    paper.write_text("FALSIFIÉ")
    assert story.run("verify", bag).status == 1
    checked = story.first("verify", "--json").json()
    assert checked["findings"] == []
    assert checked["entries"] == len(
        [one for one in story.first("log", "--json").json() if not one["branch"]]
    )


def hit_ref(hit: dict[str, str]) -> str:
    return f"record/{hit['id']}"
