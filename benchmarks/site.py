"""The site that is crawled: generated official news, from our own server or from one in the same shapes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import RunFailed

#: Seconds after which the server ends by itself, should nobody be left to end it.
_LIFETIME = 3600
OWN = Path(__file__).with_name("server.py")


@dataclass(frozen=True, slots=True)
class Site:
    """A running server and the feeds it serves."""

    base: str
    feeds: tuple[str, ...]

    def forget_requests(self) -> None:
        """Sets the counters of requests back to zero."""
        _get(f"{self.base}/ctl/reset")

    def count_requests(self) -> dict[str, int]:
        """Requests since the last reset, as the server saw them: ``feeds:200``, ``articles:304`` and the like."""
        names = {"s": "feeds", "a": "articles"}
        counted: dict[str, list[int]] = json.loads(_get(f"{self.base}/ctl/stats"))
        split = {key: key.partition(":") for key in counted}
        return {f"{names[kind]}:{status}": counted[key][0] for key, (kind, _, status) in split.items() if kind in names}


@contextmanager
def serve_site(server: Path, *, sources: int, items: int) -> Iterator[Site]:
    """Runs the server in a process of its own. Raises ``RunFailed`` where it does not start."""
    port = find_port()
    command = [sys.executable, str(server), "--port", str(port), "--sources", str(sources), "--items", str(items)]
    process = subprocess.Popen([*command, "--ttl", str(_LIFETIME)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        if not greeting.startswith(b"ready"):
            raise RunFailed(f"{server} did not start")
        base = f"http://127.0.0.1:{port}"
        yield Site(base, tuple(_get(f"{base}/ctl/sources?kind=feed").decode().split()))
    finally:
        process.terminate()
        process.communicate()


def find_port() -> int:
    """A port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())
