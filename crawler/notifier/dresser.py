"""Runs in a process of its own: renders mails with templates that somebody wrote, within bounds."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import traceback
from types import SimpleNamespace
from typing import Any

from crawler.notifier.message import environment

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 5
#: In a traceback of Jinja2, what stands for the file of a template.
_PLACE = "template:"


def main() -> None:
    """Reads a job from standard input and answers on standard output."""
    job = json.loads(sys.stdin.buffer.read())
    answers = sys.stdout.buffer
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - only the answer goes out
    try:
        answer: dict[str, Any] = {"mails": render(job)}
    except MemoryError:
        answer = {"error": " takes more memory than is given"}
    except Exception as error:  # noqa: BLE001 - whatever a template provokes is told to whoever wrote it
        answer = {"error": explain(error)}
    answers.write(json.dumps(answer).encode("ascii"))
    answers.flush()


def render(job: dict[str, Any]) -> list[dict[str, str]]:
    """Both parts of each mail. Raises what the templates provoke."""
    from jinja2 import ChoiceLoader, FunctionLoader

    own = dict(job["templates"])
    ours = environment()
    ours.get_template("mail.html.j2"), ours.get_template("mail.txt.j2")  # read while files can still be opened
    sources = {name: source for name in ours.list_templates() if (source := read_ours(name))}

    def load(name: str) -> tuple[str, str, None] | None:
        source = own.get(name, sources.get(name))
        return None if source is None else (source, _PLACE + name, None)

    jinja = ours.overlay(loader=ChoiceLoader([FunctionLoader(load)]), cache_size=0)
    views = [as_attributes(view) for view in job["views"]]
    bound_everything()
    names = ("mail.html.j2", "mail.txt.j2")
    return [{name: jinja.get_template(name).render(view=view) for name in names} for view in views]


def read_ours(name: str) -> str:
    """The template that comes with Gazette; a folder may hold one part of a mail and leave the other to us."""
    loader = environment().loader
    return loader.get_source(environment(), name)[0] if loader else ""


def as_attributes(value: Any) -> Any:  # noqa: ANN401 - a tree of JSON
    """Tables as things with attributes: ``section.items`` must not be the method of a dict."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: as_attributes(each) for key, each in value.items()})
    return [as_attributes(each) for each in value] if isinstance(value, list) else value


def bound_everything() -> None:
    """Memory, time, files and children, from now on."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def explain(error: Exception) -> str:
    """``/mail.html.j2:12: 'title' is undefined``, to stand after the name of the folder."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return f"/{error.name or 'a template'}:{error.lineno}: {error.message}"
    if isinstance(error, TemplateNotFound):
        return f"/{error.name} is not there"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(_PLACE):
            return f"/{frame.filename.removeprefix(_PLACE)}:{frame.lineno}: {error}"
    return f" cannot be used ({type(error).__name__}: {error})"
