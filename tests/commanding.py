"""What tests of the command share: the real process, started in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "crawler")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines; nothing else may stand there."""
        return [json.loads(line) for line in self.lines]


@dataclass(frozen=True)
class Gazette:
    """The command with one configuration, run from ``folder``."""

    config: Path
    folder: Path

    def run(self, *arguments: object, code: int = 0, timeout: float = 60, **environment: str) -> Ran:
        """Runs to the end. No command ever shows a traceback."""
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=timeout)
        ran = Ran(process.returncode, out.decode(), err.decode())
        assert "Traceback" not in ran.err, ran.err
        assert ran.code == code, ran
        return ran

    @contextmanager
    def start(self, *arguments: object, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """The running process, killed in the end; standard output and standard error are pipes."""
        with subprocess.Popen(
            [*COMMAND, "--config", str(self.config), *map(str, arguments)],
            cwd=self.folder,
            env=clean_environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def json(self, *arguments: object, code: int = 0) -> list[dict[str, Any]]:
        """The records that a command prints with ``--json``."""
        return self.run(*arguments, "--json", code=code).records


def clean_environment() -> dict[str, str]:
    """Ours, without what would configure the command."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GAZETTE_")}
