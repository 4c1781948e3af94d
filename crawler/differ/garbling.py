"""Characters that could not be read: whether they are all that sets two readings of an article apart.

A page whose bytes were broken on the way shows U+FFFD where it had a character. That is a fault of decoding, never an
edit, and its end is none either. Where a byte is lost in the middle of a line, all that follows in that line may be
misread too: so a whole block with such a character counts as unread.
"""

from __future__ import annotations

from crawler.model import Article
from crawler.text.normalize import fold

_UNREADABLE = "\ufffd"
#: A text of which so much cannot be read is no ground for comparison.
_TOO_MUCH = 0.1


def is_garbled(before: Article, after: Article) -> bool:
    """Whether ``after`` has more unreadable characters than ``before`` and says nothing new outside those blocks."""
    lost = _count(after)
    if lost <= _count(before):
        return False
    return lost > _TOO_MUCH * max(1, len(after.text)) or not _legible(after) - _legible(before)


def is_mended(before: Article, after: Article) -> bool:
    """Whether ``after`` differs from ``before`` only in what could not be read then and can be read now."""
    if not _count(before) > _count(after):
        return False
    return not _legible(before) - _legible(after) and len(after.blocks) == len(before.blocks)


def _count(article: Article) -> int:
    return article.title.count(_UNREADABLE) + sum(block.text.count(_UNREADABLE) for block in article.blocks)


def _legible(article: Article) -> set[str]:
    texts = (article.title, *(block.text for block in article.blocks))
    return {fold(text) for text in texts if _UNREADABLE not in text}
