import pytest

from crawler.differ.fingerprint import FINGERPRINT_VERSION, entry_fingerprint, fingerprint
from crawler.model import Attachment, Entry, Link

FILE = Attachment(url="https://e.gov.cn/f/plan.pdf?v=1", name="实施方案", sha256="ab" * 32)


def test_a_fingerprint_names_its_version_and_is_stable(write):
    article = write("正文。", attachments=(FILE,))
    assert fingerprint(article) == fingerprint(write("正文。", attachments=(FILE,)))
    assert fingerprint(article).startswith(f"{FINGERPRINT_VERSION}:")
    assert len(fingerprint(article)) == 34


def test_the_spelling_of_a_text_does_not_matter(write):
    one = write("２０２３年“新区”　成立。", "R&amp;D\u200b 投入。")
    other = write("2023 年「新区」成立。 R&D 投入。")
    assert fingerprint(one) == fingerprint(other)


def test_dates_marks_images_and_provenance_do_not_matter(write, moment):
    one = write("正文。")
    other = write(
        "正文。",
        published=moment(2023, 10, 27),
        updated=moment(2023, 10, 28),
        marks=(("dateModified", "2023-10-28"),),
        images=("https://e.gov.cn/1.jpg?timestamp=1",),
        provenance=(("title", "meta"),),
        language="zh",
        origin="listing",
    )
    assert fingerprint(one) == fingerprint(other)


def test_an_update_stamp_alone_does_not_matter(write):
    assert fingerprint(write("正文。", "更新时间：2023-10-27 15:10")) == fingerprint(write("正文。"))


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "别的标题"},
        {"publisher": "乙局"},
        {"authors": ("王某",)},
        {"status": "已废止"},
        {"attachments": (Attachment(url=FILE.url, name=FILE.name, sha256="cd" * 32),)},
        {"attachments": (Attachment(url=FILE.url, name="新方案", sha256=FILE.sha256),)},
        {"attachments": ()},
        {"links": (Link(url="https://e.gov.cn/2.html", text="链接"),)},
    ],
)
def test_every_field_of_the_record_counts(write, changed):
    given = {"title": "标题", "publisher": "甲局", "authors": ("李某",), "status": "有效", "attachments": (FILE,)}
    assert fingerprint(write("正文。", **given)) != fingerprint(write("正文。", **{**given, **changed}))


def test_one_digit_counts(write):
    assert fingerprint(write("增长1.5%。")) != fingerprint(write("增长15%。"))


def test_cache_busters_of_files_and_links_do_not_count(write):
    one = write("正文。", attachments=(FILE,), links=(Link(url="https://e.org/a?id=3&ts=17", text="a"),))
    file = Attachment(url="http://www.e.gov.cn/f/plan.pdf?v=20231028", name=FILE.name, sha256=FILE.sha256)
    other = write("正文。", attachments=(file,), links=(Link(url="https://e.org/a?id=3&ts=99", text="a"),))
    assert fingerprint(one) == fingerprint(other)


def test_fields_cannot_be_shifted_into_each_other(write):
    assert fingerprint(write(authors=("甲", "乙"))) != fingerprint(write(authors=("甲乙",)))
    assert fingerprint(write(title="", publisher="甲")) != fingerprint(write(title="甲", publisher=""))


def test_an_entry_is_looked_at_again_when_its_listing_says_something_new(moment):
    entry = Entry(url="https://e.org/1", title="通知", summary="摘要", published=moment(2023, 10, 27, 9, 0))
    assert entry_fingerprint(entry) == entry_fingerprint(entry)
    for changed in (
        {"title": "通知二"},
        {"summary": "别的"},
        {"updated": moment(2023, 10, 28)},
        {"url": "https://e.org/2"},
    ):
        fields = {"url": entry.url, "title": entry.title, "summary": entry.summary, "published": entry.published}
        assert entry_fingerprint(Entry(**{**fields, **changed})) != entry_fingerprint(entry)


def test_a_relative_time_and_another_zone_say_nothing_new_of_an_entry(moment):
    from datetime import UTC

    url, title = "https://e.org/1", "通知"
    here, there = moment(2023, 10, 27, 21, 56), moment(2023, 10, 27, 13, 56, zone=UTC)
    assert entry_fingerprint(Entry(url=url, title=title, published=here)) == entry_fingerprint(
        Entry(url=url, title=title, published=there)
    )
    ago = [Entry(url=url, title=title, published=moment(2023, 10, day, precision="approx")) for day in (1, 2)]
    assert entry_fingerprint(ago[0]) == entry_fingerprint(ago[1])
