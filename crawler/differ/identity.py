"""Which article is this? A ladder of keys, strongest first, that survives the spellings of its address.

* what the platform itself numbers: ``wechat:<biz>/<mid>/<idx>``, ``blogger:<blog>/<post>``
* ``id:<source>:<guid>``: what the listing calls the entry, good within its source
* ``url:<canonical address>``
* ``doc:<host>/<id>``: the document number in the address of a content management system; survives a change of column
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from crawler.differ.folding import compare_key
from crawler.model import Article, Entry, KnownArticle
from crawler.text.urls import canonical_url, document_id, is_http

_BLOGGER_ID = re.compile(r"tag:blogger\.com,1999:(?:user-\d{1,30}\.)?blog-(\d{1,30})\.post-?(\d{1,30})")
_WECHAT_HOST = "mp.weixin.qq.com"
_WEAK = "doc:"


def entry_keys(entry: Entry, source_id: str, *, trust_ids: bool = True) -> tuple[str, ...]:
    """The identity keys of a listing's entry, strongest first.

    ``trust_ids`` False leaves out what the listing calls its entries (see ``degenerate_ids``).
    """
    keys = [*_native_keys(entry.id, entry.url)]
    if trust_ids and entry.id.strip():
        keys.append(_listing_key(entry.id.strip(), source_id))
    return _unique([*keys, *_address_keys(entry.url)])


def article_keys(article: Article, source_id: str) -> tuple[str, ...]:
    """The identity keys a page gives its article, strongest first. ``source_id`` is kept for keys of a source's own."""
    local = (key if ":" in key else f"id:{source_id}:{key}" for key in article.native_ids if key)
    return _unique([*local, *_native_keys("", article.url), *_address_keys(article.url)])


def new_article_id(key: str) -> str:
    """The id of an article first seen under ``key``: 16 hexadecimal digits, the same on every machine."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def match(keys: Sequence[str], known: Mapping[str, KnownArticle]) -> KnownArticle | None:
    """The known article that the strongest known key names; document numbers are asked last."""
    for key in sorted(keys, key=lambda key: key.startswith(_WEAK)):
        if key in known:
            return known[key]
    return None


def degenerate_ids(entries: Iterable[Entry]) -> bool:
    """Whether a listing gives one id to several different entries, so that its ids identify nothing."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.id.strip():
            named[entry.id.strip()].add(canonical_url(entry.url) if entry.url else compare_key(entry.title))
    return any(len(those) > 1 for those in named.values())


def _native_keys(listed_id: str, url: str) -> Iterator[str]:
    if blogger := _BLOGGER_ID.search(listed_id):
        yield f"blogger:{blogger[1]}/{blogger[2]}"
    for address in (url, listed_id):
        if _WECHAT_HOST in address and (key := _wechat_key(address)):
            yield key


def _wechat_key(address: str) -> str:
    """The key in a long link; a short one (``/s/<token>``) names no numbers."""
    try:
        parts = urlsplit(canonical_url(address))
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return ""
    numbers = [query.get(name, [""])[0] for name in ("__biz", "mid", "idx")]
    return f"wechat:{'/'.join(numbers)}" if parts.hostname == _WECHAT_HOST and all(numbers) else ""


def _listing_key(listed_id: str, source_id: str) -> str:
    return f"id:{source_id}:{canonical_url(listed_id) if is_http(listed_id) else listed_id}"


def _address_keys(url: str) -> Iterator[str]:
    if url:
        yield f"url:{canonical_url(url)}"
    if document := document_id(url):
        yield f"{_WEAK}{document}"


def _unique(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))
