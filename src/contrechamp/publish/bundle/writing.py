"""Writing the bundle of a publication: the statement into the log, then the folder, signed.

Two steps, because the root of the statement stands in the PDF: `prepare` says what is published,
before anything is drawn; `write` has the drawn report.
"""

import hashlib
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from contrechamp.publish.bundle import (
    anchor_files,
    claims_file,
    described,
    editions,
    keys_file,
    measurements,
    open_records,
)
from contrechamp.publish.bundle import statement as statements
from contrechamp.publish.bundle.claims import Bound, bind, is_sealed, publication_id
from contrechamp.publish.bundle.keys_file import KeysFile
from contrechamp.publish.bundle.statement import Named, NamedLog, Statement
from contrechamp.publish.report.document import Document
from contrechamp.publish.report.showing import Showing
from contrechamp.vault import case as cases
from contrechamp.vault import database, subjects
from contrechamp.vault.anchors import anchoring
from contrechamp.vault.bags import bag, exporting, membership, proof_lines, signed
from contrechamp.vault.bags.signed import Form
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import checkpoint, custody, merkle
from contrechamp.vault.log.checkpoint import Checkpoint
from contrechamp.vault.subjects import State

#: What checkpoint.txt of a bundle signs.
FORM = Form("contrechamp.bundle/1", (signed.TAG_FILES, statements.PATH))
FOLDER = "bundle"
ENTRIES, NODES = "log/entries.txt", "log/nodes.txt"
REPORT = "data/report"
#: Checks the bundle in a browser. A copy from elsewhere tells more than the one in it.
VERIFY_PAGE = "verify.html"


@dataclass(frozen=True)
class Prepared:
    """A publication that can be stated in the log.

    Args:
        statement: of it.
        bound: its claims and evidence.
        files: content of all below data/ but the report, by path.
    """

    statement: Statement
    bound: Bound = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class Outside:
    """What makes anchors checkable without a network.

    Args:
        roots: certificates (PEM) of timestamp authorities.
        headers: of Bitcoin blocks, hexadecimal, a line each.
    """

    roots: bytes = b""
    headers: bytes = b""


def prepare(showing: Showing, documents: Sequence[Document], room: Path) -> Prepared:
    """Return what a publication states, as a first edition whose pages are still to be drawn.

    Args:
        showing: what it shows.
        documents: its tree in each language.
        room: a folder on the disk to which the publication is written; it is left as it was.

    Raises:
        InputError: if there is more of it than one statement has room for.
    """
    case, named = showing.view.case, showing.publication
    leaves = [content for _number, content in custody.leaves(case.database)]
    bound = bind(showing, documents, leaves)
    files = {
        claims_file.PATH: claims_file.to_bytes(bound.file),
        **_open_data(showing, room),
        **measurements.files(showing, documents[0].evidence),
    }
    state = subjects.newest(case, showing.ref)
    assert state is not None  # noqa: S101  it is being published
    made = Statement(
        Named(
            id=publication_id(case, showing.ref),
            title=named.name,
            number=named.number,
            by=named.by,
            day=documents[0].day.isoformat(),
            entry=state.entry,
        ),
        edition=1,
        languages=tuple(one.language for one in documents),
        claims=statements.stated(bound.file, bound.rests),
        evidence=tuple(map(statements.digest_of, bound.file.evidence_lines)),
        files={path: hashlib.sha256(content).hexdigest() for path, content in files.items()},
        software=described.SOFTWARE,
        log=NamedLog(
            case.file.log_origin,
            merkle.leaf_hash(leaves[0]).hex(),
            exporting.signer(case)[1].hex(),
        ),
    )
    return Prepared(made, bound, files)


def state_in_log(case: Case, statement: Statement, now: datetime, reason: str) -> State:
    """Write a statement into the log, unless it is the newest one there; return its state.

    Args:
        case: open for writing.
        statement: to be logged.
        now: for the log.
        reason: in the user's words.
    """
    last = editions.newest(case, statement.publication.id)
    if last is not None and last[1] == statement:
        return last[0]
    subject = f"{editions.SUBJECT}{secrets.token_hex(8)}"
    with database.transaction(case.database):
        change = Change("publish", subject, statement.fields(), None, reason)
        cases.append(case, [change], now)
    found = subjects.newest(case, subject)
    assert found is not None  # noqa: S101  just written
    return found


def write(
    case: Case,
    folder: Path,
    prepared: Prepared,
    stated: State,
    report: Mapping[str, bytes],
    *,
    outside: Outside | None = None,
    now: datetime,
) -> None:
    """Write the bundle into an empty folder.

    Args:
        case: open for writing; its log has the statement.
        folder: of the bundle.
        prepared: what is stated.
        stated: state of the statement in the log.
        report: pages and papers, by name.
        outside: what makes anchors checkable.
        now: for the signature.
    """
    from contrechamp.publish.verify_page import building  # with all that pages need

    outside, statement = outside or Outside(), prepared.statement
    log = Checkpoint(case.file.log_origin, case.size, case.frontier.root())
    leaves = [content for _number, content in custody.leaves(case.database)]
    tree = merkle.levels([merkle.leaf_hash(leaf) for leaf in leaves])
    numbers = {*prepared.bound.entries, statement.publication.entry, stated.entry}
    name, public = exporting.signer(case)
    anchors = anchor_files.files(
        anchoring.proved(case), log, tree, roots=outside.roots, headers=outside.headers
    )
    members = membership.proofs(case, leaves, {name, *_names_in(anchors)}, ending=True)
    keys = KeysFile(stated.salt, {name: public}, members)
    writer = bag.Writer(folder)
    for path, content in prepared.files.items():
        writer.put_bytes(path, content)
    for report_name, content in report.items():
        writer.put_bytes(f"{REPORT}/{report_name}", content)
    made = signed.making(now)
    listed = writer.finish(
        {
            statements.PATH: stated.content,
            ENTRIES: proof_lines.entry_lines({number: leaves[number] for number in numbers}),
            # The statement names the first entry, which is shown by its hash alone.
            NODES: proof_lines.node_lines({0, *numbers}, tree),
            keys_file.PATH: keys_file.to_bytes(keys),
            keys_file.PEM: keys_file.pem(public),
            VERIFY_PAGE: building.page(),
            **anchors,
            **described.made_of(statement, log.origin, made, dict(writer.sizes)),
        }
    )
    digests = [listed, statement.root]
    text = signed.sign(log, made, digests, name, case.unlocked.signing_seed, FORM)
    writer.put_bytes(bag.CHECKPOINT, text.encode())


def added_to(folder: Path) -> list[str]:
    """Return the paths in the folder of a bundle that its lists do not have."""
    listed = {bag.CHECKPOINT}
    for tag in (False, True):
        name = bag.manifest_name("sha256", tag=tag)
        listed |= {name, name.replace("sha256", "sha512")}
        try:
            lines = (folder / name).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        listed |= {line.partition("  ")[2] for line in lines}
    there = (str(one.relative_to(folder)) for one in folder.rglob("*") if not one.is_dir())
    return sorted(set(there) - listed)


def _names_in(anchors: Mapping[str, bytes]) -> set[str]:
    """Return the names of the keys that signed the checkpoints that were anchored."""
    notes = [content.decode() for path, content in anchors.items() if path.endswith(".note")]
    return {one.key_name for text in notes for one in checkpoint.parse(text)[1]}


def _open_data(showing: Showing, room: Path) -> dict[str, bytes]:
    """Return the open data by path; writers of exports know folders."""
    case, cited = showing.view.case, dict.fromkeys(showing.publication.cites)
    folder = room / "open"
    folder.mkdir()
    try:
        outgoing = open_records.OpenRecords(
            case, showing.day, cited, lambda ref: is_sealed(showing, ref)
        )
        open_records.write(outgoing, folder)
        return {
            f"{open_records.FOLDER}/{path.name}": path.read_bytes()
            for path in sorted(folder.iterdir())
        }
    finally:
        shutil.rmtree(folder)
