"""An id for a source that a person would have chosen: from its host, then from its address, then by number. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from urllib.parse import unquote, urlsplit

from crawler.text.urls import host_of

_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_LONGEST = 40
_WECHAT = "wechat"
#: Labels of a host, and words of a path, that say nothing about whose it is.
_EMPTY_LABELS = frozenset({"www", "www2", "m", "mobile", "wap"})
_EMPTY_WORDS = frozenset(
    {"index", "default", "list", "html", "htm", "shtml", "php", "aspx", "jsp", "xml", "rss", "atom", "json", "feed"}
    | {"feeds", "rdf", "article", "articles", "and", "the", "of", "for"}
)
#: The last labels of hosts that are dropped where something is left before them.
_GENERIC = frozenset({"com", "org", "net", "int", "info", "edu"})
#: Services where the first label is the publisher.
_HOSTED = (".blogspot.com", ".wordpress.com", ".github.io", ".substack.com")


def name_source(url: str, title: str, taken: Iterable[str]) -> str:
    """A free id of the form ``[a-z0-9-]+`` for the source at ``url``."""
    return Namer(taken).name(url, title)


class Namer:
    """Names one source after the other; an id that was given is taken."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, Iterator[int]] = {}  # a thousand sources of one host are not counted anew for each

    def name(self, url: str, title: str) -> str:
        """A free id of the form ``[a-z0-9-]+`` for the source at ``url``."""
        host = _name_host(host_of(url)) or "source"
        numbers = self._numbers.setdefault(host, count(2))
        numbered = (f"{_fit(host)}-{number}" for number in numbers)
        name = next(name for name in chain(_proposals(host, url, title), numbered) if name not in self._taken)
        self._taken.add(name)
        return name


def _proposals(host: str, url: str, title: str) -> Iterator[str]:
    yield host
    # What WeChat has for a path is a token, which says nothing.
    path = unquote(urlsplit(url).path) if host_of(url) and host != _WECHAT else ""
    for word in reversed([word for word in _words(path) if word not in _EMPTY_WORDS and not word.isdigit()]):
        yield _fit(f"{host}-{word}")
    heard = [word for word in _words(title) if word not in host.split("-")]
    if heard:
        yield _fit("-".join((host, *heard[:3])))


def _name_host(host: str) -> str:
    """``www.gd.gov.cn`` is ``gd-gov``, ``news.un.org`` is ``news-un``, ``notes.blogspot.com`` is ``notes``."""
    if host.startswith("mp.weixin.qq.com"):
        return _WECHAT
    name, _, port = host.partition(":")
    for ending in _HOSTED:
        name = name.removesuffix(ending) if name != ending[1:] else name
    labels = [label for label in name.split(".") if label not in _EMPTY_LABELS]
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-1].isalpha():
        labels = labels[:-1]
    if len(labels) > 1 and labels[-1] in _GENERIC:
        labels = labels[:-1]
    return _fit("-".join((*labels, port)))


def _words(text: str) -> list[str]:
    return [word for word in _NOT_IN_ID.split(text.lower()) if word]


def _fit(name: str) -> str:
    return _NOT_IN_ID.sub("-", name.lower())[:_LONGEST].strip("-")
