"""Bylines in their many shapes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from crawler.model import Precision
from crawler.parser.article.byline import Byline, Reckoning, find_place, read_cells, read_line, split_names

CHINA = Reckoning("Asia/Shanghai", "zh", datetime(2023, 11, 1, tzinfo=timezone(timedelta(hours=8))))
MINUTE = datetime(2023, 10, 27, 21, 56, tzinfo=timezone(timedelta(hours=8)))


def read(line: str, reckoning: Reckoning = CHINA) -> Byline:
    byline = Byline()
    read_line(line, reckoning, byline)
    return byline


@pytest.mark.parametrize(
    ("line", "publisher", "place"),
    [
        ("Dinghu released 2023-10-27 21:56 Published in Guangdong", "Dinghu", "Guangdong"),
        ("鼎湖发布 2023-10-27 21:56 发表于广东", "鼎湖发布", "广东"),
        ("鼎湖公開 2023-10-27 21:56 広東省で公開", "鼎湖", "広東省"),
    ],
)
def test_the_byline_of_a_platform_gives_account_minute_and_place(line: str, publisher: str, place: str) -> None:
    byline = read(line)
    assert (byline.publisher, byline.place) == (publisher, place)
    assert byline.origin_published is not None
    assert byline.origin_published.instant == MINUTE
    assert byline.origin_published.precision is Precision.MINUTE


@pytest.mark.parametrize(
    "line",
    [
        "发布时间：2023-10-27 21:56 来源：青溪日报 作者：王芳 浏览次数：12",
        "来源：青溪日报　发布时间：2023-10-27 21:56　作者：王芳",
        "2023-10-27 21:56 来源：青溪日报 作者：王芳 【字体：大 中 小】",
        "信息来源：青溪日报 | 作者：王芳 | 时间：2023年10月27日 21:56 | 打印",
        "来 源：青溪日报 作 者：王芳 发布日期：2023-10-2721:56",
    ],
)
def test_labels_are_read_in_any_order_and_spacing(line: str) -> None:
    byline = read(line)
    assert byline.publisher == "青溪日报"
    assert byline.authors == ["王芳"]
    assert byline.published[0].instant == MINUTE


def test_a_line_of_labels_is_nothing_but_byline() -> None:
    assert read_line("来源：青溪日报 时间：2023-10-27", CHINA, Byline())


def test_the_site_naming_itself_is_no_source() -> None:
    assert read("来源：本网").publisher == ""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("更新日：令和5年10月27日", "更新日"),
        ("Last updated: 27 October 2023", "Last updated"),
        ("更新时间：2023-10-27", "更新时间"),
    ],
)
def test_an_update_label_is_a_mark_and_no_publication(line: str, name: str) -> None:
    byline = read(line, Reckoning("Asia/Tokyo"))
    assert byline.published == []
    assert [mark[0] for mark in byline.marks] == [name]
    assert byline.updated[0].instant.date().isoformat() == "2023-10-27"


def test_a_word_before_a_bare_date_tells_update_from_publication() -> None:
    byline = read("Published 1 June 2023 | Updated 27 October 2023", Reckoning("Europe/London", "en"))
    assert [moment.instant.date().isoformat() for moment in byline.published] == ["2023-06-01"]
    assert [moment.instant.date().isoformat() for moment in byline.updated] == ["2023-10-27"]


def test_hong_kong_time_of_issue_is_joined_to_its_day() -> None:
    byline = read("Ends/Friday, October 27, 2023 Issued at HKT 21:56", Reckoning("Europe/Berlin", "en"))
    assert byline.published[0].instant == MINUTE
    assert read("完／2023年10月27日（星期五） 香港時間21時56分").published[0].instant == MINUTE


@pytest.mark.parametrize(
    "line",
    [
        "2019年2月27日下午，区领导一行到金融街开展调研，参观了服务中心，并座谈交流。",
        "On October 27, 2012 the district was founded, and eleven years later it looks back.",
        "会议于2023年10月30日上午9:00在青溪大厦召开，请准时参加。",
    ],
)
def test_dates_in_sentences_are_never_bylines(line: str) -> None:
    byline = Byline()
    assert not read_line(line, CHINA, byline)
    assert byline.published == []


def test_a_label_that_notices_use_themselves_does_not_count_inside_the_text() -> None:
    byline = Byline()
    strict = Reckoning("Asia/Shanghai", "zh", None, strict=True)
    assert not read_line("时间：2023年11月3日上午9:00", strict, byline)
    assert byline.published == []


def test_a_document_number_needs_a_number() -> None:
    byline = Byline()
    read_cells(["文 号：", "无", "索引号", "000099887/2023-00123", "有 效 性", "已废止"], CHINA, byline)
    assert (byline.document_number, byline.index_number, byline.status) == ("", "000099887/2023-00123", "已废止")


def test_written_and_published_days_are_kept_apart() -> None:
    byline = Byline()
    read_cells(["成文日期：", "2023年10月20日", "发布日期：", "2023-10-27"], CHINA, byline)
    assert byline.written is not None
    assert byline.written.instant.day == 20
    assert [moment.instant.day for moment in byline.published] == [27]


def test_names_are_split_and_freed_of_roles() -> None:
    assert split_names("By Ada Hughes and Tom Reed") == ["Ada Hughes", "Tom Reed"]
    assert split_names("记者 王芳、李明 摄") == ["王芳", "李明"]
    assert split_names("https://example.org/staff/1, desk@example.org") == []


def test_a_place_is_only_read_from_its_own_wording() -> None:
    assert find_place("发表于广东") == "广东"
    assert find_place("在广东召开") == ""
