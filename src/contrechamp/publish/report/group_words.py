"""What a figure is of, in words: the cameras, services, streets, areas or days of its group."""

from contrechamp.base.i18n import _
from contrechamp.base.written import isolated, written_date, written_interval
from contrechamp.measure.disparity.plan import REST
from contrechamp.publish.groups import parts
from contrechamp.publish.numbers import Numbers
from contrechamp.scene.screen_fields import SCREENS, screen_label
from contrechamp.scene.service_names import service_label
from contrechamp.wording.figures import group_label, is_near


def group_in_words(group: str, numbers: Numbers) -> str:
    """Return what a figure is of; see `publish.groups`."""
    if is_near(group):
        distance = numbers.quantity(float(group.partition(":")[2]), "m")
        return _("streets within {distance} of a mapped camera").format(distance=distance)
    return ", ".join(_part(sort, of, numbers) for sort, of in parts(group))


def _part(sort: str, of: str, numbers: Numbers) -> str:
    match sort:
        case "service":
            return _("to the nearest: {service}").format(service=service_label(of))
        case "screens" if of in SCREENS:
            return screen_label(of)
        case "permits":
            names = [isolated(name) for name in of.split(" | ")]
            return _("with a permit: {names}").format(names=numbers.all_of(names))
        case "hours":
            first, _mark, last = of.partition("-")
            return _("from {first}:00 to {last}:00").format(first=first, last=last)
        case "area":
            return _("area {name}").format(name=isolated(of))
        case "barrier":
            return _("barrier {name}").format(name=isolated(of))
        case "comparison":
            return isolated(of)
        case "side":
            return _("all others") if of == REST else isolated(of)
        case "date":
            return isolated(written_date(of))
        case "dates":
            first, _mark, last = of.partition("/")
            return isolated(written_interval(first, last))
        case _:
            return group_label(f"{sort}:{of}" if sort else of)
