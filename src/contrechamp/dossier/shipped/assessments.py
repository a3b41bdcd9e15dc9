"""Templates of assessments, and the gaps in an assessment."""

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
        key: by which responses refer to it.
        text: by language.
    """

    key: str
    text: Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """A template of an assessment.

    Args:
        key: by which assessments refer to it.
        name: by language.
        based_on: the source of its questions.
        questions: in their order.
    """

    key: str
    name: Mapping[str, str]
    based_on: str
    questions: tuple[TemplateQuestion, ...]


@dataclass(frozen=True)
class Gap:
    """A gap in an assessment.

    Args:
        question: key of the question.
        lacks: an answer, or evidence for its answer.
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
    """Return a text of a template in the user's language, or else in English."""
    return texts.get(active_language()) or texts["en"]


def questions(template: str) -> Mapping[str, str]:
    """Return the questions of a template by key, in the user's language; none if it is unknown."""
    known = templates().get(template)
    return {one.key: in_language(one.text) for one in known.questions} if known else {}


def new_assessment(template: str) -> Assessment:
    """Return an assessment with every question of a template, none of them answered.

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
    """Return the questions that have no answer, or an answer without evidence.

    An answer of not applicable needs no evidence; unknown is no answer.
    """
    responses = {response.question: response for response in assessment.responses}
    found = []
    for question in templates()[assessment.template].questions:
        response = responses.get(question.key)
        if response is None or response.outcome == "unknown":
            found.append(Gap(question.key, "answer"))
        elif response.outcome != "not-applicable" and not response.evidence:
            found.append(Gap(question.key, "evidence"))
    return found
