"""Forms of records, as they are filled in; SAMPLE content, made-up names."""

import json
from typing import Any

SOURCE = 'pseudonym = "Sample Heron"\nsample = true\n'

FINDING = 'confidence = "alleged"\n[[claim]]\nlanguage = "fr"\ntext = "EXEMPLE : une caméra"\n'

ACTOR = """
kind = "company"
sample = true
[[names]]
language = "en"
text = "Sample Cameras Ltd"
[[names]]
language = "fr"
text = "Société Exemple Caméras"
"""


def testimony(source: str) -> str:
    """An open passage in Arabic, and one that is closed."""
    return f"""
source = "{source}"
language = "ar"
sample = true
[interview]
date = 2026-04-02
[[passages]]
key = "p1"
text = "عَيِّنة: الكاميرا فوق البوابة"
[[passages]]
key = "p2"
text = "SAMPLE of what is closed"
closed = true
"""


def consent(source: str, *grants: str) -> str:
    """Given by a source; each grant in TOML, by default that what was said is held."""
    head = f'source = "{source}"\ngiven_on = "2026-04"\ngiven_how = "spoken"\n'
    return head + "".join(f"[[grants]]\n{grant}\n" for grant in grants or ('use = "held"',))


def letter(to: str) -> str:
    """To an actor, with two questions and a day by which an answer is asked for."""
    return f"""
to = "{to}"
language = "fr-CH"
subject = "EXEMPLE de portail"
sent_on = 2026-04-03
due_on = 2026-04-17
sample = true
[[questions]]
key = "use"
text = "EXEMPLE : à quoi servent-elles {{vraiment}} ?"
[[questions]]
key = "sold"
text = "EXEMPLE : à qui sont-elles vendues ?"
"""


ANSWER = '[[answers]]\non = 2026-05-01\nsays = "EXEMPLE"\nto = ["use"]\n'


def lines(*rows: dict[str, Any]) -> str:
    """Records as a file of JSON lines has them."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def actor_row(name: str, kind: str = "company") -> dict[str, Any]:
    return {"kind": "actor", "fields": {"names": [{"language": "en", "text": name}], "kind": kind}}
