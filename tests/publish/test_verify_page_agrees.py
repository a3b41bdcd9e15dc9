"""Program and page have the rules of a bundle twice: what one refuses, the other refuses, too."""

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.publish.bundle import claims_file, verifying
from contrechamp.vault.discrepancies import is_sound
from publish import bundles, checking_page
from publish.bundles import Sample
from publish.checking_page import CheckingPage
from publish.line_vectors import LINES
from publish.test_bundle_forging import forged, of_format_1
from publish.test_bundle_tampering import TARGETS, changed, omissions
from vault import timestamp_authority

#: The page does not make these anew, and says so; nor does it check who signed a timestamp.
ONLY_THE_PROGRAM = re.compile(r"anchors/(?:\d+\.(?:tsr|ots)|roots\.pem|headers\.txt)")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, Path]:
    folder = tmp_path_factory.mktemp("made")
    found = bundles.sample(folder / "desk")
    authority = timestamp_authority.new_authority(folder / "tsa")
    found.publish(folder / "out")
    bundles.anchored(found, authority)
    outside = bundles.writing.Outside(roots=(authority / "root.pem").read_bytes())
    return found, found.publish(folder / "out", outside=outside)


@pytest.fixture(scope="module")
def page(
    made: tuple[Sample, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CheckingPage]:
    with checking_page.opened(tmp_path_factory.mktemp("page")) as found:
        found.choose("folder", made[1])
        found.keep_base()
        yield found


def content_of(bundle: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(bundle)): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file()
    }


def both(page: CheckingPage, bundle: Path, copy: Path) -> tuple[set[str], set[str]]:
    """Return the places that the program and the page name in a copy; none if it holds."""
    before, after = content_of(bundle), content_of(copy)
    changes = {
        path: after.get(path)
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    }
    found = verifying.verify(copy).discrepancies
    program = set() if is_sound(found) else {one.subject.partition(":")[0] for one in found}
    told = page.try_with(changes)
    assert told["holds"] == (not told["problems"])
    return program, {one["path"] for one in told["problems"]}


def test_what_holds_for_one_holds_for_the_other(
    made: tuple[Sample, Path], page: CheckingPage
) -> None:
    assert both(page, made[1], made[1]) == (set(), set())


@pytest.mark.slow
@pytest.mark.parametrize("what", LINES)
def test_the_page_reads_lines_of_open_data_as_the_program_does(
    page: CheckingPage, what: str
) -> None:
    line, holds = LINES[what]
    said = page.page.evaluate(f"recordOf(bytesOfText({json.dumps(line)}), false)")
    assert (said is not None and said.get("isSame", True)) == holds


@pytest.mark.slow
def test_both_read_two_formats_of_statement_and_refuse_who_forges_either(
    made: tuple[Sample, Path], page: CheckingPage, tmp_path: Path
) -> None:
    bundle = made[1]
    newest = json.loads((bundle / "statement.json").read_bytes())
    before = of_format_1(bundle)
    own = newest | {"log": {**newest["log"], "origin": "contrechamp.case/" + "0f" * 8}}
    of_another_log = {"checkpoint.txt", "log/nodes.txt"}
    for name, stated, wanted in (
        ("old", before, set()),
        ("genuine", None, of_another_log),
        ("own", own, of_another_log | {"data/report/report-en.html"}),
        ("zero", newest | {"v": 0}, {"statement.json"}),
        ("true", before | {"v": True}, {"statement.json"}),
        ("half", before | {"pages": {}}, {"statement.json"}),
        ("text", newest | {"v": "2"}, {"statement.json"}),
        ("no pages", newest | {"pages": {}}, {"statement.json"}),
        ("newer", newest | {"v": 3}, {"statement.json"}),
    ):
        program, seen = both(page, bundle, forged(bundle, tmp_path / name, stated))
        assert bool(program) == bool(seen) == bool(wanted), name
        assert wanted <= program & seen, name


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_both_refuse_every_random_change_and_name_the_place(
    made: tuple[Sample, Path], page: CheckingPage, tmp_path: Path, target: str
) -> None:
    pattern, count = TARGETS[target]
    chance = random.Random(f"page {target}")
    sample, bundle = made
    copy = tmp_path / "copy"
    for number in range(count):
        bundles.copied(bundle, copy)
        path = chance.choice(sorted(one for one in copy.glob(pattern) if one.is_file()))
        content = path.read_bytes()
        path.write_bytes(changed(content, chance))
        if path.read_bytes() == content:
            path.write_bytes(content + b"\n")
        name, forged = str(path.relative_to(copy)), number % 3
        if forged == 1:  # a forger makes the lists fit
            bundles.lists_anew(copy)
        elif forged == 2:  # the publisher signs it again
            with sample.opened() as at:
                bundles.signed_anew(copy, at.case)
        program, seen = both(page, bundle, copy)
        shutil.rmtree(copy)
        if forged == 2 and ONLY_THE_PROGRAM.fullmatch(name):
            continue
        assert bool(program) == bool(seen), (name, forged, program, seen)
        if forged == 0:
            assert name in program & seen
        elif forged == 1:
            assert {"tagmanifest-sha256.txt", name} & program & seen
        elif program:
            assert program & seen, (name, program, seen)


@pytest.mark.slow
def test_both_notice_omissions_and_reorderings_of_claims_at_the_same_place(
    made: tuple[Sample, Path], page: CheckingPage, tmp_path: Path
) -> None:
    sample, bundle = made
    file = claims_file.read((bundle / claims_file.PATH).read_bytes())
    copy = bundles.copied(bundle, tmp_path / "copy")
    tried = 0
    for _how, lines in omissions(list(file.claim_lines), random.Random("page")):
        numbered = [
            re.sub(rb'"n":\d+,', b'"n":%d,' % number, line)
            for number, line in enumerate(lines, start=1)
        ]
        other = claims_file.ClaimsFile((), file.evidence, tuple(numbered), file.evidence_lines)
        content = claims_file.to_bytes(other)
        (copy / claims_file.PATH).write_bytes(content)
        with sample.opened() as at:
            bundles.signed_anew(copy, at.case)
        told = verifying.verify(copy).discrepancies
        program = {
            int(match[1])
            for one in told
            if one.kind == "claim"
            and (match := re.search(r"claims\.json: claim (\d+)$", one.subject))
        }
        changes = {
            path: after for path, after in content_of(copy).items()
            if (bundle / path).read_bytes() != after
        }  # fmt: skip
        seen = {
            int(one["place"].partition(":")[2])
            for one in page.try_with(changes)["problems"]
            if one["kind"] == "claim" and one["place"].startswith("claim:")
            and one["path"] == claims_file.PATH
        }  # fmt: skip
        assert program == seen
        assert program
        tried += 1
    assert tried == 50
