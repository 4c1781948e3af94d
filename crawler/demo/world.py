"""The sample sites' content and how it lives: posts, noise on every visit, trouble, and what really changes."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.resources import files

BANNERS = (
    "本网站将于本周六凌晨2时至4时进行维护。",
    "We use cookies to make this site better.",
    "台風の影響により窓口の受付時間を変更しています。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of a sample site. A paragraph that begins with ``@heading``, ``@caption`` or ``@byline`` is one."""

    slug: str
    title: str
    published: str
    paragraphs: tuple[str, ...]
    paragraphs_ja: tuple[str, ...] = ()
    number: str = ""
    attachment: str = ""
    attachment_name: str = ""
    link: str = ""

    @property
    def published_at(self) -> datetime:
        """The instant of publication with the site's offset."""
        return datetime.fromisoformat(self.published)

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Kind and text of every paragraph, all languages in order."""
        return [as_block(paragraph) for paragraph in (*self.paragraphs, *self.paragraphs_ja)]

    @property
    def epoch(self) -> int:
        """Seconds since 1970, as WeChat writes it into its pages."""
        return int(self.published_at.timestamp())

    @property
    def day(self) -> str:
        """The day as a Chinese list shows it."""
        return self.published[:10]

    @property
    def local(self) -> str:
        """Local time without a zone, as Chinese government pages show it."""
        return self.published_at.strftime("%Y-%m-%d %H:%M:%S")

    @property
    def day_en(self) -> str:
        """The day in English words."""
        return f"{self.published_at:%A, %B} {self.published_at.day}, {self.published_at.year}"

    @property
    def wareki(self) -> str:
        """The day in the Japanese calendar; every sample post is of the Reiwa era."""
        at = self.published_at
        return f"令和{at.year - 2018}年{at.month}月{at.day}日"

    @property
    def rfc822(self) -> str:
        """The instant as RSS writes it."""
        return format_datetime(self.published_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One sample site."""

    id: str
    name: str
    posts: tuple[Post, ...]


@dataclass(slots=True)
class World:
    """The five sites as they are right now. The story moves ``now`` and makes things happen; serving only counts.

    ``trouble`` maps a site to ``challenge`` or ``outage``; ``withdrawn`` holds slugs that answer 404.
    """

    now: datetime
    sites: dict[str, Site]
    bases: dict[str, str] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    noisy: bool = False
    pdf_version: int = 1
    visits: int = 0

    def edit(self, site_id: str, slug: str, before: str, after: str) -> None:
        """Replaces text in a post and touches nothing else: no date moves. Raises ``ValueError`` if it is not there."""
        site = self.sites[site_id]
        post = next(each for each in site.posts if each.slug == slug)
        if not any(before in paragraph for paragraph in post.paragraphs):
            raise ValueError(f"{before!r} is not in {slug}")
        edited = replace(post, paragraphs=tuple(text.replace(before, after) for text in post.paragraphs))
        self.sites[site_id] = replace(site, posts=tuple(edited if each is post else each for each in site.posts))

    def publish(self, site_id: str, post: Post) -> None:
        """Puts a new post at the top of a site."""
        site = self.sites[site_id]
        self.sites[site_id] = replace(site, posts=(post, *site.posts))

    def listed(self, site_id: str) -> list[Post]:
        """The posts a site lists, with links; the district's list also links to its WeChat article."""
        base = self.bases[site_id]
        posts = [replace(each, link=f"{base}/{each.slug}.html") for each in self.sites[site_id].posts]
        if site_id == "district":
            first = self.sites["wechat"].posts[0]
            posts.append(replace(first, link=f"{self.bases['wechat']}/s/{first.slug}"))
        return [each for each in posts if each.slug not in self.withdrawn]

    def surroundings(self, site_id: str) -> Mapping[str, object]:
        """What a template needs besides the post: with noise, it is different on every visit."""
        self.visits += 1
        visit = self.visits if self.noisy else 0
        posts = self.listed(site_id)
        turn = visit % len(posts)
        return {
            "site": self.sites[site_id],
            "base": self.bases[site_id],
            "posts": posts,
            "related": [*posts[turn:], *posts[:turn]][:3],
            "views": visit * 7,
            "token": hashlib.sha256(str(visit).encode()).hexdigest()[:24],
            "banner": BANNERS[visit % len(BANNERS)] if self.noisy and visit % 2 else "",
            "now": self.now + timedelta(seconds=visit),
        }


def as_block(paragraph: str) -> tuple[str, str]:
    """The kind and the text of a paragraph."""
    if not paragraph.startswith("@"):
        return "paragraph", paragraph
    mark, _, text = paragraph.partition(" ")
    return mark[1:], text


def load_world(now: datetime) -> tuple[World, Post]:
    """The sites as they are at the beginning, and the post that will be new."""
    tables = tomllib.loads(files("crawler.demo").joinpath("posts.toml").read_text("utf-8"))
    sites = {
        each["id"]: Site(id=each["id"], name=each["name"], posts=tuple(read_post(post) for post in each["post"]))
        for each in tables["site"]
    }
    new = dict(tables["new_post"])
    new.pop("site")
    moment = (now + timedelta(days=3)).astimezone(UTC).isoformat(timespec="seconds")
    return World(now=now, sites=sites), read_post({**new, "published": moment})


def read_post(table: Mapping[str, object]) -> Post:
    """One post from its table."""
    lists = {key: as_texts(table.get(key, ())) for key in ("paragraphs", "paragraphs_ja")}
    texts = {key: str(value) for key, value in table.items() if key not in lists}
    return Post(**texts, **lists)  # type: ignore[arg-type]


def as_texts(value: object) -> tuple[str, ...]:
    """A list of texts as a tuple."""
    return tuple(str(each) for each in value) if isinstance(value, Sequence) else ()
