"""What the parent tells a masker's process, and what comes back: one JSON object a line."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from contrechamp.redact import sidecar
from contrechamp.redact.request import Request


@dataclass(frozen=True)
class ProcessLimits:
    """What one file may cost; beyond it the process is ended and the file refused.

    Args:
        memory_bytes: data of the process (RLIMIT_DATA).
        cpu_s: of all cores together.
        file_bytes: largest file that it may write.
        wall_s: of the clock.
        stall_s: of the clock without any progress.
    """

    memory_bytes: int
    cpu_s: int
    file_bytes: int
    wall_s: float
    stall_s: float


@dataclass(frozen=True)
class MaskingJob:
    """One piece of work.

    Args:
        function: ``module:function`` of a masker.
        source: may be ``/dev/fd/N``.
        target: encoded; its suffix says as what.
        request: what is asked for.
        limits: what it may cost.
        language: of messages.
        workshop: the only folder that may be encoded; `target` lies in it, and temporary files.
        arguments: more of the function, by name; JSON.
    """

    function: str
    source: Path
    target: Path
    request: Request
    limits: ProcessLimits
    language: str
    workshop: Path
    arguments: Mapping[str, Any] = field(default_factory=dict)


def encoded(job: MaskingJob) -> bytes:
    """Return `job` as a line for the process."""
    request = {one.name: getattr(job.request, one.name) for one in fields(Request)}
    if job.request.hand is not None:
        request["hand"] = {"where": job.request.hand.where, "said": job.request.hand.to_json()}
    return json.dumps(
        {
            "function": job.function,
            "source": str(job.source),
            "target": str(job.target),
            "request": request,
            "limits": asdict(job.limits),
            "language": job.language,
            "workshop": str(job.workshop),
            "arguments": dict(job.arguments),
        }
    ).encode()


def decoded(data: dict[str, Any]) -> MaskingJob:
    """Return the job that the process was told."""
    request = data["request"]
    hand = request["hand"]
    return MaskingJob(
        function=data["function"],
        source=Path(data["source"]),
        target=Path(data["target"]),
        request=Request(
            **{
                **request,
                "words": tuple(request["words"]),
                "hand": hand and sidecar.from_json(hand["said"], hand["where"]),
            }
        ),
        limits=ProcessLimits(**data["limits"]),
        language=data["language"],
        workshop=Path(data["workshop"]),
        arguments=data["arguments"],
    )
