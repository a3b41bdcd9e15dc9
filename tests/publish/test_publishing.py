"""A publication of a case: what it shows, what stands against it, and that no more leaves."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po

from contrechamp.base import i18n
from contrechamp.base.errors import CheckFailedError, InputError, OutputError
from contrechamp.dossier.permission import releasing
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import CoarsePlace, Position, Text
from contrechamp.dossier.records.fieldwork import Observation, Place
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.dossier.records.letters import Answer, Letter, Question
from contrechamp.dossier.records.publications import Use
from contrechamp.dossier.records.testimony import Interview, Passage
from contrechamp.publish.report import publishing
from contrechamp.scene import camera_fields, screen_fields, services
from contrechamp.vault import subjects
from contrechamp.vault.bags import exporting
from dossier.samples import (
    DAY,
    NOW,
    Desk,
    actor,
    consent,
    desk,
    exhibit,
    finding,
    item,
    publication,
    released,
    source,
    telling,
    text,
)
from made_once import in_shell
from publish.browser import chromium

SOURCE = Path(i18n.__file__).parents[1]
#: Where the words of a publication stand: all of these are in every catalogue of one.
WORDED = [
    *(SOURCE / "publish/report").rglob("*.py"),
    *(SOURCE / "publish/report").rglob("*.jinja"),
    SOURCE / "publish/verify_page/texts.py",
    *(SOURCE / "publish/bundle" / f"{name}.py" for name in ("check_page", "corrections")),
    *(SOURCE / "wording" / f"{name}.py"
      for name in ("confidence", "publications", "standing", "letters", "consent", "rights",
                   "figures", "levels", "cameras", "assumptions")),
    SOURCE / "base/written.py",
    SOURCE / "publish/numbers.py",
    SOURCE / "publish/spread.py",
    SOURCE / "dossier/reading/state_text.py",
]  # fmt: skip
#: Those of them that say something to whoever publishes, in the language of the interface.
TO_USERS = {
    "lock.py", "publishing.py", "pdf.py", "cited_figures.py", "measured_file.py",
    "masked_pictures.py", "seen_file.py", "signing.py",
}  # fmt: skip


def published(at: Desk, ref: str, out: Path, **more: Any) -> publishing.PublishedReport:
    return publishing.publish(at.case, ref, out, **{"now": NOW, **more})


def plain(out: Path, files: str = "**/*") -> str:
    """Return all that a reader of the folder gets to see, or finds in its files."""
    found = []
    for file in sorted(one for one in out.glob(files) if one.is_file()):
        if file.suffix == ".pdf":
            shown = subprocess.run(
                ["pdftotext", "-raw", file, "-"], capture_output=True, check=True
            )
            found.append(shown.stdout.decode())
        else:
            found.append(file.read_bytes().decode(errors="replace"))
    # What keeps a name from turning the words around it is no part of it.
    return re.sub("[\u2066-\u2069]", "", "\n".join(found))


def against(at: Desk, ref: str, out: Path, **more: Any) -> str:
    with pytest.raises(CheckFailedError) as refused:
        published(at, ref, out, **more)
    assert not out.exists()
    return str(refused.value)


def small(at: Desk, paper: str, **more: Any) -> str:
    """Put a publication with one finding, and release it."""
    ref = at.put(publication(at.put(finding(paper)), **more))
    released(at, ref)
    return ref


@pytest.fixture
def paper(tmp_path: Path) -> str:
    return item(tmp_path, b"SAMPLE figures, made up.", "sample-secret-name.txt")


def test_what_is_not_released_is_not_written_and_all_that_lacks_is_told(
    tmp_path: Path, paper: str
) -> None:
    with desk(tmp_path) as at:
        cited = at.put(finding())
        ref = at.put(publication(cited))
        told = against(at, ref, tmp_path / "out")
        assert "contrechamp release" in told
        # The finding's own lacks are those of whoever shows it.
        assert "evidence:" in told
        assert "review:" in told
        assert told.count(ShortNames(at.case).of(cited)) >= 2
        assert "record/" not in told

        done = published(at, ref, tmp_path / "out", draft=True, languages=("en", "ar"))
        assert done.lacking
        for name in ("report-en.html", "report-ar.html"):
            page = (tmp_path / "out" / name).read_text(encoding="utf-8")
            assert all(line.strip() in page for line in done.lacking)
        assert json.loads((tmp_path / "out/publication.json").read_text())["draft"] is True
        assert "DRAFT" in plain(tmp_path / "out")
        assert not list(subjects.below(at.case, exporting.SUBJECT))


def test_a_released_one_is_written_and_the_log_says_what_left(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        ref = at.put(publication(cited, on="2026-05-01"))
        released(at, ref)
        done = published(at, ref, tmp_path / "out")
        shown = plain(tmp_path / "out")
        assert done.files[0] == "report-en.html"
        assert "SAMPLE: faces are compared at the gate." in shown
        assert "corroborated" in shown
        assert "SAMPLE reason" in shown  # what was passed all the same is printed
        assert "Draft" not in shown
        out = releasing.copies_out(Standings(View(at.case), DAY), cited)
    assert [one.name for one in out if not one.ref] == ["out"]


def test_what_was_changed_after_its_release_is_not_published(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        ref = small(at, paper)
        record = at.case and publication(name="SAMPLE of another title")
        at.put(replace(record, cites=()), ref)
        assert "does not hold" in against(at, ref, tmp_path / "out")


@pytest.fixture
def told(tmp_path: Path, paper: str) -> Iterator[tuple[Desk, str, str]]:
    """A case in which somebody told something in Arabic, with all that may not be shown of it."""
    with desk(tmp_path) as at:
        heron = at.put(source(
            pseudonym="Sample Heron", role="SAMPLE passer-by", contact_rules="SAMPLE zephyrine",
            note="SAMPLE marguerite",
        ))  # fmt: skip
        passages = (
            Passage(key="p1", text="مثال: تبقى البوابة حمراء.", translations=(
                Text(language="en", text="SAMPLE: the gate stays red.", made="translated",
                     by="Sample Translator"),
            )),
            Passage(key="p2", text="SAMPLE capucine", closed=True),
        )  # fmt: skip
        testimony = at.put(telling(
            heron, language="ar", passages=passages, summary="SAMPLE pervenche",
            interview=Interview(
                date="2026-03-17", interviewer="Sample Asker",
                place=CoarsePlace(country="PS", locality="Sampletown"),
            ),
        ))  # fmt: skip
        yield at, heron, testimony


HIDDEN = ("zephyrine", "marguerite", "capucine", "pervenche", "Sample Asker", "Sampletown",
          "17 March", "2026-03")  # fmt: skip


@pytest.mark.parametrize("use", ["pseudonym", "quoted"])
def test_people_are_quoted_as_far_as_they_agreed(
    told: tuple[Desk, str, str], tmp_path: Path, use: str
) -> None:
    at, heron, testimony = told
    at.put(consent(heron, "held", use))
    cited = at.put(finding(f"{testimony}#p1"))
    ref = at.put(publication(cited, uses=(Use(of=f"{testimony}#p1", use=use),)))
    released(at, ref)
    published(at, ref, tmp_path / "out", languages=("en", "fr", "ar", "he"))

    shown = plain(tmp_path / "out")
    assert "SAMPLE: the gate stays red." in shown
    assert "مثال: تبقى البوابة حمراء." in shown
    assert "Sample Translator" in shown
    assert ("Sample Heron" in shown) == (use == "pseudonym")
    assert ("SAMPLE passer-by" in shown) == (use == "pseudonym")
    for word in (*HIDDEN, testimony.removeprefix("record/"), heron.removeprefix("record/")):
        assert word not in shown


def test_what_nobody_agreed_to_is_kept_back_and_counted(
    told: tuple[Desk, str, str], tmp_path: Path
) -> None:
    at, heron, testimony = told
    cited = at.put(finding(f"{testimony}#p1"))
    ref = at.put(publication(cited, uses=(Use(of=testimony, use="quoted"),)))
    assert "consent:" in against(at, ref, tmp_path / "out")
    published(at, ref, tmp_path / "out", draft=True)
    shown = plain(tmp_path / "out")
    assert "stays" not in shown
    assert "2 passages of testimonies are not shown: no consent covers it" in shown

    at.put(consent(heron, "held", "quoted"))
    published(at, ref, tmp_path / "out", draft=True)
    shown = plain(tmp_path / "out")
    assert "SAMPLE: the gate stays red." in shown
    assert "1 passage of a testimony is not shown: a closed passage" in shown
    assert "capucine" not in shown

    at.put(consent(heron, "quoted", withdrawn_on="2026-04-20"), ref="")
    assert all(word not in shown for word in HIDDEN)


def test_a_pseudonym_without_consent_is_found_in_any_text(
    told: tuple[Desk, str, str], tmp_path: Path, paper: str
) -> None:
    at, heron, _testimony = told
    claim = text("SAMPLE: as sample  HERON, says, the gate stays red.")
    ref = at.put(publication(at.put(finding(paper, claim=claim))))
    released(at, ref)
    name = ShortNames(at.case).of(heron)
    assert f"named by the pseudonym: {name}" in against(at, ref, tmp_path / "out")


@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("SAMPLE {{ figure:total }} metres", "{{ figure:total }} is the figure of no measurement"),
        ("SAMPLE: TODO ask again", "still to be written: TODO"),
        ("SAMPLE at 31.52468, 35.11053", "too exact"),
        ("SAMPLE at 31,5247° N, 35,1105° E", "too exact"),
        ("SAMPLE at 31°31'29\" N", "too exact"),
    ],
)
def test_texts_that_say_too_much_or_too_little_are_told(
    tmp_path: Path, paper: str, says: str, line: str
) -> None:
    with desk(tmp_path) as at:
        ref = at.put(publication(at.put(finding(paper, claim=text(says)))))
        released(at, ref)
        assert line in against(at, ref, tmp_path / "out")


def test_positions_and_names_of_files_are_in_no_output(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        where = Position(lon="47.310534", lat="38.924682")
        place = at.put(Place(names=text("Sample Gate"), position=where, sample=True))
        visit = at.put(Observation(date="2026-04-02", seen="SAMPLE seen, pivoine", place=place,
                                   observers=("Sample Walker",), sample=True))  # fmt: skip
        shown_by = at.put(exhibit(paper, what="SAMPLE table of a made-up register"))
        cited = at.put(finding(paper, visit, place, shown_by, about=(place,)))
        ref = at.put(publication(cited, place))
        released(at, ref)
        published(at, ref, tmp_path / "out", languages=("en", "he"))
    shown = plain(tmp_path / "out")
    assert "Sample Gate" in shown
    assert "2 April 2026" in shown
    for word in ("sample-secret-name", "Sample Walker", "pivoine"):
        assert word not in shown
    for digits in range(1, 7):
        assert f"{47.310534:.{digits}f}" not in shown
        assert f"{38.924682:.{digits}f}" not in shown


def test_a_translation_older_than_its_original_is_told(tmp_path: Path, paper: str) -> None:
    old = Text(language="en", text="SAMPLE: they look.")
    french = Text(language="fr", text="EXEMPLE : ils regardent.", made="translated", by="Sample T")
    with desk(tmp_path) as at:
        cited = at.put(finding(paper, claim=(old, french)))
        ref = at.put(publication(cited))
        released(at, ref)
        at.put(finding(paper, claim=(replace(old, text="SAMPLE: they look away."), french)), cited)
        released(at, ref)
        assert "claim was changed after it was translated into fr" in against(
            at, ref, tmp_path / "out"
        )
        again = replace(french, text="EXEMPLE : ils détournent le regard.")
        at.put(finding(paper, claim=(replace(old, text="SAMPLE: they look away."), again)), cited)
        released(at, ref)
        published(at, ref, tmp_path / "out", languages=("fr",))
    shown = plain(tmp_path / "out")
    assert "ils détournent le regard" in shown
    assert "Sample T" in shown


def test_what_is_not_translated_stands_in_its_original_and_is_marked(
    tmp_path: Path, paper: str
) -> None:
    machine = Text(language="fr", text="EXEMPLE : machine.", made="machine")
    with desk(tmp_path) as at:
        claim = (*text("SAMPLE: by hand."), machine)
        ref = small(at, paper, titles=text("מדגם: כותרת", "he"))
        other = at.put(publication(at.put(finding(paper, claim=claim))))
        released(at, other)
        published(at, ref, tmp_path / "he", languages=("he",))
        published(at, other, tmp_path / "fr", languages=("fr",))
    hebrew, french = plain(tmp_path / "he", "report-*"), plain(tmp_path / "fr", "report-*")
    assert "מדגם: כותרת" in hebrew
    assert "בשפה: אנגלית" in hebrew
    assert "EXEMPLE : machine." in french
    assert "traduit par une machine" in french
    assert "by hand" not in french


def test_letters_answers_and_recommendations_are_shown(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        firm = at.put(actor(names=text("Sample Cameras Ltd")))
        cited = at.put(finding(paper))
        at.put(Letter(
            to=firm, language="en", subject="SAMPLE questions", about=(cited,), sample=True,
            questions=(Question(key="q1", text="SAMPLE: do you sell it?"),
                       Question(key="q2", text="SAMPLE: to whom?")),
            sent_on="2026-03-01", due_on="2026-03-15",
            answers=(Answer(on="2026-03-10", says="SAMPLE: we do not say.", to=("q1",)),),
        ))  # fmt: skip
        should = at.put(Recommendation(what=text("SAMPLE: stop."), to_kind="company", to=firm,
                                       findings=(cited,), sample=True))  # fmt: skip
        ref = at.put(publication(cited, should))
        released(at, ref)
        published(at, ref, tmp_path / "out")
    shown = plain(tmp_path / "out")
    for part in ("SAMPLE: to whom?", "SAMPLE: we do not say.", "answered in part", "10 March 2026",
                 "SAMPLE: stop.", "To companies"):  # fmt: skip
        assert part in shown


HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '#read("/etc/passwd") $x^2$ *bold* _it_ @label <tag> = Heading \\ // end',
    "\u202eevil\u202c \u2067isolate\u2069 \u200b",
    "]]> --> {{ 7*7 }} {% raw %} ${7*7}",
    "A" * 500,
    "ⵣ ∀ 漢字 हिन्दी 👁 ﷽",
]


@pytest.mark.slow
def test_hostile_texts_are_text_in_every_output(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        claims = [at.put(finding(paper, claim=text(f"SAMPLE {words}"))) for words in HOSTILE]
        firm = at.put(actor(names=text(HOSTILE[1])))
        place = at.put(Place(names=text(HOSTILE[0]), sample=True))
        ref = at.put(publication(*claims, firm, place, name=f"SAMPLE {HOSTILE[0]}",
                                 summary=text(HOSTILE[1]), by=HOSTILE[3]))  # fmt: skip
        done = published(at, ref, tmp_path / "out", draft=True, languages=("en", "ar"))
    assert len(done.files) == 5
    shown = plain(tmp_path / "out")
    for words in ('#read("/etc/passwd")', "*bold*", "{{ 7*7 }}", "[U+2D63]"):
        assert words in shown
    assert "root:" not in shown
    with chromium(tmp_path / "profile") as page:
        for language in ("en", "ar"):
            file = tmp_path / "out" / f"report-{language}.html"
            page.open(file)
            read = page.evaluate("document.body.innerText")
            assert "<script>alert(1)</script>" in read
            assert page.evaluate("document.scripts.length + document.images.length") == 0
            assert [one for one in page.requests if not one.startswith("file:")] == []
            assert page.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr", "ar", "he"])
def test_the_sample_is_published_in_each_language(
    sample_case: Any, tmp_path: Path, language: str
) -> None:
    """Every reference leads somewhere, ids are named once, and nothing lies beside the screen."""
    folder = sample_case("en").folder / "sample-out"
    command = (
        f"contrechamp publish {folder}/case publication/sample-what-public-sources-say -o out "
        f"--lang {language} --passphrase-fd 3 3< {folder}/passphrase.txt"
    )
    done = in_shell(command, tmp_path)
    assert done.returncode == 0, done.stderr
    with chromium(tmp_path / "profile") as page:
        page.open(tmp_path / "out" / f"report-{language}.html", width=390, height=844)
        assert (
            page.evaluate(
                "[...document.querySelectorAll('a[href^=\"#\"]')]"
                ".filter(a => !document.getElementById(a.hash.slice(1))).length"
            )
            == 0
        )
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids)) > 10
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("document.documentElement.dir") == (
            "rtl" if language in ("ar", "he") else "ltr"
        )
        levels = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])"
        )
        assert all(after - before <= 1 for before, after in pairwise(levels))
    pdf = tmp_path / "out" / f"report-{language}.pdf"
    told = subprocess.run(["pdfinfo", pdf], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Tagged:\s+yes", told)
    fonts = subprocess.run(["pdffonts", pdf], capture_output=True, check=True, text=True).stdout
    rows = fonts.splitlines()[2:]
    assert rows
    assert all(" yes yes yes " in re.sub(r"\s+", " ", row) for row in rows)  # embedded, subset, map


def test_the_same_publication_gives_the_same_bytes(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        ref = small(at, paper)
        first = published(at, ref, tmp_path / "a", languages=("en", "ar"))
        second = published(at, ref, tmp_path / "b", languages=("en", "ar"))
    assert first.files == second.files
    for name in first.files:
        if name != "bundle":  # it is signed anew each time, over a log that went on
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path, paper: str) -> None:
    out = tmp_path / "out"
    with desk(tmp_path) as at:
        ref = small(at, paper)
        published(at, ref, out, draft=True)
        published(at, ref, out, languages=("fr",))  # ours is replaced
        assert sorted(one.name for one in out.iterdir()) == [
            "bundle", "publication.json", "report-fr.html", "report-fr.pdf",
        ]  # fmt: skip
        with pytest.raises(OutputError, match="another edition"):  # but not what was published
            published(at, ref, out)
        (out / "own.txt").write_text("SAMPLE")
        with pytest.raises(OutputError):
            published(at, ref, out)
    assert (out / "own.txt").read_text() == "SAMPLE"


def test_a_pdf_that_cannot_be_set_leaves_the_earlier_publication(
    tmp_path: Path, paper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with desk(tmp_path) as at:
        ref = small(at, paper)
        published(at, ref, out)
        before = {one: one.read_bytes() for one in out.rglob("*") if one.is_file()}

        def full(_document: object) -> bytes:
            raise OutputError("SAMPLE: no room")

        monkeypatch.setattr(publishing.pdf, "paper", full)
        with pytest.raises(OutputError):
            published(at, ref, out, languages=("fr",))
    assert {one: one.read_bytes() for one in out.rglob("*") if one.is_file()} == before
    assert sorted(one.name for one in tmp_path.iterdir() if "partial" in one.name) == []


def test_what_is_no_publication_or_no_language_is_refused(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        ref = small(at, paper)
        with pytest.raises(InputError, match="tlh"):
            published(at, ref, tmp_path / "out", languages=("tlh",))
        with pytest.raises(InputError, match="finding"):
            published(at, at.put(finding(paper)), tmp_path / "out")


def test_a_publication_of_a_day_to_come_is_not_published_yet(tmp_path: Path, paper: str) -> None:
    with desk(tmp_path) as at:
        ref = small(at, paper, on=(NOW + timedelta(days=3)).date().isoformat())
        assert "still to come" in against(at, ref, tmp_path / "out")


@pytest.mark.parametrize("language", ["ar", "he"])
def test_every_word_of_a_publication_is_in_each_catalogue(language: str) -> None:
    po = i18n.LOCALE_DIR / language / "LC_MESSAGES/publication.po"
    with po.open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {message.id for message in catalogue if message.id and all(
        [message.string] if isinstance(message.string, str) else message.string
    )}  # fmt: skip
    # Names of what is measured, and of services, are marked where they are declared.
    wanted: set[Any] = {one.label for one in camera_fields.BY_NAME.values() if one.label}
    wanted |= {one.label for one in services.SERVICES} | {"home"}
    wanted |= {one.label for one in screen_fields.SCREENS.values()}
    for path in WORDED:
        if path.name in TO_USERS:
            continue
        method = "jinja2" if path.suffix == ".jinja" else "python"
        for _line, message, _comments, _context in extract_from_file(
            method, path, keywords=DEFAULT_KEYWORDS
        ):
            wanted.add(message if isinstance(message, str) else tuple(message))
    assert len(wanted) > 100
    assert wanted <= known
    assert known - wanted <= {"Contents", "DRAFT", "Draft: not to be handed on",
                              "This stands against publishing it:",
                              "Nothing stands against publishing it."}  # fmt: skip
