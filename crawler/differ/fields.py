"""The fields of an article as the differ sees them: when two values of a field are the same (contract §4)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from crawler.differ.folding import compare_key
from crawler.differ.stamps import body_key
from crawler.model import Article, Attachment, Link, Moment, Precision
from crawler.text.urls import canonical_url

#: The fields that can differ, in the order of the contract.
FIELDS = ("title", "body", "published_at", "publisher", "author", "attachments", "links", "status", "url")

#: A comparable key and the text that is shown for it.
Item = tuple[str, str]
AttachmentPair = tuple[Attachment | None, Attachment | None]

_BUSTER_NAMES = (
    "_ ts timestamp cb cache cachebuster nocache rnd rand random nonce token sign signature sig expires auth_key "
    "ossaccesskeyid policy key-pair-id x-amz-algorithm x-amz-credential x-amz-date x-amz-expires x-amz-signature "
    "x-amz-signedheaders x-amz-security-token x-oss-process security-token sv se sr sp"
)
_BUSTERS = frozenset(_BUSTER_NAMES.split())
#: Names that carry versions, clocks and counters on one site and identities on another: only figures are dropped.
_LOOSE_NAMES = (
    "v t r e ver version time count hits hit click clicks clicknum hitcount downloads downloadcount downcount downnum "
    "down_count views visits"
)
_LOOSE_BUSTERS = frozenset(_LOOSE_NAMES.split())
_FIGURES = re.compile(r"[\d.]+")

_FORMATS = {
    Precision.YEAR: "%Y",
    Precision.MONTH: "%Y-%m",
    Precision.DAY: "%Y-%m-%d",
    Precision.HOUR: "%Y-%m-%d %H:00 %z",
    Precision.APPROX: "%Y-%m-%d",
    Precision.MINUTE: "%Y-%m-%d %H:%M %z",
    Precision.SECOND: "%Y-%m-%d %H:%M:%S %z",
}
_COARSENESS = (Precision.YEAR, Precision.MONTH, Precision.DAY, Precision.HOUR, Precision.MINUTE, Precision.SECOND)
#: Where a moment comes from that the page itself does not give.
_FOREIGN = frozenset(("feed", "list", "url"))


def is_same_field(field: str, before: Article, after: Article) -> bool:
    """Whether one field (a name of ``FIELDS``) says the same in both articles."""
    if field == "body":
        return body_key(b.text for b in before.blocks) == body_key(b.text for b in after.blocks)
    if field == "published_at":
        return is_same_moment(before.published, after.published)
    if field == "author":
        return [compare_key(name) for name in before.authors] == [compare_key(name) for name in after.authors]
    if field == "attachments":
        return all(is_same_attachment(*pair) for pair in pair_attachments(before.attachments, after.attachments))
    if field == "links":
        return {link_key(link.url) for link in before.links} == {link_key(link.url) for link in after.links}
    if field == "url":
        return canonical_url(before.url) == canonical_url(after.url)
    if field == "publisher" and not (before.publisher and after.publisher):
        return True  # another edition of the page names nobody, or somebody at last
    return compare_key(getattr(before, field)) == compare_key(getattr(after, field))


def is_same_moment(before: Moment | None, after: Moment | None) -> bool:
    """Whether two publication dates agree at the coarser of their precisions.

    Another zone, a gain or loss of precision, a date that appears or disappears, a relative time and twelve hours
    of difference within a day (the ``hh`` for ``HH`` fault of templates) are the template's doing, not an edit. So is
    what the page itself does not say: a month in its address is a guess, and the date in a list may be that of its
    making.
    """
    if before is None or after is None or Precision.APPROX in (before.precision, after.precision):
        return True
    if not _FOREIGN.isdisjoint((before.origin, after.origin)):
        return True
    if before.instant == after.instant:
        return True
    coarse, fine = sorted((before, after), key=lambda moment: _COARSENESS.index(moment.precision))
    shown = {fine.instant.replace(tzinfo=None), fine.instant.astimezone(coarse.instant.tzinfo).replace(tzinfo=None)}
    local = coarse.instant.replace(tzinfo=None)
    return any(_truncate(one, coarse.precision) == _truncate(local, coarse.precision) for one in shown) or (
        _is_half_day_fault(coarse, fine)
    )


def _truncate(instant: datetime, precision: Precision) -> tuple[int, ...]:
    return instant.timetuple()[: _COARSENESS.index(precision) + 1]


def _is_half_day_fault(one: Moment, other: Moment) -> bool:
    left, right = one.instant, other.instant.astimezone(one.instant.tzinfo)
    if left.date() != right.date() or left.hour == right.hour or (left.hour - right.hour) % 12:
        return False
    minute = Precision.MINUTE in (one.precision, other.precision)
    return left.minute == right.minute and (minute or left.second == right.second)


def moment_text(moment: Moment | None) -> str:
    """A date as it is shown: as exact as it is known, with the offset where it has a time of day."""
    return moment.instant.strftime(_FORMATS[moment.precision]) if moment else ""


def link_key(url: str) -> str:
    """The canonical address without what only defeats caches or signs a download."""
    canonical = canonical_url(url)
    if "?" not in canonical:
        return canonical
    try:
        parts = urlsplit(canonical)
    except ValueError:  # a broken IPv6 literal: no address, but still a text to compare
        return canonical
    kept = "&".join(pair for pair in parts.query.split("&") if not _is_buster(pair))
    return urlunsplit(parts._replace(query=kept))


def _is_buster(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    return name in _BUSTERS or (name in _LOOSE_BUSTERS and _FIGURES.fullmatch(value) is not None)


def pair_attachments(before: Sequence[Attachment], after: Sequence[Attachment]) -> list[AttachmentPair]:
    """Every attachment of either side once, with its counterpart: same address, else same name, else same bytes."""
    rest_old, rest_new = list(before), list(after)
    pairs: list[AttachmentPair] = []
    for key in (_address_key, _name_key, _bytes_key):
        by_key = {key(item): item for item in reversed(rest_old) if key(item)}
        for new in list(rest_new):
            if old := by_key.pop(key(new), None):
                pairs.append((old, new))
                rest_old.remove(old)
                rest_new.remove(new)
    return [*pairs, *((old, None) for old in rest_old), *((None, new) for new in rest_new)]


def _address_key(attachment: Attachment) -> str:
    return link_key(attachment.url)


def _name_key(attachment: Attachment) -> str:
    return compare_key(attachment.name)


def _bytes_key(attachment: Attachment) -> str:
    return attachment.sha256


def is_same_attachment(before: Attachment | None, after: Attachment | None) -> bool:
    """Whether both are the same file. Words decide where all of both were read, bytes where both were hashed, else name
    and address: a file whose bytes did not come is no other file.
    """
    if before is None or after is None or _name_key(before) != _name_key(after):
        return False
    if before.sha256 and after.sha256:
        return before.sha256 == after.sha256 or (before.is_read and after.is_read and _says_the_same(before, after))
    return _address_key(before) == _address_key(after)


def _says_the_same(before: Attachment, after: Attachment) -> bool:
    return body_key(block.text for block in before.blocks) == body_key(block.text for block in after.blocks)


def content_key(attachment: Attachment) -> str:
    """What a file holds, in one word: equal for files that are the same whatever they are called."""
    if not attachment.is_read:
        return attachment.sha256
    words = body_key(block.text for block in attachment.blocks)
    return f"words:{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()}"


def reworded_attachments(before: Article, after: Article) -> list[tuple[Attachment, Attachment]]:
    """The files that are there on both sides with a text each, and not the same one."""
    return [
        (old, new)
        for old, new in pair_attachments(before.attachments, after.attachments)
        if old is not None and new is not None and old.blocks and new.blocks and not _says_the_same(old, new)
    ]


def attachment_items(before: Sequence[Attachment], after: Sequence[Attachment]) -> tuple[list[Item], list[Item]]:
    """Both lists as items; counterparts that are the same file share a key."""
    pairs = pair_attachments(before, after)
    shared = {id(new): id(old) for old, new in pairs if is_same_attachment(old, new)}
    old_items = [(str(id(item)), attachment_text(item)) for item in before]
    return old_items, [(str(shared.get(id(item), id(item))), attachment_text(item)) for item in after]


def attachment_text(attachment: Attachment) -> str:
    """One line for an attachment: name, address and, where known, the start of its SHA-256."""
    mark = f" sha256:{attachment.sha256[:12]}" if attachment.sha256 else ""
    return f"{attachment.name} <{attachment.url}>{mark}"


def link_items(links: Iterable[Link]) -> list[Item]:
    """Links as items: the address decides, the text is shown with it."""
    return [(link_key(link.url), f"{link.text} <{link.url}>") for link in links]
