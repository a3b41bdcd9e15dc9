"""What the confined process does with a job: calls its masker."""

import pkgutil
from typing import Any

from contrechamp.base.progress import Progress
from contrechamp.redact.outcome import Outcome, to_json
from contrechamp.redact.process.job import decoded


def work(said: dict[str, Any], progress: Progress) -> Any:
    """Run the job in `said`; return what its function returned, as JSON can hold it."""
    job = decoded(said)
    function = pkgutil.resolve_name(job.function)
    outcome = function(job.source, job.target, job.request, progress, **job.arguments)
    return to_json(outcome) if isinstance(outcome, Outcome) else outcome
