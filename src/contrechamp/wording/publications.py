"""The codes that a publication shows, in words: what bodies, links, steps and follow-ups are."""

from contrechamp.base.i18n import _


def addressee_labels() -> dict[str, str]:
    """Return the words for those to whom recommendations are addressed, by their code."""
    return {
        "state": _("To the state concerned"),
        "third-state": _("To other states"),
        "company": _("To companies"),
        "un-body": _("To the United Nations"),
        "regional-body": _("To regional bodies"),
        "other": _("To others"),
    }


def follow_up_labels() -> dict[str, str]:
    """Return the words for what came of a recommendation."""
    return {
        "ignored": _("not followed"),
        "promised": _("promised"),
        "begun": _("begun"),
        "done": _("done"),
        "reversed": _("undone again"),
    }


def step_labels() -> dict[str, str]:
    """Return the steps of a limitation test, in its order."""
    return {
        "legality": _("Is there a law for it, clear and foreseeable?"),
        "aim": _("Is its aim a legitimate one?"),
        "necessity": _("Is it needed for that aim, and nothing milder would do?"),
        "proportionality": _("Is what is gained in proportion to the harm?"),
        "non_discrimination": _("Is everybody treated alike, in law and in effect?"),
    }


def met_labels() -> dict[str, str]:
    """Return the words for whether a step of a limitation test is met."""
    return {"yes": _("yes"), "no": _("no"), "unclear": _("unclear")}


def outcome_labels() -> dict[str, str]:
    """Return the words for how far a question of an assessment is met."""
    return {
        "met": _("met"),
        "partly": _("met in part"),
        "not-met": _("not met"),
        "not-applicable": _("does not apply"),
        "unknown": _("not known"),
    }


def processing_labels() -> dict[str, str]:
    """Return the words for what a system does with data."""
    return {
        "identification": _("compares one face or body with many (identification)"),
        "verification": _("compares one face with one document (verification)"),
        "categorisation": _("sorts people into groups"),
        "emotion": _("claims to read emotions"),
        "detection": _("detects people or things"),
        "tracking": _("follows people or things"),
        "plate-reading": _("reads number plates"),
        "recording": _("records pictures or sound"),
        "risk-scoring": _("rates people as a risk"),
        "data-fusion": _("joins data of several sources"),
        "other": _("something else"),
    }


def decision_labels() -> dict[str, str]:
    """Return the words for what was decided on a licence."""
    return {
        "unknown": _("not known"),
        "pending": _("pending"),
        "granted": _("granted"),
        "refused": _("refused"),
        "revoked": _("revoked"),
    }


def evidence_kind_labels() -> dict[str, str]:
    """Return what a piece of evidence is, by the kind of its record."""
    return {
        "item": _("a file of the case"),
        "exhibit": _("a document"),
        "testimony": _("a testimony"),
        "observation": _("a visit"),
        "camera": _("a camera"),
        "barrier": _("a barrier"),
        "place": _("a place"),
        "area": _("an area"),
        "deployment": _("a system"),
        "product": _("a product"),
        "relation": _("a link between two bodies"),
        "contract": _("a contract"),
        "tender": _("a call for offers"),
        "licence": _("a licence"),
        "letter": _("a letter"),
        "measurement": _("a measurement"),
    }


def change_labels() -> dict[str, str]:
    """Return the words for what became of a claim since the edition before."""
    return {
        "added": _("Added"),
        "revised": _("Revised"),
        "rests": _("Rests on something else, or on a newer version of it"),
        "withdrawn": _("Withdrawn"),
    }


def claim_kind_labels() -> dict[str, str]:
    """Return the words for what a claim is; kinds without words of their own have none here."""
    return {
        "summary": _("the summary"),
        "method": _("the method"),
        "finding": _("a finding"),
        "quote": _("what somebody told us"),
        "recommendation": _("a recommendation"),
        "letter": _("a letter and what came of it"),
        "assessment": _("an assessment"),
        "deployment": _("a system"),
        "actor": _("somebody who is involved"),
        "contract": _("a contract"),
        "licence": _("a licence"),
        "area": _("an area"),
        "place": _("a place"),
        "exhibit": _("an exhibit"),
        "measurement": _("a measurement"),
        "withheld": _("what was kept back"),
    }
