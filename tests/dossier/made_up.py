"""Records of every kind as Hypothesis makes them up: any text, any length, every field."""

import string
from typing import Any

from hypothesis import strategies as st

from contrechamp.dossier.records.field_types import (
    COUNTRY,
    CURRENCY,
    DATE,
    DIGEST,
    KEY,
    LANGUAGE,
    SPAN,
    TIME,
    Form,
    Record,
)
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import Shape, members

ids = st.text("0123456789abcdef", min_size=16, max_size=16)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=30)
keys = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)


def dates() -> st.SearchStrategy[str]:
    whole = st.dates().map(lambda day: f"{day:%Y-%m-%d}".rjust(10, "0"))
    return st.builds(
        lambda day, cut, mark: day[:cut] + mark,
        whole, st.sampled_from([4, 7, 10]), st.sampled_from(["", "~", "?"]),
    )  # fmt: skip


FORMS: dict[Form, st.SearchStrategy[str]] = {
    DATE: dates(),
    TIME: st.times().map(lambda time: f"{time:%H:%M}"),
    LANGUAGE: st.sampled_from(["ar", "fr", "he", "en-GB", "zh-Hans-CN"]),
    COUNTRY: st.sampled_from(["FR", "PS", "NL"]),
    CURRENCY: st.sampled_from(["EUR", "ILS"]),
    KEY: keys,
    # Within the bounds of each of the columns that hold one.
    SPAN: st.lists(st.integers(1, 180), min_size=1, max_size=2).map(
        lambda ends: "-".join(map(str, ends))
    ),
    DIGEST: st.text("0123456789abcdef", min_size=64, max_size=64),
}


def of_shape(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.holds == "object":
        return of_class(shape.cls)
    if shape.holds == "list":
        return st.lists(of_shape(shape.inner), min_size=shape.required, max_size=2).map(tuple)
    if shape.holds == "flag":
        return st.booleans()
    if shape.holds == "whole":
        return st.integers(-(2**53) + 1, 2**53 - 1)
    if shape.holds == "number":
        return st.decimals(-180, 180, places=7, allow_nan=False).map(
            lambda number: number.normalize() + 0
        )
    if shape.holds == "choice":
        return st.sampled_from(shape.choices)
    if shape.refers_to is not None:
        room = "item" if shape.refers_to.kinds == ("item",) else "record"
        return ids.map(lambda text: f"{room}/{text}")
    if shape.form in FORMS:
        return FORMS[shape.form]
    return words.filter(bool) if shape.required else words


def of_class(cls: type) -> st.SearchStrategy[Any]:
    given = {
        member.name: of_shape(member.shape)
        if member.shape.required
        else st.one_of(st.just(member.default), of_shape(member.shape))
        for member in members(cls)
    }
    return st.fixed_dictionaries(given).map(lambda values: cls(**values))


def records() -> st.SearchStrategy[Record]:
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: of_class(KINDS[kind]))
