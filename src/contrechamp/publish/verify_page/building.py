"""Putting verify.html together: one file with one script, the same bytes each time.

The script is plain files in ``script/``, in the order of `SCRIPTS`; it is written to be read. It
has the rules of `publish.bundle.verifying` a second time, in another language and with other
libraries: tests hold the two together.
"""

import hashlib
from importlib.resources import files as package_files
from typing import Any

from contrechamp.base.i18n import TEXT_LANGUAGES, direction_of, language_name, speaking
from contrechamp.base.templates import environment
from contrechamp.publish.page import content_policy, json_in_html
from contrechamp.publish.verify_page import texts
from contrechamp.wording.publications import change_labels, claim_kind_labels

NAME = "verify.html"
SCRIPTS = (
    "bytes", "crypto", "canonical", "notes", "merkle", "zip", "files", "manifests", "statement",
    "claims", "entries", "keys", "log", "anchors", "pages", "open_lines", "claim_check", "verify",
    "elements", "results", "start",
)  # fmt: skip
_PACKAGE = "contrechamp.publish.verify_page"


def page() -> bytes:
    """Return the page, which speaks every language that publications have."""
    folder = package_files(_PACKAGE)
    styles = (folder / "templates/page.css").read_text(encoding="utf-8")
    parts = [(folder / f"script/{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    words = {code: _words(code) for code in TEXT_LANGUAGES}
    script = "\n".join(['"use strict";', f"const WORDS = {json_in_html(words)};", *parts])
    with speaking("en"):
        html = (
            environment(_PACKAGE)
            .get_template("page.html.jinja")
            .render(
                policy=content_policy([script], [styles]),
                script=script,
                styles=styles,
                texts=texts.page_texts(),
                without_script={code: one["texts"]["no-script"] for code, one in words.items()},
                direction_of=direction_of,
            )
        )
    return html.encode()


def digest() -> str:
    """Return the SHA-256 of the page, hexadecimal, by which a copy of it is known."""
    return hashlib.sha256(page()).hexdigest()


def _words(language: str) -> dict[str, Any]:
    with speaking(language):
        return {
            "name": language_name(language, language),
            "direction": direction_of(language),
            "texts": texts.page_texts(),
            "problems": texts.problem_texts(),
            "kinds": claim_kind_labels(),
            "changes": {**change_labels(), "kept-back": texts.no_longer_shown()},
        }
