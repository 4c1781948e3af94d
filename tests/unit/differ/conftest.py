"""Articles and listings' entries in few words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.model import Article, Block, BlockKind, KnownArticle, Moment, Precision

SHANGHAI = timezone(timedelta(hours=8))


@pytest.fixture(scope="session")
def write() -> Callable[..., Article]:
    """Builds an article from paragraphs; a (kind, text) pair gives a block of another kind."""

    def build(*texts: str | tuple[str, str], title: str = "关于公布补贴办法的通知", **fields: object) -> Article:
        pairs = [("paragraph", text) if isinstance(text, str) else text for text in texts]
        blocks = tuple(Block(kind=BlockKind(kind), text=text) for kind, text in pairs)
        given = {"url": "https://www.example.gov.cn/zwgk/202310/t20231027_812345.html", **fields}
        return Article(title=title, blocks=blocks, **given)  # type: ignore[arg-type]

    return build


@pytest.fixture(scope="session")
def moment() -> Callable[..., Moment]:
    """Builds a moment from the parts of a local time; their number tells the precision."""

    def build(*parts: int, zone: timezone = SHANGHAI, precision: str = "") -> Moment:
        names = {1: "year", 2: "month", 3: "day", 4: "hour", 5: "minute", 6: "second"}
        filled = [*parts, *(1, 1, 1)[len(parts) :]] if len(parts) < 3 else list(parts)
        return Moment(instant=datetime(*filled, tzinfo=zone), precision=Precision(precision or names[len(parts)]))

    return build


@pytest.fixture(scope="session")
def known() -> Callable[..., KnownArticle]:
    """Builds what is known of an article."""

    def build(**fields: object) -> KnownArticle:
        seen = datetime(2024, 5, 1, tzinfo=UTC)
        given = {
            "id": "a1",
            "source_id": "zq-news",
            "url": "https://www.example.gov.cn/a.html",
            "keys": (),
            "first_seen_at": seen,
            "changed_at": seen,
            **fields,
        }
        return KnownArticle(**given)  # type: ignore[arg-type]

    return build
