"""What tests of the command share: the real thing as a process of its own, in a folder of its own.

Most tests run many commands, and most of a short command's time is spent on imports. ``run`` therefore forks from a
server that has imported everything and has done nothing else; ``start``, and whatever sets up the interpreter itself,
takes a new interpreter, as a person's shell does.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

COMMAND = (sys.executable, "-m", "crawler")
#: What only a new interpreter obeys.
INTERPRETER = ("PYTHON", "LC_", "LANG")

server = multiprocessing.get_context("forkserver")
server.set_forkserver_preload(["tests.commanding", "crawler.cli.crawl", "crawler.scheduler.crawl", "structlog.dev"])


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int | None
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
        words = ["--config", str(self.config), *map(str, arguments)]
        if any(name.startswith(INTERPRETER) for name in environment):
            with self.start(*arguments, **environment) as process:
                out, err = process.communicate(timeout=timeout)
            ran = Ran(process.returncode, out.decode(), err.decode())
        else:
            ran = run_forked(words, self.folder, clean_environment() | environment, timeout)
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


def run_forked(words: list[str], folder: Path, environment: Mapping[str, str], timeout: float) -> Ran:
    """Runs the command in a process forked from the server; its output goes through files."""
    with TemporaryDirectory() as place:
        process = server.Process(target=become_command, args=(words, str(folder), dict(environment), place))
        # The server's children would import our main module, which is pytest's.
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = main
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
        code = process.exitcode
        process.close()
        out, err = (Path(place, name).read_text(encoding="utf-8") for name in ("out", "err"))
    return Ran(code, out, err)


def become_command(words: list[str], folder: str, environment: Mapping[str, str], place: str) -> None:
    """Runs in the new process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for name, number in (("out", 1), ("err", 2)):
        descriptor = os.open(Path(place, name), os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.argv = ["gazette", *words]

    from crawler.cli import main

    main()
