"""What publishers' systems vary without anybody having edited anything: no change at all (contract §4)."""

from datetime import UTC, timedelta, timezone

import pytest

from crawler.differ.compare import compare
from crawler.differ.stamps import is_update_stamp
from crawler.model import Attachment, Link

TOKYO = timezone(timedelta(hours=9))

SAME_TEXTS = {
    "whitespace": ("全区生产总值\n  同比增长11%。", "全区生产总值 同比增长11%。  "),
    "line_wraps": ("The district led\nthe city  in growth.", "The district led the city in growth."),
    "nbsp": ("GDP grew by\u00a011%\u202fin 2023.", "GDP grew by 11% in 2023."),
    "ideographic_space": ("　　全区生产总值增长。", "全区生产总值增长。"),
    "space_beside_han": ("2012 年 10 月 27 日成立", "2012年10月27日成立"),
    "zero_width": ("全区\u200b生产\ufeff总值", "全区生产总值"),
    "soft_hyphen": ("co\u00adoperation agreement", "cooperation agreement"),
    "quotes": ("“四大战役”和‘新区’", "\"四大战役\"和'新区'"),
    "corner_brackets": ("「四大戦役」", "“四大戦役”"),
    "fullwidth_ascii": ("２０２６年（第１号），ＡＢＣ", "2026年(第1号),ABC"),
    "halfwidth_katakana": ("ｾﾝﾀｰ開設", "センター開設"),
    "nfc_nfd": ("Cafe\u0301 re\u0301sume\u0301", "Café résumé"),
    "compatibility_ideographs": ("\uf9b5子", "例子"),
    "dashes": ("9：00—17：00", "9:00-17:00"),
    "tilde": ("24〜26日", "24～26日"),
    "entity_left_over": ("R&amp;D 投入", "R&D 投入"),
    "bidi_marks": ("\u200f全区\u200e生产总值", "全区生产总值"),
}


@pytest.mark.parametrize("name", SAME_TEXTS)
def test_a_text_spelt_differently_is_no_change(name, write):
    one, other = SAME_TEXTS[name]
    assert compare(write("导语。", one), write("导语。", other)) is None
    assert compare(write(title=one), write(title=other)) is None


@pytest.mark.parametrize("name", SAME_TEXTS)
def test_a_spelling_beside_a_real_change_is_not_marked(name, write):
    one, other = SAME_TEXTS[name]
    found = compare(write(f"共3人，{one}"), write(f"共4人，{other}"))
    assert [(hunk.before, hunk.after) for hunk in found.hunks if hunk.op != "equal"] == [("3", "4")]


def test_paragraphs_and_line_breaks_are_markup(write):
    assert compare(write("第一句。第二句。", "第三句。"), write("第一句。", "第二句。\n第三句。")) is None
    assert compare(write(("heading", "标题行"), "正文。"), write("标题行", ("list_item", "正文。"))) is None


@pytest.mark.parametrize(
    "stamp",
    [
        "更新时间：2023-10-27 15:10",
        "（最后更新：2023年10月27日）",
        "更新日：令和5年10月27日",
        "最終更新日 2023年10月27日",
        "Updated 15:10",
        "Last updated: 27 October 2023",
        "Page last updated on October 27, 2023, 3:10 p.m.",
        "This page was last modified on 2023-10-27",
    ],
)
def test_an_update_stamp_alone_is_no_change(stamp, write):
    assert compare(write("正文在此。"), write("正文在此。", stamp)) is None
    assert compare(write("The text stands.", stamp), write("The text stands.")) is None
    assert compare(write("正文在此。"), write(f"正文在此。{stamp}")) is None


def test_a_sentence_that_only_mentions_an_update_is_content(write):
    assert compare(write("正文。"), write("正文。", "Updated 15:10 to correct the death toll.")) is not None
    assert compare(write("正文。"), write("正文。", "更新改造工程2023年10月27日完工")) is not None


def test_recognising_a_stamp_takes_linear_time():
    hostile = "Updated 1 " + "jant" * 19 + "!"
    assert not is_update_stamp(hostile)
    assert not is_update_stamp("更新时间" + "一二" * 40 + "了1")


def test_counting_feeds_updated_alone_is_no_change(write, moment):
    after = write("正文。", updated=moment(2023, 10, 28, 9, 0), marks=(("feed:updated", "2023-10-28T09:00:00+08:00"),))
    assert compare(write("正文。", updated=moment(2023, 10, 27, 9, 0)), after) is None


def test_the_same_instant_in_another_zone_or_calendar_is_no_change(write, moment):
    one = write("正文。", published=moment(2023, 10, 27, 21, 56))
    assert compare(one, write("正文。", published=moment(2023, 10, 27, 22, 56, zone=TOKYO))) is None
    assert compare(one, write("正文。", published=moment(2023, 10, 27, 13, 56, zone=UTC))) is None


def test_a_gain_or_loss_in_precision_is_no_change(write, moment):
    day, minute, second = moment(2023, 10, 27), moment(2023, 10, 27, 21, 56), moment(2023, 10, 27, 21, 56, 30)
    for one, other in ((day, minute), (minute, second), (day, second), (moment(2023, 10), day), (None, day)):
        assert compare(write("正文。", published=one), write("正文。", published=other)) is None
        assert compare(write("正文。", published=other), write("正文。", published=one)) is None


def test_a_day_is_also_the_same_day_where_the_page_now_tells_the_time_in_utc(write, moment):
    after = write("正文。", published=moment(2023, 10, 26, 23, 30, zone=UTC))
    assert compare(write("正文。", published=moment(2023, 10, 27)), after) is None


def test_a_twelve_hour_template_fault_mended_is_no_change(write, moment):
    for wrong, right in (((9, 56), (21, 56)), ((12, 30), (0, 30))):
        before = write("正文。", published=moment(2023, 10, 27, *wrong))
        assert compare(before, write("正文。", published=moment(2023, 10, 27, *right))) is None


def test_another_hour_or_day_is_a_change(write, moment):
    before = write("正文。", published=moment(2023, 10, 27, 9, 56))
    for other in ((2023, 10, 27, 10, 56), (2023, 10, 28, 9, 56), (2023, 10, 26), (2022, 10)):
        assert compare(before, write("正文。", published=moment(*other))).fields == ("published_at",)


def test_a_relative_time_is_never_a_change(write, moment):
    before = write("正文。", published=moment(2023, 10, 27, precision="approx"))
    assert compare(before, write("正文。", published=moment(2023, 11, 2, precision="approx"))) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.gov.cn/f/1.pdf", "https://e.gov.cn/f/1.pdf?timestamp=1698414960"),
        ("https://e.gov.cn/f/1.pdf?v=1.2", "https://e.gov.cn/f/1.pdf?v=1.3"),
        ("https://e.gov.cn/d?id=7&token=aa&Expires=1", "https://e.gov.cn/d?id=7&token=bb&Expires=2"),
        ("http://www.e.gov.cn/f/1.pdf", "https://e.gov.cn/f/1.pdf"),
    ],
)
def test_cache_busters_and_signatures_are_no_change(one, other, write):
    file = [Attachment(url=url, name="附件1") for url in (one, other)]
    link = [Link(url=url, text="附件1") for url in (one, other)]
    assert compare(write("正文。", attachments=(file[0],)), write("正文。", attachments=(file[1],))) is None
    assert compare(write("正文。", links=(link[0],)), write("正文。", links=(link[1],))) is None


def test_images_are_not_compared(write):
    before = write("正文。", images=("https://e.gov.cn/lazy.gif",))
    assert compare(before, write("正文。", images=("https://e.gov.cn/1.jpg",))) is None


def test_links_in_another_order_are_no_change(write):
    links = (Link(url="https://e.org/1", text="甲"), Link(url="https://e.org/2", text="乙"))
    assert compare(write("正文。", links=links), write("正文。", links=links[::-1])) is None


def test_a_file_hashed_for_the_first_time_or_served_elsewhere_is_no_change(write):
    bare = Attachment(url="https://e.gov.cn/f/1.pdf", name="附件1")
    hashed = Attachment(url="https://e.gov.cn/f/1.pdf", name="附件1", sha256="ab" * 32)
    moved = Attachment(url="https://files.e.gov.cn/9.pdf", name="附件1", sha256="ab" * 32)
    assert compare(write("正文。", attachments=(bare,)), write("正文。", attachments=(hashed,))) is None
    assert compare(write("正文。", attachments=(hashed,)), write("正文。", attachments=(moved,))) is None


def test_a_new_address_alone_is_no_edit(write):
    assert compare(write("正文。"), write("正文。", url="https://www.example.gov.cn/b/2.html")) is None


def test_what_is_not_shown_to_readers_is_no_change(write):
    after = write("正文。", language="zh", place="广东", index_number="1", provenance=(("body", "#zoom"),))
    assert compare(write("正文。"), after) is None
