"""A site farm of generated official news, for measuring beside: `python -m benchmarks.server --port N`.

One process, an own little HTTP over asyncio; its CPU time is in no figure. Every source has one feed (RSS and Atom in
turns) that lists its articles, of about 38 KB each; everything has validators and answers 304 to whoever repeats them.
The same numbers make the same bytes. What a client asked for is counted: ``/ctl/stats``, ``/ctl/reset``,
``/ctl/sources``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache, partial

_SYLLABLES = (
    "国务院发布通知会议强调要求推动高质量发展建设完善制度加强监督管理保障民生促进就业统计数据显示增长进出口投资"
)
_SENTENCE = (
    "ministry announced measures public procurement regional authorities programme support enterprises services "
    "committee progress transport energy health education statement exports employment quarter guidance standards"
)
_WORDS = _SENTENCE.split()
_BEGAN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_MODIFIED = format_datetime(_BEGAN, usegmt=True).encode()
_ARTICLE_BYTES = 38_000
_TEMPLATES = 8


def make_sentence(rng: random.Random, *, chinese: bool) -> str:
    """One sentence with a figure in it now and then."""
    figure = f"{rng.randint(2, 9000)}" if rng.random() < 0.2 else ""
    if chinese:
        return "".join(rng.choices(_SYLLABLES, k=rng.randint(14, 40))) + f"，增长{figure}%" * bool(figure) + "。"
    words = " ".join(rng.choices(_WORDS, k=rng.randint(9, 22)))
    return words.capitalize() + (f" by {figure} per cent" if figure else "") + ". "


def make_paragraphs(rng: random.Random, count: int) -> list[str]:
    """Paragraphs in one of two languages."""
    chinese = rng.random() < 0.6
    return ["".join(make_sentence(rng, chinese=chinese) for _ in range(rng.randint(3, 6))) for _ in range(count)]


@lru_cache(maxsize=_TEMPLATES)
def template(number: int) -> tuple[str, str]:
    """What stands before and after an article on its page: navigation, scripts, links to everything else."""
    rng = random.Random(f"template {number}")
    menu = "".join(f'<li class="m{n}"><a href="/c/{n}.html">{rng.choice(_WORDS)}</a></li>' for n in range(60))
    script = "var m=[" + ",".join(str(rng.randint(0, 10**9)) for _ in range(700)) + "];"
    related = "".join(
        f'<div class="card"><a href="/c/{n}/1.html"><img src="/i/{n}.jpg"><span>{rng.choice(_WORDS)}</span></a></div>'
        for n in range(120)
    )
    before = f'<div id="top"><ul class="nav">{menu}</ul></div><script>{script}</script><div class="main">'
    after = f'</div><div class="related">{related}</div><div id="foot"><ul>{menu}</ul></div>'
    return before, after


class Farm:
    """Every body there is, made on demand and always the same."""

    def __init__(self, sources: int, items: int, base: str) -> None:
        self.sources = sources
        self.items = items
        self.base = base
        self.counted: Counter[str] = Counter()

    def feed_path(self, source: int) -> str:
        """Where the feed of a source is."""
        return f"/s/{source}/{'atom' if source % 2 else 'rss'}.xml"

    def find(self, path: str) -> tuple[str, str, Callable[[], bytes]] | None:
        """Kind of what is at ``path``, its entity tag, and what makes its body."""
        parts = path.strip("/").split("/")
        if path == "/robots.txt":
            return "robots", '"robots"', lambda: b"User-agent: *\nAllow: /\n"
        if len(parts) != 3 or not parts[1].isdecimal() or int(parts[1]) >= self.sources:
            return None
        if parts[0] == "s":
            return "s", f'"s{parts[1]}"', partial(self.feed, int(parts[1]), parts[2])
        number = parts[2].removesuffix(".html")
        if parts[0] == "a" and number.isdecimal() and int(number) < self.items:
            return "a", f'"a{parts[1]}-{number}"', partial(self.article, int(parts[1]), int(number))
        return None

    def article(self, source: int, number: int) -> bytes:
        """A page of about 38 KB with a title, a time and some paragraphs."""
        rng = random.Random(f"{source} {number}")
        before, after = template(source % _TEMPLATES)
        title = self.title(source, number)
        text = "".join(f"<p>{each}</p>" for each in make_paragraphs(rng, rng.randint(8, 14)))
        head = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta property="article:published_time" content="{self.published(number).isoformat()}"></head><body>'
        )
        page = f'{head}{before}<h1>{title}</h1><div class="body">{text}</div>{after}</body></html>'.encode()
        return page + b" " * max(0, _ARTICLE_BYTES - len(page))

    def feed(self, source: int, name: str) -> bytes:
        """The newest first."""
        entries = "".join(self.entry(source, number, name) for number in range(self.items - 1, -1, -1))
        if name == "rss.xml":
            channel = f"<title>Source {source}</title><link>{self.base}/</link><description>News</description>"
            return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{entries}</channel></rss>'.encode()
        head = f"<title>Source {source}</title><id>urn:s:{source}</id><updated>{_BEGAN.isoformat()}</updated>"
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'.encode()

    def entry(self, source: int, number: int, name: str) -> str:
        """One entry of a feed."""
        link, title = f"{self.base}/a/{source}/{number}.html", self.title(source, number)
        summary = make_paragraphs(random.Random(f"{source} {number} summary"), 1)[0]
        published = self.published(number)
        if name == "rss.xml":
            return (
                f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
                f"<pubDate>{format_datetime(published)}</pubDate><description>{summary}</description></item>"
            )
        return (
            f'<entry><title>{title}</title><id>{link}</id><link href="{link}"/>'
            f"<updated>{published.isoformat()}</updated><summary>{summary}</summary></entry>"
        )

    def title(self, source: int, number: int) -> str:
        """The title of an article, in its feed and on its page."""
        rng = random.Random(f"{source} {number} title")
        return "".join(rng.choices(_SYLLABLES, k=12)) + f" {source}-{number}"

    def published(self, number: int) -> datetime:
        """When an article came out."""
        return _BEGAN - timedelta(days=30) + timedelta(minutes=90 * number)

    def control(self, path: str) -> bytes:
        """What the benchmark asks."""
        if path.startswith("/ctl/reset"):
            self.counted.clear()
            return b"ok"
        if path.startswith("/ctl/stats"):
            return json.dumps({key: [number, 0] for key, number in self.counted.items()}).encode()
        return "\n".join(self.base + self.feed_path(source) for source in range(self.sources)).encode()


class Exchange(asyncio.Protocol):
    """One connection of a client: requests without bodies, answered in their order."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        *heads, self._buffer = (self._buffer + data).split(b"\r\n\r\n")
        for head in heads:
            self._transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        """The whole answer to one request."""
        line, *rest = head.split(b"\r\n")
        path = line.split(b" ")[1].decode("latin-1")
        if path.startswith("/ctl/"):
            return self.render(200, b"", self._farm.control(path))
        found = self._farm.find(path)
        if found is None:
            return self.render(404, b"", b"not found")
        kind, tag, make = found
        headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(b":") for each in rest)}
        same = headers.get(b"if-none-match") == tag.encode()
        self._farm.counted[f"{kind}:{304 if same else 200}"] += 1
        validators = b"ETag: " + tag.encode() + b"\r\nLast-Modified: " + _MODIFIED + b"\r\n"
        kinds = {"a": b"text/html; charset=utf-8", "s": b"application/xml", "robots": b"text/plain"}
        validators += b"Content-Type: " + kinds[kind] + b"\r\n"
        return self.render(304, validators, b"") if same else self.render(200, validators, make())

    def render(self, status: int, headers: bytes, body: bytes) -> bytes:
        """Status, headers and body as bytes."""
        length = b"" if status == 304 else b"Content-Length: %d\r\n" % len(body)
        return b"HTTP/1.1 %d X\r\n%b%b\r\n%b" % (status, headers, length, body)


async def serve(options: argparse.Namespace) -> None:
    """Serves until the time is over."""
    farm = Farm(options.sources, options.items, f"http://127.0.0.1:{options.port}")
    server = await asyncio.get_running_loop().create_server(lambda: Exchange(farm), "127.0.0.1", options.port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await asyncio.sleep(options.ttl)


def main() -> None:
    """The command line; that of other servers in these shapes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--ttl", type=float, default=900, help="seconds after which it ends by itself")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
