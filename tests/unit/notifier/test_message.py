"""What people read: mails as text and HTML, lines for a console."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.model import (
    ArticleState,
    ChangeKind,
    Elsewhere,
    Evidence,
    Fact,
    FactType,
    Hunk,
    HunkOp,
    IncidentReason,
    IncidentState,
    Precision,
    Reference,
    Verdict,
)
from crawler.notifier.message import compose_console, compose_mail, compose_plain
from crawler.notifier.message.labels import TABLES, labels_for
from crawler.notifier.message.view import MOST_ITEMS
from tests.notices import NOW, make_change, make_incident, make_mass, make_notice, make_observation, make_summary
from tests.pictures import CHINESE, ENGLISH, JAPANESE, NEW, REMOVED

HOSTILE = "Fees\r\nBcc: all@example.org \u202egnp.exe\u2066 \x1b[31m<b onclick=x>&amp;" + "长" * 10_000
NEVER_SHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def parse(html):
    return LexborHTMLParser(html)


def test_an_edit_shows_old_and_new_in_subject_text_and_html():
    mail = compose_mail(make_notice(make_change()))
    assert mail.subject == "EDITED, unannounced: 全区一季度经济运行情况 (11% → 1.1%)"
    assert "percentage: 11% → 1.1%" in mail.text
    assert "同比增长 [-11%-]{+1.1%+}。" in mail.text


def test_deleted_and_inserted_are_told_apart_by_more_than_colour():
    page = parse(compose_mail(make_notice(make_change())).html)
    old, new = page.css_first(".diff del"), page.css_first(".diff ins")
    assert (old.text(), new.text()) == ("11%", "1.1%")
    assert "line-through" in old.attributes["style"]
    assert "underline" in new.attributes["style"]


def make_place(source, carries="", **values):
    url = f"https://{source}.example/1"
    return Elsewhere(source=source, article_id=source, url=url, carries=carries, **values)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Changed at 某市要闻; it still says what it said at gd-gov, cn-gov."),
        ("zh", "改动发生在 某市要闻；gd-gov，cn-gov 仍为原文。"),
        ("ja", "変更されたのは 某市要闻 です。gd-gov・cn-gov では変更前のままです。"),
    ],
)
def test_an_edit_says_where_it_happened_and_who_still_has_the_old_text(language, sentence):
    places = (make_place("gd-gov", "before"), make_place("cn-gov", "before"), make_place("map"))
    change = make_change(elsewhere=places)

    assert sentence in compose_mail(make_notice(change, language=language)).text


def test_an_edit_says_who_says_so_already():
    assert (
        "gd-gov says so already."
        in compose_mail(make_notice(make_change(elsewhere=(make_place("gd-gov", "after"),)))).text
    )


def test_where_a_story_stands_at_very_many_places_the_rest_are_counted():
    summary = make_summary(also_at=tuple(f"town-{number}" for number in range(11)))
    text = compose_mail(make_notice(make_change(article=summary))).text
    assert "town-7 (+ 3)" in text
    assert "town-8" not in text


def test_a_removal_says_where_the_story_still_stands():
    places = (make_place("gd-gov"), make_place("map", state=ArticleState.REMOVED))
    text = compose_mail(make_notice(make_change(kind=ChangeKind.REMOVED, elsewhere=places))).text

    assert "It still stands at gd-gov." in text


def test_a_message_names_the_other_sources_and_what_is_translated():
    article = make_summary(
        also_at=("gd-gov", "map"),
        translation_of="a41b0c",
        translation_url="https://www.example.gov.cn/1",
        translation_title="Notice <1>",
        translations=("f00", "f01"),
        translated_as=(
            Reference(title="お知らせ", url="https://www.example.jp/1"),
            Reference(title="", url="https://www.example.org/1"),
        ),
    )
    mail = compose_mail(make_notice(make_change(article=article)))

    assert "Also at: gd-gov, map" in mail.text
    assert "Translation of: Notice <1>  https://www.example.gov.cn/1\n" in mail.text
    assert "Translated as: お知らせ  https://www.example.jp/1\n" in mail.text
    assert "Translated as: https://www.example.org/1\n" in mail.text
    assert "f00" not in mail.text + mail.html
    links = {link.attributes["href"]: link.text() for link in parse(mail.html).css("a.plain")}
    assert links["https://www.example.gov.cn/1"] == "Notice <1>"
    assert links["https://www.example.jp/1"] == "お知らせ"


def test_a_translation_that_older_changes_know_by_its_address_alone_is_named_by_it():
    article = make_summary(translation_of="a41b0c", translation_url="https://www.example.gov.cn/1")
    text = compose_mail(make_notice(make_change(article=article))).text
    assert "Translation of: https://www.example.gov.cn/1\n" in text


def test_more_translations_than_anybody_reads_are_counted():
    many = tuple(Reference(title=f"Tongue-{number}.", url=f"https://www.example.org/{number}") for number in range(11))
    article = make_summary(translated_as=many, translations=tuple(str(number) for number in range(11)))
    text = compose_mail(make_notice(make_change(article=article))).text
    assert text.count("Tongue-") == 8
    assert "Translated as: + 3" in text


def test_facts_stand_above_the_diff():
    mail = compose_mail(make_notice(make_change()))
    assert mail.text.index("What changed") < mail.text.index("[-11%-]")
    assert mail.html.index("What changed") < mail.html.index('class="diff"')


def test_an_announced_edit_is_not_called_unannounced():
    assert "unannounced" not in compose_mail(make_notice(make_change(silent=False))).text


def test_times_are_on_the_readers_clock_and_say_so():
    text = compose_mail(make_notice(make_change(), timezone="Asia/Tokyo")).text
    assert "Published: 2024-05-01 22:56 +09:00" in text
    assert "Detected: 2024-05-06 16:30 +09:00" in text


def test_a_bare_day_stays_that_day_wherever_the_reader_lives():
    article = make_summary(published_at=datetime(2024, 5, 1, tzinfo=UTC), published_precision=Precision.DAY)
    text = compose_mail(make_notice(make_change(article=article), timezone="America/New_York")).text
    assert re.search(r"^Published: 2024-05-01$", text, re.MULTILINE)


def test_evidence_names_both_hashes_in_full():
    text = compose_mail(make_notice(make_change())).text
    assert f"sha256 {'a' * 64}" in text
    assert f"sha256 {'b' * 64}" in text


def test_a_removal_shows_each_time_it_was_seen_gone_and_who_took_it_down():
    gone = tuple(make_observation(status=404, verdict=Verdict.NOT_FOUND, sha256="") for _ in range(3))
    change = make_change(
        kind=ChangeKind.REMOVED,
        silent=None,
        diff=(),
        removed_by="platform",
        evidence=Evidence(after=gone[-1], observations=gone),
    )
    text = compose_mail(make_notice(change)).text
    assert text.count("seen gone: 2024-05-06T07:30:00Z HTTP 404") == 3
    assert "Taken down by: the platform" in text
    assert make_summary().excerpt in text


def test_a_figure_never_gets_a_sign_that_it_did_not_have():
    page = parse(compose_mail(make_notice(make_change())).html)
    assert re.search(r"[−+-]\s*1?1", page.body.text().partition("sha256")[0]) is None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Found gone 3 times over 24 h (404)."),
        ("zh", "24 小时内 3 次查证，页面均已无法打开（404）。"),
        ("ja", "24時間にわたり3回確認しましたが、いずれも表示されませんでした（404）。"),
    ],
)
def test_how_a_removal_is_known_is_said_in_the_readers_language(language, sentence):
    gone = tuple(
        make_observation(fetched_at=NOW + timedelta(hours=hours), status=404, verdict=Verdict.NOT_FOUND)
        for hours in (0, 12, 24)
    )
    evidence = Evidence(after=gone[-1], observations=gone)
    notice = make_notice(
        make_change(kind=ChangeKind.REMOVED, silent=None, diff=(), facts=(), evidence=evidence), language=language
    )
    mail = compose_mail(notice)
    assert sentence in mail.text
    assert sentence in mail.html


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The page does not mention the change and is still dated 2024-05-01 13:56 +00:00."),
        ("zh", "页面未注明改动，日期仍为 2024-05-01 13:56 +00:00。"),
        ("ja", "ページに変更の告知はなく、日付も 2024-05-01 13:56 +00:00 のままです。"),
    ],
)
def test_what_the_page_keeps_silent_about_is_said_in_the_readers_language(language, sentence):
    assert sentence in compose_mail(make_notice(make_change(), language=language)).html


def test_the_note_of_each_other_kind_says_what_happened():
    moved = make_change(
        kind=ChangeKind.MOVED, silent=None, article=make_summary(previous_url="https://www.example.gov.cn/old.html")
    )
    back = make_change(kind=ChangeKind.RESTORED, silent=None)
    sign = make_change(kind=ChangeKind.MISSING, silent=None, evidence=Evidence(observations=(make_observation(),)))
    bare = make_change(facts=(), fields=("title", "attachments"), silent=None)
    for change, sentence in (
        (moved, "It stood at https://www.example.gov.cn/old.html before."),
        (back, "The page is there again."),
        (sign, "Found gone for the first time (200); not proven yet."),
        (bare, "Changed: Title, Attachments."),
    ):
        assert sentence in compose_mail(make_notice(change)).text


def test_many_changes_are_named_at_the_top_the_most_significant_first():
    changes = [
        make_change(str(n), source=f"s{n % 2}", significance=n / 10, article=make_summary(title=f"Notice-{n}."))
        for n in range(5)
    ]
    text = compose_mail(make_notice(*changes, kind="digest")).text
    glance = text[text.index("At a glance") : text.index("## ")]
    assert re.findall(r"Notice-\d", glance) == [f"Notice-{n}" for n in (4, 3, 2, 1, 0)]
    assert "At a glance" not in compose_mail(make_notice(*changes[:3])).text


def test_a_list_of_mails_shows_the_facts_beside_the_subject():
    page = parse(compose_mail(make_notice(make_change())).html)
    assert page.css_first("body > div").text() == "11% → 1.1%"


def test_a_new_article_shows_its_figures_without_marks_of_change():
    change = make_change(
        kind=ChangeKind.NEW, silent=None, facts=(Fact(type=FactType.MONEY, field="body", after="£1,200"),), diff=()
    )
    mail = compose_mail(make_notice(change))
    assert "amount: £1,200" in mail.text
    assert parse(mail.html).css_first("ins") is None


def test_the_dashboard_is_linked_where_its_address_is_known():
    notice = make_notice(make_change())
    assert "changes/chg_1" not in compose_mail(notice).html
    linked = compose_mail(replace(notice, public_url="https://gazette.example.org/"))
    assert 'href="https://gazette.example.org/changes/chg_1"' in linked.html
    assert 'href="https://gazette.example.org/changes/chg_1/evidence"' in linked.html


def test_several_changes_are_grouped_by_source_the_most_significant_first():
    changes = [
        make_change("1", source="a", source_title="Alpha", significance=0.2, article=make_summary(title="minor")),
        make_change("2", source="b", source_title="Beta", significance=0.9, article=make_summary(title="major")),
        make_change("3", source="a", source_title="Alpha", significance=0.5, article=make_summary(title="middling")),
    ]
    mail = compose_mail(make_notice(*changes))
    order = [mail.text.index(word) for word in ("## Beta", "major", "## Alpha", "middling", "minor")]
    assert order == sorted(order)
    assert mail.subject == "Gazette: 3 changes – 3 edited"


def test_changes_beyond_the_detailed_ones_are_still_listed():
    changes = [make_change(str(n), seq=n, article=make_summary(title=f"Notice-{n}.")) for n in range(MOST_ITEMS + 30)]
    mail = compose_mail(make_notice(*changes))
    assert all(f"Notice-{n}." in mail.text and f"Notice-{n}." in mail.html for n in range(MOST_ITEMS + 30))


def test_a_diff_of_megabytes_makes_a_mail_of_kilobytes_that_says_so():
    hunks = tuple(Hunk(field="body", op=HunkOp.REPLACE, before="旧" * 9_000, after="新" * 9_000) for _ in range(200))
    mail = compose_mail(make_notice(*(make_change(str(n), diff=hunks) for n in range(100))))
    assert len(mail.html.encode()) < 150_000
    assert "left out for length" in mail.text


def test_trouble_and_recovery_have_their_own_words():
    trouble = compose_mail(make_notice(incidents=(make_incident(),)))
    assert trouble.subject == "Trouble with a source: zq-news, blocked"
    assert "412, challenge page" in trouble.text
    over = compose_mail(make_notice(incidents=(make_incident(state=IncidentState.CLOSED),)))
    assert over.subject.startswith("Source is well again: zq-news")


def test_a_reminder_says_since_when_a_source_is_in_trouble():
    reminder = compose_mail(make_notice(incidents=(make_incident(reminder=1),)))
    assert reminder.subject.startswith("Source in trouble since 2024-05-0")
    assert reminder.subject.endswith(": zq-news, blocked")


def test_a_mass_event_lists_its_articles_with_a_fact_each():
    text = compose_mail(make_notice(incidents=(make_mass(60),))).text
    assert "* Notice 0  3 → 13" in text
    assert "+ 10 articles" in text


def test_a_test_message_says_that_nothing_changed():
    mail = compose_mail(make_notice(kind="test"))
    assert mail.subject == "Gazette: Test message"
    assert "Nothing has changed" in mail.text
    assert "Nothing has changed" in mail.html


def test_a_full_digest_is_not_clipped_by_mail_clients():
    samples = (CHINESE, JAPANESE, ENGLISH, REMOVED, NEW)
    changes = [replace(samples[n % 5], id=f"chg_{n}", source=f"s{n % 7}", seq=n) for n in range(60)]
    notice = replace(make_notice(*changes, kind="digest", language="zh"), public_url="https://gazette.example.org")
    assert len(compose_mail(notice).html.encode()) < 100_000


@pytest.mark.parametrize(("language", "words"), [("zh", "已修改，未声明"), ("ja", "変更・告知なし"), ("xx", "EDITED")])
def test_labels_follow_the_subscriptions_language(language, words):
    mail = compose_mail(make_notice(make_change(), language=language))
    assert mail.subject.startswith(words)
    assert words in mail.text


def test_an_english_sentence_is_left_out_of_a_mail_in_another_language():
    notice = make_notice(make_change(facts=()), language="ja")
    assert "page date unchanged" not in compose_mail(notice).html


def test_every_language_has_the_same_labels():
    keys = {language: set(table) for language, table in TABLES.items()}
    assert keys["zh"] == keys["en"]
    assert keys["ja"] == keys["en"]


def test_every_word_of_the_contract_has_a_label():
    words = {*ChangeKind, *FactType, *IncidentReason}
    assert {word.value for word in words} <= set(labels_for("en"))


def test_a_mail_loads_nothing_from_anywhere():
    page = parse(compose_mail(make_notice(make_change(), incidents=(make_mass(),))).html)
    assert page.css("img, script, link, iframe, object, svg, video, form, base") == []
    assert "url(" not in page.html
    assert "@import" not in page.html


def test_a_mail_declares_that_it_can_be_dark():
    page = parse(compose_mail(make_notice(make_change())).html)
    assert page.css_first('meta[name="color-scheme"]').attributes["content"] == "light dark"


def hostile_notice(text, url="javascript:alert(1)"):
    change = make_change(
        article=make_summary(title=text, url=url, excerpt=text, place=text, publisher=text, language='zh" onclick="x'),
        source_title=text,
        summary=text,
        facts=(Fact(type=FactType.WORDING, field=text[:50], before=text, after=text),),
        diff=(
            Hunk(field="body", op=HunkOp.REPLACE, before=text, after=text),
            Hunk(field=text, op=HunkOp.MOVE, after=text),
        ),
    )
    incident = make_incident(source=text, detail=text)
    return make_notice(change, incidents=(incident,), name=text or "x")


def test_a_hostile_title_is_harmless_everywhere():
    single = make_notice(make_change(article=make_summary(title=HOSTILE)))
    subject = compose_mail(single).subject
    assert len(subject) <= 200
    assert "\n" not in subject
    mail = compose_mail(hostile_notice(HOSTILE))
    for shown in (subject, mail.subject, mail.text, mail.html, compose_console(hostile_notice(HOSTILE))):
        assert NEVER_SHOWN.search(shown) is None
    page = parse(mail.html)
    assert page.css("[onclick], b") == []
    assert page.css("a[href^=javascript]") == []


@given(st.text(st.characters(exclude_categories=()), max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_whatsoever_breaks_a_message(text):
    notice = hostile_notice(text, url=text)
    for mail in (compose_mail(notice), compose_plain(notice)):
        for shown in (mail.subject, mail.text, mail.html):
            assert NEVER_SHOWN.search(shown) is None
            shown.encode("utf-8")
        assert "\n" not in mail.subject
        assert len(mail.subject) <= 200


def test_spaces_at_the_seams_of_a_diff_survive():
    diff = (
        Hunk(field="body", op=HunkOp.EQUAL, before="they ", after="they "),
        Hunk(field="body", op=HunkOp.REPLACE, before="shall", after="may"),
        Hunk(field="body", op=HunkOp.EQUAL, before=" pay\n\nin full", after=" pay\n\nin full"),
    )
    assert "they [-shall-]{+may+} pay\n\nin full" in compose_mail(make_notice(make_change(diff=diff))).text


def test_the_console_shows_an_event_on_a_line_and_its_address_below():
    assert compose_console(make_notice(make_change(), incidents=(make_incident(),))) == (
        "EDITED, unannounced  全区一季度经济运行情况  11% → 1.1%  (某市要闻)\n"
        "    https://www.example.gov.cn/xw/41.html\n"
        "Trouble with a source: zq-news, blocked (412, challenge page)\n"
    )


def test_plain_words_need_no_template_and_have_no_html():
    mail = compose_plain(make_notice(make_change()))
    assert mail.html == ""
    assert "11% → 1.1%" in mail.text
