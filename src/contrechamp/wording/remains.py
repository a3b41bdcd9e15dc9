"""Lines on what still holds the words of something that was erased."""

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.written import written_moment


def source_file(ref: str, name: str, *, how: str, others: int) -> str:
    """Return a line on a file that stays in the case.

    Args:
        ref: of its item.
        name: of the file.
        how: "given" (the file is what was given, or its recording) or "read-from".
        others: number of the records that stay and were read from it as well.
    """
    if how == "given":
        line = _("still in the case: {ref}  {name}: what was given, or its recording")
    else:
        line = ngettext(
            "still in the case: {ref}  {name}: it was read from this file, as {count} other "
            "record was; --with-source-file erases it",
            "still in the case: {ref}  {name}: it was read from this file, as {count} other "
            "records were; --with-source-file erases it",
            others,
        )
    return line.format(ref=ref, name=name, count=others)


def repeated(ref: str) -> str:
    """Return a line on a record that says the same words."""
    return _("still in the case: {ref}: words of it stand there").format(ref=ref)


def kept_reason(ref: str) -> str:
    """Return a line on a reason that is kept."""
    return _("still in the case, as you asked: the reason of {ref}").format(ref=ref)


def masked_copy(ref: str) -> str:
    """Return a line on a masked copy of what was erased."""
    return _(
        "still in the case: {ref}: a masked copy of it, which shows what was not covered; erase it "
        "as well, or keep it on purpose"
    ).format(ref=ref)


def citing(ref: str) -> str:
    """Return a line on a record that names what was erased."""
    return _("names it, and may say it in other words: {ref}").format(ref=ref)


def handed_out(item: str, *, at: str, bag: str, to: str, team: bool) -> str:
    """Return a line on an exported copy; `to` is "" where everybody can read it."""
    whom = _("those who work on the case") if team else to
    return _("A copy of {item} was exported at {at} as {bag}, readable to: {to}").format(
        item=item, at=written_moment(at), bag=bag, to=whom or _("everybody (in the clear)")
    )


def not_looked_into(count: int) -> str:
    """Return a line on the number of files that were not searched."""
    return ngettext(
        "{count} file of the case is no text, or very large, and was not looked into.",
        "{count} files of the case are no text, or very large, and were not looked into.",
        count,
    ).format(count=count)


def out_of_reach() -> str:
    """Return a line on what no program can reach."""
    return _(
        "Backups, copies that were handed out, and worn cells of a disk may still hold it: "
        "erase those too."
    )
