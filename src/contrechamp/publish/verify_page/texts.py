"""What verify.html says, by the names that its script has for it."""

from contrechamp.base.i18n import _

#: What is wrong with the form of a file is told in one way: a reader can do nothing else about it.
_FORM = (
    "too-long", "not-json", "too-deep", "not-canonical", "not-a-note", "not-a-checkpoint",
    "not-utf8", "not-a-listing", "not-written-so", "not-a-statement", "not-claims", "not-a-claim",
    "not-an-entry", "cut-off", "bad-entry-line", "out-of-order", "bad-node-line", "not-keys",
    "not-hashes", "not-a-record",
)  # fmt: skip


def page_texts() -> dict[str, str]:
    """Return the texts of the page, in the active language."""
    return _of_the_form() | _verdicts() | _of_the_results()


def problem_texts() -> dict[str, str]:
    """Return what is wrong with a bundle, by its code, in the active language."""
    form = _("it is not written the way that such a file is written")
    return dict.fromkeys(_FORM, form) | _of_files() | _of_signatures() | _of_the_log()


def no_longer_shown() -> str:
    """Return what stands before a number of passages, in the active language."""
    return _("Passages that people told us, no longer shown")


def _of_the_form() -> dict[str, str]:
    return {
        "title": _("Check a published report"),
        "intro": _(
            "This page checks the folder bundle that belongs to a report. It works on this "
            "computer alone: nothing that you choose leaves it."
        ),
        "trust": _(
            "Use a copy of this page that you got from the project, not from whoever gave you the "
            "report. A page inside a forged bundle can say anything."
        ),
        "language": _("Language"),
        "choose": _("1. Choose the bundle"),
        "folder": _("The folder that is called bundle"),
        "zip": _("or the same as a zip file"),
        "drop": _("Choose it, or drop it onto the field."),
        "expect": _("2. Say which report you expect"),
        "expected-root": _("Root of the report"),
        "expected-words": _("Words of its key"),
        "where": _(
            "Both stand on page 2 of the PDF. Better still, ask the publisher on another way: "
            "whoever forges a bundle can forge a PDF as well."
        ),
        "root-odd": _("This is no root, which has 64 digits and letters from a to f."),
        "words-odd": _("These are not the words of a key: five words of five letters each."),
        "results": _("3. What holds"),
        "working": _("Checking: {at} of {all}"),
        "no-script": _("This page needs JavaScript. All of it is in this file."),
    }


def _verdicts() -> dict[str, str]:
    whole = _("Nothing of it was altered, added or taken away since it was signed.")
    return {
        "unread-title": _("Nothing was checked."),
        "wrong-title": _("This is not what was published, or not all of it."),
        "wrong-told": _("Do not rely on it. What is wrong, and where:"),
        "fits-title": _("It fits together. Whose it is, nothing here shows yet."),
        "fits-told": _(
            "Anybody can make a bundle that fits together. Enter the root of the report above; the "
            "words of its key show as well whose it is."
        ),
        "same-both-title": _("This is the report whose root and key you entered."),
        "same-both-told": whole,
        "same-report-title": _("This is the report whose root you entered."),
        "same-report-told": whole
        + " "
        + _("The root names the log and the key, and that key signed the PDF, too."),
        "same-root-title": _("The claims and the data are those of the root that you entered."),
        "same-root-told": _(
            "The pages, the PDF and the dates are not under the root, but under the signature, and "
            "others can have signed: enter the words of the key as well."
        ),
        "other-root-title": _("This is not the report whose root you entered."),
        "other-root-told": _("It fits together, but it is another report or another edition."),
        "same-words-title": _("It was signed with the key whose words you entered."),
        "same-words-told": whole
        + " "
        + _("That key can have signed other reports and editions: compare the root, too."),
        "other-words-title": _("It was not signed with the key whose words you entered."),
        "other-words-told": _("It fits together, but somebody else made it, or with another key."),
    }


def _of_the_results() -> dict[str, str]:
    return {
        "more-problems": _("Further things that are wrong: {count}"),
        "at-claim": _("claim {number}"),
        "at-evidence": _("evidence {number}"),
        "at-line": _("line {number}"),
        "publication": _("What is published"),
        "title-of-it": _("Title"),
        "number": _("Number"),
        "by": _("By"),
        "day": _("Day"),
        "edition": _("Edition"),
        "claims-counted": _("Claims"),
        "root": _("Root"),
        "former": _("Takes the place of the edition with the root"),
        "changes": _("Changes since then, as it says"),
        "signed": _("Who signed it"),
        "signed-with": _(
            "Signed on {moment}, by the signer's clock, with the key {words}. Whose key that is, "
            "only the publisher can say."
        ),
        "member": _("member {id}: keys, each with the entry that made it: {keys}"),
        "replaced": _("Another member replaced a key of theirs, in entry {numbers}."),
        "left": _("They left in entry {number}."),
        "dates": _("What dates it"),
        "tsr": _(
            "Anchor {number}: the answer of a timestamp authority. It covers the log up to entry "
            "{last}."
        ),
        "ots": _(
            "Anchor {number}: an OpenTimestamps proof that leads to a Bitcoin block. It covers the "
            "log up to entry {last}."
        ),
        "promise": _(
            "Anchor {number}: a promise of an OpenTimestamps calendar, which proves nothing yet."
        ),
        "covers": _("The publication is in it."),
        "covers-not": _("The publication came later; it dates only what that rests on."),
        "anchor-limit": _(
            "It is of just this log, but who gave it, and when, this page cannot check: "
            "contrechamp verify and openssl can."
        ),
        "undated": _(
            "Nothing from outside dates the publication: its times are those of the machine on "
            "which it was written."
        ),
        "beside": _("Files beside the bundle, which nobody looked at: {count}"),
        "claims": _("Claim by claim"),
        "held": _("Of {all} claims hold: {held}"),
        "only-wrong": _("Show only what does not hold"),
        "more-claims": _("Show more; left: {count}"),
        "holds": _("as it was published"),
        "holds-not": _("does not hold"),
        "from-record": _("Printed from a record: entry {number} of the log, {moment}."),
        "from-somebody": _("Somebody told it: their record is sealed."),
        "of-itself": _("Said by the publication itself."),
        "not-shown": _("Its record is not shown to be in the log."),
        "open-record": _("That record is in the open data."),
        "rests": _("Pieces of evidence: {count}; sealed: {sealed}."),
        "limits": _("What this page does not check"),
        "limit-truth": _("Whether what is claimed is true."),
        "limit-pdf": _(
            "What the PDF says: only that it is the one that was signed. Its page 2 has to print "
            "the root that stands here."
        ),
        "limit-sealed": _(
            "What is sealed: that there is an entry is stated, and the publisher can show it to "
            "one reader."
        ),
        "limit-files": _(
            "What README.txt, CITATION.cff and the metadata say: only that they are as signed."
        ),
    }


def _of_files() -> dict[str, str]:
    too_large = _("it is larger than this page can check: use contrechamp verify")
    none = _("no publication has such a file")
    published = _("it is not what was published")
    return {
        "old-browser": _(
            "This browser cannot check signatures. Use a newer one, contrechamp verify, or the "
            "steps by hand."
        ),
        "bad-zip": _(
            "This zip file is damaged, or can be read in more than one way. Unpack it, and choose "
            "the folder."
        ),
        "zip-too-new": _(
            "This zip file is of a form for large ones. Unpack it, and choose the folder."
        ),
        "several-bundles": _("There is more than one bundle in it. Choose one of them."),
        "no-bundle": _(
            "There is no bundle in it. Choose the folder that has the files bagit.txt and "
            "statement.json."
        ),
        "too-many-files": too_large,
        "too-large": too_large,
        "unreadable": _("it cannot be read"),
        "missing": _("the file is missing"),
        "link": _("it is a link, and no file"),
        "same-name": _("some systems take its name for that of {other}"),
        "fetch": _("parts of the bag are elsewhere; they are not fetched"),
        "unknown-digest": _("its kind of digest is not checked"),
        "not-listed": _("it is not in {manifest}"),
        "listed-twice": _("this path is listed twice"),
        "not-as-listed": _("it is not what the manifest says"),
        "newer-format": _("it has a newer format; get a newer copy of this page"),
        "no-such-file": none,
        "does-not-belong": none,
        "does-not-follow": _("it is not what follows from the statement"),
        "not-the-page": _("it is not the page that was published"),
        "page-differs": _("the page does not say it"),
        "not-as-published": published,
        "stated-otherwise": published,
        "claim-missing": _("it is missing"),
        "claim-moved": _("it stands where claim {other} was published"),
        "claims-counted": _("claims that are there: {found}; that were published: {stated}"),
        "evidence-counted": _(
            "pieces of evidence that are there: {found}; that were published: {stated}"
        ),
        "evidence-not-listed": _("it rests on evidence that is not listed"),
        "other-fields": _("its fields are not those of its state"),
    }


def _of_signatures() -> dict[str, str]:
    unproven = _("the entries in it do not show that a member of the case had the key that signed")
    return {
        "wrong-signature": _("the signature by {key} is wrong"),
        "no-signature": _("no signature of the checkpoint is by a known key"),
        "signed-for-other": _("it was signed for another format"),
        "other-log": _("a checkpoint of another log"),
        "not-named-log": _("it is of another log than the statement names"),
        "not-named-key": _("it was not signed with the key that the statement names"),
        "other-key": _("it is not the key that signed"),
        "signed-with-other": _("the bundle was signed with another one"),
        "keys-taken-out": unproven,
        "other-keys": unproven,
        "not-allowed": unproven,
        "not-signed": unproven,
        "does-not-go-on": _("the log does not go on from this checkpoint"),
        "other-anchor": _("the timestamp is of something else"),
    }


def _of_the_log() -> dict[str, str]:
    return {
        "node-missing": _("the hash {level} {index} of the tree is missing"),
        "not-in-log": _("entry {number} is not in the log that was signed"),
        "entry-missing": _("entry {number} is missing"),
        "unsigned-log": _("no signature vouches for the log"),
        "of-something-else": _("entry {number} is of something else"),
        "of-nothing": _("entry {number} is of nothing that is claimed"),
        "no-statement": _("the entry of the statement is missing"),
        "not-what-entry-says": _("it is not what entry {number} of the log says"),
    }
