"""The command `contrechamp` and its subcommands, in the language that is active."""

from collections import UserDict
from importlib import import_module
from typing import Any

import click

from contrechamp import __version__
from contrechamp.base.i18n import _
from contrechamp.cli.language import OPTION
from contrechamp.cli.options import language_option, verbose_option


def sections() -> dict[str, dict[str, str]]:
    """Return heading of the help -> name -> what the command does, in the order of the work."""
    return {
        _("Measure what cameras can see"): {
            "measure": _("Files in; figures, map and report out."),
            "check": _("What is understood of files, before they are measured."),
            "completeness": _("How complete a survey is, and where to go next."),
            "change": _("What changed between maps of several days, and what cannot be told."),
            "disparity": _("Who bears it, by comparisons that were stated beforehand."),
            "tiles": _("Streets in view of a country, tile by tile, by many processes."),
            "access": _("What barriers leave of ways to schools, clinics and markets."),
            "sight": _("What each camera has in view: the engine alone."),
            "demo": _("The same, for central Helsinki."),
        },
        _("Keep evidence"): {
            "new": _("Make a case: an encrypted folder for evidence."),
            "add": _("Take files and folders into a case."),
            "log": _("Show what was done to a case, by whom, when and why."),
            "verify": _("Check that a case is what its log says."),
            "erase": _("Destroy items of a case, and say in its log that it was done."),
            "keygen": _("Make a key to be let into a case with."),
            "members": _("Show who has access to a case, and what to check their keys by."),
            "share": _("Give somebody access to a case."),
            "unshare": _("Take away somebody's access to a case."),
            "shell": _("Hold a case open for a session of commands."),
            "unlock": _("Try a key of a case; set a new passphrase or recovery key."),
        },
        _("Work in the browser"): {
            "serve": _("The workbench: cases in the browser of this machine."),
        },
        _("Work with records"): {
            "sample": _("A worked case to look at and to try things on."),
            "import": _("Take records of files into a case."),
            "edit": _("Write or change a record, in your editor."),
            "show": _("Show the records of a case, and how each stands."),
            "find": _("Find words in the records of a case."),
            "timeline": _("Show what happened when, by the dates in the records of a case."),
            "link": _("Let a record cite another one, or an item."),
            "review": _("Say what you think of a record that somebody else wrote."),
            "status": _("Say what a case lacks: evidence, consent, reply, review, release."),
            "withdraw": _("Write down that a consent was withdrawn, and erase what was given."),
            "identity": _("Seal or read who a source is, for those who must know."),
            "letter": _("Print a letter, to be completed and sent by you."),
            "rights": _("Look up rights, and the keys by which findings name them."),
            "match": _("Propose what companies and bodies are called in reference data."),
            "merge": _("Merge another copy of a case into this one."),
            "decide": _("Decide what two copies of a case say differently."),
            "survey-form": _("Write the form for field work, for ODK and KoboToolbox."),
        },
        _("Let something out"): {
            "mask": _("Cover faces and strip what tells who and where, for review."),
            "release": _("Give leave for a record or an item to be published."),
            "publish": _("Write a publication as pages and PDFs, once nothing is against it."),
            "disclose": _("Open one piece of evidence of a publication for one reader."),
            "export": _("Hand out items of a case, with proofs."),
            "export-records": _("Write the records of a case in other formats."),
            "graph": _("Write who and what relates to what, for programs that draw networks."),
        },
        _("Set up the shell"): {
            "completion": _("Print what makes a shell complete commands, options and names."),
        },
    }


class LazyCommands(UserDict[str, Any]):
    """Name -> command, which is imported and built when it is first asked for.

    ``survey-form`` is what `command` of ``survey_form_cmd.py`` returns, with the options that all
    commands share.
    """

    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            module = import_module(f"contrechamp.cli.{name.replace('-', '_')}_cmd")
            command = self.data[name] = module.command()
            # An example is copied: its line is not broken, least of all at a hyphen.
            command.epilog = f"\b\n{command.epilog}"
            own = {option for one in command.params for option in one.opts}
            shared = [language_option()] if OPTION not in own else []
            command.params += [*shared, verbose_option()]
        return self.data[name]


class SectionedGroup(click.Group):
    """A group whose help shows its commands under headings; click knows one list only."""

    def __init__(self) -> None:
        self._sections = sections()
        super().__init__(
            "contrechamp",
            commands=LazyCommands(
                dict.fromkeys(name for names in self._sections.values() for name in names)
            ),
            help=_(
                "Document surveillance from the side of the watched: measure what cameras can see, "
                "keep evidence under lock and log, tie findings to it, and let out only what may "
                "leave."
            ),
            epilog=_("Every command has an example: contrechamp measure --help"),
            params=[language_option()],
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        )

    def does(self, name: str) -> str:
        """Return what a command does, in a line."""
        return next(told[name] for told in self._sections.values() if name in told)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section; all share one width of names, so that the eye can run down them."""
        widest = max(map(len, self.commands))
        for heading, commands in self._sections.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{name:{widest}}", does) for name, does in commands.items()])


#: Commands of which the first argument is the folder of a case, and which run in a session on it.
OF_A_CASE = (
    "add", "decide", "disclose", "edit", "erase", "export", "export-records", "find", "graph",
    "identity", "import", "letter", "link", "log", "match", "members", "merge", "publish",
    "release", "review", "share", "show", "status", "timeline", "unlock", "unshare", "verify",
    "withdraw",
)  # fmt: skip


def application() -> SectionedGroup:
    """Build the command line; every text is translated now, not when this module was loaded."""
    add_version = click.version_option(
        __version__, prog_name="contrechamp", help=_("Show the version.")
    )
    return add_version(SectionedGroup())
