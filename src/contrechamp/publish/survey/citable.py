"""The figures of completeness that a publication can cite, each with what it takes for granted."""

from collections.abc import Iterator

from contrechamp.measure.survey.everywhere import Everywhere
from contrechamp.measure.survey.in_view import InView
from contrechamp.measure.survey.pictures import FromPictures
from contrechamp.measure.survey.run import Completeness
from contrechamp.publish.citable import Citable, drawn


def citable(told: Completeness) -> list[Citable]:
    """Return all figures of completeness that can be told."""
    return [
        *_walked(told),
        *([] if told.everywhere is None else _everywhere(told.everywhere)),
        *(_in_view(told.in_view) if isinstance(told.in_view, InView) else ()),
        *([] if told.pictures is None else _pictures(told.pictures)),
    ]


def _walked(told: Completeness) -> Iterator[Citable]:
    if told.rate is None:
        return
    walks = ("looked-from-walks",)
    yield from drawn("survey.looked_share", told.looked_share, "share", assumes=walks)
    yield from drawn("survey.cameras_found", float(told.found.sum()), "cameras", assumes=walks)
    yield from drawn(
        "survey.cameras_per_km", told.rate.per_km, "cameras", assumes=(*walks, "without-missed")
    )
    if told.compared is not None:
        share = told.compared.both.share_found
        yield from drawn("survey.share_found", share, "share", assumes=("lists-apart",))


def _everywhere(told: Everywhere) -> Iterator[Citable]:
    missed = ("without-missed",) if told.missed is None else ("lists-apart",)
    yield from drawn("survey.cameras_missed", told.missed, "cameras", assumes=missed)
    yield from drawn("survey.cameras", told.total, "cameras", assumes=("streets-alike", *missed))


def _in_view(told: InView) -> Iterator[Citable]:
    missed = ("lists-apart",) if told.with_missed else ("without-missed",)
    for i, level in enumerate(told.levels):
        yield from drawn(
            "survey.seen_found_m", told.found_m[:, i], "m",
            level=level.name, span=told.found_spans[i], assumes=("mapped-cameras",),
        )  # fmt: skip
        yield from drawn(
            "survey.seen_all_m", told.all_m[:, i], "m", level=level.name,
            span=told.all_spans[i], assumes=("unfound-alike", "streets-alike", *missed),
        )  # fmt: skip


def _pictures(told: FromPictures) -> Iterator[Citable]:
    recall = "recall-not-known" if told.share_found is None else "recall-known"
    yield from drawn("survey.pictures_per_km", told.per_km, "cameras", assumes=(recall,))
