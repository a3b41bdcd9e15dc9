"""The page of a report that says how it is checked: its root, and the key that signed it."""

from contrechamp.base.i18n import _
from contrechamp.publish.bundle.parts import CHECK
from contrechamp.publish.bundle.statement import Statement
from contrechamp.publish.report.document import Address, Pairs, Paragraph, Section, Words
from contrechamp.vault.access.roster import words_of


def section(statement: Statement, root: str, public: bytes) -> Section:
    """Return the section, in the active language.

    Args:
        statement: what the root is of.
        root: of it, or what stands for the root until it is known.
        public: the key that signs, Ed25519.
    """
    told = _(
        "Whoever has the folder bundle that belongs to this report can check each claim without "
        "trusting whoever handed it on. Compare these two with what the publisher says on another "
        "way; who forges a folder as a whole forges both."
    )
    steps = (
        _(
            "By a program: contrechamp verify bundle --root ROOT --key WORDS, with both from this "
            "page."
        ),
        _(
            "In a browser: verify.html, in a copy that you got from the project and not with this "
            "report."
        ),
        _(
            "By hand: README.txt in the folder, with the programs sha256sum and openssl. The root "
            "is the SHA-256 of statement.json."
        ),
    )
    pairs: tuple[tuple[str, tuple[Address, ...]], ...] = (
        (_("Root"), (Address(root),)),
        (_("Key, in words"), (Address(words_of(public)),)),
        (_("Claims"), (Address(str(len(statement.claims))),)),
        (_("Edition"), (Address(str(statement.edition)),)),
    )
    return Section(
        CHECK,
        (Words(_("How to check this report")),),
        (
            Paragraph((Words(told),)),
            Pairs(pairs),
            *(Paragraph((Words(one),)) for one in steps),
        ),
    )
