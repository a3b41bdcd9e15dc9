"""Linking hits of single frames into tracks, in made-up worlds where motion is known."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from contrechamp.redact.faces.hits import Hits
from contrechamp.redact.video.courses import Covers, course_of, covers_of
from contrechamp.redact.video.tracks import Rules, Track, Tracker

F8 = NDArray[np.float64]
SIZE = 400, 300
RULES = Rules(cover_at=0.3, continue_at=0.1, prolong=12, hold=3, coast=12, leave=10, weak_coast=4)


@dataclass
class World:
    """Everything moves alike by `speed` a frame; where it is lost, nothing looks the same."""

    speed: F8 = field(default_factory=lambda: np.zeros(2))
    cuts: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()
    oldest: int = 0

    def pan(self, start: int, end: int) -> F8:
        return np.zeros(2)

    def is_cut(self, number: int) -> bool:
        return number in self.cuts

    def follow(self, box: F8, start: int, end: int, guess: F8) -> tuple[F8, float]:
        return self.speed * (end - start), 0.0 if max(start, end) in self.lost else 0.95


def box_at(
    number: int, world: World, side: float = 20.0, at: tuple[float, float] = (150, 100)
) -> F8:
    corner = np.array(at) + world.speed * number
    return np.hstack([corner, corner + side])


def tracks_of(hits: dict[int, list[tuple[F8, float]]], frames: int, world: World) -> list[Track]:
    tracker = Tracker(*SIZE, RULES)
    ended = []
    for number in range(frames):
        found = hits.get(number, [])
        boxes = np.array([box for box, _score in found]).reshape(-1, 4)
        scores = np.array([score for _box, score in found])
        ended += tracker.step(number, Hits(boxes, scores), world)
    return ended + tracker.finish(world)


def covered(tracks: list[Track]) -> list[Track]:
    return [track for track in tracks if track.is_covered(RULES)]


def covered_of(hits: dict[int, list[tuple[F8, float]]], frames: int, world: World) -> list[Track]:
    return covered(tracks_of(hits, frames, world))


def contains(outer: F8, inner: F8) -> bool:
    return bool(np.all(outer[:2] <= inner[:2] + 1e-9) and np.all(outer[2:] >= inner[2:] - 1e-9))


@given(
    gaps=st.lists(st.integers(1, 12), min_size=1, max_size=8),
    speed=st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    scores=st.lists(st.floats(0.1, 0.9), min_size=9, max_size=9),
)
@settings(max_examples=60, deadline=None)
def test_between_two_hits_there_is_no_gap(
    gaps: list[int], speed: tuple[float, float], scores: list[float]
) -> None:
    """From the first hit to the last every frame is covered, wherever the detector missed."""
    numbers = np.cumsum([2, *gaps]).tolist()
    world = World(np.array(speed))
    hits = {n: [(box_at(n, world), score)] for n, score in zip(numbers, scores, strict=False)}
    hits[2] = [(box_at(2, world), 0.8)]
    frames = numbers[-1] + 3
    covers = Covers(course_of(track, RULES) for track in covered_of(hits, frames, world))
    for number in range(numbers[0], numbers[-1] + 1):
        truth = box_at(number, world)
        inside = np.clip(truth, 0, [*SIZE, *SIZE])
        if inside[2] - inside[0] > 1 and inside[3] - inside[1] > 1:
            assert any(contains(cover, truth) for cover in covers.at(number)), number


@given(gap=st.integers(1, 10), end=st.tuples(st.floats(-9, 9), st.floats(-9, 9)))
@settings(max_examples=40, deadline=None)
def test_cover_of_a_gap_holds_the_straight_line_and_the_motion_of_the_picture(
    gap: int, end: tuple[float, float]
) -> None:
    """What was seen to move elsewhere than the flow says is covered both ways."""
    world = World(np.array([0.0, 0.0]))
    first = box_at(5, world)
    last = first + np.tile(end, 2)
    hits = {n: [(first, 0.9)] for n in range(6)}
    hits[5 + gap + 1] = [(last, 0.9)]
    [track] = covered(tracks_of(hits, 30, world))
    for k in range(1, gap + 1):
        straight = first + (last - first) * k / (gap + 1)
        assert contains(track.boxes[5 + k - track.first], straight)


@given(
    boxes=st.lists(
        st.tuples(st.floats(0, 300), st.floats(0, 200), st.floats(4, 90), st.floats(4, 90)),
        min_size=1, max_size=30,
    ),
    seen=st.sets(st.integers(0, 29)),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_covers_are_never_less_than_the_boxes(
    boxes: list[tuple[float, float, float, float]], seen: set[int]
) -> None:
    given_boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes])
    was_seen = np.isin(np.arange(len(boxes)), list(seen))
    for box, cover in zip(given_boxes, covers_of(given_boxes, was_seen), strict=True):
        assert contains(cover, box)
        assert cover[2] - cover[0] >= 1.3 * (box[2] - box[0])


def test_both_ends_are_carried_on_by_the_motion_of_the_picture() -> None:
    world = World(np.array([1.5, 0.5]))
    hits = {n: [(box_at(n, world), 0.8)] for n in range(20, 26)}
    [track] = covered(tracks_of(hits, 60, world))
    assert (track.first, track.last) == (20 - RULES.prolong, 25 + RULES.prolong)
    assert (track.began, track.ended) == ("inside", "inside")
    for number in range(track.first, track.last + 1):
        assert np.allclose(track.boxes[number - track.first], box_at(number, world), atol=1e-6)


def test_nothing_is_carried_over_a_cut() -> None:
    world = World(cuts=frozenset({18, 30}))
    hits = {n: [(box_at(n, world), 0.8)] for n in range(20, 28)}
    [track] = covered(tracks_of(hits, 60, world))
    assert (track.first, track.last) == (18, 29)
    assert (track.began, track.ended) == ("cut", "cut")


def test_a_face_on_both_sides_of_a_cut_is_two_tracks() -> None:
    world = World(cuts=frozenset({10}))
    hits = {n: [(box_at(n, world), 0.8)] for n in range(20)}
    tracks = covered(tracks_of(hits, 20, world))
    assert [(track.first, track.last) for track in tracks] == [(0, 9), (10, 19)]


@pytest.mark.parametrize("speed", [(-6.0, 0.0), (7.0, 0.0), (0.0, 6.0), (0.0, -5.0)])
def test_who_leaves_and_enters_over_the_edge_is_covered_up_to_it(
    speed: tuple[float, float],
) -> None:
    """Half a face at the edge is found by no detector, and nothing of it can be followed."""
    pace = np.array(speed)

    @dataclass
    class Edge(World):
        def follow(self, box: F8, start: int, end: int, guess: F8) -> tuple[F8, float]:
            half_inside = np.all(box[2:] > 10) and np.all(box[:2] < np.array(SIZE) - 10)
            return self.speed * (end - start), 0.95 if half_inside else -1.0

    world = Edge(pace)
    start = np.array([190.0, 140.0]) - pace * 30  # in the middle at frame 30
    boxes = {n: box_at(n, world, at=(float(start[0]), float(start[1]))) for n in range(90)}
    whole = {n: b for n, b in boxes.items() if np.all(b[:2] >= 0) and np.all(b[2:] <= SIZE)}
    touching = [n for n, b in boxes.items() if np.all(b[2:] > 0) and np.all(b[:2] < SIZE)]
    tracks = covered(tracks_of({n: [(b, 0.8)] for n, b in whole.items()}, 90, world))
    covers = Covers(course_of(track, RULES) for track in covered(tracks))
    assert len(touching) > len(whole)
    for number in touching:
        assert any(contains(cover, boxes[number]) for cover in covers.at(number)), number
    assert tracks[0].ended == "edge"
    assert tracks[0].began in ("edge", "film")


def test_where_the_picture_shows_something_else_the_cover_holds_for_a_moment_only() -> None:
    world = World(lost=frozenset(range(11, 60)))
    hits = {n: [(box_at(n, world), 0.8)] for n in range(11)}
    [track] = covered(tracks_of(hits, 60, world))
    assert (track.last, track.ended) == (10 + RULES.hold, "inside")


def test_who_comes_out_behind_a_pillar_is_the_same_track() -> None:
    world = World(np.array([2.0, 0.0]), lost=frozenset(range(11, 19)))
    hits = {n: [(box_at(n, world), 0.8)] for n in [*range(11), *range(19, 30)]}
    [track] = covered(tracks_of(hits, 30, world))
    assert (track.first, track.last) == (0, 29)
    assert contains(track.boxes[14], box_at(14, world))


def test_low_scores_count_inside_a_track_and_not_alone() -> None:
    world = World()
    weak = {n: [(box_at(n, world), 0.15)] for n in (4, 9)}
    assert not covered(tracks_of(weak, 30, world))
    strong = {**weak, 6: [(box_at(6, world), 0.31)]}
    [track] = covered(tracks_of(strong, 30, world))
    assert track.score == pytest.approx(0.31)
    assert sum(score > 0 for score in track.scores) == 3


def test_low_scores_again_and_again_are_covered() -> None:
    rules_mean = RULES.steady_at + 0.02
    world = World()
    steady = {n: [(box_at(n, world), max(rules_mean, RULES.continue_at))] for n in range(10)}
    assert covered(tracks_of(steady, 20, world))
    twice = {n: steady[n] for n in range(2)}
    assert not covered(tracks_of(twice, 20, world))


def test_two_faces_that_cross_are_both_covered_in_every_frame() -> None:
    left, right = World(np.array([4.0, 0.0])), World(np.array([-4.0, 0.0]))

    @dataclass
    class Both(World):
        def follow(self, box: F8, start: int, end: int, guess: F8) -> tuple[F8, float]:
            return guess, 0.9

    hits = {
        n: [(box_at(n, left, at=(50, 100)), 0.9), (box_at(n, right, at=(250, 104)), 0.8)]
        for n in range(50)
    }
    for n in range(23, 28):
        hits[n] = hits[n][:1]
    covers = Covers(course_of(track, RULES) for track in covered_of(hits, 50, Both()))
    for number in range(50):
        for box in (box_at(number, left, at=(50, 100)), box_at(number, right, at=(250, 104))):
            assert any(contains(cover, box) for cover in covers.at(number)), number


def test_frames_that_were_not_searched_are_covered_too() -> None:
    world = World(np.array([1.0, 1.0]))
    tracker = Tracker(*SIZE, RULES)
    ended = []
    for number in range(30):
        hits = Hits(box_at(number, world)[None], np.array([0.8])) if number % 3 == 0 else None
        ended += tracker.step(number, hits, world)
    [track] = ended + tracker.finish(world)
    assert (track.first, track.last) == (0, 29)


def test_no_frame_has_covers_before_anything_was_found() -> None:
    assert Covers([]).at(0).shape == (0, 4)
