"""Templates of assessments, and what an assessment still leaves open."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Literal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language
from contrechamp.dossier.records.findings import Assessment, Response


@dataclass(frozen=True)
class TemplateQuestion:
    """One question of a template.

    Args:
        key: by which responses name it.
        text: by language.
    """

    key: str
    text: Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """A template.

    Args:
        key: by which assessments name it.
        name: by language.
        based_on: what its questions go back to.
        questions: in their order.
    """

    key: str
    name: Mapping[str, str]
    based_on: str
    questions: tuple[TemplateQuestion, ...]


@dataclass(frozen=True)
class Gap:
    """What an assessment leaves open.

    Args:
        question: key.
        lacks: an answer, or evidence for the one that it has.
    """

    question: str
    lacks: Literal["answer", "evidence"]


@functools.cache
def templates() -> Mapping[str, Template]:
    """Return the shipped templates by key."""
    file = resources.files("contrechamp.dossier.shipped") / "data" / "assessments.toml"
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            one["key"]: Template(
                one["key"],
                MappingProxyType(one["name"]),
                one["based_on"],
                tuple(
                    TemplateQuestion(asked["key"], MappingProxyType(asked["text"]))
                    for asked in one["questions"]
                ),
            )
            for one in document["template"]
        }
    )


def in_language(texts: Mapping[str, str]) -> str:
    """Return a text of a template in the user's language, or in English."""
    return texts.get(active_language()) or texts["en"]


def questions(template: str) -> Mapping[str, str]:
    """Return what a template asks, by key, in the user's language; nothing of an unknown one."""
    known = templates().get(template)
    return {one.key: in_language(one.text) for one in known.questions} if known else {}


def begun(template: str) -> Assessment:
    """Return an assessment with every question of a template, none answered yet.

    Raises:
        InputError: if there is no such template.
    """
    known = templates().get(template)
    if known is None:
        raise InputError(
            _("there is no such template; there are: {templates}").format(
                templates=", ".join(templates())
            )
        )
    return Assessment(
        template=template,
        name=in_language(known.name),
        responses=tuple(Response(question=one.key, outcome="unknown") for one in known.questions),
    )


def gaps(assessment: Assessment) -> list[Gap]:
    """Return the questions without an answer, or with one that rests on nothing.

    That something is not applicable needs no evidence; that it is unknown is a gap.
    """
    given = {response.question: response for response in assessment.responses}
    found = []
    for question in templates()[assessment.template].questions:
        response = given.get(question.key)
        if response is None or response.outcome == "unknown":
            found.append(Gap(question.key, "answer"))
        elif response.outcome != "not-applicable" and not response.evidence:
            found.append(Gap(question.key, "evidence"))
    return found
