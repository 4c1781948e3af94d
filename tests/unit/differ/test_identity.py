from crawler.differ.identity import article_keys, degenerate_ids, entry_keys, match, new_article_id
from crawler.model import Entry

POST = "tag:blogger.com,1999:blog-1234567890.post-9876543210"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA4MjAwMTIzNA==&mid=2650001234&idx=2&sn=0a1b2c&chksm=ff&scene=27"


def entry(**fields):
    return Entry(**{"url": "https://www.example.gov.cn/zwgk/202310/t20231027_812345.html", "title": "通知", **fields})


def test_keys_run_from_the_strongest_to_the_weakest():
    kinds = [key.partition(":")[0] for key in entry_keys(entry(id="post-7"), "zq-news")]
    assert kinds == ["id", "url", "doc"]


def test_a_blogger_post_keeps_its_key_in_every_feed():
    keys = entry_keys(entry(id=POST, url="https://dinghu.blogspot.jp/2023/10/new.html?m=1"), "blog")
    assert keys[0] == "blogger:1234567890/9876543210"
    assert keys[2] == "url:https://dinghu.blogspot.com/2023/10/new.html"


def test_a_long_wechat_link_holds_the_platforms_own_numbers():
    assert entry_keys(entry(url=LONG), "w")[0] == "wechat:MzA4MjAwMTIzNA==/2650001234/2"
    assert entry_keys(entry(url=LONG + "#rd&timestamp=1"), "w") == entry_keys(entry(url=LONG), "w")


def test_a_short_wechat_link_is_known_by_its_token_alone(write):
    short = entry(url="https://mp.weixin.qq.com/s/AbCdEf?scene=1&timestamp=17")
    assert entry_keys(short, "w") == ("url:https://mp.weixin.qq.com/s/AbCdEf",)


def test_native_ids_of_a_page_come_first_and_a_long_link_repeats_none(write):
    article = write(url=LONG, native_ids=("wechat:MzA4MjAwMTIzNA==/2650001234/2",))
    keys = article_keys(article, "w")
    assert keys[0] == "wechat:MzA4MjAwMTIzNA==/2650001234/2"
    assert [key.partition(":")[0] for key in keys] == ["wechat", "url"]


def test_a_page_and_its_entry_share_a_key(write):
    assert set(entry_keys(entry(id="7"), "s")) & set(article_keys(write(), "s"))


def test_spellings_of_an_address_make_one_key():
    spellings = [
        "http://www.example.gov.cn/a/index.html",
        "https://example.gov.cn/a/",
        "https://m.example.gov.cn:443/a?utm_source=x",
        "https://example.gov.cn/a;jsessionid=0A1B",
    ]
    assert len({entry_keys(entry(url=url), "s")[0] for url in spellings}) == 1


def test_a_guid_that_is_an_address_is_spelt_canonically():
    one, other = (entry(id=guid) for guid in ("http://www.example.org/p/7?utm_medium=rss", "https://example.org/p/7"))
    assert entry_keys(one, "s")[0] == entry_keys(other, "s")[0] == "id:s:https://example.org/p/7"


def test_ids_are_good_within_their_source_only_and_can_be_distrusted():
    assert entry_keys(entry(id="7"), "a")[0] != entry_keys(entry(id="7"), "b")[0]
    assert entry_keys(entry(id="7"), "a", trust_ids=False) == entry_keys(entry(), "a")


def test_the_document_number_survives_a_change_of_column():
    one = entry(url="https://www.example.gov.cn/zwgk/202310/t20231027_812345.html")
    other = entry(url="http://example.gov.cn/xwzx/202310/t20231027_812345.html")
    assert entry_keys(one, "s")[-1] == entry_keys(other, "s")[-1] == "doc:example.gov.cn/812345"


def test_the_strongest_known_key_names_the_article(known):
    one, other = known(id="one"), known(id="other")
    assert match(("id:s:1", "url:u"), {"url:u": other, "id:s:1": one}) is one
    assert match(("doc:h/1", "url:u"), {"doc:h/1": one, "url:u": other}) is other
    assert match(("url:u", "doc:h/1"), {"doc:h/1": one}) is one
    assert match(("url:x",), {"url:u": one}) is None


def test_ids_that_many_entries_share_identify_nothing():
    assert degenerate_ids([entry(id="0", url="https://e.org/1"), entry(id="0", url="https://e.org/2")])
    assert degenerate_ids([entry(id="0", url="", title="甲"), entry(id="0", url="", title="乙")])


def test_an_entry_that_is_listed_twice_is_not_degenerate():
    pinned = entry(id="7", url="http://www.e.org/1?utm_source=a", title="【置顶】通知")
    assert not degenerate_ids([pinned, entry(id="7", url="https://e.org/1"), entry(url="https://e.org/2")])


def test_an_article_id_is_sixteen_digits_and_depends_on_the_key_alone():
    assert new_article_id("url:u") == new_article_id("url:u") != new_article_id("url:v")
    assert len(new_article_id("url:\udc80")) == 16


def test_garbage_for_an_address_does_no_harm():
    assert entry_keys(entry(url="http://[::1/x", id="http://[::1/"), "s")
    assert entry_keys(entry(url="", id="  "), "s") == ()
