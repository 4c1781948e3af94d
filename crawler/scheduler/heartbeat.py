"""The daemon's sign of life, as it stands in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

#: Under which key it stands.
FACT = "daemon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The last tick: the daemon asked what is due, and the database answered. ``stopped``: it ended in good order."""

    ticked_at: datetime
    pid: int
    version: str
    stopped: bool = False


def write_heartbeat(heartbeat: Heartbeat) -> str:
    """The sign of life as it is stored: one JSON object."""
    record = {
        "instant": heartbeat.ticked_at.isoformat(),
        "pid": heartbeat.pid,
        "version": heartbeat.version,
        "stopped": heartbeat.stopped,
    }
    return json.dumps(record)


def read_heartbeat(value: str | None) -> Heartbeat | None:
    """The sign of life that was stored; None where there is none, or none that can be read."""
    try:
        record = json.loads(value or "null")
        return Heartbeat(
            ticked_at=datetime.fromisoformat(record["instant"]),
            pid=int(record["pid"]),
            version=str(record["version"]),
            stopped=bool(record["stopped"]),
        )
    except (ValueError, TypeError, LookupError):
        return None
