"""What comes first: the summary, and how things were found out."""

from collections import Counter

from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.records.field_types import Text
from contrechamp.dossier.records.findings import Finding
from contrechamp.publish.report.document import Block, Inline, Label, Paragraph, Section, Words
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import in_language
from contrechamp.wording.confidence import confidence_labels


def sections(showing: Showing) -> list[Section]:
    """Return the summary and the method, as far as the publication has them."""
    one = showing.publication
    found = []
    if blocks := [*_prose(one.summary), *_in_numbers(showing)]:
        found.append(Section("summary", (Words(_("In short")),), tuple(blocks)))
    if one.method:
        title = Words(_("How we found out"))
        found.append(Section("method", (title,), tuple(_prose(one.method))))
    return found


def _prose(texts: tuple[Text, ...]) -> list[Block]:
    """Return a text, a paragraph for each that is set apart by an empty line."""
    if not texts:
        return []
    first, *rest = in_language(texts)
    marks = [one for one in rest if isinstance(one, Label)]
    assert isinstance(first, Words)  # noqa: S101
    parts = [part.strip() for part in first.text.split("\n\n") if part.strip()]
    return [
        Paragraph((Words(part, first.language, own=False), *(marks if place == 0 else [])))
        for place, part in enumerate(parts)
    ]


def _in_numbers(showing: Showing) -> list[Block]:
    findings = [one for _ref, one in showing.cited(Finding)]
    if not findings:
        return []
    count = len(findings)
    line: list[Inline] = [
        Words(ngettext("{count} finding:", "{count} findings:", count).format(count=count))
    ]
    labels, counts = confidence_labels(), Counter(str(one.confidence) for one in findings)
    line += [Label(f"{counts[code]} {label}") for code, label in labels.items() if counts[code]]
    return [Paragraph(tuple(line), soft=True)]
