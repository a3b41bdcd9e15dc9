"""Who takes part in the story of a case, and what they write. SAMPLE: all of it is made up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.commands import Done, Run, first_word, read_from

FIRST, SECOND = "Sample Member", "Other Sample"
PASSPHRASE = "sample passphrase of the story"
KEYS_PASSPHRASE = "sample passphrase of a key"

#: Name -> its form; {name} is the reference of what was written before under that name.
FORMS = {
    "heron": """
pseudonym = "EXEMPLE Héron"
languages = ["ar", "fr"]
sample = true
""",
    "egret": """
pseudonym = "EXEMPLE Aigrette"
sample = true
""",
    "heron-agrees": """
source = "{heron}"
given_on = "2026-04-02"
given_how = "recorded"
sample = true
[[grants]]
use = "held"
[[grants]]
use = "pseudonym"
""",
    "egret-agrees": """
source = "{egret}"
given_on = "2026-04-03"
given_how = "spoken"
sample = true
[[grants]]
use = "held"
""",
    "told": """
source = "{heron}"
language = "ar"
summary = "عَيِّنة"
sample = true
[interview]
date = 2026-04-02
[[passages]]
key = "gate"
text = "عَيِّنة: البوابة لا تُفتح قبل أن تنظر الكاميرا إلى وجهي"
[[passages.translations]]
language = "fr"
text = "EXEMPLE : la porte ne s’ouvre pas avant que la caméra ait regardé mon visage"
made = "translated"
by = "Sample Translator"
checked_by = "Sample Reader"
[[passages]]
key = "family"
text = "عَيِّنة مما لا يُنشر"
closed = true
""",
    "told-later": """
source = "{egret}"
language = "fr"
sample = true
[interview]
date = 2026-04-03
[[passages]]
key = "way"
text = "EXEMPLE : je fais le détour par le marché inventé"
""",
    "maker": """
kind = "company"
country = "NL"
registered = "SAMPLE 12345"
sample = true
[[names]]
language = "fr"
text = "Société Exemple Caméras"
[[names]]
language = "ar"
text = "شركة عَيِّنة للكاميرات"
[[evidence]]
ref = "{register}"
""",
    "town": """
kind = "public-body"
sample = true
[[names]]
language = "fr"
text = "Ville Exemple"
[[evidence]]
ref = "{register}"
""",
    "supplies": """
from_actor = "{maker}"
kind = "supplies"
to_actor = "{town}"
confidence = "single-source"
sample = true
[[evidence]]
ref = "{register}"
""",
    "gate": """
sample = true
[[names]]
language = "fr"
text = "Porte Exemple"
[[names]]
language = "ar"
text = "باب عَيِّنة"
[position]
lon = 35.1
lat = 31.5
[coarse]
country = "PS"
[[evidence]]
ref = "{minutes}"
""",
    "camera": """
name = "EXEMPLE au-dessus de la porte"
kind = "fixed"
height_m = 3.5
heading_deg = 90
place = "{gate}"
operator = "{town}"
first_seen = 2026-03-01
sample = true
[position]
lon = 35.1
lat = 31.5
[[evidence]]
ref = "{minutes}"
""",
    "watched": """
date = 2026-04-05
from_time = "08:00"
to_time = "09:00"
place = "{gate}"
seen = "EXEMPLE : la file attend devant la caméra"
sample = true
[[counts]]
what = "caméras"
found = 1
refs = ["{camera}"]
""",
    "paper": """
item = "{minutes}"
what = "EXEMPLE de procès-verbal"
made_on = "2026-02~"
people = "none"
sample = true
""",
    "system": """
first_known = "2026-03"
sample = true
[[names]]
language = "fr"
text = "Portes Exemple"
[[operators]]
actor = "{town}"
role = "exploitant"
confidence = "corroborated"
[[operators.evidence]]
ref = "{minutes}"
[[seen_at]]
where = "{gate}"
confidence = "confirmed"
[[seen_at.evidence]]
ref = "{watched}"
""",
    "letter": """
to = "{maker}"
language = "ar-PS"
subject = "عَيِّنة"
sent_on = 2026-04-08
due_on = 2026-04-22
sample = true
[[questions]]
key = "use"
text = "عَيِّنة: لماذا تُستعمل؟"
""",
    "answered": """
[[answers]]
on = 2026-04-20
says = "EXEMPLE : pour ouvrir des portes"
to = ["use"]
""",
    "finding": """
confidence = "corroborated"
sample = true
[[claim]]
language = "fr"
text = "EXEMPLE : qui passe la porte est regardé par une caméra"
[[claim]]
language = "ar"
text = "عَيِّنة: من يعبر البوابة تنظر إليه كاميرا"
made = "translated"
by = "Sample Translator"
checked_by = "Sample Reader"
[[rights]]
right = "iccpr-17"
[rights.legality]
met = "no"
why = "EXEMPLE : aucune loi n’a été trouvée"
""",
    "advice": """
to_kind = "company"
to = "{maker}"
findings = ["{finding}"]
sample = true
[[what]]
language = "fr"
text = "EXEMPLE : cesser de livrer ces portes"
""",
    "report": """
name = "EXEMPLE de rapport"
language = "fr"
cites = ["{finding}"]
sample = true
[[uses]]
of = "{told}#gate"
use = "pseudonym"
""",
}

#: A table of a town that is not ours, and what its columns are.
REGISTER = (
    "N°;Objet;Signé le;Montant\n"
    "1;EXEMPLE de marché, portes;12/02/2026;12.000,50\n"
    "2;EXEMPLE de marché, entretien;01/03/2026;1.250,00\n"
)
MAPPING = """
kind = "contract"
id = "N°"
scheme = "sample-town"
decimal = ","
date = "%d/%m/%Y"
[fields]
name = "Objet"
signed_on = "Signé le"
"value.amount" = "Montant"
[constants]
"value.currency" = "EUR"
"""


@dataclass
class Story:
    """The case, its two members, and what they have written.

    Args:
        run: runs a command.
        folder: where everything lies.
        refs: references, by the names that the forms use.
    """

    run: Run
    folder: Path
    refs: dict[str, str] = field(default_factory=dict)

    @property
    def case(self) -> Path:
        return self.folder / "case"

    @property
    def copy(self) -> Path:
        """What the second member works on."""
        return self.folder / "copy"

    def first(self, command: str, *arguments: object, status: int = 0, times: int = 1) -> Done:
        """Run a command of the case as the first member, who has the passphrase."""
        with read_from(*[PASSPHRASE] * times) as option:
            return self._checked(self.run(command, self.case, *arguments, *option), status)

    def second(
        self, command: str, *arguments: object, status: int = 0, case: Path | None = None
    ) -> Done:
        """Run a command of the copy as the second member, who has a key."""
        key = ("--identity", self.folder / "key.txt")
        with read_from(KEYS_PASSPHRASE) as option:
            done = self.run(command, case or self.copy, *arguments, *key, *option)
        return self._checked(done, status)

    def _checked(self, done: Done, status: int) -> Done:
        assert done.status == status, done
        return done

    def form(self, name: str, change: Callable[[str], str] = str) -> Path:
        """Write a form to a file."""
        text = FORMS[name]
        for known, ref in self.refs.items():
            text = text.replace("{" + known + "}", ref)
        path = self.folder / "form.toml"
        path.write_text(change(text), encoding="utf-8")
        return path

    def write(self, kind: str, name: str) -> str:
        """Write a new record as the first member, and keep its reference."""
        self.refs[name] = first_word(self.first("edit", kind, "--form", self.form(name)))
        return self.refs[name]

    def told(self, name: str) -> dict[str, Any]:
        """Return the fields of a record as the case has them."""
        fields: dict[str, Any] = self.first("show", self.refs[name], "--json").json()["fields"]
        return fields
