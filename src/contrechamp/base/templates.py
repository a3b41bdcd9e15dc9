"""Pages from templates: everything escaped unless said otherwise, texts in the active language."""

import jinja2

from contrechamp.base.i18n import _, ngettext


def environment(package: str) -> jinja2.Environment:
    """Return what renders the templates in the folder ``templates`` of a package."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_callables(_, ngettext, newstyle=False)  # type: ignore[attr-defined]
    return found
