"""Lines for people on the terminal: one for each event, and its address."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal, cast

from crawler.errors import TemporaryDeliveryError
from crawler.model import Delivery, Notice
from crawler.notifier.message import compose_console

BATCHES = False
GREETS = True


@dataclass(frozen=True, kw_only=True)
class Options:
    """``[[channel]]`` of kind ``console``."""

    stream: Literal["stdout", "stderr"] = "stdout"
    """Where the lines go."""


def render(notice: Notice, options: object) -> bytes:
    """The lines, in the words of the subscription's language."""
    return compose_console(notice).encode("utf-8", "replace")


async def send(payload: bytes, delivery: Delivery, options: object) -> None:
    """Writes at once. Raises ``TemporaryDeliveryError`` when nobody reads the stream any more."""
    name = cast(Options, options).stream
    try:
        write(name, payload)
    except (OSError, ValueError) as error:  # a closed pipe; a closed stream
        raise TemporaryDeliveryError(f"cannot write to {name}: {error}") from error


def write(name: str, payload: bytes) -> None:
    """Writes UTF-8 whatever the terminal's locale says, after what was printed before."""
    stream = getattr(sys, name)
    stream.flush()
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(payload.decode("utf-8"))
    else:
        binary.write(payload)
    stream.flush()
