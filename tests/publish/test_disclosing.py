"""One piece of evidence is opened for one reader, who sees that it is the one of that day."""

import json
from pathlib import Path

import pyrage
import pytest

from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError
from contrechamp.dossier.records.people import Grant
from contrechamp.dossier.writing import erasing
from contrechamp.publish.bundle import disclosed, disclosing
from contrechamp.vault import subjects
from contrechamp.vault.bags import exporting
from dossier.samples import NOW, Desk, consent
from publish import bundles
from publish.bundles import Sample

IDENTITY = pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, Path]:
    folder = tmp_path_factory.mktemp("made")
    found = bundles.sample(folder / "desk")
    bundle = found.publish(folder / "out")
    with found.opened() as at:
        agree(at, found)
    return found, bundle


def agree(at: Desk, sample: Sample) -> None:
    """Let whoever gave it agree that a court has it."""
    grants = (Grant(use="held"), Grant(use="shared", with_whom=("SAMPLE court",)))
    at.put(consent(sample.refs["source"], grants=grants))


def disclose(sample: Sample, bundle: Path, what: str, out: Path, **more: object) -> Path:
    options = {"to": "SAMPLE court", "recipients": [], "plain": True, "now": NOW, **more}
    with sample.opened() as at:
        disclosing.disclose(at.case, bundle, sample.refs.get(what, what), out, **options)  # type: ignore[arg-type]
    return out


def test_a_file_is_shown_with_its_record_and_nothing_else(
    made: tuple[Sample, Path], tmp_path: Path
) -> None:
    sample, bundle = made
    out = disclose(sample, bundle, "paper", tmp_path / "out")
    found = disclosed.check(out, bundle)
    assert found.states[0]["name"] == bundles.SECRET_NAME
    assert (out / found.file).read_bytes() == b"SAMPLE figures, made up."
    told = b"".join(one.read_bytes() for one in out.rglob("*") if one.is_file())
    assert b"SAMPLE: faces" not in told
    assert sample.refs["testimony"].encode() not in told
    with sample.opened() as at:
        states = [one.parsed for one in subjects.below(at.case, exporting.SUBJECT)]
    (logged,) = [one for one in states if one.get("format") == "disclosure"]
    assert logged["for"] == "SAMPLE court"
    assert logged["items"] == [sample.refs["paper"].partition("/")[2]]


def test_what_is_sealed_is_opened_by_its_key(made: tuple[Sample, Path], tmp_path: Path) -> None:
    sample, bundle = made
    out = disclose(
        sample, bundle, "testimony", tmp_path / "out", plain=False,
        recipients=[str(IDENTITY.to_public())],
    )  # fmt: skip
    assert [one.name for one in out.iterdir()] == ["disclosure.json.age"]
    with pytest.raises(InputError, match="--identity"):
        disclosed.check(out, bundle)
    found = disclosed.check(out, bundle, [str(IDENTITY)])
    assert found.states[0]["kind"] == "testimony"
    assert found.entry.subject == sample.refs["testimony"]


@pytest.mark.parametrize("part", ["root", "evidence", "key", "salt", "state", "entry", "content"])
def test_another_item_or_another_day_is_refused(
    made: tuple[Sample, Path], tmp_path: Path, part: str
) -> None:
    sample, bundle = made
    out = disclose(sample, bundle, "told", tmp_path / "out")
    path = out / disclosing.NAME
    fields = json.loads(path.read_bytes())
    shown = fields["shown"][0]
    if part == "content":
        (out / fields["file"]).write_bytes(b"SAMPLE of something else")
    elif part in {"root", "key"}:
        fields[part] = "0" * 64
    elif part == "evidence":
        fields["evidence"] = 1
    elif part == "entry":
        other = disclose(sample, bundle, "paper", tmp_path / "other")
        fields["shown"] = json.loads((other / disclosing.NAME).read_bytes())["shown"]
    else:
        shown["record"][part] = shown["record"][part][:-8] + "AAAAAAA="
    path.write_text(json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    with pytest.raises(ContrechampError):
        disclosed.check(out, bundle)


def test_nothing_leaves_that_is_no_evidence_or_without_consent(
    made: tuple[Sample, Path], tmp_path: Path
) -> None:
    sample, bundle = made
    with pytest.raises(InputError, match="no evidence of this publication"):
        disclose(sample, bundle, "closed", tmp_path / "out")
    other = bundles.sample(tmp_path / "other")
    with pytest.raises(InputError, match="does not go on"):
        disclose(other, bundle, "paper", tmp_path / "out")
    theirs = other.publish(tmp_path / "theirs")
    with pytest.raises(CheckFailedError):
        disclose(other, theirs, "testimony", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_was_erased_since_can_no_longer_be_opened(tmp_path: Path) -> None:
    sample = bundles.sample(tmp_path / "desk")
    bundle = sample.publish(tmp_path / "out")
    with sample.opened() as at:
        agree(at, sample)
        erasing.erase_refs(at.case, [sample.refs["testimony"]], reason="SAMPLE", now=NOW)
    with pytest.raises(ContrechampError):
        disclose(sample, bundle, "testimony", tmp_path / "shown")
