"""Compiling the engine before it is used, with a progress bar of its own."""

from contrechamp.base.ahead import CompilePlan, compile_ahead
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress

#: Two jobs of about the same length.
ENGINE = CompilePlan(
    jobs=("contrechamp.measure.ahead:exposure", "contrechamp.measure.ahead:all_else"),
    rooms=("sight", "measure"),
)


def compile_engine(progress: Progress) -> None:
    """Compile the engine unless that has been done."""
    label = _("Compiling the engine, once per version and processor")
    compile_ahead(ENGINE, label, progress)
