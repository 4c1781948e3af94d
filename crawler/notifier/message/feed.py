"""Changes as a feed, Atom (RFC 4287) or JSON Feed 1.1: one entry for each change, under an id that stays. Pure.

An article that changes twice has two entries: readers show an entry once, so one that is updated would hide the second
change. The entry is the item of a JSON Feed; Atom is made from it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from crawler.model import Change, Incident, Notice
from crawler.notifier.message import environment
from crawler.notifier.message.harmless import one_line, web_address
from crawler.notifier.message.reader import Reader, reader_of
from crawler.notifier.message.view import (
    BUDGET,
    Budget,
    incident_line,
    preview_of,
    subject_of_change,
    subject_of_incident,
    view_change,
)

Item = dict[str, Any]

#: What makes the ids of entries unique in the world (RFC 4151). It never changes, or every entry would be new.
AUTHORITY = "tag:gazette,2026:"
JSON_VERSION = "https://jsonfeed.org/version/1.1"
CONTENT_TYPES = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}
#: What XML 1.0 has no way to write.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What a feed says of itself. ``name`` makes its id; ``self_url`` is where it can be had, if anywhere."""

    name: str
    title: str
    home: str = ""
    self_url: str = ""

    @property
    def id(self) -> str:
        """The id of the feed."""
        return f"{AUTHORITY}feed/{self.name}"


# -- entries -------------------------------------------------------------------------------------------------------


def items_of(notice: Notice) -> list[Item]:
    """The entries for the events of a notice."""
    reader = reader_of(notice.subscription)
    items = [item_of(change, reader, notice.public_url) for change in notice.changes]
    items += [item_of_incident(incident, reader) for incident in notice.incidents]
    if notice.kind == "test":
        words = reader.labels["test"], reader.labels["test_text"]
        items.append(make_item(f"test/{notice.delivery_id}", words[0], words[1], notice.created_at))
    return items


def item_of(change: Change, reader: Reader, public_url: str) -> Item:
    """The entry of one change."""
    shown = view_change(change, reader, Budget(BUDGET), public_url)
    content = environment().get_template("entry.html.j2").render(item=shown, labels=reader.labels)
    item = make_item(f"change/{change.id}", subject_of_change(change, reader), content, change.detected_at)
    item["url"] = web_address(change.article.url) or None
    item["summary"] = preview_of([change]) or one_line(change.article.excerpt, 140)
    item["tags"] = [change.kind.value, *change.tags]
    item["language"] = reader.language
    if change.article.publisher:
        item["authors"] = [{"name": one_line(change.article.publisher, 120)}]
    item["_gazette"] = {"change": change.id, "article": change.article.id, "source": change.source, "seq": change.seq}
    return {key: value for key, value in item.items() if value}


def item_of_incident(incident: Incident, reader: Reader) -> Item:
    """The entry of one telling of an incident."""
    lines = [incident_line(incident, reader), *(one_line(each.title, 160) for each in incident.articles[:50])]
    content = "".join(f"<p>{escape(line)}</p>" for line in lines)
    item = make_item(
        f"incident/{incident.event_id}", subject_of_incident(incident, reader), content, incident.detected_at
    )
    item["tags"] = [incident.reason.value]
    return item


def make_item(name: str, title: str, content: str, at: datetime) -> Item:
    """What every entry has."""
    instant = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "id": AUTHORITY + name,
        "title": one_line(title, 250),
        "content_html": content,
        "date_published": instant,
        "date_modified": instant,
    }


# -- documents -----------------------------------------------------------------------------------------------------


def encode_items(items: Sequence[Item]) -> bytes:
    """Entries as JSON, the same bytes for the same entries."""
    return json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def write_feed(form: str, items: Iterable[Item], head: FeedHead) -> bytes:
    """A whole document. ``form`` is ``atom`` or ``json``."""
    return write_json(items, head) if form == "json" else "".join(write_atom(items, head)).encode("utf-8", "replace")


def write_json(items: Iterable[Item], head: FeedHead) -> bytes:
    """JSON Feed 1.1."""
    about = {"version": JSON_VERSION, "title": head.title, "home_page_url": head.home, "feed_url": head.self_url}
    document = {**{key: value for key, value in about.items() if value}, "items": list(items)}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def write_atom(items: Iterable[Item], head: FeedHead) -> Iterator[str]:
    """An Atom document, piece by piece, however many entries there are. Ends with when it was last updated."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<id>{plain(head.id)}</id>\n<title>{plain(head.title)}</title>\n<generator>Gazette</generator>\n"
    yield "<author><name>Gazette</name></author>\n"
    if head.self_url:
        yield f'<link rel="self" href={attribute(head.self_url)}/>\n'
    if head.home:
        yield f'<link rel="alternate" href={attribute(head.home)}/>\n'
    updated = "1970-01-01T00:00:00Z"
    for item in items:
        updated = max(updated, str(item["date_modified"]))
        yield write_entry(item)
    yield f"<updated>{updated}</updated>\n</feed>\n"


def write_entry(item: Mapping[str, Any]) -> str:
    """One entry of an Atom document, on lines of its own."""
    parts = [f"<id>{plain(item['id'])}</id>", f"<title>{plain(item['title'])}</title>"]
    parts += [
        f"<published>{plain(item['date_published'])}</published>",
        f"<updated>{plain(item['date_modified'])}</updated>",
    ]
    parts += [f"<author><name>{plain(each['name'])}</name></author>" for each in item.get("authors", ())]
    parts += [f'<link rel="alternate" href={attribute(item["url"])}/>'] if item.get("url") else []
    parts += [f"<category term={attribute(tag)}/>" for tag in item.get("tags", ())]
    parts += [f"<summary>{plain(item['summary'])}</summary>"] if item.get("summary") else []
    parts.append(f'<content type="html">{plain(item["content_html"])}</content>')
    return "<entry>" + "\n".join(parts) + "</entry>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAnswer:
    """What a request for a feed is answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer_feed(form: str, items: Iterable[Item], head: FeedHead, *, if_none_match: str = "") -> FeedAnswer:
    """The feed for a reader over HTTP, or 304 where the reader has it already (RFC 9110 §13.1.2)."""
    body = write_feed(form, items, head)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    known = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    if tag in known or "*" in known:
        return FeedAnswer(status=304, headers=headers, body=b"")
    return FeedAnswer(status=200, headers={**headers, "Content-Type": CONTENT_TYPES[form]}, body=body)


def plain(text: object) -> str:
    """Text as it may stand between tags."""
    return escape(_NOT_IN_XML.sub("", str(text)))


def attribute(text: object) -> str:
    """Text as it may stand in an attribute, with its quotes."""
    return quoteattr(_NOT_IN_XML.sub("", str(text)))
