"""One official site: its posts, how it is listed, and what it makes of a request, with noise on top of all of it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from tests.world.grammar import Draft
from tests.world.serve import Answer, Asked, Host, page

if TYPE_CHECKING:
    from tests.world.noise import Noise
    from tests.world.shapes import Shape

NOT_FOUND = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"


@dataclass(slots=True, kw_only=True)
class Post:
    """One post. ``gone`` names how its page answers since it was taken away (a key of ``FAREWELLS``).

    ``former`` is the text before the last edit, which stale nodes show until ``former_until``. ``paths`` are all
    addresses it ever had, ``touched`` is when the story last did something to it.
    """

    slug: str
    number: int
    draft: Draft
    published: datetime
    updated: datetime | None = None
    file: str = ""
    file_version: int = 1
    link: str = ""
    path: str = ""
    gone: str = ""
    forward: str = ""
    former: Draft | None = None
    saved: Draft | None = None
    former_until: datetime | None = None
    paths: list[str] = field(default_factory=list)
    visits: int = 0
    touched: int = -9
    typo: tuple[str, str] | None = None

    @property
    def title(self) -> str:
        return self.draft.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How a list names a post."""

    post: Post
    title: str
    url: str
    id: str
    published: datetime
    updated: datetime


@dataclass(slots=True)
class Visit:
    """One request in the making: how many came before it, and chance that is the same for the same seed."""

    number: int
    now: datetime
    site: Site
    rng: Random
    asked: Asked
    post: Post | None = None
    stale: bool = False
    torn: bool = False

    @property
    def turn(self) -> int:
        """A count of the visits to one page, each page from another number on.

        So what strikes one visit in some never strikes two in a row, in whatever order pages are read.
        """
        return self.post.visits + self.post.number if self.post else self.number


@dataclass(slots=True, kw_only=True)
class Site:
    """A site and its state. ``window`` is how many posts its list shows; ``design`` the version of its templates.

    ``second``: the same posts are listed at another address, too.
    """

    id: str
    shape: Shape
    seed: int
    now: Callable[[], datetime]
    posts: list[Post] = field(default_factory=list)
    noises: list[Noise] = field(default_factory=list)
    trouble: Noise | None = None
    window: int = 100
    design: int = 1
    tagged: bool = True
    second: bool = False
    visits: int = 0
    lists: int = 0
    born: int = 0
    host: Host = field(init=False)

    def __post_init__(self) -> None:
        self.host = Host(self.respond)

    @property
    def language(self) -> str:
        return self.shape.language

    @property
    def listing_url(self) -> str:
        return self.host.base + self.shape.source_path

    @property
    def second_url(self) -> str:
        """Where the same posts are listed once more."""
        return self.host.base + MOVED + self.shape.source_path

    def url(self, post: Post) -> str:
        """The address of a post's page."""
        return self.host.base + post.path

    def publish(self, draft: Draft, *, at: datetime | None = None, file: bool = False) -> Post:
        """Puts a post at the top."""
        self.born += 1
        slug = hashlib.sha256(f"{self.id} {self.seed} {self.born}".encode()).hexdigest()[:10]
        number = 1_000 * (1_000_000 + zlib.crc32(self.id.encode()) % 1_000_000) + self.born
        post = Post(slug=slug, number=number, draft=draft, published=at or self.now())
        post.path = self.shape.path_of(post)
        post.paths.append(post.path)
        post.file = f"/files/{slug}.pdf" if file else ""
        self.posts.insert(0, post)
        return post

    def listed(self) -> list[Post]:
        """The posts that the list shows."""
        return [post for post in self.posts if not post.gone][: self.window]

    def rows(self) -> list[Row]:
        """The rows of the list before any noise."""
        return [
            Row(
                post=post,
                title=post.title,
                url=self.url(post),
                id=self.shape.id_of(self, post),
                published=post.published,
                updated=post.updated or post.published,
            )
            for post in self.listed()
        ]

    # -- answering ------------------------------------------------------------------------------------------------

    def respond(self, asked: Asked) -> Answer:
        """The answer to one request, trouble and noise included."""
        self.visits += 1
        visit = Visit(self.visits, self.now(), self, Random(f"{self.seed} {self.id} {self.visits}"), asked)
        noises = [*self.noises, *([self.trouble] if self.trouble else [])]
        answer = self._content(visit, noises)
        for noise in noises:
            if noise.on == "answer":
                answer = noise.act(visit, answer)
        return answer

    def _content(self, visit: Visit, noises: Sequence[Noise]) -> Answer:
        path = visit.asked.path.partition("?")[0]
        if path in (self.shape.listing_path, MOVED + self.shape.listing_path):
            self.lists += 1
            return self._list(visit, noises)
        if path == SIGNPOST:
            return page(signpost(self))
        plain = path.removesuffix("index.html").partition(";")[0].rstrip("/")
        found = next((post for post in self.posts if plain == post.path.rstrip("/")), None)
        if found is not None:
            visit.post = found
            found.visits += 1
            return self._page(visit, found, noises)
        if any(post.file == path for post in self.posts):
            post = next(post for post in self.posts if post.file == path)
            return Answer(body=pdf(post), media_type="application/pdf", etag=f'"{post.slug}-{post.file_version}"')
        forward = next((post for post in self.posts if post.forward == path), None)
        if forward is not None:
            return Answer(status=301, headers=(("Location", forward.path),))
        return page(NOT_FOUND, status=404)

    def _list(self, visit: Visit, noises: Sequence[Noise]) -> Answer:
        rows = self.rows()
        for noise in noises:
            if noise.on == "rows":
                rows = noise.act(visit, rows)
        text = self.shape.list_posts(self, rows, visit)
        for noise in noises:
            if noise.on == "listing":
                text = noise.act(visit, text)
        return page(text, tagged=self.tagged, media_type=self.shape.listing_type)

    def _page(self, visit: Visit, post: Post, noises: Sequence[Noise]) -> Answer:
        if post.gone:
            return farewell(post, self)
        for noise in noises:
            if noise.on == "visit":
                noise.act(visit, None)
        is_stale = visit.stale and post.former_until is not None and visit.now < post.former_until
        draft = post.former if is_stale and post.former else post.draft
        texts = draft.texts
        if visit.torn and post.former is not None:
            texts = [new if n % 2 else old for n, (old, new) in enumerate(zip(post.former.texts, texts, strict=True))]
        for noise in noises:
            if noise.on == "text":
                texts = [noise.act(visit, text) for text in texts]
        markup = self.shape.show_post(self, replace_draft(post, draft), texts, Furniture(visit, noises))
        for noise in noises:
            if noise.on == "markup":
                markup = noise.act(visit, markup)
        return page(markup, tagged=self.tagged)


class Furniture:
    """What noise puts into the places of a page that a template offers: head, top, info, inside, after, foot."""

    def __init__(self, visit: Visit, noises: Sequence[Noise]) -> None:
        self.visit = visit
        self._noises = [noise for noise in noises if noise.on == "furniture"]

    def __getitem__(self, place: str) -> str:
        return "".join(noise.act(self.visit, place) for noise in self._noises if place in noise.places)


def replace_draft(post: Post, draft: Draft) -> Post:
    """The post as it is shown."""
    return post if draft is post.draft else replace(post, draft=draft)


#: How a page may answer when its post was taken away, and what that proves: cause of the change and who did it.
FAREWELLS: dict[str, tuple[str, str | None]] = {
    "404": ("404", None),
    "410": ("410", None),
    "soft_404": ("soft_404", None),
    "deleted_by_author": ("tombstone_page", "author"),
    "deleted_by_platform": ("tombstone_page", "platform"),
    "redirect_home": ("redirect", None),
    "redirect_signpost": ("redirect", None),
}
#: Where a site sends whoever asks for a page that it does not show.
SIGNPOST = "/about/changes.html"
#: What stands before the path of a list that has moved, or stands in a second place.
MOVED = "/portal"


def farewell(post: Post, site: Site) -> Answer:
    """What the page of a withdrawn post answers."""
    if post.gone == "404":
        return page(NOT_FOUND, status=404)
    if post.gone == "410":
        return page(NOT_FOUND.replace("404 Not Found", "410 Gone"), status=410)
    if post.gone == "soft_404":
        words = {"zh": "您访问的页面不存在", "ja": "ページが見つかりません", "en": "Page not found"}[site.language]
        return page(f"<html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>")
    if post.gone == "redirect_home":
        return Answer(status=302, headers=(("Location", "/"),))
    if post.gone == "redirect_signpost":
        return Answer(status=302, headers=(("Location", SIGNPOST),))
    words = "该内容已被发布者删除" if post.gone == "deleted_by_author" else "此内容因违规无法查看"
    return page(f"<html><head><title></title></head><body><div class='weui-msg'><p>{words}</p></div></body></html>")


def signpost(site: Site) -> str:
    """A page that tells readers where to look instead."""
    title, text = {
        "zh": ("网站改版说明", "本网站栏目已作调整，原页面内容请通过首页栏目导航或站内搜索查找。"),
        "ja": (
            "サイト構成の変更について",
            "サイトの構成を変更しました。お探しの情報はトップページから検索してください。",
        ),
        "en": (
            "Our website has changed",
            "We have rearranged this website. Please use the menu or search to find pages.",
        ),
    }[site.language]
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title></head><body><nav><a href='/'>Home</a>"
        f"</nav><main><h1>{title}</h1><p>{text}</p></main><footer>{site.id}</footer></body></html>"
    )


def pdf(post: Post) -> bytes:
    """A file whose bytes follow its version; small, but it begins and ends as a PDF does."""
    text = f"BT (notice {post.slug} version {post.file_version}) Tj ET".encode()
    return b"%PDF-1.4\n1 0 obj<</Length " + str(len(text)).encode() + b">>stream\n" + text + b"\nendstream\n%%EOF\n"


def ago(now: datetime, number: int) -> datetime:
    """When the ``number``-th post before today's was published: one in nine hours."""
    return now - timedelta(hours=9 * number, minutes=number)
