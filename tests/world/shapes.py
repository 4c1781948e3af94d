"""The shapes our sites come in: how they list their posts, and what their pages look like. Our own templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from html import escape

from tests.world.site import Furniture, Post, Row, Site, Visit

ZONES = {"zh": "Asia/Shanghai", "ja": "Asia/Tokyo", "en": "Europe/London"}
_OFFSETS = {"zh": timezone(timedelta(hours=8)), "ja": timezone(timedelta(hours=9)), "en": UTC}
OFFICE = {"zh": "星湖区人民政府", "ja": "汐見市", "en": "Harbour Council"}
BLOG = "6120001"
BIZ = "MzA5V29ybGQxMjM=="

ListPosts = Callable[[Site, Sequence[Row], Visit], str]
ShowPost = Callable[[Site, Post, list[str], Furniture], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape: a kind of source, its paths, and two templates. ``{}`` in ``post_path`` is slug or number.

    ``marks``: whether its pages can announce an update at all.
    """

    name: str
    kind: str
    language: str
    listing_path: str
    post_path: str
    list_posts: ListPosts
    show_post: ShowPost
    source_path: str = ""
    listing_type: str = "text/html; charset=utf-8"
    marks: bool = True

    def __post_init__(self) -> None:
        if not self.source_path:
            object.__setattr__(self, "source_path", self.listing_path)

    def path_of(self, post: Post) -> str:
        return self.post_path.format(slug=post.slug, number=post.number, month=f"{post.published:%Y%m}")

    def id_of(self, site: Site, post: Post) -> str:
        """What the list calls a post."""
        if self.kind == "blogger":
            return f"tag:blogger.com,1999:blog-{BLOG}.post-{post.number}"
        return f"{site.id}-{post.slug}"


def local(site: Site, instant: datetime) -> datetime:
    """The instant on the site's own clock."""
    return instant.astimezone(_OFFSETS[site.language])


# -- lists ---------------------------------------------------------------------------------------------------------


def rss(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    items = "".join(
        f"<item><title>{escape(row.title)}</title><link>{escape(row.url)}</link>"
        + (f'<guid isPermaLink="false">{escape(row.id)}</guid>' if row.id else "")
        + f"<pubDate>{format_datetime(local(site, row.published))}</pubDate></item>"
        for row in rows
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{OFFICE[site.language]}</title>'
        f"<link>{site.host.base}/</link><description>news</description>{items}</channel></rss>"
    )


def atom(site: Site, rows: Sequence[Row], visit: Visit, *, more: str = "") -> str:
    entries = "".join(
        f"<entry><id>{escape(row.id)}</id><title>{escape(row.title)}</title>"
        f"<published>{local(site, row.published).isoformat()}</published>"
        f"<updated>{local(site, row.updated).isoformat()}</updated>"
        f'<link rel="alternate" type="text/html" href="{escape(row.url)}"/></entry>'
        for row in rows
    )
    newest = max((row.updated for row in rows), default=visit.now)
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:openSearch="http://a9.com/-/spec/opensearchrss/1.0/"'
        f"><title>{OFFICE[site.language]}</title><id>{site.id}</id><updated>{newest.isoformat()}</updated>"
        f"{more}{entries}</feed>"
    )


def blogger_feed(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    query = visit.asked.path.partition("updated-min=")[2].partition("&")[0].replace("%2B", "+")
    since = datetime.fromisoformat(query) if query else None
    shown = [row for row in rows if since is None or row.updated >= since]
    totals = (
        f"<openSearch:totalResults>{len(shown)}</openSearch:totalResults>"
        "<openSearch:startIndex>1</openSearch:startIndex><openSearch:itemsPerPage>150</openSearch:itemsPerPage>"
    )
    return atom(site, shown, visit, more=totals)


def list_page(site: Site, visit: Visit, items: str) -> str:
    home = {"zh": "首页", "ja": "ホーム", "en": "Home"}[site.language]
    return (
        f'<!doctype html><html lang="{site.language}"><head><meta charset="utf-8">'
        f"<title>{OFFICE[site.language]}</title></head><body>"
        f'<ul class="nav"><li><a href="/">{home}</a></li><li><a href="/about/">About</a></li>'
        f'<li><a href="/contact/">Contact</a></li></ul><div class="main">{items}</div>'
        f'<div class="foot"><p>{OFFICE[site.language]}</p></div></body></html>'
    )


def bullet_list(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    items = "\n".join(
        f'<li><a href="{escape(row.url)}" title="{escape(row.title)}" target="_blank">{escape(row.title)}</a>'
        f"<span>[{local(site, row.published):%Y-%m-%d}]</span></li>"
        for row in rows
    )
    name = "list" if site.design == 1 else "news-cards-v2"
    return list_page(site, visit, f'<ul class="{name}">{items}</ul>')


def table_list(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    cells = "\n".join(
        f'<tr><td>{number}</td><td><a href="{escape(row.url)}">{escape(row.title)}</a></td>'
        f"<td>{local(site, row.published):%Y-%m-%d}</td></tr>"
        for number, row in enumerate(rows, 1)
    )
    return list_page(site, visit, f'<table class="docs"><tbody>{cells}</tbody></table>')


def definition_list(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    items = "\n".join(
        f"<dt>令和{local(site, row.published).year - 2018}年{local(site, row.published).month}月"
        f'{local(site, row.published).day}日</dt><dd><a href="{escape(row.url)}">{escape(row.title)}</a></dd>'
        for row in rows
    )
    return list_page(site, visit, f'<dl class="news">{items}</dl>')


def card_list(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    items = "\n".join(
        f'<article class="card"><h3><a href="{escape(row.url)}">{escape(row.title)}</a></h3>'
        f'<time datetime="{local(site, row.published).isoformat()}">{local(site, row.published):%d %B %Y}</time>'
        "</article>"
        for row in rows
    )
    return list_page(site, visit, f'<section class="cards">{items}</section>')


def json_rows(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    shown = [
        {"TITLE": row.title, "URL": row.url, "DOCRELPUBTIME": f"{local(site, row.published):%Y-%m-%d}"} for row in rows
    ]
    return json.dumps(shown, ensure_ascii=False)


def sitemap(site: Site, rows: Sequence[Row], visit: Visit) -> str:
    pages = "".join(
        f"<url><loc>{escape(row.url)}</loc><lastmod>{row.updated:%Y-%m-%dT%H:%M:%S+00:00}</lastmod></url>"
        for row in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{pages}</urlset>"
    )


# -- pages -----------------------------------------------------------------------------------------------------------


def attached(post: Post, label: str) -> str:
    """The lines that lead to a post's file and to the page it refers to."""
    link = f'<p><a href="{escape(post.link)}">{label}</a></p>' if post.link else ""
    return link + (f'<p>{label}：<a href="{post.file}">{label}.pdf</a></p>' if post.file else "")


def paragraphs(texts: Sequence[str], indent: str = "") -> str:
    return "\n".join(f"<p>{indent}{escape(text)}</p>" for text in texts)


def trs_page(site: Site, post: Post, texts: list[str], at: Furniture) -> str:
    stamp = f"{local(site, post.published):%Y-%m-%d %H:%M}"
    note = f"<span>更新时间：{local(site, post.updated):%Y-%m-%d %H:%M}</span>" if post.updated else ""
    title, crumb = escape(post.title), '<div class="crumb">当前位置：首页</div>'
    info = f'<div class="info"><span>发布时间：{stamp}</span><span>来源：{OFFICE["zh"]}</span>{note} {at["info"]}</div>'
    if site.design == 1:
        body = f'<div class="con"><div class="TRS_Editor">{paragraphs(texts, "　　")}{attached(post, "附件")}'
        frame = f'<div class="xl">{crumb}<h1>{title}</h1>{info}{body}{at["inside"]}</div></div>{at["after"]}</div>'
    else:
        body = "".join(f'<div class="row"><span>{escape(text)}</span></div>' for text in texts)
        body = f'<section id="detail"><div class="rich">{body}{attached(post, "附件")}{at["inside"]}</div></section>'
        frame = f'<main class="v2">{crumb}<h2 class="headline">{title}</h2>{info}{body}{at["after"]}</main>'
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_{OFFICE["zh"]}</title>'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{stamp}">{at["head"]}</head>'
        f'<body><div class="top">{at["top"]}<ul class="nav"><li><a href="/">首页</a></li>'
        f'<li><a href="/xwzx/">新闻</a></li></ul></div>{frame}'
        f'<div class="foot"><p>版权所有：{OFFICE["zh"]}</p>{at["foot"]}</div></body></html>'
    )


def plain_page(site: Site, post: Post, texts: list[str], at: Furniture) -> str:
    mark = post.updated.isoformat() if post.updated else ""
    mark = f'<meta property="article:modified_time" content="{mark}">' if mark else ""
    when = local(site, post.published)
    title, body = escape(post.title), paragraphs(texts) + attached(post, "Attachment")
    if site.design == 1:
        main = (
            f'<main><article><h1>{title}</h1><p class="meta"><time datetime="{when.isoformat()}">{when:%d %B %Y}</time>'
            f'{at["info"]}</p><div class="text">{body}{at["inside"]}</div></article>{at["after"]}</main>'
        )
    else:
        main = (
            f'<div class="layout"><div class="hero"><h1>{title}</h1><span>{when:%d %B %Y}</span>{at["info"]}</div>'
            f'<div class="story-body"><div>{body}{at["inside"]}</div></div>{at["after"]}</div>'
        )
    return (
        f'<!doctype html><html lang="{site.language}"><head><meta charset="utf-8">'
        f"<title>{title} - {OFFICE['en']}</title>"
        f'<meta property="article:published_time" content="{when.isoformat()}">{mark}{at["head"]}</head><body>'
        f"{at['top']}"
        f'<nav><a href="/">Home</a> <a href="/about">About</a></nav>{main}'
        f"<footer>{OFFICE['en']}{at['foot']}</footer></body></html>"
    )


def town_page(site: Site, post: Post, texts: list[str], at: Furniture) -> str:
    when = local(site, post.published)
    updated = local(site, post.updated) if post.updated else None
    note = f'<p class="upd">更新日：{updated.year}年{updated.month}月{updated.day}日</p>' if updated else ""
    title = escape(post.title)
    place, name = ("contents", "honbun") if site.design == 1 else ("mainArticle", "main_body_r2")
    return (
        f'<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>{title}｜{OFFICE["ja"]}</title>'
        f'{at["head"]}</head><body>{at["top"]}<div id="header"><a href="/">{OFFICE["ja"]}</a></div>'
        f'<div id="{place}"><h1>{title}</h1>'
        f'<p class="date">掲載日：令和{when.year - 2018}年{when.month}月{when.day}日</p>{note}{at["info"]}'
        f'<div class="{name}">{paragraphs(texts)}{attached(post, "添付資料")}{at["inside"]}</div>{at["after"]}</div>'
        f'<div id="footer">{OFFICE["ja"]}{at["foot"]}</div></body></html>'
    )


def blogger_page(site: Site, post: Post, texts: list[str], at: Furniture) -> str:
    when, title = local(site, post.published), escape(post.title)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{OFFICE["en"]}: {title}</title>'
        f'<meta content="blogger" name="generator">{at["head"]}</head><body class="item-view">{at["top"]}'
        f'<div id="main"><div class="blog-posts hfeed"><h2 class="date-header"><span>{when:%A, %B} {when.day}, '
        f'{when.year}</span></h2><div class="post hentry" itemscope itemtype="http://schema.org/BlogPosting">'
        f'<meta content="{BLOG}" itemprop="blogId"><meta content="{post.number}" itemprop="postId">'
        f'<h3 class="post-title entry-title" itemprop="name">{title}</h3>{at["info"]}'
        f'<div class="post-body entry-content" id="post-body-{post.number}" itemprop="articleBody">{paragraphs(texts)}'
        f'{attached(post, "Attachment")}{at["inside"]}</div><div class="post-footer"><abbr class="published" '
        f'itemprop="datePublished" title="{when.isoformat()}">{when:%H:%M}</abbr></div></div></div>{at["after"]}</div>'
        f"<footer>{at['foot']}</footer></body></html>"
    )


def wechat_page(site: Site, post: Post, texts: list[str], at: Furniture) -> str:
    title = escape(post.title)
    blocks = "\n".join(f"<section><span>{escape(text)}</span></section>" for text in texts)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="{title}">'
        f"<title></title>"
        f'<script>var biz = "{BIZ}" || "";var mid = "{post.number}" || "";var idx = "1" || "";'
        f'var ct = "{int(post.published.timestamp())}";var nickname = htmlDecode("星湖发布");</script>'
        f"{at['head']}</head>"
        f'<body id="activity-detail">{at["top"]}<div id="js_article" class="rich_media"><div id="page-content">'
        f'<h1 class="rich_media_title" id="activity-name">{title}</h1><div id="meta_content">'
        f'<a href="javascript:void(0);" id="js_name">星湖发布</a>{at["info"]}</div>'
        f'<div class="rich_media_content" id="js_content" style="visibility: hidden;">{blocks}{attached(post, "附件")}'
        f'{at["inside"]}</div></div></div>{at["after"]}<div id="js_bottom">{at["foot"]}</div></body></html>'
    )


_FEED = "application/rss+xml; charset=utf-8"
_ATOM = "application/atom+xml; charset=utf-8"


def _shape(name: str, kind: str, language: str, paths: tuple[str, str], *templates: Callable, **more: object) -> Shape:
    list_posts, show_post = templates
    return Shape(
        name=name,
        kind=kind,
        language=language,
        listing_path=paths[0],
        post_path=paths[1],
        list_posts=list_posts,
        show_post=show_post,
        **more,  # type: ignore[arg-type]
    )


_ALL = (
    _shape("zh_feed", "feed", "zh", ("/rss.xml", "/xw/{month}/t{number}.html"), rss, trs_page, listing_type=_FEED),
    _shape("zh_list", "html_list", "zh", ("/xwzx/", "/xwzx/{month}/t{number}.html"), bullet_list, trs_page),
    _shape("zh_table", "html_list", "zh", ("/zwgk/", "/zwgk/content/{slug}.html"), table_list, trs_page),
    _shape(
        "zh_json",
        "json_list",
        "zh",
        ("/zuixin.json", "/zc/content_{number}.htm"),
        json_rows,
        trs_page,
        listing_type="application/json; charset=utf-8",
    ),
    _shape("ja_list", "html_list", "ja", ("/news/", "/news/{slug}.html"), definition_list, town_page),
    _shape("ja_feed", "feed", "ja", ("/feed.xml", "/press/{slug}.html"), rss, town_page, listing_type=_FEED),
    _shape("en_atom", "feed", "en", ("/atom.xml", "/news/{slug}"), atom, plain_page, listing_type=_ATOM),
    _shape("en_cards", "html_list", "en", ("/news/", "/news/{slug}/"), card_list, plain_page),
    _shape(
        "en_sitemap",
        "sitemap",
        "en",
        ("/sitemap.xml", "/story/{slug}.html"),
        sitemap,
        plain_page,
        listing_type="application/xml; charset=utf-8",
    ),
    _shape(
        "blogger",
        "blogger",
        "en",
        ("/feeds/posts/default", "/2026/03/{slug}.html"),
        blogger_feed,
        blogger_page,
        source_path="/",
        listing_type=_ATOM,
        marks=True,
    ),
    _shape("wechat", "wechat", "zh", ("/feed.xml", "/s/{slug}"), rss, wechat_page, listing_type=_FEED, marks=False),
)
SHAPES = {shape.name: shape for shape in _ALL}
