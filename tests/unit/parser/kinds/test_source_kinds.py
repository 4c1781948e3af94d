from __future__ import annotations

import re
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.differ.fingerprint import entry_fingerprint
from crawler.errors import ConfigError, ParseError, UsageError
from crawler.model import Entry, Fetched, Purpose, Request, Source, SourceState, Validators
from crawler.parser.kinds import blogger, find_kind, html_list, kind_names, page_limit, wechat
from crawler.ports import Kind
from crawler.text.urls import canonical_url

NOW = datetime(2023, 10, 30, 1, tzinfo=UTC)


def make_source(kind: str, url: str = "https://www.example.org/", **facts: object) -> Source:
    return Source(id="s", kind=kind, url=url, **facts)  # type: ignore[arg-type]


def make_state(**facts: object) -> SourceState:
    return SourceState(source_id="s", **facts)  # type: ignore[arg-type]


def receive(body: str, url: str = "https://www.example.org/", asked: str = "") -> Fetched:
    return Fetched(
        request=Request(url=asked or url, purpose=Purpose.LISTING),
        url=url,
        status=200,
        headers=(),
        body=body.encode(),
        sha256="",
        fetched_at=NOW,
    )


# -- the registry --


def test_the_folder_is_the_registry():
    assert {"feed", "html_list", "blogger", "wechat"} <= set(kind_names())


@pytest.mark.parametrize(
    ("name", "hint"), [("feeds", "did you mean feed"), ("htmllist", "html_list"), ("zzz", "known kinds: blogger")]
)
def test_an_unknown_kind_is_answered_with_the_nearest(name: str, hint: str):
    with pytest.raises(UsageError, match=hint):
        find_kind(name)


@pytest.mark.parametrize("name", kind_names())
def test_every_kind_keeps_the_contract(name: str):
    kind: Kind = find_kind(name)
    assert is_dataclass(kind.Options)
    assert kind.Options() == kind.Options(), "every option has a default"
    source = make_source(name, options=kind.Options())
    request = kind.request_listing(source, None)
    assert request.purpose is Purpose.LISTING
    assert request.url.startswith("https://www.example.org/")
    with pytest.raises(ParseError):
        kind.parse_listing(source, receive(""))


@pytest.mark.parametrize("name", kind_names())
def test_every_kind_works_without_options(name: str):
    assert find_kind(name).request_listing(make_source(name, options=None), None).method == "GET"


@pytest.mark.parametrize("name", kind_names())
def test_every_kind_echoes_the_validators_it_was_given(name: str):
    validators = Validators(etag='"7"', last_modified="Fri, 27 Oct 2023 21:56:00 GMT")
    request = find_kind(name).request_listing(make_source(name), make_state(validators=validators))
    assert request.validators == validators


@pytest.mark.parametrize("name", kind_names())
def test_pages_are_requested_only_when_they_are_followed(name: str):
    kind, entry = find_kind(name), Entry(url="https://www.example.org/1", title="t")
    request = kind.request_article(make_source(name), entry)
    assert request is not None
    assert (request.url, request.purpose) == (entry.url, Purpose.ARTICLE)
    assert kind.request_article(make_source(name, follow=False), entry) is None
    assert kind.request_article(make_source(name), Entry(url="", title="t")) is None


def test_the_page_limit_is_an_option_of_the_kind():
    assert page_limit(make_source("html_list", options=html_list.Options(max_pages=7))) == 7
    assert page_limit(make_source("wechat", options=wechat.Options())) == 1
    assert page_limit(make_source("feed")) == 1


def test_a_wrong_selector_is_the_operators_error_at_start_up():
    with pytest.raises(ConfigError, match=r"options\.item: 'li\[' is no CSS selector\noptions\.max_pages: 0"):
        html_list.Options(item="li[", max_pages=0)


# -- Blogger --

BLOG = "https://harbourtown.blogspot.com/feeds/posts/default"


@pytest.mark.parametrize(
    ("url", "feed"),
    [
        ("https://harbourtown.blogspot.com/", BLOG),
        ("https://harbourtown.blogspot.com", BLOG),
        ("https://harbourtown.blogspot.co.uk/?m=1", BLOG),
        ("https://harbourtown.blogspot.jp/2023/10/post.html?m=1", BLOG),
        ("https://harbourtown.blogspot.com/feeds/posts/default?alt=rss&max-results=5", BLOG),
        ("https://harbourtown.blogspot.com/feeds/posts/summary", BLOG),
        ("https://harbourtown.blogspot.com/search/label/ferry", f"{BLOG}/-/ferry"),
        (f"{BLOG}/-/ferry", f"{BLOG}/-/ferry"),
        ("https://www.blogger.com/feeds/123/posts/default", "https://www.blogger.com/feeds/123/posts/default"),
        ("https://www.blogger.com/feeds/123/posts/summary", "https://www.blogger.com/feeds/123/posts/default"),
        ("https://www.blogger.com/feeds/123/comments/default", "https://www.blogger.com/feeds/123/posts/default"),
        ("https://harbourtown.blogspot.com/feeds/posts/full?alt=json", BLOG.replace("default", "full")),
        ("https://harbourtown.blogspot.com/feeds/comments/default", BLOG),
        ("https://harbourtown.blogspot.com/feeds/7000001/comments/default", BLOG),
        ("https://harbourtown.blogspot.com/atom.xml", BLOG),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/feeds/posts/default"),
    ],
)
def test_any_address_of_a_blog_leads_to_its_posts_feed(url: str, feed: str):
    request = blogger.request_listing(make_source("blogger", url), None)
    assert request.url == f"{feed}?max-results=150&redirect=false"


def test_a_label_option_narrows_the_feed():
    source = make_source("blogger", "https://harbourtown.blogspot.com/", options=blogger.Options(label="ferry"))
    assert urlsplit(blogger.request_listing(source, None).url).path == "/feeds/posts/default/-/ferry"


def asked_since(**facts: object) -> dict[str, list[str]]:
    source = make_source("blogger", "https://harbourtown.blogspot.com/")
    return parse_qs(urlsplit(blogger.request_listing(source, make_state(**facts)).url).query)


def test_after_the_baseline_only_what_was_updated_since_the_newest_post_is_asked_for():
    query = asked_since(baselined_at=NOW, newest_at=NOW - timedelta(days=3), well_at=NOW)
    assert query["orderby"] == ["updated"], "updated-min is ignored without it"
    assert query["updated-min"] == [(NOW - timedelta(days=4)).isoformat()]


def test_a_post_dated_ahead_does_not_hide_what_comes_before_it():
    query = asked_since(baselined_at=NOW, newest_at=NOW + timedelta(days=30), well_at=NOW)
    assert query["updated-min"] == [(NOW - timedelta(days=1)).isoformat()]


def test_every_fiftieth_time_the_whole_feed_is_asked_for_so_that_a_deleted_post_is_missed():
    known = {"baselined_at": NOW, "newest_at": NOW, "well_at": NOW, "validators": Validators(etag='"7"')}
    source = make_source("blogger", "https://harbourtown.blogspot.com/")
    asked = [blogger.request_listing(source, make_state(**known, checks=checks)) for checks in range(100)]
    whole = [number for number, request in enumerate(asked, 1) if "updated-min" not in request.url]
    assert whole == [50, 100]
    assert asked[49].validators == Validators(), "a server may know only the day of the last post"


@pytest.mark.parametrize("facts", [{}, {"newest_at": NOW}, {"baselined_at": NOW}])
def test_without_a_baseline_or_a_known_post_the_whole_feed_is_asked_for(facts: dict[str, object]):
    assert "updated-min" not in asked_since(**facts)


# -- WeChat --

LONG = "https://mp.weixin.qq.com/s?__biz=MzA0MDAwMDAwMA==&mid=2650000001&idx=1&sn=0f1e"
SHORT = "https://mp.weixin.qq.com/s/Ab3dE_fGh-IjKlMnOpQrSt"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        (LONG, LONG),
        (f"{LONG}&key=secret&uin=1&pass_ticket=x#rd", LONG),
        (LONG.replace("https", "http").replace("&", "&amp;"), LONG),
        (LONG.replace("/", "\\/").replace("&", "\\x26amp;"), LONG),
        ("https://mp.weixin.qq.com/s?sign=0f1e&itemidx=1&appmsgid=2650000001&__biz=MzA0MDAwMDAwMA==", LONG),
        (f"{SHORT}?scene=1&key=secret", SHORT),
        ("http://127.0.0.1:8080/s/Ab3dE_fGh?x=1", "http://127.0.0.1:8080/s/Ab3dE_fGh"),
        ("https://mp.weixin.qq.com/s?src=11&timestamp=1&signature=x", ""),
        ("https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA0", ""),
        ("https://mp.weixin.qq.com/s/", ""),
        ("ftp://mp.weixin.qq.com/s/Ab3dE_fGh", ""),
        ("http://[broken/s/Ab3dE_fGh", ""),
        ("https://mp.weixin.qq.com/s?" + "&".join(["a=1"] * 60) + "&__biz=x&mid=1", ""),
        ("", ""),
    ],
)
def test_an_article_link_is_cut_down_to_what_lasts(link: str, address: str):
    assert wechat.article_address(link) == address


def test_a_source_that_is_an_article_lists_itself_whatever_the_page_says():
    listing = wechat.parse_listing(make_source("wechat", f"{SHORT}?scene=1"), receive("<html>", f"{SHORT}?scene=1"))
    assert [entry.url for entry in listing.entries] == [SHORT]


def test_given_articles_need_no_links_on_the_page():
    source = make_source("wechat", options=wechat.Options(articles=(SHORT, LONG, SHORT, "nonsense")))
    assert [entry.url for entry in wechat.parse_listing(source, receive("<p>nothing</p>")).entries] == [SHORT, LONG]


def test_a_given_article_the_page_lists_too_keeps_the_title_of_the_page():
    source = make_source("wechat", options=wechat.Options(articles=(SHORT,)))
    listing = wechat.parse_listing(source, receive(f'<a href="{SHORT}">Title</a>'))
    assert [entry.title for entry in listing.entries] == ["Title"]


def test_a_comment_on_a_post_brings_nobody_to_look_at_it():
    body = (Path(__file__).parents[3] / "golden/blogger/whole-blog/response.xml").read_text(encoding="utf-8")
    commented = re.sub(r"<thr:total>\d+</thr:total>", "<thr:total>99</thr:total>", body)
    listings = [find_kind("blogger").parse_listing(make_source("blogger"), receive(each)) for each in (body, commented)]
    before, after = ([entry_fingerprint(entry) for entry in listing.entries] for listing in listings)
    assert commented != body
    assert before == after


@pytest.mark.parametrize(
    "url",
    [
        "https://harbour.blogspot.com/2026/03/fees.html",
        "https://harbour.blogspot.com/2026/03/fees.html?m=1",
        "http://harbour.blogspot.co.uk/2026/03/fees.html?m=0",
        "https://harbour.blogspot.jp/2026/03/fees.html#comment-form",
        "https://harbour.blogspot.com/2026/03/fees.html?showComment=1700000000000#c1",
        "https://harbour.blogspot.com/2026/03/fees.html.amp",
    ],
)
def test_a_post_is_one_whatever_country_or_device_its_address_is_for(url: str):
    assert canonical_url(url) == "https://harbour.blogspot.com/2026/03/fees.html"
