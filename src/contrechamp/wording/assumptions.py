"""What figures of answering commands take for granted, a sentence for each code."""

from contrechamp.base.i18n import _


def assumption_text(code: str) -> str:
    """Return what a figure takes for granted (`publish.citable`), as a sentence."""
    texts = {
        "looked-from-walks": _(
            "Looked over is what lay in free sight of the recorded walks, as far as people notice "
            "a camera."
        ),
        "without-missed": _(
            "Without the cameras that were missed where people walked, which these lists cannot "
            "tell: there may be more."
        ),
        "lists-apart": _(
            "Taken that the two lists were made apart from each other and nothing changed between "
            "them; if what is easy to find for one is easy for the other, more were missed."
        ),
        "streets-alike": _(
            "Taken that streets that were not looked over are like those that were."
        ),
        "unfound-alike": _(
            "Of all cameras: those that nobody found are put on the streets draw by draw, and "
            "taken to be like those that were found."
        ),
        "recall-known": _("With the share of cameras that people find on such pictures drawn too."),
        "recall-not-known": _("Of the cameras that can be seen on pictures, and no others."),
        "mapped-cameras": _("Of the cameras that are mapped, and no others."),
        "missed-drawn": _(
            "With the cameras that the lists lack, as far as their share is known; they are taken "
            "to be like the others."
        ),
        "barriers-drawn": _(
            "Whether a barrier lets people pass and how long that takes is drawn, where it is not "
            "known."
        ),
        "paths-drawn": _("Foot paths that the map may lack are drawn as well."),
        "homes-alike": _(
            "Necessary trips lead from homes to the nearest services by the shortest way on foot, "
            "and each home counts alike."
        ),
        "people-anywhere": _("People are taken to live anywhere in the area that counts them."),
        "not-of-persons": _(
            "It says what areas are like, and nothing of single people who live in them."
        ),
        "of-these-maps": _("Of the cameras that any of these maps has."),
        "map-not-place": _("It is of the maps: what they lack, nobody counted."),
        "last-ground": _("On the streets and between the buildings of the last map."),
        "surveys-find": _(
            "On streets that both surveys looked over, with the share of cameras that such a "
            "survey finds."
        ),
    }
    return texts.get(code, code)
