from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.onboarding.naming import name_source


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.gov.cn/xwzx/", "example-gov"),
        ("https://news.example.org/feed.xml", "news-example"),
        ("https://www.gov.uk/search/news.atom", "gov-uk"),
        ("https://harbour-notes.blogspot.com/", "harbour-notes"),
        ("https://m.city.example.lg.jp/", "city-example-lg"),
        ("http://127.0.0.1:8080/feed", "127-0-0-1-8080"),
        ("https://mp.weixin.qq.com/s/AbCdEfGh", "wechat"),
    ],
)
def test_an_id_comes_from_the_host(url, name):
    assert name_source(url, "", ()) == name


def test_a_second_source_of_a_host_is_told_apart_by_its_address():
    assert name_source("https://www.example.gov.cn/xwzx/tzgg/index.html", "", {"example-gov"}) == "example-gov-tzgg"


def test_where_the_address_says_nothing_the_title_does():
    assert name_source("https://www.example.gov.cn/", "Port Notices", {"example-gov"}) == "example-gov-port-notices"


def test_in_the_end_it_is_numbered():
    taken = {"wechat", "wechat-2"}
    assert name_source("https://mp.weixin.qq.com/s/AbCdEfGh", "要闻", taken) == "wechat-3"


@settings(max_examples=200, deadline=None)
@given(
    url=st.text(max_size=80), title=st.text(max_size=40), taken=st.sets(st.sampled_from(["source", "a-b", "source-2"]))
)
def test_every_id_has_the_form_of_one_and_is_free(url, title, taken):
    name = name_source(f"https://{url}", title, taken)
    assert re.fullmatch(r"[a-z0-9-]+", name)
    assert name not in taken
