"""What was understood of a file, column by column and tag by tag, in plain values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.tables import Notice

#: What a column or tag is used as, besides names of fields: the place of something, and telling
#: cameras from what is none.
PLACE, TELLS_CAMERAS = "place", "camera"
COLUMN, TAG = "column", "tag"
#: Characters of an example.
_LONGEST = 60


@dataclass(frozen=True)
class Understood:
    """One column of a table, or one key of tags of cameras.

    Args:
        where: file, and layer or sheet if it has several.
        sort: `COLUMN` or `TAG`.
        name: as it stands in the file.
        used_as: names of fields, `PLACE` or `TELLS_CAMERAS`; empty if nothing uses it.
        filled: rows or cameras that say something there.
        unused: how many of these nothing uses: all of them where `used_as` is empty.
        unreadable: how many cannot be read and count as not known.
        example: a value, one that is not used if there is any.
    """

    where: str
    sort: str
    name: str
    used_as: tuple[str, ...]
    filled: int
    unused: int = 0
    unreadable: int = 0
    example: str = ""


@dataclass
class TagCounts:
    """Tags of cameras, counted while they are read: how many have a key, and what became of it."""

    filled: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    unused: Counter[tuple[str, str]] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        tags: Mapping[str, str],
        unreadable: Iterable[str],
        unused: Iterable[tuple[str, str]],
    ) -> None:
        """Count the tags of one camera."""
        self.filled.update(tags.keys())
        self.unreadable.update(set(unreadable))
        self.unused.update(unused)
        for key, value in tags.items():
            self.example.setdefault(key, value)

    def understood(self, where: str, used: Mapping[str, tuple[str, ...]]) -> list[Understood]:
        """Return a line for each key.

        Args:
            where: file, and layer if it has several.
            used: key -> what it is used as.
        """
        ignored: Counter[str] = Counter()
        for (key, value), count in sorted(self.unused.items()):
            ignored[key] += count
            self.example[key] = value
        return [
            Understood(
                where,
                TAG,
                key,
                used.get(key, ()),
                filled,
                ignored[key] if key in used else filled,
                self.unreadable[key],
                shortened(self.example[key]),
            )
            for key, filled in sorted(self.filled.items())
        ]


def shortened(text: str) -> str:
    """Return the beginning of a value, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def together(found: Sequence[Understood]) -> list[Understood]:
    """Return one line for each column of each table, which its rows of several kinds share.

    A column is in use if one kind of rows uses it.
    """
    merged: dict[tuple[str, str, str], Understood] = {}
    for one in found:
        key = (one.where, one.sort, one.name)
        if (before := merged.get(key)) is None:
            merged[key] = one
            continue
        unused = one.unused if one.used_as else 0
        unused += before.unused if before.used_as else 0
        used_as = tuple(dict.fromkeys((*before.used_as, *one.used_as)))
        filled = before.filled + one.filled
        merged[key] = replace(
            before,
            used_as=used_as,
            filled=filled,
            unused=unused if used_as else filled,
            unreadable=before.unreadable + one.unreadable,
            example=before.example or one.example,
        )
    return list(merged.values())


def notices_of_unused(found: Sequence[Understood]) -> list[Notice]:
    """Return a notice of the columns of each table that nothing uses: one may be misspelt."""
    notices = []
    for where in dict.fromkeys(one.where for one in found):
        names = [
            one.name
            for one in found
            if one.where == where and one.sort == COLUMN and one.name and not one.used_as
        ]
        if names:
            text = ngettext(
                "column that is not used: {names}", "columns that are not used: {names}", len(names)
            )
            told = text.format(names=", ".join(names))
            notices.append(Notice("column-not-used", where, told))
    return notices


def meaning_label(used_as: str) -> str:
    """Return in words what a column or tag is used as."""
    from contrechamp.scene import barrier_fields
    from contrechamp.scene.camera_fields import BY_NAME

    words = {
        PLACE: _("place"),
        TELLS_CAMERAS: _("tells whether it is a camera in use"),
        "name": _("name"),
        "population": _("number of people"),
        "barrier": _("kind of barrier"),
        "service": _("kind of public place"),
        "min_height_m": _("bottom of the building"),
        "height_m of a building": _("height of the building"),
    }
    if used_as in words:
        return words[used_as]
    for by_name in (BY_NAME, barrier_fields.BY_NAME):
        if used_as in by_name and by_name[used_as].label:
            return _(by_name[used_as].label)
    return used_as
