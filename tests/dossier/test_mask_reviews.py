"""Reviews of masked copies: what they must say, when they suffice, what makes them void."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewed_copies import jpeg, look, masked
from samples import DAY, NOW, Desk, consent, desk, exhibit, item, publication, source
from test_releasing import second_person, unmet

from contrechamp.base.errors import InputError
from contrechamp.dossier import status
from contrechamp.dossier.permission import handing_out, mask_reviews, releasing, reviews
from contrechamp.dossier.permission.mask_reviews import Copy, sampled, watched_whole
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.publications import WatchedSpan
from contrechamp.dossier.records.testimony import Challenge
from contrechamp.dossier.writing import erasing
from contrechamp.vault import masked_copies
from contrechamp.vault.bags import verifying


def lacks(at: Desk, copy: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    found = mask_reviews.standing(View(at.case), copy)
    return found.why, found.second


def test_a_second_person_looks_at_what_is_doubtful(tmp_path: Path) -> None:
    photo = item(tmp_path, jpeg(), "sample.jpg")
    with second_person(tmp_path) as second:
        with desk(tmp_path) as at:
            copy = masked(at, photo)
            assert lacks(at, copy) == (("mask-not-reviewed",), ())
            look(at, copy, 1, 2)  # not at the whole
            assert lacks(at, copy) == (("mask-not-reviewed",), ())
            look(at, copy, 0, 1, 2)
            assert lacks(at, copy) == (("mask-one-reader",), (1,))
            assert [one.why for one in status.lacks(at.case, DAY)] == ["mask-one-reader"]
            look(at, copy, 0, 1, purposely=(2,))
            assert lacks(at, copy) == (("mask-one-reader",), (1, 2))
            look(at, copy, 0, 1, 2)  # nobody is their own second reader
            assert lacks(at, copy) == (("mask-one-reader",), (1,))
        with second() as at:
            look(at, copy, 1, verdict="changes")
            assert lacks(at, copy) == (("mask-not-agreed",), ())
            look(at, copy, 1)
            assert lacks(at, copy) == ((), ())
            assert not status.lacks(at.case, DAY)
            assert unmet(at, copy) == {("exhibit", "no-exhibit")}


def test_the_oldest_seed_decides_and_draws_one_in_ten(tmp_path: Path) -> None:
    photo = item(tmp_path, jpeg(), "sample.jpg")
    with second_person(tmp_path), desk(tmp_path) as at:
        copy = masked(at, photo, looks="3" * 40)
        everything = range(41)
        look(at, copy, *everything, random=os.urandom)
        first = mask_reviews.standing(View(at.case), copy)
        for _again in range(3):
            look(at, copy, *everything, random=os.urandom, now=NOW + timedelta(minutes=1))
            assert mask_reviews.standing(View(at.case), copy).seed == first.seed
    drawn = [len(sampled(f"{n:064x}", Copy("", "", "", (3,) * 99))) for n in range(400)]
    assert 9 < sum(drawn) / len(drawn) < 11
    assert min(drawn) < 10 < max(drawn)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=8))
def test_spans_are_whole_if_no_second_is_left_out(spans: list[tuple[int, int]]) -> None:
    copy = Copy("", "", "", (), Decimal(100))
    told = [WatchedSpan(from_s=Decimal(min(one)), to_s=Decimal(max(one))) for one in spans]
    missed = {
        second
        for second in range(100)
        if not any(min(one) <= second and second + 1 <= max(one) for one in spans)
    }
    assert watched_whole(copy, told) == (not missed)


def test_a_video_is_watched_to_its_end(tmp_path: Path) -> None:
    photo = item(tmp_path, jpeg(), "sample.jpg")
    with second_person(tmp_path), desk(tmp_path) as at:
        copy = masked(at, photo, looks="3", seconds="12.400")
        spans = [WatchedSpan(from_s=Decimal(0), to_s=Decimal(6))]
        look(at, copy, 0, 1, spans=spans)
        assert lacks(at, copy)[0] == ("mask-not-reviewed",)
        spans.append(WatchedSpan(from_s=Decimal("6.2"), to_s=Decimal("12.4")))
        look(at, copy, 0, 1, spans=spans)
        assert "mask-not-reviewed" not in lacks(at, copy)[0]


def test_a_review_is_of_one_copy_and_one_sidecar(tmp_path: Path) -> None:
    photo = item(tmp_path, jpeg(), "sample.jpg")
    with desk(tmp_path) as at:
        copy, other = masked(at, photo, looks=""), masked(at, photo, looks="", shade=2)
        look(at, copy, 0)
        assert lacks(at, copy) == ((), ())
        assert lacks(at, other) == (("mask-not-reviewed",), ())
        with pytest.raises(InputError, match="not a masked copy"):
            look(at, photo, 0)
        sidecar = masked_copies.sidecar(masked_state(at, copy))
        erasing.erase_refs(at.case, [sidecar], reason="SAMPLE", now=NOW)
        assert lacks(at, copy) == (("mask-sidecar-gone",), ())


def masked_state(at: Desk, ref: str) -> Any:
    from contrechamp.dossier.reading import lookup

    return lookup.item_state(at.case, lookup.id_of(ref))


def test_what_holds_of_an_original_holds_of_its_copy(tmp_path: Path) -> None:
    photo = item(tmp_path, jpeg(), "sample.jpg")
    with desk(tmp_path) as at:
        who = at.put(source())
        at.put(exhibit(photo, given_by=who, people="some"))
        copy = masked(at, photo, looks="")
        look(at, copy, 0)
        assert ("consent", "none") in unmet(at, copy)
        at.put(consent(who, "held", "image"))
        assert not {one for one in unmet(at, copy) if one[0] == "consent"}
        assert ("mask", "people-shown") in unmet(at, photo)
        assert not {one for one in unmet(at, copy) if one[0] in ("mask", "exhibit")}
        at.put(Challenge(about=photo, kind="contested", on="2026-01-01", why="SAMPLE"))
        assert ("contested", "contested") in unmet(at, copy)


def test_a_publication_shows_the_reviewed_copy_in_the_place_of_the_original(
    tmp_path: Path,
) -> None:
    photo = item(tmp_path, jpeg(), "sample.jpg")
    with desk(tmp_path) as at:
        shown = at.put(exhibit(photo, people="some"))
        whole = at.put(publication(shown))
        assert ("mask", "people-shown") in unmet(at, whole)
        copy = masked(at, photo, looks="")
        assert ("mask", "mask-not-reviewed") in unmet(at, whole)
        look(at, copy, 0)
        assert not {one for one in unmet(at, whole) if one[0] == "mask"}
        given = reviews.release(
            at.case, copy, on="2026-05-01", overrides={"review": "SAMPLE"}, now=NOW
        )
        assert releasing.is_released(Standings(View(at.case), DAY), copy)
        look(at, copy, 0, verdict="changes")  # a release falls with the review
        assert not releasing.is_released(Standings(View(at.case), DAY), copy)
        assert given.ref


@contextmanager
def exported(tmp_path: Path, **more: Any) -> Iterator[tuple[Path, str]]:
    photo = item(tmp_path, jpeg(), "sample.jpg")
    with desk(tmp_path) as at:
        copy = masked(at, photo, looks="")
        look(at, copy, 0)
        bag = tmp_path / "bag"
        handing_out.hand_out(
            at.case, [copy[5:]], bag, to="", now=NOW, random=os.urandom,
            **{"recipients": (), **more},
        )  # fmt: skip
        yield bag, copy


def test_a_review_goes_with_the_item_and_its_proofs(tmp_path: Path) -> None:
    import json

    with exported(tmp_path, plain=True) as (bag, copy):
        done = verifying.verify(bag)
        assert (done.discrepancies, done.reviews) == ([], {copy[5:]: 1})
        document = bag / "custody" / f"{copy[5:]}.json"
        said = json.loads(document.read_bytes())
        assert set(said["reviews"][0]) == {"entry", "proof", "record"}


def test_a_sealed_review_is_read_with_the_key(tmp_path: Path) -> None:
    import pyrage

    key = pyrage.x25519.Identity.generate()
    with exported(tmp_path, recipients=[str(key.to_public())]) as (bag, copy):
        for path in bag.rglob("*.json"):
            assert b"verdict" not in path.read_bytes()
        assert verifying.verify(bag).discrepancies == []
        done = verifying.verify(bag, identities=[str(key)])
        assert (done.discrepancies, done.reviews) == ([], {copy[5:]: 1})
