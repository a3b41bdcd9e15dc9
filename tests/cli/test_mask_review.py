"""``contrechamp mask --review`` without a browser: a form, its answers, what they come to."""

import json
import re
from pathlib import Path

import pytest

from cli.commands import CaseRun, one_line
from cli.test_mask_case import masked


def answered(case: CaseRun, tmp_path: Path, verdict: str = "agreed", **answers: str) -> Path:
    """Fill in the form as it is printed; return its file."""
    done = case("mask", "--review", "--print-form")
    assert done.status == 0, done.err
    form = json.loads(done.out)
    for copy in form["copies"]:
        copy["verdict"] = verdict
        for look in copy["looks"]:
            look["answer"] = answers.get(f"look{look['look']}", "covered")
            look["why"] = "SAMPLE why" if look["answer"] == "uncovered" else ""
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(form))
    return path


def test_a_case_of_one_member_lacks_a_second_reader_for_what_is_doubtful(
    case: CaseRun,
    photo: str,
    tmp_path: Path,
) -> None:
    copy, _sidecar = masked(case, photo)
    assert "nobody has looked at all of this masked copy" in case("status").out
    done = case("mask", "--review", "--answers", answered(case, tmp_path, look2="nothing"))
    assert done.status == 0, done.err
    ref, word, of, verdict, *_rest = done.out.split()
    assert (word, of, verdict) == ("review", copy, "agreed")
    assert "this case has one member" in done.out
    # The doubtful place, and what was drawn beside it.
    assert re.search(r"\((\d+, )*1\b", done.out.split("reason")[1])
    shown = json.loads(case("show", ref, "--json").out)
    looked = shown["fields"]["looked"]
    assert [(one["look"], one["answer"]) for one in looked["looks"]] == [
        (0, "covered"), (1, "covered"), (2, "nothing"),
    ]  # fmt: skip
    assert len(looked["seed"]) == 64
    refused = case("release", copy)
    assert refused.status == 1
    assert "this case has one member" in refused.err
    assert "nobody has looked" not in refused.err
    assert case("verify").status == 0


def test_what_does_not_fit_is_refused_with_its_place(
    case: CaseRun,
    photo: str,
    tmp_path: Path,
) -> None:
    masked(case, photo)
    path = answered(case, tmp_path, look1="uncovered")
    right = path.read_text()
    for old, new, said in (
        ("SAMPLE why", "", "looked.looks[2].why: say why it is uncovered on purpose"),
        ('"look": 2', '"look": 7', "looked.looks[3]: there is no such place in the copy"),
        ('"look": 2', '"look": 1', "a place is answered twice"),
        ('"agreed"', '"perhaps"', "copies 1: verdict: expected one of: agreed, changes"),
        ('"answer": "covered"', '"answer": ""', "answer"),
        ("mask-review-1", "mask-review-9", 'expected "contrechamp/mask-review-1"'),
        ('"why"', '"who"', "unknown field"),
    ):
        assert old in right
        path.write_text(right.replace(old, new))
        one_line(case("mask", "--review", "--answers", path), said)
    path.write_text(right)
    assert case("mask", "--review", "--answers", path).status == 0
    one_line(case("mask", photo, "--answers", path), "go with --review")


def test_the_form_opens_in_the_editor(
    case: CaseRun,
    photo: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    masked(case, photo)
    script = tmp_path / "editor"
    script.write_text(
        '#!/bin/sh\nsed -i \'s/"answer": ""/"answer": "covered"/; '
        's/"verdict": ""/"verdict": "agreed"/\' "$1"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    done = case("mask", "--review", "--editor")
    assert done.status == 0, done.err
    assert "agreed" in done.out


def test_the_page_of_a_case_corrects_and_signs(case: CaseRun, photo: str, tmp_path: Path) -> None:
    from contextlib import contextmanager

    from contrechamp.publish.masking.case_bench import CaseBench
    from vault import cases

    copy, _sidecar = masked(case, photo)
    folder = tmp_path / "memory"
    folder.mkdir()

    @contextmanager
    def opening(write: bool):  # type: ignore[no-untyped-def]
        with cases.opened(case.folder, write=write) as found:
            yield found

    bench = CaseBench(opening, [copy], folder, now=lambda: cases.NOW)
    [key] = bench.copies()
    assert (f"item/{key}", list(bench.asked(key))) == (copy, [0, 1, 2])
    with bench.original(key) as source, bench.copy(key) as masked_copy:
        assert source.read_bytes() != masked_copy.read_bytes()
    boxes = b'{"format": "contrechamp/boxes-1", "cover": [{"box": [50, 10, 60, 20]}]}'
    new = bench.again(key, boxes)
    assert list(bench.copies()) == [new] != [key]
    assert len(bench.made(new).outcome.covered) == 2
    assert list(folder.iterdir()) == []
    looks = [{"look": number, "answer": "covered", "why": ""} for number in bench.asked(new)]
    said = {"copies": [{"copy": new, "verdict": "agreed", "looks": looks, "spans": []}]}
    [line] = bench.sign(said, (9, 8))
    assert f"review  item/{new}  agreed" in line
    review = line.split()[0]
    shown = case("show", review).out
    assert "9" in shown
    assert "8" in shown
    status = case("status").out
    assert "nobody has looked" not in status  # of the copy that was corrected nothing is asked
    assert copy not in status
    assert case("verify").status == 0
