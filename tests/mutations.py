"""Pages as no publisher means them: recorded ones, cut, swapped, nested, flipped, soiled and mislabelled.

Deterministic for a seed, so that a campaign of any size can be repeated:

    python -m tests.mutations 20000 7      # how many pages, from which seed

prints how many were read and recognised (and as many feeds, sitemaps and answers of JSON), the slowest, and the most
memory that was taken; exits 1 at the first exception.
"""

from __future__ import annotations

import contextlib
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from crawler.errors import ParseError
from crawler.model import ArticleRules, Fetched, Purpose, Request, Source, digest
from crawler.parser.article import read_article
from crawler.parser.expectation import facts_of
from crawler.parser.probe import probe

URL = "http://www.example.gov.cn/a/202310/t20231027_1.html"
GOLDEN = Path(__file__).parent / "golden"
PAGES = [path.read_bytes() for path in sorted(GOLDEN.glob("*/*/*.html"))]
#: What an address may answer besides: feeds, sitemaps, JSON.
DATA = [path.read_bytes() for path in sorted(GOLDEN.glob("*/*/response.*")) if path.suffix in (".xml", ".json", ".txt")]
CHARSETS = (
    "utf-8",
    "gb18030",
    "big5hkscs",
    "cp932",
    "euc_jp",
    "iso2022_jp_ext",
    "cp949",
    "cp1252",
    "utf-16",
    "utf-16-le",
)
LABELS = ("", "utf-8", "gb2312", "big5", "shift_jis", "iso-8859-1", "utf-16", "base64", "x-none", "utf-7", "\udcff")
SOUP = (
    *(b"<", b">", b"<div>", b"</div>", b"</td>", b"<table><tr><td>", b'"', b"</script>", b"<script>", b"<!--", b"-->"),
    *(b"\x00", b"\xff\xfe", b"\x1b$B", b"&#x110000;", b"&amp;amp;", b"<svg><p>", b"<template>", b"<option selected>"),
    *(b"<a href=javascript:x>", b"<h1>", b"<base href=//>", b"<meta charset=utf-16>", b"<b>" * 120, b"<ul><li>" * 60),
    *(b'<meta name=PubDate content="9999-99-99">', b"2023-13-45", "发布时间：".encode(), "\u202e".encode()),
    *(b"<p class='" + b"x " * 200 + b"'>", b"<p " + b"a=1 " * 200 + b">"),
)
Change = Callable[[random.Random, bytearray], bytearray]


def peak_memory() -> int:
    """MiB that this program took at most. What ``getrusage`` says counts the program that started it, too (Linux)."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20  # bytes elsewhere


def cut(chance: random.Random, page: bytearray) -> bytearray:
    at = chance.randrange(len(page) + 1)
    return page[:at] if chance.random() < 0.3 else page[:at] + page[at + chance.randrange(800) :]


def swap(chance: random.Random, page: bytearray) -> bytearray:
    first, second = sorted(chance.randrange(len(page) + 1) for _ in range(2))
    width = chance.randrange(300)
    return (
        page[:first]
        + page[second : second + width]
        + page[first + width : second]
        + page[first : first + width]
        + page[second:]
    )


def duplicate(chance: random.Random, page: bytearray) -> bytearray:
    at, width = chance.randrange(len(page) + 1), chance.randrange(2_000)
    return page[:at] + page[at : at + width] * chance.randrange(2, 12) + page[at:]


def nest(chance: random.Random, page: bytearray) -> bytearray:
    tag = chance.choice(
        [b"div", b"table", b"font", b"ul", b"form", b"a", b"blockquote", b"iframe", b"noscript", b"select"]
    )
    at, depth = chance.randrange(len(page) + 1), chance.randrange(1, 400)
    return page[:at] + b"<%s>" % tag * depth + page[at:] + b"</%s>" % tag * chance.randrange(depth + 1)


def flip(chance: random.Random, page: bytearray) -> bytearray:
    for _ in range(chance.randrange(1, 40)):
        if page:
            page[chance.randrange(len(page))] ^= 1 << chance.randrange(8)
    return page


def soil(chance: random.Random, page: bytearray) -> bytearray:
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(page) + 1)
        page[at:at] = chance.choice(SOUP)
    return page


def rewrite(chance: random.Random, page: bytearray) -> bytearray:
    text = bytes(page).decode(chance.choice(CHARSETS), "replace")
    return bytearray(text.encode(chance.choice(CHARSETS), "replace"))


CHANGES: tuple[Change, ...] = (cut, swap, duplicate, nest, flip, soil, rewrite)
LONGEST = 400_000


def mutate(seed: int, of: Sequence[bytes] = PAGES) -> tuple[bytes, str]:
    """A page, and what the server says its charset is."""
    chance = random.Random(seed)
    page = bytearray(chance.choice(of))
    for _ in range(chance.randrange(1, 6)):
        page = chance.choice(CHANGES)(chance, page)[:LONGEST]
    return bytes(page), chance.choice(LABELS)


def receive(body: bytes, charset: str) -> Fetched:
    """The bytes as an answer."""
    return Fetched(
        request=Request(url=URL, purpose=Purpose.ARTICLE),
        url=URL,
        status=200,
        headers=(("content-type", f"text/html; charset={charset}"),),
        body=body,
        sha256=digest(body),
        fetched_at=datetime(2023, 10, 28, tzinfo=UTC),
    )


def recognise(body: bytes, charset: str) -> float:
    """Finds out what the bytes are, as ``gazette probe`` does; the CPU seconds it took."""
    began = time.process_time()
    with contextlib.suppress(ParseError):
        probe(receive(body, charset))
    return time.process_time() - began


def read(body: bytes, charset: str) -> float:
    """Reads a page in every way a check does; the CPU seconds it took."""
    fetched = receive(body, charset)
    began = time.process_time()
    rules = ArticleRules(body=".TRS_Editor", ignore=(".x",)) if len(body) % 3 == 0 else ArticleRules()
    reading = read_article(fetched, Source(id="f", kind="feed", url=URL, timezone="Asia/Shanghai", article=rules))
    if reading.article is not None:
        facts_of(fetched, reading.article)
    return time.process_time() - began


def main(number: int, first: int) -> int:
    """The campaign."""
    worst = (0.0, 0)
    for seed in range(first, first + number):
        page, data = mutate(seed), mutate(seed, DATA)
        try:
            worst = max(worst, (max(read(*page), recognise(*page), recognise(*data)), seed))
        except Exception as error:
            print(f"seed {seed}: {type(error).__name__}: {error}")
            raise
    memory = peak_memory()
    print(f"{number} pages, slowest {worst[0]:.3f} s (seed {worst[1]}), {memory} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
