from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from crawler.model import Rhythm, Subscription
from crawler.notifier.channels import smtp
from crawler.notifier.message import compose_console, compose_mail
from crawler.notifier.message.welcome import Beginning, welcome_lines
from tests.notices import make_notice

BEGINNING = Beginning(sources=15, articles=312, newest_at=datetime(2026, 3, 2, 4, tzinfo=timezone(timedelta(hours=8))))
DESK = Subscription(name="desk", channel="desk", timezone="Asia/Shanghai")


def test_it_says_what_is_known_and_when_more_is_heard():
    assert welcome_lines(BEGINNING, DESK) == (
        "15 sources read, 312 articles recorded, the newest of 2026-03-02",
        "You will hear of the next change (new, edited, removed, restored, moved; at once).",
    )


def test_the_newest_article_is_of_the_day_that_its_page_shows_wherever_the_reader_is():
    tokyo = datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=9)))
    reader = replace(DESK, timezone="America/New_York")
    assert welcome_lines(replace(BEGINNING, newest_at=tokyo), reader)[0].endswith("the newest of 2026-03-02")


def test_one_is_not_many():
    assert welcome_lines(Beginning(sources=1, articles=1), DESK)[0] == "1 source read, 1 article recorded"


def test_sources_that_could_not_be_read_are_named_with_the_reason():
    unread = tuple((f"s-{number}", "412\nchallenge") for number in range(12))
    line = welcome_lines(replace(BEGINNING, unread=unread), DESK)[1]
    assert line.startswith("Not read yet: s-0 (412 challenge), s-1")
    assert line.endswith("s-9 (412 challenge), + 2")


def test_a_digest_says_its_hour_and_zone():
    daily = replace(DESK, rhythm=Rhythm(every="daily", at_minute=480), changes=frozenset({"new"}))
    assert welcome_lines(BEGINNING, daily)[-1].endswith("(new; daily at 08:00 Asia/Shanghai).")


def test_who_hears_of_trouble_alone_is_told_so():
    operator = replace(DESK, changes=frozenset(), incidents=True)
    assert welcome_lines(BEGINNING, operator)[-1].endswith("(trouble with a source; at once).")


@pytest.mark.parametrize(("language", "words"), [("zh", "已记录 312 篇文章"), ("ja", "記事 312 件を記録")])
def test_it_speaks_the_readers_language(language, words):
    assert words in welcome_lines(BEGINNING, replace(DESK, language=language))[0]


def welcome_notice(*lines):
    return replace(make_notice(kind="welcome"), lines=lines)


def test_a_mail_carries_the_lines_in_both_forms():
    mail = compose_mail(welcome_notice("15 sources read", "<b>bold</b>"))
    assert mail.subject == "Gazette: Watching has begun"
    assert "15 sources read" in mail.text
    assert "&lt;b&gt;bold" in mail.html
    assert "Test message" not in mail.text + mail.html


def test_a_console_shows_whose_welcome_it_is():
    assert compose_console(welcome_notice("15 sources read")) == (
        "Watching has begun (all-to-desk)\n    15 sources read\n"
    )


def test_a_mail_of_welcome_has_its_envelope():
    payload = smtp.render(welcome_notice("x"), smtp.Options(to=("desk@example.org",)))
    assert b"Subject: Gazette: Watching has begun" in payload
