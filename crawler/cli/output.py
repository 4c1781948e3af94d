"""Printing: results to stdout, everything else to stderr; JSON Lines when asked; columns that align in any script."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count

import typer

from crawler.text.normalize import clean, shorten


def emit_json(record: Mapping[str, object]) -> None:
    """One JSON object on one line of stdout, in UTF-8 whatever the terminal speaks."""
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=str)
    with until_readers_leave():
        typer.echo(line.encode("utf-8", "replace"))


def emit(line: str = "") -> None:
    """One line for people on stdout; what came from outside is made harmless by the caller."""
    with until_readers_leave():
        typer.echo(line)


@contextmanager
def until_readers_leave() -> Iterator[None]:
    """Ends the command well when whoever read stdout has seen enough (`| head`)."""
    try:
        yield
    except BrokenPipeError:
        silence_stdout()
        raise typer.Exit(0) from None


def silence_stdout() -> None:
    """What still waits to be written must not complain at shutdown."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def note(line: str) -> None:
    """One line on stderr: progress, warnings, where things are."""
    typer.echo(line, err=True)


def emit_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Aligned columns under headers; wide characters count twice. The last column is not padded."""
    from rich.cells import cell_len

    table = [tuple(headers), *(tuple(clean(cell) for cell in row) for row in rows)]
    widths = [max(cell_len(row[column]) for row in table) for column in range(len(headers))]
    for row in table:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        emit("  ".join(padded).rstrip())


def as_title(text: str, limit: int = 60) -> str:
    """A title on one line, safe for a terminal."""
    return shorten(clean(text), limit)


def as_time(instant: datetime | None) -> str:
    """An instant for people, in UTC to the minute, or a dash."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if instant else "-"


def as_span(seconds: float) -> str:
    """A length of time for people: ``47 s``, ``12 min``, ``3 h``, ``2 d``."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"


def is_terminal() -> bool:
    """Whether a person watches stderr."""
    return sys.stderr.isatty()


def counting(stride: int, words: str) -> Callable[[], None]:
    """What to call for each of many: tells a person who waits, at every so manieth, how far it is."""
    numbers = count(1)

    def tell() -> None:
        number = next(numbers)
        if number % stride == 0 and is_terminal():
            note(f"{number:,} {words}")

    return tell


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 source``, ``2 sources``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def ask(question: str) -> bool:
    """A person's yes, which Enter means too; True where nobody sits at a terminal."""
    return not sys.stdin.isatty() or typer.confirm(question, default=True, err=True)
