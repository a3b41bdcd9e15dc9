"""README.txt: what each published file is, and the terms of its use."""

from collections.abc import Sequence

from contrechamp.base.i18n import _
from contrechamp.measure.results import Measurement
from contrechamp.publish.command import as_typed
from contrechamp.publish.methods import file_meanings, limits
from contrechamp.publish.open_data import OSM_ATTRIBUTION, OSM_LICENCE, is_from_osm
from contrechamp.publish.without_streets import open_ground_told
from contrechamp.scene.tables import Scene


def readme_txt(
    measurement: Measurement, scene: Scene, command: Sequence[str], version: str
) -> bytes:
    """Return README.txt in the active language."""
    parts = [
        _("What mapped cameras can have in view: a measurement by contrechamp {version}").format(
            version=version
        ),
        *([] if len(scene.buildings) else [open_ground_told()]),
        "\n".join(f"{name}\n    {meaning}" for name, meaning in file_meanings().items()),
        "\n".join(
            (_("What the figures do not say") + "\n", *(f"- {one}" for one in limits(measurement)))
        ),
        _("Licence of the data") + "\n\n" + "\n".join(licence_lines(scene)),
        _("To run it again") + f"\n\n    {as_typed(command)}",
    ]
    return ("\n\n\n".join(parts) + "\n").encode()


def licence_lines(scene: Scene) -> list[str]:
    """Return the terms on which the data may be used."""
    unstated = _("licence not stated; ask its publisher")
    lines = [f"{file.name}: {file.licence or unstated}" for file in scene.inputs]
    if is_from_osm(scene):
        lines += [
            _(
                "The layers and tables are derived from OpenStreetMap: {attribution}, {licence}. "
                "Whoever publishes a database that is derived from them must name OpenStreetMap "
                "and offer it under the same licence (share-alike). A picture or a text made from "
                "them needs the attribution only."
            ).format(attribution=OSM_ATTRIBUTION, licence=OSM_LICENCE),
            "https://www.openstreetmap.org/copyright",
        ]
    return lines
