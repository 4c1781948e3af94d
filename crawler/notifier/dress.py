"""Mail templates of the operator's own: a folder whose files stand in for ours.

They are rendered by Jinja2's sandbox in a process of its own, because that sandbox bounds what a template may touch,
not how long it takes or how much it writes. They are tried when the configuration is read; should one break later all
the same, whoever asked falls back to plain words.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from crawler.errors import GazetteError
from crawler.model import Notice
from crawler.notifier.message import MailText
from crawler.notifier.message.parts import View
from crawler.notifier.message.view import view_notice
from crawler.notifier.sample import sample_notices

#: The templates that may be replaced. Other ``*.j2`` files of the folder can be included by these.
NAMES = ("mail.html.j2", "mail.txt.j2")
MOST_FILES = 50
LARGEST_FILE = 256 * 1024
LARGEST_MAIL = 2 * 1024 * 1024
WALL_SECONDS = 10.0
_START = "import json,sys; sys.path[:] = json.loads(sys.argv.pop()); from crawler.notifier.dresser import main; main()"


class TemplateBroken(GazetteError):
    """A template of the operator's cannot be used; the message names its file and, where known, the line."""


def check_templates(folder: Path) -> None:
    """Tries the templates of the folder with invented notices. Raises ``ValueError`` that begins with ``templates``."""
    try:
        render_apart([view_notice(notice) for notice in sample_notices()], folder)
    except TemplateBroken as error:
        raise ValueError(f"templates {error}") from error


def dress(notice: Notice, folder: Path) -> MailText:
    """The mail about ``notice`` in the templates of ``folder``. Raises ``TemplateBroken``."""
    view = view_notice(notice)
    (made,) = render_apart([view], folder)
    return MailText(subject=view.subject, text=made["mail.txt.j2"], html=made["mail.html.j2"])


def read_folder(folder: Path) -> dict[str, str]:
    """The templates in the folder by name. Raises ``TemplateBroken``."""
    try:
        files = sorted(folder.glob("*.j2"))
        if not any(file.name in NAMES for file in files):
            raise TemplateBroken(f"{folder} holds neither {' nor '.join(NAMES)}")
        if len(files) > MOST_FILES:
            raise TemplateBroken(f"{folder} holds more than {MOST_FILES} templates")
        return {file.name: read_template(file) for file in files}
    except OSError as error:
        raise TemplateBroken(f"{folder} cannot be read ({error.strerror or error})") from error


def read_template(file: Path) -> str:
    """The text of one template. Raises ``TemplateBroken``, ``OSError``."""
    with file.open("rb") as stream:
        body = stream.read(LARGEST_FILE + 1)
    if len(body) > LARGEST_FILE:
        raise TemplateBroken(f"{file} is larger than {LARGEST_FILE // 1024} KiB")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateBroken(f"{file} is not UTF-8 text") from error


def render_apart(views: Sequence[View], folder: Path) -> list[dict[str, str]]:
    """Both parts of each mail, made by a process with bounds on everything. Raises ``TemplateBroken``."""
    plain = [{**asdict(replace(view, labels={})), "labels": dict(view.labels)} for view in views]
    job = json.dumps({"views": plain, "templates": read_folder(folder)}).encode("ascii")
    answer = ask_dresser(job, folder)
    if "error" in answer:
        raise TemplateBroken(f"{folder}{answer['error']}")
    made = answer.get("mails")
    if not isinstance(made, list) or len(made) != len(views) or not all(map(is_mail, made)):
        raise TemplateBroken(f"{folder} takes more time or memory, or makes a larger mail, than is given")
    return made


def is_mail(made: object) -> bool:
    """Whether it is both parts of a mail, and not too much of them."""
    texts = [made.get(name) for name in NAMES] if isinstance(made, dict) else []
    sizes = [len(text) for text in texts if isinstance(text, str)]
    return len(sizes) == len(NAMES) and sum(sizes) <= LARGEST_MAIL


def ask_dresser(job: bytes, folder: Path) -> dict[str, Any]:
    """What the process answers; nothing where it was ended. Raises ``TemplateBroken``."""
    paths = json.dumps([os.path.abspath(each) for each in sys.path])
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-c", _START, paths],
            input=job,
            capture_output=True,
            timeout=WALL_SECONDS,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            check=False,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
        return answer if isinstance(answer, dict) else {}
    except subprocess.TimeoutExpired as error:
        raise TemplateBroken(f"{folder} takes longer than {WALL_SECONDS:g} s") from error
    except (OSError, ValueError) as error:
        raise TemplateBroken(f"{folder} could not be rendered ({error})") from error


@lru_cache(maxsize=8)
def checked(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> None:
    """Checks once for each state of the folder. Raises ``ValueError``, which is not remembered."""
    check_templates(folder)


def check_once(folder: Path) -> None:
    """``check_templates``, unless the folder is as it was when it was last checked. Raises ``ValueError``."""
    try:
        stamp = tuple((each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in sorted(folder.glob("*.j2")))
    except OSError:
        stamp = ()
    checked(folder, stamp)
