"""Runs inside: reads jobs from standard input, one file each, and answers on standard output until that ends.

Before the first byte of a file is looked at, everything that will be needed is imported; then the process gives up
what it does not need: memory beyond a bound, files and sockets (no descriptor is left to open one), children, core
dumps. For each file the clock of its CPU is set anew; running over it ends the process, and the pool says so.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import sys

import docx

from crawler.model import FileOutcome, FileText
from crawler.parser.files import FileForm, Limits, read_file
from crawler.sandbox.frames import HEADER, read_job, write_answer

#: Address space, far above what a sane file takes and far below what would hurt.
MEMORY = 1024 * 1024 * 1024
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, <linux/prctl.h>
_KILL = 9
_WARM_UP = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj "
    b"trailer<</Root 1 0 R>>"
)


def main() -> None:
    """The life of one process."""
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - whatever a library prints must not look like an answer
    import_everything()
    give_up_the_rest(int(sys.argv[1]) if len(sys.argv) > 1 else MEMORY)
    while (header := source.read(HEADER)) and len(header) == HEADER:
        form, size, limits, cpu_seconds = read_job(source.read(int.from_bytes(header, "big")))
        body = source.read(size)
        set_clock(cpu_seconds)
        answers.write(write_answer(read_bounded(body, form, limits)))
        answers.flush()


def import_everything() -> None:
    """All modules a reading needs, and PDFium's own library, while files can still be opened."""
    read_file(_WARM_UP, FileForm.PDF)
    document = io.BytesIO()
    docx.Document().save(document)
    read_file(document.getvalue(), FileForm.DOCX)


def give_up_the_rest(memory: int) -> None:
    """What this process may no longer do. Some systems know fewer limits: what they refuse is left out."""
    _die_with_parent()
    for name, most in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_NOFILE", 3),
    ):
        kind = getattr(resource, name, None)
        if kind is not None:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, most))


def _die_with_parent() -> None:
    """On Linux the kernel ends this process with the one that started it, however that one ended."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH_SIGNAL, _KILL)


def set_clock(seconds: int) -> None:
    """So much CPU time from now on; the kernel ends the process when it is spent."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def read_bounded(body: bytes, form: FileForm, limits: Limits) -> FileText:
    """The text of a file; a mistake of a library is the file's fault here, and running out of memory its size's."""
    try:
        return read_file(body, form, limits)
    except MemoryError:
        return FileText(outcome=FileOutcome.TOO_LARGE, note="too large: reading it takes more memory than is given")
    except RecursionError:
        return FileText(outcome=FileOutcome.DAMAGED, note="damaged: its parts lead back to each other")
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes is an outcome
        return FileText(outcome=FileOutcome.DAMAGED, note=f"damaged: it cannot be read ({type(error).__name__})")


if __name__ == "__main__":
    main()
