"""Messages for chats: short, plain, the news first. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from crawler.model import Change, Incident, Notice
from crawler.notifier.message.harmless import one_line, web_address
from crawler.notifier.message.notes import note_of
from crawler.notifier.message.reader import Reader, reader_of
from crawler.notifier.message.view import headline_of_incident, list_change, show_fact, subject_of

#: What every service takes in one message, however many bytes its characters have.
BODY_LIMIT = 900
MOST_FACTS = 4


@dataclass(frozen=True, slots=True)
class ChatText:
    """A message with its headline."""

    title: str
    body: str


def compose_chat(notice: Notice) -> ChatText:
    """A line or a few for each event, the most significant first, as many as fit; the rest is counted."""
    reader = reader_of(notice.subscription)
    ranked = sorted(notice.changes, key=lambda change: (-change.significance, change.seq))
    is_single = len(ranked) + len(notice.incidents) == 1
    parts = [describe_incident(incident, reader) for incident in notice.incidents]
    parts += [describe_change(change, reader, is_single=is_single) for change in ranked]
    parts += [one_line(line, BODY_LIMIT) for line in notice.lines]
    if not parts:
        parts = [reader.labels["test_text"]]
    return ChatText(title=subject_of(notice, reader), body=join_parts(parts))


def join_parts(parts: list[str]) -> str:
    """As many whole parts as fit, and how many there are beyond; the first may be cut."""
    body, taken = parts[0][:BODY_LIMIT], 1
    while taken < len(parts) and len(body) + len(parts[taken]) + 2 <= BODY_LIMIT:
        body += f"\n\n{parts[taken]}"
        taken += 1
    return body + (f"\n\n+ {len(parts) - taken}" if taken < len(parts) else "")


def describe_change(change: Change, reader: Reader, *, is_single: bool) -> str:
    """What is not in the subject already: headline and title where there are several, facts, a note, the address."""
    row = list_change(change, reader)
    facts = [show_fact(fact, change.kind) for fact in change.facts[:MOST_FACTS]]
    lines = [] if is_single else [f"{row.label}: {row.value}"]
    if is_single and len(row.value) > 100:
        lines.append(row.value)
    lines += ["; ".join(facts)] if facts else [one_line(change.article.excerpt, 160)]
    lines += [note_of(change, reader), one_line(change.source_title or change.source, 60), row.url]
    return "\n".join(line for line in lines if line)


def describe_incident(incident: Incident, reader: Reader) -> str:
    """The trouble and, of a mass event, its first articles."""
    reason = f"{one_line(incident.source, 60)}{reader.labels['comma']}{reader.labels[incident.reason.value]}"
    lines = [f"{headline_of_incident(incident, reader)}: {reason}", one_line(incident.detail, 160)]
    lines += [f"{one_line(each.title, 80)} {web_address(each.url)}" for each in incident.sample]
    return "\n".join(line for line in lines if line)


def encode_chat(text: ChatText, taken: Collection[str] = ()) -> bytes:
    """The same bytes on every attempt; and the marks of those who have ``taken`` it, once there are any."""
    fields: dict[str, object] = {"title": text.title, "body": text.body}
    if taken:
        fields["taken"] = sorted(taken)
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def decode_chat(payload: bytes) -> ChatText:
    """What ``encode_chat`` made."""
    fields = json.loads(payload)
    return ChatText(title=fields["title"], body=fields["body"])


def taken_by(payload: bytes) -> set[str]:
    """The marks of those who have taken the message already."""
    return set(json.loads(payload).get("taken", ()))
