"""How many records of a kind there are, in words."""

from contrechamp.base.i18n import ngettext


def counted_records(kind: str, count: int) -> str:
    """Return a number of records of a kind; a kind without words of its own keeps its name.

    In lists and options a kind has the name that is typed: `dossier.records.kinds.KINDS`.
    """
    words = {
        "source": ngettext("{count} source", "{count} sources", count),
        "consent": ngettext("{count} consent", "{count} consents", count),
        "testimony": ngettext("{count} testimony", "{count} testimonies", count),
        "exhibit": ngettext("{count} exhibit", "{count} exhibits", count),
        "observation": ngettext("{count} observation", "{count} observations", count),
        "camera": ngettext("{count} camera", "{count} cameras", count),
        "barrier": ngettext("{count} barrier", "{count} barriers", count),
        "place": ngettext("{count} place", "{count} places", count),
        "area": ngettext("{count} area", "{count} areas", count),
        "deployment": ngettext("{count} deployment", "{count} deployments", count),
        "actor": ngettext("{count} actor", "{count} actors", count),
        "relation": ngettext("{count} relation", "{count} relations", count),
        "product": ngettext("{count} product", "{count} products", count),
        "tender": ngettext("{count} tender", "{count} tenders", count),
        "contract": ngettext("{count} contract", "{count} contracts", count),
        "licence": ngettext("{count} licence", "{count} licences", count),
        "letter": ngettext("{count} letter", "{count} letters", count),
        "measurement": ngettext("{count} measurement", "{count} measurements", count),
        "right": ngettext("{count} right", "{count} rights", count),
        "finding": ngettext("{count} finding", "{count} findings", count),
        "recommendation": ngettext("{count} recommendation", "{count} recommendations", count),
        "assessment": ngettext("{count} assessment", "{count} assessments", count),
        "publication": ngettext("{count} publication", "{count} publications", count),
        "challenge": ngettext("{count} challenge", "{count} challenges", count),
        "review": ngettext("{count} review", "{count} reviews", count),
        "release": ngettext("{count} release", "{count} releases", count),
        "conflict": ngettext("{count} conflict", "{count} conflicts", count),
    }
    return words.get(kind, f"{kind} {{count}}").format(count=count)
