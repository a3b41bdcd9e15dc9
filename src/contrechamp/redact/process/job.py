"""The job that the parent process sends to a masker's process, as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contrechamp.cell.limits import ProcessLimits
from contrechamp.redact.request import Request, from_json, to_json


@dataclass(frozen=True)
class MaskingJob:
    """A call of one masker.

    Args:
        function: ``module:function`` of the masker.
        source: may be ``/dev/fd/N``.
        target: written; its suffix tells the format.
        request: what the user asks for.
        limits: what it may cost.
        language: of messages.
        workshop: the only folder that may be written to: for `target` and temporary files.
        arguments: further keyword arguments, which JSON can hold.
    """

    function: str
    source: Path
    target: Path
    request: Request
    limits: ProcessLimits
    language: str
    workshop: Path
    arguments: Mapping[str, Any] = field(default_factory=dict)


def encoded(job: MaskingJob) -> dict[str, Any]:
    """Return `job` for the process, as JSON can hold it."""
    return {
        "function": job.function,
        "source": str(job.source),
        "target": str(job.target),
        "request": to_json(job.request),
        "limits": asdict(job.limits),
        "language": job.language,
        "workshop": str(job.workshop),
        "arguments": dict(job.arguments),
    }


def decoded(data: dict[str, Any]) -> MaskingJob:
    """Return the job that `encoded` made into JSON."""
    return MaskingJob(
        function=data["function"],
        source=Path(data["source"]),
        target=Path(data["target"]),
        request=from_json(data["request"]),
        limits=ProcessLimits(**data["limits"]),
        language=data["language"],
        workshop=Path(data["workshop"]),
        arguments=data["arguments"],
    )
