"""What the confined process is called for: to tell a kind, to mask, to look at a copy."""

import pkgutil
from pathlib import Path
from typing import Any

from contrechamp.base.progress import Progress
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.outcome import Outcome, to_json
from contrechamp.redact.process.job import decoded


def kind(said: dict[str, str], _progress: Progress) -> list[str]:
    """Return the kind and the format of a file, for `contrechamp.redact.kinds.known_kind`."""
    found = kind_of(Path(said["source"]), said["name"])
    return [found.kind, found.format]


def work(said: dict[str, Any], progress: Progress) -> Any:
    """Run the job in `said`; return what its function returned, as JSON can hold it."""
    job = decoded(said)
    function = pkgutil.resolve_name(job.function)
    outcome = function(job.source, job.target, job.request, progress, **job.arguments)
    return to_json(outcome) if isinstance(outcome, Outcome) else outcome
