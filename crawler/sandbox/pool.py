"""The processes that read files: started when the first file comes, used again, ended when they hang."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType

from crawler.model import FileOutcome, FileText, digest
from crawler.parser.files import FileForm, Limits, name_form, needs_sandbox, read_file
from crawler.sandbox.frames import HEADER, MAX_ANSWER, read_answer, write_job

#: What a child runs. It imports nothing from its own folder or environment (``-I``), only from where we did.
_START = "import json,sys; sys.path[:] = json.loads(sys.argv.pop()); from crawler.sandbox.child import main; main()"
_IMPORT_PATH = json.dumps([os.path.abspath(each) for each in sys.path])
#: So many readings are kept in memory: a file that is its own listing is asked for twice in one check.
_REMEMBERED = 16
_REMEMBERED_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one file may cost. ``jobs``: files after which a process is replaced, so that leaks stay small."""

    cpu_seconds: int = 20
    wall_seconds: float = 60.0
    memory: int = 1024 * 1024 * 1024
    limits: Limits = field(default_factory=Limits)
    jobs: int = 100


class _Child:
    """One process, and how many files it has read."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.jobs = 0

    async def ask(self, form: FileForm, body: bytes, allowance: Allowance) -> bytes:
        """The child's answer. Raises ``EOFError``, ``OSError`` or ``ValueError`` where it has none to give."""
        self.jobs += 1
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise OSError("the process has no pipes")
        stdin.write(write_job(form, len(body), allowance.limits, allowance.cpu_seconds))
        stdin.write(body)
        await stdin.drain()
        size = int.from_bytes(await stdout.readexactly(HEADER), "big")
        if size > MAX_ANSWER:
            raise ValueError("an answer beyond its bounds")
        return await stdout.readexactly(size)

    async def end(self, *, grace: float = 0.0) -> int:
        """Ends the process for sure; returns how it ended (negative: by that signal).

        For ``grace`` seconds it may end by itself: whoever signals a process that is ending takes its end from the
        event loop, which then knows only that it is gone (255).
        """
        if grace:
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(self.process.wait(), grace)
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        return await self.process.wait()


#: Seconds that a process which broke down may take to be gone.
_DYING = 3.0


class Sandbox:
    """See ``crawler.ports.FileReader``. ``size`` files are read side by side; nothing is started before the first."""

    def __init__(self, *, size: int = 2, allowance: Allowance | None = None) -> None:
        self._allowance = allowance or Allowance()
        self._room = asyncio.Semaphore(size)
        self._idle: list[_Child] = []
        self._known: OrderedDict[tuple[str, FileForm], FileText] = OrderedDict()
        self.started = 0

    async def __aenter__(self) -> Sandbox:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all processes."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(child.end() for child in idle))

    async def read(self, body: bytes, *, names: Sequence[str] = (), media_type: str = "") -> FileText:
        """See ``FileReader``. Text files are decoded here and now; PDF and DOCX are opened elsewhere."""
        form = name_form(body, names=names, media_type=media_type)
        if not needs_sandbox(form):
            return read_file(body, form, self._allowance.limits)
        key = (digest(body), form)
        if (known := self._known.get(key)) is None:
            async with self._room:
                known = await self._read_apart(form, body)
            self._remember(key, known)
        return known

    def _remember(self, key: tuple[str, FileForm], text: FileText) -> None:
        self._known[key] = text
        while len(self._known) > _REMEMBERED or (
            len(self._known) > 1 and sum(_length(each) for each in self._known.values()) > _REMEMBERED_CHARACTERS
        ):
            self._known.popitem(last=False)

    async def _read_apart(self, form: FileForm, body: bytes) -> FileText:
        try:
            child = await self._take()
        except OSError as error:
            reason = f"no process could be started to read it ({error.strerror})"
            return FileText(outcome=FileOutcome.NOT_TRIED, note=reason)
        try:
            answer = await asyncio.wait_for(child.ask(form, body, self._allowance), self._allowance.wall_seconds)
            text = read_answer(answer)
        except TimeoutError:
            await child.end()
            return _too_slow()
        except (EOFError, OSError, ValueError):  # it died, or says what was not agreed
            return _name_end(await child.end(grace=_DYING))
        except BaseException:  # cancelled: whatever it is about to say belongs to nobody
            await child.end()
            raise
        if child.jobs < self._allowance.jobs:
            self._idle.append(child)
        else:
            await child.end()
        return text

    async def _take(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.process.returncode is None:
                return child
        self.started += 1
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-c",
            _START,
            str(self._allowance.memory),
            _IMPORT_PATH,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},  # what our own environment holds is not for files
            start_new_session=True,  # an interrupt at the terminal is for us, who then end it
        )
        return _Child(process)


def _length(text: FileText) -> int:
    return sum(len(block.text) for block in text.blocks)


def _too_slow() -> FileText:
    return FileText(outcome=FileOutcome.TOO_SLOW, note="too slow: reading it took longer than is given")


def _name_end(code: int) -> FileText:
    """What became of a file whose process ended while reading it."""
    if -code == signal.SIGXCPU:
        return _too_slow()
    return FileText(outcome=FileOutcome.DAMAGED, note="damaged or too large: the process that read it broke down")
