"""``contrechamp rights``: the shipped catalogue, by words of any language."""

import re

from cli.commands import Run, one_line


def test_rights_are_looked_up_by_words_of_any_language(contrechamp: Run) -> None:
    everything = contrechamp("rights").out
    assert "    iccpr-17 " in everything
    privacy = contrechamp("rights", "ICCPR", "privacy").out
    assert re.findall(r"^    (\S+)", privacy, re.M) == ["iccpr-17"]
    assert "United Nations, Treaty Series, vol. 999, p. 171" in privacy
    assert "authentic texts: en, es, fr, ru and zh" in privacy
    assert "(official, not authentic)" in privacy
    assert "en  Regulations concerning the Laws and Customs of War on Land  (a translation)" in (
        contrechamp("rights", "hague").out
    )
    assert "liberté de circulation" in contrechamp("rights", "CIRCULATION", "--lang", "fr").out
    assert "iccpr-12" in contrechamp("rights", "العهد المدنية").out


def test_machines_are_told_in_json(contrechamp: Run) -> None:
    machine = contrechamp("rights", "iccpr-17", "--json").json()
    assert [one["article"] for one in machine] == ["17"]


def test_nothing_found_is_no_failure_and_is_said(contrechamp: Run) -> None:
    nothing = contrechamp("rights", "no such right")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "Nothing was found.\n")


def test_an_option_that_there_is_not_is_told(contrechamp: Run) -> None:
    one_line(contrechamp("rights", "--kind", "iccpr"), "--kind")
