"""Messages for people: mails as text and HTML, lines for a console. Pure; whatever titles hold is harmless here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from crawler.model import Change, Notice
from crawler.notifier.message.harmless import one_line
from crawler.notifier.message.reader import Reader, reader_of
from crawler.notifier.message.view import (
    LINE_LIMIT,
    headline_of,
    incident_line,
    show_fact,
    subject_of,
    title_of,
    view_notice,
)

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """A mail without its envelope. ``html`` is empty where only plain text could be made."""

    subject: str
    text: str
    html: str


def compose_mail(notice: Notice) -> MailText:
    """The mail about ``notice``: what changed at a glance, without anything that a client would have to load.

    Raises ``jinja2.TemplateError`` where a template is broken; ``compose_plain`` then says the same without one.
    """
    view = view_notice(notice)
    return MailText(
        subject=view.subject,
        text=environment().get_template("mail.txt.j2").render(view=view),
        html=environment().get_template("mail.html.j2").render(view=view),
    )


def compose_plain(notice: Notice) -> MailText:
    """The same mail as plain lines that need no template."""
    return MailText(subject=subject_of(notice, reader_of(notice.subscription)), text=compose_console(notice), html="")


def compose_console(notice: Notice) -> str:
    """A line for each event, and its address on a second one; ends with a line break."""
    reader = reader_of(notice.subscription)
    lines = [line for change in notice.changes for line in change_lines(change, reader)]
    lines += [incident_line(incident, reader) for incident in notice.incidents]
    if notice.lines:
        lines = [f"{reader.labels[notice.kind]} ({one_line(notice.subscription.name, 80)})"]
        lines += [f"    {one_line(line, LINE_LIMIT)}" for line in notice.lines]
    if not lines:
        lines = [f"{reader.labels['test']}: {reader.labels['test_text']}"]
    return "\n".join(lines) + "\n"


def change_lines(change: Change, reader: Reader) -> tuple[str, str]:
    """``EDITED, unannounced  title  11% → 1.1%  (source)`` and the address."""
    facts = "; ".join(show_fact(fact, change.kind) for fact in change.facts[:3])
    parts = (headline_of(change, reader), title_of(change, 120), facts)
    source = one_line(change.source_title or change.source, 60)
    return "  ".join(part for part in parts if part) + f"  ({source})", f"    {one_line(change.article.url, 500)}"


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Jinja2 with every expression escaped but in plain text, where there is no markup to escape from."""
    from jinja2 import PackageLoader, StrictUndefined  # 30 ms that a crawl without mail can do without
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=PackageLoader("crawler.notifier", "templates"),
        autoescape=lambda name: name is None or not name.endswith(".txt.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
