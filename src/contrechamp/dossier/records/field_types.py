"""The types of record fields: dates as far as they are known, languages, texts, references."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _


@dataclass(frozen=True)
class Form:
    """The form that a text must have.

    Args:
        name: of the form; see `form_name`.
        pattern: a regular expression for the whole text.
        example: to show in an error; "" for none.
    """

    name: str
    pattern: str
    example: str


@dataclass(frozen=True)
class RefersTo:
    """Marks a field as a reference.

    Args:
        kinds: of the records that it may refer to; ``item`` is an item of the vault.
        parts: it may refer to a part of a record: ``record/<id>#<key>``.
    """

    kinds: tuple[str, ...]
    parts: bool = False


@dataclass(frozen=True)
class Doc:
    """The help of a field: what to write in it, in one or two whole English sentences.

    It is part of the annotation, because ``python -OO`` drops docstrings and versions of Python
    differ in how they indent them. For the same reason a class sets its ``__doc__`` by assignment.
    """

    text: str


@dataclass(frozen=True)
class Closed:
    """Marks a field that is not searched, not exported, and shown only on request."""


DATE = Form("date", r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?[~?]?", "2022-05~")
TIME = Form("time", r"([01]\d|2[0-3]):[0-5]\d", "08:30")
LANGUAGE = Form("language", r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "ar")
COUNTRY = Form("country", r"[A-Z]{2}", "FR")
CURRENCY = Form("currency", r"[A-Z]{3}", "EUR")
SPAN = Form("span", r"\d+(\.\d+)?(-\d+(\.\d+)?)?", "2.8-12")
DIGEST = Form("digest", r"[0-9a-f]{64}", "")
KEY = Form("key", r"[a-z0-9][a-z0-9-]{0,39}", "gate-2")

#: One line of text.
Line: TypeAlias = Annotated[str, Form("line", r"[^\r\n]*", "")]
#: Text of any length.
Prose: TypeAlias = str
#: A date as far as it is known: 2022, 2022-05, 2022-05-14; with ~ if approximate, ? if uncertain.
PartialDate: TypeAlias = Annotated[str, DATE]
#: Local time of day.
Time: TypeAlias = Annotated[str, TIME]
#: BCP 47.
Language: TypeAlias = Annotated[str, LANGUAGE]
#: ISO 3166-1, two letters.
Country: TypeAlias = Annotated[str, COUNTRY]
#: ISO 4217.
Currency: TypeAlias = Annotated[str, CURRENCY]
#: A number, or the lowest and the highest one.
Span: TypeAlias = Annotated[str, SPAN]
#: The name by which a part of a record is cited.
Key: TypeAlias = Annotated[str, KEY]

#: How sure a statement is.
Confidence: TypeAlias = Literal["confirmed", "corroborated", "single-source", "alleged", "inferred"]

ITEM = "item"
#: What can be cited as evidence: not a source, but the testimony in which they said it.
EVIDENCE_KINDS = (
    ITEM, "exhibit", "testimony", "observation", "camera", "barrier", "place", "area",
    "deployment", "product", "relation", "contract", "tender", "licence", "letter", "measurement",
)  # fmt: skip

ItemRef: TypeAlias = Annotated[str, RefersTo((ITEM,))]
SourceRef: TypeAlias = Annotated[str, RefersTo(("source",))]
ActorRef: TypeAlias = Annotated[str, RefersTo(("actor",))]
PlaceRef: TypeAlias = Annotated[str, RefersTo(("place",))]
EvidenceRef: TypeAlias = Annotated[str, RefersTo(EVIDENCE_KINDS, parts=True)]


#: For `rests_on`: states no fact, or is what others rest on.
NOTHING: tuple[str, ...] = ()
#: For `rests_on`: states a fact, and names what that rests on in its field ``evidence``.
EVIDENCE: tuple[str, ...] = ("evidence",)


@dataclass(frozen=True, kw_only=True)
class Text:
    __doc__ = "A text in one language."

    language: Annotated[
        Language, Doc("The language of the text, as a code such as ar, fr or he (BCP 47).")
    ]
    text: Annotated[Prose, Doc("The words themselves, in that language.")]
    by: Annotated[Line, Doc("Who wrote or translated the text, named as they wish to be.")] = ""
    made: Annotated[
        Literal["original", "translated", "machine"],
        Doc("Whether the text is the original, a person's translation, or a machine's."),
    ] = "original"
    checked_by: Annotated[
        Line, Doc("The second person, who compared the translation with the original.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Translated:
    __doc__ = "What says something in one language, and may say the same in others."

    #: The field whose text it is.
    translated: ClassVar[str] = "says"

    language: Annotated[
        Language | None, Doc("The language of the text, as a code such as fr, where it is told.")
    ] = None
    translations: Annotated[
        tuple[Text, ...], Doc("The same text in other languages, each with who made it.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence(Translated):
    __doc__ = "What a statement rests on."

    ref: Annotated[
        EvidenceRef,
        Doc("The item or record that is cited; a passage of a testimony as record/<id>#<key>."),
    ]
    at: Annotated[Line, Doc("Where to look in what is cited: a page, time, row or figure.")] = ""
    says: Annotated[Line, Doc("What the evidence shows, in a few words.")] = ""


@dataclass(frozen=True, kw_only=True)
class Statement(Translated):
    __doc__ = "Something that is said, with what it rests on and how sure it is."

    rests_on: ClassVar = EVIDENCE

    says: Annotated[Prose, Doc("What is stated, in whole sentences.")]
    confidence: Annotated[Confidence, Doc("How sure the statement is.")]
    evidence: Annotated[
        tuple[Evidence, ...], Doc("The items and records that the statement rests on.")
    ] = ()
    from_date: Annotated[
        PartialDate | None, Doc("The first day on which the statement is known to hold.")
    ] = None
    to_date: Annotated[
        PartialDate | None, Doc("The last day on which the statement is known to hold.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Position:
    __doc__ = "A point in WGS 84."

    lon: Annotated[
        Decimal, Doc("The longitude in degrees, such as 35.1; west of Greenwich it is negative.")
    ]
    lat: Annotated[
        Decimal, Doc("The latitude in degrees, such as 31.5; south of the equator it is negative.")
    ]
    within_m: Annotated[
        Decimal | None,
        Doc("How far the true position may be from this point, in metres, such as 10."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class CoarsePlace:
    __doc__ = "A place that tells no address."

    country: Annotated[
        Country | None, Doc("The country, in two letters such as FR (ISO 3166-1).")
    ] = None
    region: Annotated[Line, Doc("The name of the district, governorate or other region.")] = ""
    locality: Annotated[
        Line, Doc("The name of the town or quarter; never of a street or house.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class OutsideId:
    __doc__ = "What something is called elsewhere."

    scheme: Annotated[
        Key, Doc("Where the identifier is from, such as osm, ocid, ftm, odk, lei or wikidata.")
    ]
    id: Annotated[Line, Doc("The identifier, written as it is there.")]


@dataclass(frozen=True, kw_only=True)
class Money:
    __doc__ = "An amount."

    amount: Annotated[Decimal, Doc("The exact amount as a number, such as 1250000.50.")]
    currency: Annotated[Currency, Doc("The currency, in three letters such as EUR (ISO 4217).")]


@dataclass(frozen=True, kw_only=True)
class ReadFrom:
    __doc__ = "The file that a record was read from."

    item: Annotated[ItemRef, Doc("The file that the record was read from, as an item of the case.")]
    at: Annotated[
        Line, Doc("Where in the file the record stands: its row, line or identifier.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    __doc__ = "What every record has."

    #: Fields of which one at least must name evidence that stands, for the record states a fact;
    #: `NOTHING` if it needs none. Each kind says so, and so does each part that can have evidence
    #: (`tests/dossier/test_evidence_needed.py` asks): the rule is `evidence_of`.
    rests_on: ClassVar[tuple[str, ...]]

    note: Annotated[
        Prose, Closed(), Doc("A note for those who work on the case. Closed: never published.")
    ] = ""
    ids: Annotated[
        tuple[OutsideId, ...],
        Doc("Identifiers that other registers or data sets have for it, such as OpenStreetMap's."),
    ] = ()
    read_from: Annotated[
        ReadFrom | None, Doc("The file that the record was read from, if it was read from one.")
    ] = None
    sample: Annotated[
        bool, Doc("Whether the record is made up, to show what a record looks like.")
    ] = False

    def title(self) -> str:
        """Return a few words that name the record."""
        raise NotImplementedError


def evidence_of(part: Any) -> list[str] | None:
    """Return references to what a record or part rests on; None if it needs no evidence.

    What needs evidence and has none that stands is flagged ``no-evidence`` wherever it shows.
    """
    fields: tuple[str, ...] = getattr(type(part), "rests_on", NOTHING)
    if not fields or not getattr(part, "states_a_fact", True):
        return None
    found: list[str] = []
    for field in fields:
        value = getattr(part, field)
        found += (
            [one.ref for one in value] if isinstance(value, tuple) else [value] if value else []
        )
    return found


def first_text(texts: tuple[Text, ...], language: str = "") -> str:
    """Return the text in a language, or the first one."""
    for text in texts:
        if text.language.split("-")[0] == language:
            return text.text
    return texts[0].text if texts else ""


def shortened(text: str, limit: int = 80) -> str:
    r"""Return a text on one line, cut off at a limit of characters.

    >>> shortened("One line.\nAnother one.", 12)
    'One line. A…'
    """
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def earliest(text: str) -> date:
    """Return the first day that a partial date can mean.

    >>> earliest("2022-05~").isoformat()
    '2022-05-01'
    """
    parts = [int(part) for part in text.rstrip("~?").split("-")]
    return date(parts[0], *[*parts[1:], 1, 1][:2])


def latest(text: str) -> date:
    """Return the last day that a partial date can mean.

    >>> latest("2024-02").isoformat()
    '2024-02-29'
    """
    parts = [int(part) for part in text.rstrip("~?").split("-")]
    if len(parts) == 3:
        return date(*parts)
    if len(parts) == 1:
        return date(parts[0], 12, 31)
    year, month = parts
    return date(year, month, monthrange(year, month)[1])


def check_form(text: str, form: Form, where: str) -> None:
    """Check the form of a text.

    Raises:
        InputError: if the form is wrong; the message never repeats the text, which may be secret.
    """
    if re.fullmatch(form.pattern, text) is None or (form is DATE and not _is_day(text)):
        if form.example:
            message = _("expected {form}, such as {example}").format(
                form=form_name(form.name), example=form.example
            )
        else:
            message = _("expected {form}").format(form=form_name(form.name))
        raise InputError(message, where=where)


def form_name(form: str) -> str:
    """Return the name of a form of text in the user's language."""
    return {
        "line": _("one line of text"),
        "date": _("a date as far as it is known"),
        "time": _("a time of day"),
        "language": _("a language"),
        "country": _("a country of two letters"),
        "currency": _("a currency of three letters"),
        "span": _("a number, or the lowest and the highest one"),
        "digest": _("a digest of the log: 64 hexadecimal digits"),
        "key": _("a short name of lower-case letters, digits and hyphens"),
    }[form]


def _is_day(text: str) -> bool:
    try:
        return earliest(text) <= latest(text)
    except ValueError:  # 30 February
        return False
