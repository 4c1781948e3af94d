"""An official site that lives on a test server: posts come, change and go while tests crawl it.

with SiteServer() as site:
    room = Newsroom(site)
    room.publish("bridge", title="…", text=("…",))
    …crawl room.feed…
    room.edit("bridge", "3 %", "13 %")
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

from tests.siteserver import Asked, Route, SiteServer, make_route

FIRST_DAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Post:
    """One post. ``file`` is the name of an attached file."""

    slug: str
    title: str
    text: tuple[str, ...]
    published: datetime
    updated: datetime | None = None
    file: str = ""


@dataclass
class Newsroom:
    """A feed at ``/NAME/feed.xml``, a list page with older pages at ``/NAME/list/``, posts at ``/NAME/SLUG.html``.

    ``per_page`` is how many posts one page of the list shows, ``window`` how many the feed holds.
    """

    site: SiteServer
    name: str = "news"
    per_page: int = 10
    window: int = 20
    posts: list[Post] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site.compute(f"/{self.name}/feed.xml", lambda _: self._feed())
        self.site.compute(f"/{self.name}/list/", self._list)

    @property
    def feed(self) -> str:
        return self.site.url(f"/{self.name}/feed.xml")

    @property
    def list(self) -> str:
        return self.site.url(f"/{self.name}/list/")

    def url(self, slug: str) -> str:
        return self.site.url(f"/{self.name}/{slug}.html")

    def find(self, slug: str) -> Post:
        return next(post for post in self.posts if post.slug == slug)

    def publish(self, slug: str, *, title: str = "", text: tuple[str, ...] = (), file: str = "") -> Post:
        """Puts a post at the top, an hour after the one before."""
        post = Post(
            slug=slug,
            title=title or f"Notice on the {slug} works",
            text=text or invented_text(slug),
            published=FIRST_DAY + timedelta(hours=len(self.posts)),
            file=file,
        )
        self.posts.insert(0, post)
        self.restore(slug)
        return post

    def publish_many(self, number: int, *, name: str = "bridge") -> list[str]:
        return [self.publish(f"{name}-{each}").slug for each in range(1, number + 1)]

    def edit(self, slug: str, before: str, after: str, *, updated: datetime | None = None) -> None:
        """Replaces text in a post; no date moves unless ``updated`` is given."""
        old = self.find(slug)
        assert before in "".join(old.text)
        text = tuple(part.replace(before, after) for part in old.text)
        self.posts[self.posts.index(old)] = replace(old, text=text, updated=updated)

    def restore(self, slug: str) -> None:
        """The post's page is there (again)."""
        self.site.compute(f"/{self.name}/{slug}.html", lambda _: make_route(self._page(self.find(slug)), etag=True))

    def withdraw(self, slug: str, *, status: int = 404) -> None:
        """The post leaves the listings, and its page answers an error."""
        self.posts.remove(self.find(slug))
        self.break_page(slug, status)

    def break_page(self, slug: str, status: int = 404, body: str = "<h1>Not found</h1>") -> None:
        """Only the post's page answers an error."""
        self.site.route(f"/{self.name}/{slug}.html", body, status=status)

    def break_feed(self, status: int = 500, body: str = "<h1>Service unavailable</h1>") -> None:
        """The feed answers an error from now on."""
        self.site.route(f"/{self.name}/feed.xml", body, status=status)

    def mend_feed(self) -> None:
        self.site.compute(f"/{self.name}/feed.xml", lambda _: self._feed())

    def _page(self, post: Post) -> str:
        body = "\n".join(f"<p>{escape(part)}</p>" for part in post.text)
        mark = f'<meta property="article:modified_time" content="{post.updated.isoformat()}">' if post.updated else ""
        attached = f'<p><a href="/{self.name}/files/{post.file}">{post.file}</a></p>' if post.file else ""
        return (
            f'<!doctype html><html lang="en"><head><title>{escape(post.title)} - Harbour Office</title>'
            f'<meta property="article:published_time" content="{post.published.isoformat()}">{mark}</head>'
            f'<body><nav><a href="/">Home</a> <a href="/about">About</a></nav><main><article>'
            f"<h1>{escape(post.title)}</h1>{body}{attached}</article></main>"
            f"<footer>Harbour Office</footer></body></html>"
        )

    def _feed(self) -> Route:
        items = "".join(
            f"<item><title>{escape(post.title)}</title><link>{self.url(post.slug)}</link>"
            f'<guid isPermaLink="false">{self.name}-{post.slug}</guid>'
            f"<pubDate>{format_datetime(post.published)}</pubDate></item>"
            for post in self.posts[: self.window]
        )
        return make_route(
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{self.name}</title>'
            f"<link>{self.site.url()}</link><description>Notices</description>{items}</channel></rss>",
            content_type="application/rss+xml; charset=utf-8",
            etag=True,
        )

    def _list(self, asked: Asked) -> Route:
        number = int(asked.path.partition("page=")[2] or 1)
        shown = self.posts[(number - 1) * self.per_page : number * self.per_page]
        items = "".join(
            f'<li><a href="{self.url(post.slug)}">{escape(post.title)}</a> <span>{post.published:%Y-%m-%d}</span></li>'
            for post in shown
        )
        more = f'<a class="next" href="/{self.name}/list/?page={number + 1}">Next page</a>'
        more = more if len(self.posts) > number * self.per_page else ""
        return make_route(
            f"<!doctype html><html><head><title>{self.name}</title></head><body><h1>Notices</h1>"
            f'<ul class="notices">{items}</ul>{more}</body></html>',
            etag=True,
        )


def invented_text(slug: str) -> tuple[str, ...]:
    """A notice long enough to be one; what is true of every notice differs by its name."""
    return (
        f"The Harbour Office announces that the {slug} works begin on 14 April 2026 and end on 30 June 2026.",
        f"The fee for a permit at the {slug} site is 120 euros, and applications must be received by 2 April 2026.",
        f"During the {slug} works 3 of the 7 berths remain open. Vessels shall report to the master on arrival.",
    )


CONFIG = """
[storage]
url = "sqlite:///data/gazette.db"
snapshots = "data/snapshots"

[fetch]
host_delay = "0s"
host_concurrency = 8
timeout = "20s"
respect_robots = false
private_hosts = ["127.0.0.1:{port}"]

[confirm]
after = "{confirm}"

[log]
level = "error"

"""

#: Everything that is told, as a line each in ``told.jsonl`` beside the configuration.
TO_FILE = """
[[channel]]
name = "out"
kind = "file"
path = "told.jsonl"

[[subscription]]
name = "all"
channel = "out"
"""


def write_config(
    folder: Path, site: SiteServer, *sources: str, confirm: str = "0s", more: str = "", name: str = "gazette.toml"
) -> Path:
    """A configuration file in ``folder`` whose sources may talk to ``site``; ``sources`` are blocks of TOML."""
    path = folder / name
    path.write_text(CONFIG.format(port=site.port, confirm=confirm) + "\n".join((*sources, more)), encoding="utf-8")
    return path


def source_block(id: str, url: str, kind: str = "feed", **keys: str) -> str:
    """One ``[[source]]``; ``keys`` are written verbatim."""
    lines = (f"{key} = {value}" for key, value in keys.items())
    return "\n".join((f'[[source]]\nid = "{id}"\nkind = "{kind}"\nurl = "{url}"', *lines, ""))
