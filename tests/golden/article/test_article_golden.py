"""Reads every recorded page in this folder and compares the whole record with what a person reads there."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from crawler.model import Article, ArticleRules, Fetched, Moment, Purpose, Request, Source, Verdict, digest
from crawler.parser.article import read_article

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/case.toml"))


def read_case(folder: Path) -> tuple[Fetched, Source]:
    case = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    settings = dict(case["source"])
    rules = settings.pop("article", {})
    if "ignore" in rules:
        rules["ignore"] = tuple(rules["ignore"])
    source = Source(id="golden", kind="page", url=case["url"], article=ArticleRules(**rules), **settings)
    body = (folder / "page.html").read_bytes()
    fetched = Fetched(
        request=Request(url=case["url"], purpose=Purpose.ARTICLE),
        url=case["url"],
        status=200,
        headers=(("content-type", "text/html"),),
        body=body,
        sha256=digest(body),
        fetched_at=case["at"],
    )
    return fetched, source


def spell_moment(moment: Moment | None) -> list[str] | None:
    return None if moment is None else [moment.instant.isoformat(), moment.precision.value, moment.origin]


def as_plain(article: Article) -> dict[str, Any]:
    """The record as JSON, empty fields left out."""
    plain: dict[str, Any] = {
        "title": article.title,
        "published": spell_moment(article.published),
        "updated": spell_moment(article.updated),
        "written": spell_moment(article.written),
        "publisher": article.publisher,
        "authors": list(article.authors),
        "place": article.place,
        "language": article.language,
        "languages": list(article.languages),
        "document_number": article.document_number,
        "index_number": article.index_number,
        "status": article.status,
        "attachments": [[item.url, item.name] for item in article.attachments],
        "links": [[link.url, link.text] for link in article.links],
        "images": list(article.images),
        "marks": [list(mark) for mark in article.marks],
        "native_ids": list(article.native_ids),
        "blocks": [[block.kind.value, block.language, block.text] for block in article.blocks],
    }
    return {name: value for name, value in plain.items() if value}


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_recorded_page_is_read_as_a_person_reads_it(folder: Path) -> None:
    fetched, source = read_case(folder)
    reading = read_article(fetched, source)
    assert reading.assessment.verdict is Verdict.OK
    assert reading.article is not None
    assert as_plain(reading.article) == json.loads((folder / "expected.json").read_text("utf-8"))


def test_there_are_recorded_pages() -> None:
    assert len(CASES) >= 8
