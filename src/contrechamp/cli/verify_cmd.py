"""``contrechamp verify``: is a case, a bag or a publication's bundle what the log says?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base import files
from contrechamp.base.errors import UsageError
from contrechamp.base.files import new_file, refuse_existing
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.machine import seen_folder
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, open_case
from contrechamp.cli.findings_text import tell_findings
from contrechamp.cli.options import json_option, unconfined_option
from contrechamp.cli.secret_input import SecretSource, read_secret, secret_options, secret_source
from contrechamp.cli.text_input import Line

if TYPE_CHECKING:
    pass


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "verify",
        callback=_verify,
        help=_(
            "Read everything back, and compare it with the log: content, records, entries, "
            "signatures, checkpoints. Says what is wrong, and ends with status 1 if anything is."
        )
        + " "
        + _(
            "CASE may also be a bag that export made: it is verified without the case; what is "
            "encrypted in it with --identity only. It may be the bundle of a publication, too: "
            "what holds is told claim by claim."
        ),
        epilog=_("Example: contrechamp verify checkpoint-north --since kept.checkpoint"),
        params=[
            case_argument(),
            click.Option(
                ["--since"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("A checkpoint that was kept elsewhere: the log must go on from it."),
            ),
            click.Option(
                ["--tsa-roots"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("Certificates (PEM) of the timestamp authorities that you trust."),
            ),
            click.Option(
                ["--root"],
                default="",
                type=Line(_("Root")),
                metavar="ROOT",
                help=_("Of a bundle: the root that the publisher tells, as page 2 prints it."),
            ),
            click.Option(
                ["--key"],
                default="",
                type=Line(_("Key")),
                metavar="WORDS",
                help=_("Of a bundle: the words of the publisher's key, as page 2 prints them."),
            ),
            click.Option(
                ["--edition", "editions"],
                multiple=True,
                type=click.Path(path_type=Path),
                metavar="BUNDLE",
                help=_("Of a bundle: another edition, to see which took the place of which."),
            ),
            click.Option(
                ["--page"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                is_eager=True,
                expose_value=False,
                callback=_write_page,
                help=_(
                    "Write a page that checks bundles in a browser, for people without this "
                    "program; print its SHA-256."
                ),
            ),
            click.Option(
                ["--disclosure"],
                type=click.Path(path_type=Path),
                metavar="FOLDER",
                help=_("Of a bundle: what disclose wrote, to be compared; --identity opens it."),
            ),
            click.Option(
                ["--quick"], is_flag=True, help=_("Do not read the content of the files.")
            ),
            click.Option(
                ["--captures"],
                is_flag=True,
                help=_(
                    "Read captures of web pages and phones again, and what came beside files "
                    "(hashes, timestamps), and say what of it fits. Nothing is written."
                ),
            ),
            unconfined_option(),
            *secret_options(),
            json_option(),
        ],
    )


def _write_page(ctx: click.Context, _option: click.Parameter, target: Path | None) -> None:
    """Write verify.html instead of verifying anything; it must not exist yet."""
    if target is None or ctx.resilient_parsing:
        return
    from contrechamp.publish.verify_page import building

    refuse_existing(target)
    with new_file(target) as partial:
        partial.write_bytes(building.page())
    # In the form that sha256sum reads; whoever hands the page on tells this on another way.
    click.echo(f"{building.digest()}  {shown(target.name)}")
    ctx.exit()


def _verify(
    *,
    folder: Path,
    since: Path | None,
    tsa_roots: Path | None,
    root: str,
    key: str,
    editions: tuple[Path, ...],
    disclosure: Path | None,
    quick: bool,
    captures: bool,
    unconfined: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli import captures_text
    from contrechamp.cli.bars import progress_for
    from contrechamp.dossier.verifying import verify_case
    from contrechamp.vault.anchors.rfc3161 import roots

    kept = [_checkpoint(since)] if since else []
    if (captures or unconfined) and _is_bag(folder):
        raise UsageError(_("--captures and --unconfined are for cases"))
    if _is_bundle(folder):
        if quick or kept:
            raise UsageError(_("--quick and --since are for cases, not for bundles"))
        from contrechamp.cli.bundle_text import tell_disclosure, verify_bundle

        trusted = roots(_bytes(tsa_roots), where=tsa_roots.name) if tsa_roots else []
        verify_bundle(folder, root, key, editions, trusted, as_json=as_json)
        if disclosure is not None:
            tell_disclosure(disclosure, folder, _keys(secret_source(**secret)), as_json=as_json)
        return
    if root or key or editions or disclosure:
        raise UsageError(
            _("--root, --key, --edition and --disclosure are for the bundles of publications")
        )
    if _is_bag(folder):
        if quick or tsa_roots:
            raise UsageError(_("--quick and --tsa-roots are for cases, not for bags"))
        _verify_bag(folder, kept, secret_source(**secret), as_json=as_json)
        return
    trusted = roots(_bytes(tsa_roots), where=tsa_roots.name) if tsa_roots else []
    with open_case(folder, secret_source(**secret), tolerant=True) as case:
        found = verify_case(
            case,
            seen_folder(),
            since=kept,
            trusted=trusted,
            quick=quick,
            progress=progress_for(as_json=as_json),
        )
        entries = case.size
        again = (
            captures_text.recheck(
                case, progress_for(as_json=as_json), unconfined=unconfined, as_json=as_json
            )
            if captures
            else None
        )
    tell_findings(found, {"entries": entries, **(again or {})}, as_json=as_json)
    if again:
        captures_text.refuse_failed(again)
    if not as_json:
        click.echo(
            _(
                "Everything is as the log says, from its first entry to the newest, {number}."
            ).format(number=entries - 1)
        )


def _is_bag(folder: Path) -> bool:
    from contrechamp.vault.access import casefile
    from contrechamp.vault.bags import received

    return received.is_bag(folder) and not (folder / casefile.NAME).exists()


def _is_bundle(folder: Path) -> bool:
    from contrechamp.publish.bundle.verifying import is_bundle

    return _is_bag(folder) and is_bundle(folder)


def _verify_bag(folder: Path, kept: list[str], source: SecretSource, *, as_json: bool) -> None:
    """Verify a bag without opening any case; only a key's passphrase is asked for."""
    from contrechamp.cli.bars import progress_for
    from contrechamp.vault.bags import verifying

    done = verifying.verify(
        folder,
        identities=_keys(source),
        since=kept,
        progress=progress_for(as_json=as_json),
    )
    about = {
        "items": done.items,
        "unread": done.unread,
        "unopened": done.unopened,
        "signers": done.signers,
        "digest": done.digest,
        "format": done.format,
        "reviews": done.reviews,
    }
    tell_findings(done.discrepancies, about, as_json=as_json)
    if as_json:
        return
    click.echo(
        ngettext(
            "The bag is complete, and {count} item is in the log that was signed.",
            "The bag is complete, and {count} items are in the log that was signed.",
            len(done.items),
        ).format(count=len(done.items))
    )
    for item, count in done.reviews.items():
        click.echo(
            ngettext(
                "item/{item} is a masked copy, and {count} review of just these bytes is with it.",
                "item/{item} is a masked copy, and {count} reviews of just these bytes are with "
                "it.",
                count,
            ).format(item=item, count=count)
        )
    if done.unread:
        click.echo(
            ngettext(
                "The content of {count} is encrypted and was not compared: --identity does that.",
                "The content of {count} is encrypted and was not compared: --identity does that.",
                len(done.unread),
            ).format(count=len(done.unread))
        )
    if not done.is_signed_as_a_whole:
        click.echo(
            _(
                "An earlier version of contrechamp made the bag, or somebody made it look so: its "
                "items are signed, but not that none was taken out, in which order and when they "
                "were exported. Ask the sender for one that is made anew."
            )
        )
    elif done.digest:
        click.echo(
            _("Everything in the bag is signed, under the digest {digest}.").format(
                digest=done.digest
            )
        )
    for name, key in done.signers.items():
        click.echo(
            _("Signed by {name} with the key {key}: ask the sender whether it is theirs.").format(
                name=shown(name), key=key
            )
        )


def _keys(source: SecretSource) -> Sequence[str]:
    """Return the age keys that were given."""
    if source.keyring or source.recovery:
        raise UsageError(_("a bag is opened with --identity, or verified without any key"))
    secret = read_secret(source, log_origin="") if source.identity else None
    keys: Sequence[str] = getattr(secret, "keys", ())
    return keys


def _checkpoint(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise files.unreadable(path.name, form=_("a checkpoint")) from error


def _bytes(path: Path) -> bytes:
    return files.read_bounded(path, 1 << 20, where=path.name)
