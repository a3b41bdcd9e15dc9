"""What anybody changes in a bundle is refused, and the place is named; so is what is taken out."""

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contrechamp.publish.bundle import claims_file, verifying
from contrechamp.vault.discrepancies import is_sound
from publish import bundles
from publish.bundles import Sample
from vault import timestamp_authority

#: What is changed, and how many of the 300 random changes each gets.
TARGETS = {
    "report": ("data/report/*", 60),
    "claims": ("data/claims.json", 60),
    "data": ("data/open/*", 40),
    "statement": ("statement.json", 30),
    "proof": ("log/*.txt", 50),
    "anchor": ("anchors/*", 30),
    "key": ("log/key*", 30),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, Path]:
    folder = tmp_path_factory.mktemp("made")
    found = bundles.sample(folder / "desk")
    authority = timestamp_authority.new_authority(folder / "tsa")
    found.publish(folder / "out")
    bundles.anchored(found, authority)
    outside = bundles.writing.Outside(roots=(authority / "root.pem").read_bytes())
    return found, found.publish(folder / "out", outside=outside)


def refused(bundle: Path) -> list[tuple[str, str]]:
    found = verifying.verify(bundle).discrepancies
    return [] if is_sound(found) else [(one.kind, one.subject) for one in found]


def changed(content: bytes, chance: random.Random) -> bytes:
    """Return other bytes: one flipped, added, taken away, or a part repeated."""
    place = chance.randrange(len(content)) if content else 0
    match chance.randrange(4):
        case 0 if content:
            flipped = content[place] ^ (1 << chance.randrange(8))
            return content[:place] + bytes([flipped]) + content[place + 1 :]
        case 1 if content:
            return content[:place] + content[place + chance.randrange(1, 9) :]
        case 2:
            return content[:place] + chance.randbytes(chance.randrange(1, 9)) + content[place:]
        case _:
            return content[:place] + content[max(0, place - 7) : place + 1] + content[place:]


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_every_random_change_is_refused_at_its_place(
    made: tuple[Sample, Path], tmp_path: Path, target: str
) -> None:
    pattern, count = TARGETS[target]
    chance = random.Random(target)
    sample, bundle = made
    copy = bundles.copied(bundle, tmp_path / "copy")
    paths = sorted(one for one in copy.glob(pattern) if one.is_file())
    assert paths
    for number in range(count):
        path = chance.choice(paths)
        content = path.read_bytes()
        path.write_bytes(changed(content, chance))
        if path.read_bytes() == content:
            path.write_bytes(content + b"\n")
        forged = number % 3
        if forged == 1:  # a forger makes the lists fit
            bundles.lists_anew(copy)
        elif forged == 2:  # the publisher signs it again
            with sample.opened() as at:
                bundles.signed_anew(copy, at.case)
        name = str(path.relative_to(copy))
        told = refused(copy)
        if forged == 2 and target in {"report", "anchor"}:
            # A paper is only under the signature; other changes show even to the publisher.
            assert told or path.suffix in {".pdf", ".pem", ".tsr"}, name
        else:
            assert told, name
        places = {subject.partition(":")[0] for _kind, subject in told}
        if forged == 0:
            assert name in places
        elif forged == 1:
            # Of a key that was exchanged, the signature is no longer by a known one.
            assert places & {"tagmanifest-sha256.txt", "checkpoint.txt", name}
        shutil.rmtree(copy)
        bundles.copied(bundle, copy)


def omissions(lines: list[bytes], chance: random.Random) -> Iterator[tuple[str, list[bytes]]]:
    """Yield lists of claims with one taken out, two exchanged, one moved or one repeated."""
    for number in range(50):
        kept = list(lines)
        one, other = chance.sample(range(len(lines)), 2)
        match number % 4:
            case 0:
                del kept[one]
                yield "taken out", kept
            case 1:
                kept[one], kept[other] = kept[other], kept[one]
                yield "exchanged", kept
            case 2:
                kept.insert(other, kept.pop(one))
                yield "moved", kept
            case _:
                kept.insert(other, kept[one])
                yield "repeated", kept


@pytest.mark.slow
def test_fifty_omissions_and_reorderings_are_noticed_though_the_publisher_signs_them(
    made: tuple[Sample, Path], tmp_path: Path
) -> None:
    sample, bundle = made
    path = bundle / claims_file.PATH
    file = claims_file.read(path.read_bytes())
    chance = random.Random(50)
    copy = bundles.copied(bundle, tmp_path / "copy")
    noticed = 0
    for _how, lines in omissions(list(file.claim_lines), chance):
        numbered = [
            re.sub(rb'"n":\d+,', b'"n":%d,' % number, line)
            for number, line in enumerate(lines, start=1)
        ]
        other = claims_file.ClaimsFile((), file.evidence, tuple(numbered), file.evidence_lines)
        (copy / claims_file.PATH).write_bytes(claims_file.to_bytes(other))
        with sample.opened() as at:
            bundles.signed_anew(copy, at.case)
        places = [subject for kind, subject in refused(copy) if kind == "claim"]
        assert any(re.search(r"claim \d+$", one) for one in places)
        noticed += 1
    assert noticed == 50


def swap_keys(bundle: Path, other: Path) -> None:
    for name in ("log/keys.json", "log/key.pem"):
        shutil.copy(other / name, bundle / name)


def no_entry(bundle: Path, _other: Path) -> None:
    path = bundle / "log/entries.txt"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[1:]))


def other_statement(bundle: Path, other: Path) -> None:
    shutil.copy(other / "statement.json", bundle / "statement.json")


def own_file(bundle: Path, _other: Path) -> None:
    (bundle / "data/open/added.csv").write_text("SAMPLE\n")


def no_anchor_note(bundle: Path, _other: Path) -> None:
    (bundle / "anchors/1.note").unlink()


@pytest.mark.parametrize(
    ("forge", "place"),
    [
        (swap_keys, "checkpoint.txt"), (no_entry, "data/claims.json"),
        (other_statement, "statement.json"), (own_file, "data/open/added.csv"),
        (no_anchor_note, "anchors/1.note"),
    ],
)  # fmt: skip
def test_what_is_exchanged_with_another_publication_is_refused(
    made: tuple[Sample, Path],
    tmp_path: Path,
    forge: Callable[[Path, Path], None],
    place: str,
) -> None:
    other = bundles.sample(tmp_path / "other").publish(tmp_path / "other-out")
    copy = bundles.copied(made[1], tmp_path / "copy")
    forge(copy, other)
    bundles.lists_anew(copy)
    assert place in {subject.partition(":")[0] for _kind, subject in refused(copy)}


def test_the_root_that_the_publisher_tells_is_compared(made: tuple[Sample, Path]) -> None:
    told = verifying.verify(made[1], root="0" * 64).discrepancies
    assert [(one.kind, one.subject) for one in told] == [("statement", "statement.json")]
