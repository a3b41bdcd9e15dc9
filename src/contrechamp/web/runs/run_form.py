"""The form of a run, and the work that it begins."""

from collections.abc import Iterator, Mapping
from typing import Final

from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import _, active_language, available_languages, ngettext
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.field_types import DATE, check_form
from contrechamp.local_page.messages import Request, Response, go_to, not_found
from contrechamp.vault.case import Case
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.runs import asked as asking
from contrechamp.web.runs import citing, files, running
from contrechamp.web.runs.asked import AREAS, BESIDE, CHANGE, COMPLETENESS, INPUT, KINDS, MEASURE

_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    AREAS: (".geojson", ".json", ".gpkg", ".parquet"), asking.PRIORS: (".toml",),
    asking.MODELS: (".csv", ".xlsx"),
}  # fmt: skip


def kind_label(kind: str) -> str:
    """Return what a run finds out."""
    return {
        MEASURE: _("What cameras have in view"),
        COMPLETENESS: _("How complete a survey is, and where to go next"),
        asking.ACCESS: _("Who reaches what through barriers"),
        CHANGE: _("What changed between days"),
    }[kind]


def new(desk: Desk, request: Request) -> Response:
    """The form of a run."""
    kind = request.fields.get("kind", MEASURE)
    return not_found() if kind not in KINDS else _form(desk, kind, request.fields)


def begin(desk: Desk, request: Request) -> Response:
    """Begin a run, as work of its own."""
    fields = request.fields
    kind, on = fields.get("kind", ""), fields.get("on", "").strip()
    if kind not in KINDS:
        return not_found()
    try:
        if on:
            check_form(on, DATE, _("day"))
        with desk.session.opening() as case:
            asked = _asked(case, kind, fields)
        asking.check(asked)
        desk.work.check_free()
    except ContrechampError as error:
        return _form(desk, kind, fields, wrong=str(error))

    def does(progress: Progress) -> Iterator[str]:
        yield from _run(desk, asked, on, progress)

    desk.work.begin(kind_label(kind), "runs", does)
    return go_to("work")


def _run(desk: Desk, asked: asking.Asked, on: str, progress: Progress) -> Iterator[str]:
    now = desk.session.clocks.now
    # Sentences of a measurement are whole in the languages of the commands alone.
    language = active_language() if active_language() in available_languages() else "en"
    with folder_in_memory() as (memory, _lock):
        inputs, out = memory / "inputs", memory / "out"
        inputs.mkdir()
        with desk.session.opening() as case:
            whole, left_out = files.taken_out(case, asked, inputs, now().date())
        if left_out:
            yield ngettext(
                "{count} record may not leave the case, and is not in what is measured.",
                "{count} records may not leave the case, and are not in what is measured.",
                left_out,
            ).format(count=left_out)
        told = whole.told()
        for one in told["given"]:
            one["path"] = str(inputs / one["name"])
        job = {**told, "language": language, "out": str(out), "command": whole.command(language)}
        result = running.run(job, progress, desk.work.say)
        with desk.session.opening(write=True) as case:
            kept = files.keep(case, whole, result, language, inputs, out, now)
            if kept.kind == MEASURE:
                citing.record(case, kept, whole.given, on=on, now=now())
    yield from map(shown, [*result["sentences"][:1], *result["warnings"]])
    yield _("It is kept in the case: {title}").format(title=shown(kept.title))


def _asked(case: Case, kind: str, fields: Mapping[str, str]) -> asking.Asked:
    """Return the run that a form asks for, with the names of its files as they are now."""
    there = dict(files.offered(case))
    wanted = [
        (item, INPUT) for item in there if fields.get(f"in-{item.partition('/')[2]}") == "yes"
    ]
    for role, kinds in BESIDE.items():
        chosen = f"item/{fields.get(role, '')}"
        choices = dict(files.offered(case, _ENDINGS[role])) if kind in kinds else {}
        if chosen in choices:
            there[chosen] = choices[chosen]
            wanted = [one for one in wanted if one[0] != chosen] + [(chosen, role)]
    names = asking.named([(item, there[item]) for item, _role in wanted])
    return asking.Asked(
        kind,
        fields.get("title", "").strip() or kind_label(kind),
        tuple(
            asking.Given(item, name, role, _day(kind, item, fields))
            for (item, role), name in zip(wanted, names, strict=True)
        ),
        asking.options_of(kind, fields),
        fields.get("records") == "yes" and kind != CHANGE,
    )


def _day(kind: str, item: str, fields: Mapping[str, str]) -> str:
    return fields.get(f"on-{item.partition('/')[2]}", "").strip()[:20] if kind == CHANGE else ""


def _form(desk: Desk, kind: str, fields: Mapping[str, str], wrong: str = "") -> Response:
    with desk.session.opening() as case:
        items = [(item.partition("/")[2], shown(name)) for item, name in files.offered(case)]
        beside = [
            (role, [(item.partition("/")[2], shown(name))
                    for item, name in files.offered(case, _ENDINGS[role])])
            for role, kinds in BESIDE.items()
            if kind in kinds
        ]  # fmt: skip
        cameras = lookup.count(case).get("camera", 0)
    return desk.page(
        "run-new",
        status=422 if wrong else 200,
        kind=kind,
        label=kind_label(kind),
        items=items,
        beside=[one for one in beside if one[1]],
        cameras=cameras if kind != CHANGE else 0,
        options=asking.OPTIONS[kind],
        said=dict(fields),
        wrong=wrong,
    )


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "run-new"): new,
    ("POST", "runs"): begin,
}
