"""verify.html, as a stranger uses it: from a disk, by keyboard, in four languages, under attack."""

import hashlib
import html
import json
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contrechamp.base.i18n import TEXT_LANGUAGES
from contrechamp.dossier.reading import lookup
from contrechamp.publish.verify_page import building, texts
from dossier.samples import released
from publish import bundles, checking_page
from publish.bundles import Sample
from publish.checking_page import CheckingPage, complaints
from publish.test_bundle_forging import forged, of_format_1

SCRIPTS = Path(building.__file__).parent / "script"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, Path]:
    folder = tmp_path_factory.mktemp("made")
    found = bundles.sample(folder / "desk")
    return found, found.publish(folder / "out", languages=("en", "ar"))


@pytest.fixture(scope="module")
def bundle(made: tuple[Sample, Path]) -> Path:
    return made[1]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CheckingPage]:
    with checking_page.opened(tmp_path_factory.mktemp("page")) as found:
        yield found


def root_of(bundle: Path) -> str:
    return hashlib.sha256((bundle / "statement.json").read_bytes()).hexdigest()


def zipped(bundle: Path, target: Path, **links: str) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(one for one in bundle.rglob("*") if one.is_file()):
            made.write(path, f"bundle/{path.relative_to(bundle)}")
        for name, to in links.items():
            link = zipfile.ZipInfo(f"bundle/{name}")
            link.external_attr = 0o120777 << 16
            made.writestr(link, to)
    return target


def test_it_is_one_file_with_the_same_bytes_each_time() -> None:
    content = building.page()
    assert content == building.page()
    assert hashlib.sha256(content).hexdigest() == building.digest()
    text = html.unescape(content.decode())
    assert text.count("<script") == text.count("</script>") == 1
    assert "default-src 'none'" in text
    assert not re.search(r"\b(?:src|href)=|https?://(?!\s)", text)


def test_each_script_is_in_it_and_none_can_make_markup_of_a_text() -> None:
    assert {one.stem for one in SCRIPTS.glob("*.js")} == set(building.SCRIPTS)
    for script in SCRIPTS.glob("*.js"):
        code = script.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
            r"|fetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon|localStorage", code
        ), script.name  # fmt: skip
        assert len(code.splitlines()) < 300


def test_every_code_has_words_and_every_word_is_used() -> None:
    code = "\n".join(one.read_text(encoding="utf-8") for one in SCRIPTS.glob("*.js"))
    told = re.findall(r'new Refused\(\s*"([a-z-]+)"', code)
    told += re.findall(r'report\([^;]*?"([a-z0-9-]+)"(?:, \{[^}]*\}|, fields)?\);', code)
    assert len(told) > 60
    assert set(told) <= texts.problem_texts().keys()
    named = code + (SCRIPTS.parent / "templates/page.html.jinja").read_text(encoding="utf-8")
    named += Path(building.__file__).read_text(encoding="utf-8")
    for name in texts.problem_texts():
        assert f'"{name}"' in code, name
    for name in texts.page_texts():
        stem = re.sub(r"-(?:title|told|odd)$|^(?:at|expected)-", "", name)
        assert any(f'"{one}"' in named or f"texts.{one}" in named for one in (name, stem)) or (
            stem in {"line", "evidence"}  # places, by the kind that a problem has
        ), name


@pytest.mark.slow
def test_it_calls_nothing_genuine_without_a_root_or_a_key(page: CheckingPage, bundle: Path) -> None:
    page.speak("en")
    page.expect()
    page.choose("folder", bundle)
    assert "Whose it is, nothing here shows yet" in page.verdict()
    root = root_of(bundle)
    page.expect(f" {root[:32].upper()}\n{root[32:]} ")
    assert "This is the report whose root you entered" in page.verdict()
    assert "The root names the log and the key" in page.verdict()
    words = page.page.evaluate("state.done.log.signers[0].words")
    assert words in (bundle / "data/report/report-en.html").read_text(encoding="utf-8")
    page.expect(words=words.replace("-", " ").upper())
    assert "signed with the key whose words you entered" in page.verdict()
    page.expect(root, words)
    assert "This is the report whose root and key you entered" in page.verdict()
    for wrong in (("0" * 64, words), ("0" * 64, "")):
        page.expect(*wrong)
        assert "not the report whose root" in page.verdict()
    page.expect(root, "babab-babab-babab-babab-babab")
    assert "not signed with the key" in page.verdict()
    page.expect("yes", "genuine")
    assert "nothing here shows yet" in page.verdict()
    assert "no root" in page.page.evaluate("byId('root-odd').innerText")
    assert "not the words" in page.page.evaluate("byId('words-odd').innerText")
    assert page.page.requests == [page.page.evaluate("location.href")]
    assert complaints(page.page) == []


@pytest.mark.slow
def test_of_a_bundle_whose_root_names_no_key_it_asks_for_the_key(
    page: CheckingPage, bundle: Path, tmp_path: Path
) -> None:
    page.speak("en")
    old = forged(bundle, tmp_path, of_format_1(bundle))
    page.choose("folder", old)
    page.expect(root_of(old))
    assert "The claims and the data are those of the root" in page.verdict()
    assert "enter the words of the key as well" in page.verdict()


@pytest.mark.slow
def test_it_shows_claim_by_claim_what_holds_in_each_language(
    page: CheckingPage, bundle: Path
) -> None:
    page.expect()
    page.choose("folder", bundle)
    stated = json.loads((bundle / "statement.json").read_bytes())
    for language in TEXT_LANGUAGES:
        page.speak(language)
        assert page.page.evaluate("document.querySelectorAll('.claims > li').length") == len(
            stated["claims"]
        )
        direction = page.page.evaluate("getComputedStyle(document.querySelector('h1')).direction")
        assert direction == ("rtl" if language in {"ar", "he"} else "ltr")
        text = page.page.evaluate("document.body.innerText")
        assert not re.search(r"\{[a-z]+\}|undefined", text)
        for width in (390, 1280):
            page.page.resize(width, 844)
            assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    page.speak("ar")
    assert "تُقارن الوجوه" in page.page.evaluate("byId('found').innerText")
    page.speak("en")
    assert "faces are compared at the gate" in page.page.evaluate("byId('found').innerText")


@pytest.mark.slow
def test_what_does_not_hold_is_named_with_its_place(
    page: CheckingPage, bundle: Path, tmp_path: Path
) -> None:
    copy = bundles.copied(bundle, tmp_path / "bundle")
    claims = copy / "data/claims.json"
    claims.write_bytes(claims.read_bytes().replace(b"faces are compared", b"faces are counted"))
    (copy / "data/open/added.csv").write_text("SAMPLE")
    page.speak("en")
    page.expect(root_of(bundle))
    page.choose("folder", copy)
    told = page.verdict()
    assert "This is not what was published" in told
    assert re.search(r"data/claims\.json, claim \d+: it is not what was published", told)
    assert "data/open/added.csv: it is not in manifest-sha256.txt" in told
    page.page.evaluate("byId('only-wrong').click()")
    wrong = "document.querySelectorAll('.claims > li').length"
    assert page.page.evaluate(wrong) == 1
    assert "does not hold" in page.page.evaluate("document.querySelector('.claims').innerText")


@pytest.mark.slow
def test_everything_is_reached_by_the_keyboard(page: CheckingPage, bundle: Path) -> None:
    page.choose("folder", bundle)
    page.page.evaluate("document.activeElement.blur()")
    reached = []
    for _press in range(9):
        page.page.press("Tab")
        reached.append(page.page.evaluate("document.activeElement.id"))
    wanted = ["language", "folder", "zip", "root", "words", "only-wrong"]
    assert [one for one in reached if one][: len(wanted)] == wanted


@pytest.mark.slow
def test_a_zip_file_is_read_once_and_in_one_way(
    page: CheckingPage, bundle: Path, tmp_path: Path
) -> None:
    page.speak("en")
    page.expect(root_of(bundle))
    good = zipped(bundle, tmp_path / "good.zip")
    page.choose("zip", good)
    assert "the report whose root you entered" in page.verdict()
    page.choose("zip", zipped(bundle, tmp_path / "link.zip", **{"data/link": "/etc/passwd"}))
    assert "data/link: it is a link" in page.verdict()
    content = good.read_bytes()
    with zipfile.ZipFile(good) as read:
        first = read.infolist()[0]
    at = first.header_offset + 30
    other_name = content[:at] + b"X" + content[at + 1 :]
    with zipfile.ZipFile(good) as read:
        directory = read.start_dir
    larger = bytearray(content)  # says that it unpacks to more than it does
    struct.pack_into("<I", larger, directory + 24, first.file_size + 1)
    twice = tmp_path / "twice.zip"
    twice.write_bytes(content)
    with zipfile.ZipFile(twice, "a") as added, pytest.warns(UserWarning, match="Dup"):
        added.writestr("bundle/statement.json", "{}")
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("bundle/bagit.txt", "x")
        made.writestr("bundle/statement.json", b"0" * (600 << 20), compresslevel=1)
    for name, hostile in (("name", other_name), ("larger", bytes(larger)), ("cut", content[:-1])):
        (tmp_path / f"{name}.zip").write_bytes(hostile)
    for name in ("name", "twice", "cut"):
        page.choose("zip", tmp_path / f"{name}.zip")
        assert "can be read in more than one way" in page.verdict(), name
    page.choose("zip", tmp_path / "larger.zip")
    assert "the report whose root you entered" not in page.verdict()
    page.choose("zip", bomb)
    assert "larger than this page can check" in page.verdict()


HOSTILE = "<img src=x onerror='window.stolen=1'><script>window.stolen=1</script>\u202eevil\u0007"


@pytest.mark.slow
def test_a_hostile_bundle_runs_nothing_and_does_not_hang(
    page: CheckingPage, bundle: Path, tmp_path: Path
) -> None:
    page.speak("en")
    copy = bundles.copied(bundle, tmp_path / "bundle")
    claims = json.loads((copy / "data/claims.json").read_bytes())
    lines = []
    for number, one in enumerate(claims["claims"], start=1):
        one |= {"n": number, "words": {HOSTILE: [HOSTILE * 500], "en": [HOSTILE, "\u202e" * 50]}}
        lines.append(json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    (copy / "data/claims.json").write_text(
        '{"claims":[\n' + ",\n".join(lines) + '\n],"evidence":[\n],"v":1}\n', encoding="utf-8"
    )
    report = copy / "data/report/report-en.html"
    report.write_text(f"<body onload='window.stolen=1'>{HOSTILE}" + "<div>" * 100_000)
    (copy / f"data/{HOSTILE.replace('/', '')[:60]}.txt").write_text("x")
    page.choose("folder", copy)
    assert "This is not what was published" in page.verdict()
    assert page.page.evaluate("window.stolen === undefined")
    assert page.page.evaluate("document.querySelectorAll('main img, main script').length") == 0
    text = page.page.evaluate("document.body.innerText")
    assert "onerror" in text
    assert not re.search("[\u0007\u202e]", text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("statement.json", b"[" * 1_000_000),
        ("statement.json", b'{"v":1,"v":1}'),
        ("statement.json", b'{"v":1e0}'),
        ("statement.json", b'{"__proto__":{"v":1}}'),
        ("log/keys.json", b'{"keys":{},"members":[],"salt":"","v":1}'),
        ("log/nodes.txt", b"0 9999999999999999 " + b"0" * 64 + b"\n"),
        ("log/entries.txt", b'{"number":1}\n' * 100_000),
        ("manifest-sha256.txt", b"0" * 64 + b"  data/../../etc/passwd\n"),
        (
            "data/claims.json",
            b'{"claims":[\n' + b"{},\n" * 200_000 + b'],"evidence":[\n],"v":1}\n',
        ),
        (
            "checkpoint.txt",
            b"a\n9007199254740993\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 a AAAAAAAA\n",
        ),
        ("data/open/records.jsonl", b'{"salt":' + b"[" * 1_000_000),
        ("anchors/1.note", b""),
    ],
    ids=[
        "deep", "a-name-twice", "a-fraction", "prototype", "no-keys", "far-node", "many-entries",
        "outside", "many-claims", "large-log", "deep-record", "lone-anchor",
    ],
)  # fmt: skip
def test_a_file_beyond_all_bounds_is_refused_at_its_place(
    page: CheckingPage, bundle: Path, path: str, content: bytes
) -> None:
    page.choose("folder", bundle)
    page.keep_base()
    told = page.try_with({path: content})
    assert not told["holds"]
    assert path in {one["path"] for one in told["problems"]}


@pytest.mark.slow
def test_a_later_edition_tells_what_changed(page: CheckingPage, tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    old = root_of(sample.publish(tmp_path / "old"))
    with sample.opened() as at:
        record = lookup.get(at.case, sample.ref).record
        at.put(replace(record, cites=record.cites[:-2]), sample.ref)
        released(at, sample.ref)
    page.speak("en")
    page.choose("folder", sample.publish(tmp_path / "new"))
    told = page.page.evaluate("byId('found').innerText")
    assert re.search(rf"Takes the place of the edition with the root\s+{old}", told)
    assert "Withdrawn: a recommendation" in told
