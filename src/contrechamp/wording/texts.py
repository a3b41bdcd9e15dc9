"""Words for the texts of items: where a passage stands, and why a text is not there."""

from collections import Counter
from collections.abc import Iterable, Sequence

from contrechamp.base.i18n import _, ngettext


def place_label(at: Iterable[Sequence[str]]) -> str:
    """Return where in an item something stands, from the outside in; "" if it is all of it."""
    return ", ".join(_step(kind, name) for kind, name in at)


def _step(kind: str, name: str) -> str:
    told = {
        "page": _("page {name}"),
        "sheet": _("sheet {name}"),
        "slide": _("slide {name}"),
        "message": _("message {name}"),
        "line": _("from line {name}"),
        "caption": _("caption"),
    }
    return told.get(kind, "{name}").format(name=name)


def lacking_label(lacks: str) -> str:
    """Return why the text of an item, or some of it, was not read; a new word keeps its name."""
    told = {
        "no-ocr": _("Tesseract is not installed"),
        "later": _("Tesseract has not read them yet"),
        "ocr": _("Tesseract gave no answer"),
        "pictures": _("more pictures than are read of one file"),
        "kind": _("a format whose text is not read"),
        "damaged": _("damaged"),
        "locked": _("locked with a password"),
        "large": _("too large"),
        "long": _("only the beginning: it has more text than is taken of one file"),
        "deep": _("packed too deep"),
        "unconfined": _("this machine cannot confine what reads them"),
        "crashed": _("crashed the reader: damaged, or made to do harm"),
        "memory": _("the reader needed more memory than it may have"),
        "time": _("the reader took too long"),
        "endless": _("the reader sent data without end"),
        "nonsense": _("the reader sent nonsense: damaged, or made to do harm"),
        "failed": _("the reader failed"),
    }
    return told.get(lacks, lacks)


def kind_count(kind: str, count: int) -> str:
    """Return how many of a kind of file, in words."""
    told = {
        "pdf": ngettext("{count} PDF", "{count} PDFs", count),
        "picture": ngettext("{count} picture", "{count} pictures", count),
        "zip": ngettext(
            "{count} archive or office file", "{count} archives or office files", count
        ),
        "mail": ngettext("{count} mail", "{count} mails", count),
        "mbox": ngettext("{count} mailbox", "{count} mailboxes", count),
        "web": ngettext("{count} web capture", "{count} web captures", count),
        "xml": ngettext("{count} XML file", "{count} XML files", count),
        "html": ngettext("{count} web page", "{count} web pages", count),
    }
    other = ngettext("{count} file", "{count} files", count)
    return told.get(kind, other).format(count=count)


def lacking_lines(lacking: Iterable[tuple[tuple[str, str, bool], int]]) -> list[str]:
    """Return what is said of items without text, and of those of whose text some is lacking.

    Args:
        lacking: kind, why it is lacking, and whether there is some; and of how many files.
    """
    lines, counted = [], list(lacking)
    for some in (False, True):
        counts: Counter[tuple[str, str]] = Counter()
        for (kind, lacks, has_some), count in counted:
            if lacks and has_some == some:
                counts[kind, lacks] += count
        if not counts:
            continue
        listed = ", ".join(
            f"{kind_count(kind, count)} ({lacking_label(lacks)})"
            for (kind, lacks), count in counts.most_common()
        )
        total = counts.total()
        line = (
            ngettext(
                "{total} item was read in part: {listed}",
                "{total} items were read in part: {listed}",
                total,
            )
            if some
            else ngettext(
                "{total} item holds no text that could be read: {listed}",
                "{total} items hold no text that could be read: {listed}",
                total,
            )
        )
        lines.append(line.format(total=total, listed=listed))
    return lines
