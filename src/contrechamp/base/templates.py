"""Pages from templates: text escaped unless marked otherwise, in the active language."""

import jinja2

from contrechamp.base.i18n import _, ngettext


def environment(package: str) -> jinja2.Environment:
    """Return the environment that renders the templates in a package's ``templates`` folder."""
    rendering = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rendering.install_gettext_callables(_, ngettext, newstyle=False)  # type: ignore[attr-defined]
    return rendering
