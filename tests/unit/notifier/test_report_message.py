from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import Keywords, Subscription
from crawler.notifier.message import compose_console, compose_mail
from crawler.notifier.message.report import Gap, Stretch, coverage_lines, empty_lines
from tests.notices import make_notice

UNTIL = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
DESK = Subscription(name="desk", channel="desk", timezone="Asia/Shanghai")
WHOLE = Stretch(since_at=UNTIL - WEEK, until_at=UNTIL, next_at=UNTIL + WEEK, sources=40, checked=40)
FAILING = Gap(source="gd-gov", sort="failing", since_at=UNTIL - WEEK, reason="412,\nchallenge page")
OVER = Gap(source="zq-news", sort="mended", since_at=UNTIL - WEEK, until_at=UNTIL, reason="unreachable")


def test_a_quiet_week_says_that_everything_was_checked():
    assert coverage_lines(WHOLE, DESK) == (
        "40 of 40 sources checked, none with gaps, 0 changes since 2026-03-02 09:00 +08:00 "
        "(until 2026-03-09 09:00 +08:00)",
        "Next report: 2026-03-16 09:00 +08:00",
    )


def test_gaps_are_named_with_the_reason_and_changes_by_their_kinds():
    stretch = replace(WHOLE, checked=39, gaps=(FAILING, OVER), changes={"edited": 1, "new": 3}, mass_events=1)
    assert coverage_lines(stretch, DESK)[0].startswith("39 of 40 sources checked, 2 with gaps, 4 changes since")
    assert coverage_lines(stretch, DESK)[1:-1] == (
        "Changes: 3 new, 1 edited, 1 × mass event",
        "gd-gov: failing, last well 2026-03-02 09:00 +08:00 (412, challenge page)",
        "zq-news: unreachable, from 2026-03-02 09:00 +08:00 to 2026-03-09 09:00 +08:00",
    )


def test_reports_that_were_not_made_are_owned_up_to():
    assert any(line.startswith("3 reports before this") for line in coverage_lines(replace(WHOLE, skipped=3), DESK))


def test_of_very_many_gaps_the_first_are_named():
    gaps = tuple(replace(FAILING, source=f"s-{number}") for number in range(53))
    assert "+ 3" in coverage_lines(replace(WHOLE, gaps=gaps), DESK)


def test_an_empty_digest_says_that_nothing_changed_and_of_what():
    lines = empty_lines(WHOLE, replace(DESK, changes=frozenset({"new"})))
    assert lines[0] == "Nothing changed. 40 of 40 sources checked."
    assert lines[1].startswith("This is about new, since 2026-03-02 09:00 +08:00")


def test_an_empty_digest_with_sources_unread_does_not_say_that_nothing_changed():
    lines = empty_lines(replace(WHOLE, checked=39, gaps=(FAILING,)), DESK)
    assert not any("Nothing changed" in line for line in lines)
    assert any(line.startswith("gd-gov: failing") for line in lines)


def test_a_subscription_with_keywords_is_told_that_only_those_count():
    asks = replace(DESK, keywords=Keywords(any=("budget",)))
    assert "keywords" in empty_lines(WHOLE, asks)[1]
    assert "keywords" not in empty_lines(WHOLE, DESK)[1]


@pytest.mark.parametrize(
    ("language", "covered", "empty"),
    [
        ("zh", "40 个来源中已检查 40 个", "没有任何变更"),
        ("ja", "情報源 40 件中 40 件を確認", "変更はありませんでした"),
    ],
)
def test_reports_speak_the_readers_language(language, covered, empty):
    reader = replace(DESK, language=language)
    stretch = replace(WHOLE, gaps=(FAILING, OVER), skipped=1)
    assert covered in coverage_lines(stretch, reader)[0]
    assert empty in empty_lines(WHOLE, reader)[0]


@pytest.mark.parametrize(("kind", "subject"), [("coverage", "Coverage report"), ("empty", "No changes")])
def test_a_report_is_a_message_of_its_own(kind, subject):
    notice = replace(make_notice(kind=kind), lines=("40 of 40 sources checked", "<b>bold</b>"))
    mail = compose_mail(notice)
    assert mail.subject == f"Gazette: {subject}"
    assert "40 of 40 sources checked" in mail.text
    assert "&lt;b&gt;bold" in mail.html
    assert compose_console(notice).startswith(f"{subject} (all-to-desk)\n    40 of 40")
