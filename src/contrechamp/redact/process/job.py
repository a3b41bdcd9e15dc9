"""What the parent tells a masker's process, and what comes back: one JSON object a line."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from contrechamp.redact import sidecar
from contrechamp.redact.wish import Wish


@dataclass(frozen=True)
class Limits:
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
class Job:
    """One piece of work.

    Args:
        function: ``module:function`` of a masker.
        source: may be ``/dev/fd/N``.
        target: written; its suffix says as what.
        wish: what is asked for.
        limits: what it may cost.
        language: of messages.
        workshop: the only folder that may be written; `target` lies in it, and temporary files.
        arguments: more of the function, by name; JSON.
    """

    function: str
    source: Path
    target: Path
    wish: Wish
    limits: Limits
    language: str
    workshop: Path
    arguments: Mapping[str, Any] = field(default_factory=dict)


def written(job: Job) -> bytes:
    """Return `job` as a line for the process."""
    wish = {one.name: getattr(job.wish, one.name) for one in fields(Wish)}
    if job.wish.hand is not None:
        wish["hand"] = {"where": job.wish.hand.where, "said": job.wish.hand.to_json()}
    return json.dumps(
        {
            "function": job.function,
            "source": str(job.source),
            "target": str(job.target),
            "wish": wish,
            "limits": asdict(job.limits),
            "language": job.language,
            "workshop": str(job.workshop),
            "arguments": dict(job.arguments),
        }
    ).encode()


def read(data: dict[str, Any]) -> Job:
    """Return the job that the process was told."""
    wish = data["wish"]
    hand = wish["hand"]
    return Job(
        function=data["function"],
        source=Path(data["source"]),
        target=Path(data["target"]),
        wish=Wish(
            **{
                **wish,
                "words": tuple(wish["words"]),
                "hand": hand and sidecar.from_json(hand["said"], hand["where"]),
            }
        ),
        limits=Limits(**data["limits"]),
        language=data["language"],
        workshop=Path(data["workshop"]),
        arguments=data["arguments"],
    )
