"""How records stand, in words, for formats that people read without the case."""

from collections.abc import Iterable, Iterator

from contrechamp.dossier import status
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.permission import releasing
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.wording.standing import flag_labels
from contrechamp.wording.status import lack_line


class StandingText:
    """What the records of an export lack, as `contrechamp status` says it."""

    def __init__(self, outgoing: Outgoing) -> None:
        self.standings = Standings(outgoing.full_view, outgoing.day)
        self._languages = status.languages(outgoing.case)

    def each(self, records: Iterable[Stored]) -> Iterator[Stored]:
        """Yield records that are about to be asked for, see `Standings.each`."""
        return self.standings.each(records)

    def lines(self, stored: Stored) -> list[str]:
        """Return what a record lacks, and why its releases no longer hold."""
        lacking = status.of_record(stored, self.standings, self._languages)
        found = [lack_line(one.why, one.at) for one in lacking]
        if stored.kind != "release":  # a release says so of itself
            known = set(self.standings.of(stored.ref))
            fallen = [
                one for one in releasing.flags(self.standings, stored.ref) if one not in known
            ]
            found += [f"{flag_labels()[flag.code]} ({flag.at})" for flag in fallen]
        return list(dict.fromkeys(found))
