"""How a record stands on a day, worked out from its content, in the user's language."""

from datetime import date

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.written import written_day
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.findings import Assessment, Recommendation, follow_up_on
from contrechamp.dossier.records.letters import Letter, state_on
from contrechamp.dossier.shipped.assessments import gaps, in_language, templates
from contrechamp.wording.letters import letter_labels


def state_text(record: Record, day: date) -> str:
    """Return how a letter, recommendation or assessment stands on a day; "" for other records."""
    if isinstance(record, Letter):
        return _of_letter(record, day)
    if isinstance(record, Recommendation):
        newest = follow_up_on(record, day)
        return newest.status if newest else _("no follow-up yet")
    template = templates().get(record.template) if isinstance(record, Assessment) else None
    if template is None or not isinstance(record, Assessment):
        return ""
    many = len(template.questions)
    return f"{in_language(template.name)}: " + ngettext(
        "{left} of {many} question is open", "{left} of {many} questions are open", many
    ).format(left=len(gaps(record)), many=many)


def _of_letter(letter: Letter, day: date) -> str:
    state = state_on(letter, day)
    text = letter_labels()[state.state]
    if state.due is not None and state.state in {"waiting", "no-reply"}:
        text += " " + _("(asked for by {day})").format(day=written_day(state.due))
    if state.late:
        text += " " + _("(after the day that was asked for)")
    return text
