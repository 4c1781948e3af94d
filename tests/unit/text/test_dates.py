"""Dates as publishers write them: the table of facts, running text, and what no input may do."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Moment, Precision
from crawler.text.dates import default_timezone, find_dates, read_date

FACTS = [
    pytest.param(*row.values(), id=f"{row['raw']}|{row['locale']}|{row['timezone']}|{row['now']}")
    for row in csv.DictReader((Path(__file__).parent / "date_facts.csv").read_text("utf-8").splitlines())
]
SHOWN = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}
NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)


def show(moment: Moment | None) -> tuple[str, str]:
    if moment is None:
        return "", "none"
    return moment.instant.isoformat()[: SHOWN.get(moment.precision)], str(moment.precision)


@pytest.mark.parametrize(("raw", "locale", "timezone", "expected", "precision", "now"), FACTS)
def test_every_fact_of_the_table_is_read_as_meant(raw, locale, timezone, expected, precision, now):
    moment = read_date(raw, timezone=timezone, locale=locale, now=datetime.fromisoformat(now) if now else None)
    assert show(moment) == (expected, precision)


def test_a_bare_day_is_midnight_in_the_source_zone():
    moment = read_date("2023年10月27日", timezone="Asia/Shanghai")
    assert moment is not None
    assert moment.instant == datetime(2023, 10, 26, 16, tzinfo=UTC)
    assert moment.instant.isoformat() == "2023-10-27T00:00:00+08:00"


def test_a_zone_may_be_given_as_an_object():
    zone = ZoneInfo("Asia/Tokyo")
    assert read_date("2023-10-27", timezone=zone) == read_date("2023-10-27", timezone="Asia/Tokyo")


def test_an_unknown_zone_of_a_source_is_an_error_and_an_unknown_zone_in_text_is_not():
    with pytest.raises(ZoneInfoNotFoundError):
        read_date("2023-10-27", timezone="Mars/Olympus")
    moment = read_date("2023-10-27 21:56 Mars/Olympus", timezone="Asia/Shanghai")
    assert show(moment) == ("2023-10-27T21:56:00+08:00", "minute")


def test_the_raw_text_is_kept():
    moment = read_date(" 发布时间：２０２３年１０月２７日 ", timezone="Asia/Shanghai")
    assert moment is not None
    assert moment.raw == "发布时间：２０２３年１０月２７日"


def test_a_day_is_never_the_first_of_january_by_invention():
    for raw in ("发布时间：2023", "2023年工作要点", "2023", "2023年13月", "共2023条", "2023年10月32日"):
        moment = read_date(raw, timezone="Asia/Shanghai", locale="zh", now=NOON)
        assert moment is None or moment.precision == Precision.YEAR, raw


def test_the_seconds_of_a_japanese_publication_are_kept_and_not_vouched_for():
    local = read_date("2023年10月27日 21時56分33秒", timezone="Asia/Tokyo", locale="ja")
    assert show(local) == ("2023-10-27T21:56:33+09:00", "minute")
    machine = read_date("2023-10-27T12:56:33Z", timezone="Asia/Tokyo", locale="ja")
    assert show(machine) == ("2023-10-27T12:56:33+00:00", "second")


def test_days_come_before_months_in_one_text():
    moment = read_date("2023年10月通报 2023-11-02", timezone="Asia/Shanghai")
    assert show(moment) == ("2023-11-02", "day")


@pytest.mark.parametrize(
    ("host", "language", "zone"),
    [
        ("www.example.gov.cn", "", "Asia/Shanghai"),
        ("www.example.gov.tw:8080", "en", "Asia/Taipei"),
        ("example.org", "ja", "Asia/Tokyo"),
        ("example.org", "zh-TW", "Asia/Taipei"),
        ("example.org", "zh-Hans", "Asia/Shanghai"),
        ("www.example.gov.uk", "", "Europe/London"),
        ("127.0.0.1:8000", "", "UTC"),
        ("", "", "UTC"),
    ],
)
def test_a_site_keeps_the_time_of_its_country(host, language, zone):
    assert default_timezone(host, language) == zone


def test_dates_in_running_text_are_found_where_they_stand():
    text = "报名自２０２３年１０月２７日上午9时起，至2023年11月2日止；某府〔2023〕12号，索引号 2023-02-00018，涨3.5。"
    found = [(text[start:end], show(moment)[0]) for start, end, moment in find_dates(text, timezone="Asia/Shanghai")]
    assert found == [
        ("２０２３年１０月２７日上午9时", "2023-10-27T09:00:00+08:00"),
        ("2023年11月2日", "2023-11-02"),
    ]


def test_bylines_of_three_languages_are_found_with_their_time():
    for line in (
        "Dinghu released 2023-10-27 21:56 Published in Guangdong",
        "鼎湖发布 2023年10月27日 21:56 发表于广东",
        "鼎湖発表 2023年10月27日 21時56分 広東省で公開",
    ):
        ((_, _, moment),) = find_dates(line, timezone="Asia/Shanghai")
        assert show(moment) == ("2023-10-27T21:56:00+08:00", "minute")


def test_a_day_without_a_year_is_found_only_when_told_the_time():
    assert find_dates("截止10月27日", timezone="Asia/Shanghai") == []
    ((start, end, moment),) = find_dates("截止10月27日", timezone="Asia/Shanghai", now=NOON)
    assert (start, end, show(moment)[0]) == (2, 8, "2025-10-27")


def test_english_dates_and_months_are_found_and_people_counts_are_not():
    text = "On 27 October 2023 and again in November 2023, 12 people met; May 2023 people know."
    found = [show(moment)[0] for _, _, moment in find_dates(text, timezone="UTC", locale="en")]
    assert found[:2] == ["2023-10-27", "2023-11"]


def test_no_more_dates_are_found_than_asked_for():
    assert len(find_dates("2023-10-27 " * 100, timezone="UTC", limit=7)) == 7


@settings(max_examples=300, deadline=None)
@given(
    day=st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)),
    shape=st.sampled_from(
        ["%Y-%m-%d", "%Y年%m月%d日", "%Y/%m/%d", "%Y.%m.%d", "%d %B %Y", "%B %d, %Y", "%Y%m%d", "发布时间：[%Y-%m-%d]"]
    ),
    zone=st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Asia/Taipei"]),
)
def test_any_day_in_any_usual_shape_is_read_back(day, shape, zone):
    moment = read_date(day.strftime(shape), timezone=zone, locale="en")
    assert moment is not None
    assert (moment.instant.date(), moment.precision) == (day, Precision.DAY)
    assert moment.instant.tzinfo is not None


@settings(max_examples=200, deadline=None)
@given(
    instant=st.datetimes(
        min_value=datetime(1990, 1, 1),  # noqa: DTZ001 (hypothesis wants them naive)
        max_value=datetime(2099, 1, 1),  # noqa: DTZ001
        timezones=st.timezones(),
    )
)
def test_any_iso_instant_is_read_back_to_the_second(instant):
    offset = instant.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        return
    moment = read_date(instant.isoformat(), timezone="UTC")
    assert moment is not None
    assert moment.instant == datetime.fromisoformat(instant.replace(microsecond=0).isoformat())


def words(text: str) -> list[str]:
    return text.split()


PIECES = [
    " ",
    *words(
        "年 月 日 号 元 十 前 半 至 - / . : ： T Z 〔 〕 ( ) [ ] , 2023 10 27 12 3 00 １０ 令和 民國 R8 October "
        "二〇二三 下午 昨天 周一 ago pm GMT+8 +0800 CST 1698414960 99999999999"
    ),
]


@settings(max_examples=400, deadline=None)
@given(
    raw=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)),
    locale=st.sampled_from(["zh", "ja", "ko", "en", "en-US", "fr", "", None, "zh-Hant"]),
    zone=st.sampled_from(["Asia/Shanghai", "Asia/Taipei", "Asia/Tokyo", "UTC", "America/New_York"]),
    now=st.sampled_from([None, NOON, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)]),
)
def test_no_text_breaks_the_reader(raw, locale, zone, now):
    moment = read_date(raw, timezone=zone, locale=locale, now=now)
    assert moment is None or moment.instant.utcoffset() is not None
    for start, end, found in find_dates(raw, timezone=zone, locale=locale, now=now):
        assert 0 <= start < end <= len(raw)
        assert found.raw == raw[start:end]


def test_hostile_text_takes_no_time():
    began = perf_counter()
    for piece in ("2023-", "1 ", "年", "二", "2023年", "a" * 50 + " ", "10:", "(", "2023. ", "October "):
        text = piece * (200_000 // len(piece))
        read_date(text, timezone="UTC", now=NOON)
        find_dates(text, timezone="UTC", now=NOON)
    assert perf_counter() - began < 20  # quadratic work would take minutes
