"""Who hears of what, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import (
    ChangeKind,
    Fact,
    FactType,
    Hunk,
    HunkOp,
    IncidentReason,
    IncidentState,
    Keywords,
    Rhythm,
    Subscription,
)
from crawler.notifier.routing import next_digest, next_time_of_day, route
from tests.notices import NOW, make_change, make_incident, make_mass, make_summary

BATCHES = {"desk": True, "hook": False}
ZONES = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC"]


def subscribe(**values):
    return Subscription(**{"name": "news", "channel": "hook", **values})


def events(*changes, texts=None, **subscription):
    promises = route(
        changes,
        texts or {},
        (),
        subscriptions=[subscribe(**subscription)],
        channels_batch=BATCHES,
        now=NOW,
    )
    return [promise.event_id for promise in promises]


def hears(*, told_at=(), shared_with=(), tags=None, followed=(), **subscription):
    """Whether a subscription hears of a change of zq-news that other sources know of."""
    promises = route(
        [make_change(told_at=told_at, shared_with=shared_with)],
        {},
        (),
        subscriptions=[subscribe(tags=followed, **subscription)],
        channels_batch=BATCHES,
        now=NOW,
        source_tags=tags or {},
    )
    return bool(promises)


def place(now=NOW, **subscription):
    (promise,) = route(
        [make_change()], {}, (), subscriptions=[subscribe(**subscription)], channels_batch=BATCHES, now=now
    )
    return promise.window, promise.due_at


def test_every_subscription_is_promised_on_its_own():
    two = [subscribe(), subscribe(name="mail", channel="desk")]
    promises = route([make_change()], {}, (), subscriptions=two, channels_batch=BATCHES, now=NOW)
    assert [(each.subscription, each.channel, each.event_id) for each in promises] == [
        ("news", "hook", "chg_1"),
        ("mail", "desk", "chg_1"),
    ]


def test_what_was_told_at_another_source_is_told_only_to_those_who_do_not_follow_that_one():
    assert hears(told_at=("gd-gov",), sources=("zq-*",))
    assert not hears(told_at=("gd-gov",), sources=("*",))
    assert not hears(told_at=("gd-gov",), sources=("zq-news", "gd-gov"))


def test_who_follows_a_tag_has_heard_what_was_told_at_a_source_of_that_tag():
    tags = {"gd-gov": ("guangdong",), "cn-gov": ("china",)}
    assert not hears(told_at=("gd-gov",), tags=tags, followed=("guangdong",))
    assert hears(told_at=("cn-gov",), tags=tags, followed=("guangdong",))


def test_who_follows_a_tag_is_told_what_was_told_at_a_source_whose_tags_nobody_knows_any_more():
    assert hears(told_at=("removed-from-the-configuration",), followed=("guangdong",))
    assert not hears(told_at=("removed-from-the-configuration",))


def test_who_follows_another_source_of_the_very_same_page_hears_of_it():
    assert hears(shared_with=("gd-gov",), sources=("gd-gov",))
    assert not hears(shared_with=("gd-gov",), sources=("cn-gov",))
    assert not hears(shared_with=("gd-gov",), sources=("gd-gov",), changes=("new",))


def test_a_baseline_is_never_told():
    assert events(make_change(kind=ChangeKind.NEW, baseline=True)) == []


@pytest.mark.parametrize(
    ("sources", "tags", "is_told"),
    [
        (("*",), (), True),
        (("zq-news",), (), True),
        (("zq-*", "other"), (), True),
        (("ZQ-news",), (), False),
        (("gd-*",), (), False),
        ((), (), False),
        (("*",), ("guangdong", "beijing"), True),
        (("*",), ("beijing",), False),
    ],
)
def test_sources_are_named_by_id_or_glob_and_narrowed_by_tags(sources, tags, is_told):
    assert bool(events(make_change(), sources=sources, tags=tags)) is is_told


def test_only_the_kinds_named_are_told():
    changes = [make_change(kind.value, kind=kind) for kind in ChangeKind]
    assert events(*changes, changes=frozenset({"removed", "moved"})) == ["chg_removed", "chg_moved"]


def test_minimum_significance_holds_back_edits_only():
    minor = [make_change(kind.value, kind=kind, significance=0.1) for kind in (ChangeKind.NEW, ChangeKind.EDITED)]
    assert events(*minor, min_significance=0.5) == ["chg_new"]


def test_an_old_notice_listed_as_new_is_not_told_where_only_recent_ones_are_wanted():
    month = timedelta(days=30)
    old = make_change(kind=ChangeKind.NEW, article=make_summary(published_at=NOW - month))
    assert events(old, published_within=timedelta(days=7)) == []
    assert events(old, published_within=month) == ["chg_1"]


@pytest.mark.parametrize(
    "change",
    [
        make_change(article=make_summary(published_at=NOW - timedelta(days=900))),
        make_change(kind=ChangeKind.NEW, article=make_summary(published_at=None)),
    ],
    ids=["an edit of an old one", "a new one without a date"],
)
def test_what_may_be_news_is_told_however_recent_it_must_be(change):
    assert events(change, published_within=timedelta(days=7)) == ["chg_1"]


# -- keywords ----------------------------------------------------------------------------------------------------


def told_by_keywords(change, text="", **words):
    return bool(events(change, texts={change.id: text}, keywords=Keywords(**words)))


def test_keywords_are_found_in_title_and_text_of_what_is_new():
    new = make_change(kind=ChangeKind.NEW, article=make_summary(title="收费公告"), diff=())
    assert told_by_keywords(new, any=("收费",))
    assert told_by_keywords(new, "医保报销比例", any=("医保", "养老"))
    assert not told_by_keywords(new, "医保报销比例", any=("住房",))


def test_all_of_all_and_none_of_none_must_hold():
    new = make_change(kind=ChangeKind.NEW, article=make_summary(title="Tariff notice"))
    assert told_by_keywords(new, "steel and copper", all=("steel", "copper"))
    assert not told_by_keywords(new, "steel", all=("steel", "copper"))
    assert not told_by_keywords(new, "steel, draft", all=("steel",), none=("draft",))


def test_keywords_are_matched_whatever_the_width_case_and_space():
    new = make_change(kind=ChangeKind.NEW, article=make_summary(title="ＧＤＰ　Growth"))
    assert told_by_keywords(new, any=("gdp growth",))


def test_of_an_edit_only_the_changed_text_counts():
    edit = make_change(
        diff=(
            Hunk(field="body", op=HunkOp.EQUAL, before="…医保。", after="…医保。"),
            Hunk(field="body", op=HunkOp.REPLACE, before="应当", after="不得"),
            Hunk(field="body", op=HunkOp.EQUAL, before="。医保…", after="。医保…"),
        )
    )
    assert told_by_keywords(edit, "医保 不得", any=("不得",))
    assert told_by_keywords(edit, "医保 不得", any=("应当",))
    assert not told_by_keywords(edit, "医保 不得", any=("医保",))


def edit_of(*pieces, field="body", facts=()):
    """An edit whose hunks are texts that stay, or pairs of what was and what is."""
    hunks = (
        Hunk(field=field, op=HunkOp.EQUAL, before=piece, after=piece)
        if isinstance(piece, str)
        else Hunk(field=field, op=HunkOp.REPLACE, before=piece[0], after=piece[1])
        for piece in pieces
    )
    return make_change(article=make_summary(title="通知"), diff=tuple(hunks), facts=facts)


@pytest.mark.parametrize(
    ("edit", "heard", "unheard"),
    [
        (
            edit_of("出口下降。一季度同比增长", ("11%", "12%"), "，好于全国。进口"),
            ("增长", "增长11%", "增长12%，好于"),
            ("出口", "进口"),
        ),
        (edit_of("补助191", ("亿", "万"), "元。完"), ("191万元", "亿元"), ("完",)),
        (edit_of("The U.S. paid 3", (".5", ".7"), " euros. Later"), ("3.7 euros", "paid"), ("later",)),
        (edit_of("保留。", ("整句删去。", ""), "以后"), ("整句",), ("保留", "以后")),
        (edit_of("保留。", ("", "整句加上。"), "以后"), ("整句",), ("保留", "以后")),
        (edit_of("前半", ("删去", ""), "后半。别的"), ("前半后半", "前半删去后半"), ("别的",)),
        (edit_of("标题\n\n共", ("1", "2"), "人\n\n附注"), ("共2人",), ("标题", "附注")),
        (edit_of("甲.pdf\n", ("乙.pdf\n", "丙.pdf\n"), "丁.pdf", field="attachments"), ("乙", "丙"), ("甲", "丁")),
    ],
)
def test_of_an_edit_the_whole_changed_sentence_counts_as_it_was_and_as_it_is(edit, heard, unheard):
    assert [word for word in heard if not told_by_keywords(edit, any=(word,))] == []
    assert [word for word in unheard if told_by_keywords(edit, any=(word,))] == []


def test_of_an_edit_the_facts_count():
    fact = Fact(type=FactType.MONEY, field="body", before="191亿元", after="191万元")
    edit = edit_of(("亿", "万"), facts=(fact,))
    assert told_by_keywords(edit, all=("191亿元", "191万元"))


@given(st.text("甲。.!? \n", max_size=12), st.text("乙。. \n", max_size=6), st.text("丙。. \n", max_size=12))
@settings(max_examples=200, deadline=None)
def test_whatever_was_put_in_is_heard(before, put_in, after):
    edit = edit_of(before, ("", put_in), after)
    assert "乙" not in put_in or told_by_keywords(edit, any=("乙",))


def test_an_empty_keyword_neither_demands_nor_forbids():
    assert told_by_keywords(make_change(), all=("",), none=("", "\u200b"))


# -- incidents ---------------------------------------------------------------------------------------------------


def tell_incident(incident, **subscription):
    subscriptions = [subscribe(**subscription)]
    return bool(route((), {}, [incident], subscriptions=subscriptions, channels_batch=BATCHES, now=NOW))


def test_trouble_is_told_to_whoever_asked_for_incidents():
    assert not tell_incident(make_incident())
    assert tell_incident(make_incident(), incidents=True)


def test_opening_and_closing_are_two_events():
    closed = make_incident(state=IncidentState.CLOSED)
    promises = route((), {}, [closed], subscriptions=[subscribe(incidents=True)], channels_batch=BATCHES, now=NOW)
    assert promises[0].event_id == "inc_1:closed"


def test_a_reminder_of_a_mass_event_is_for_whoever_asked_for_incidents():
    assert tell_incident(make_mass(), changes=("edited",))
    assert not tell_incident(replace(make_mass(), reminder=1), changes=("edited",))
    assert tell_incident(make_incident(reminder=1), incidents=True)


def test_incidents_keep_to_the_subscribed_sources():
    assert not tell_incident(make_incident(), incidents=True, sources=("gd-*",))


def test_incidents_keep_to_the_subscribed_tags_where_those_of_the_source_are_known():
    wanting = subscribe(incidents=True, tags=("beijing",))
    known = {"zq-news": ("guangdong",)}
    for source_tags, count in ((known, 0), ({"zq-news": ("beijing",)}, 1), (None, 1)):
        promises = route(
            (), {}, [make_incident()], subscriptions=[wanting], channels_batch={}, now=NOW, source_tags=source_tags
        )
        assert len(promises) == count


@pytest.mark.parametrize(
    ("reason", "kinds", "is_told"),
    [
        (IncidentReason.MASS_REMOVAL, {"removed"}, True),
        (IncidentReason.MASS_REMOVAL, {"edited"}, False),
        (IncidentReason.MASS_EDIT, {"edited", "new"}, True),
        (IncidentReason.QUIET, {"edited", "removed"}, False),
    ],
)
def test_a_mass_event_is_told_to_whoever_hears_its_kind(reason, kinds, is_told):
    assert tell_incident(make_incident(reason), changes=frozenset(kinds)) is is_told


def test_the_end_of_a_mass_event_is_for_operators():
    over = make_incident(IncidentReason.MASS_EDIT, state=IncidentState.CLOSED)
    assert not tell_incident(over)
    assert tell_incident(over, incidents=True)
    assert tell_incident(make_mass())


# -- windows -----------------------------------------------------------------------------------------------------


def test_a_channel_of_single_messages_tells_each_event_at_once():
    assert place(channel="hook") == ("event:chg_1", NOW)


def test_mail_at_once_is_gathered_into_bursts():
    assert place(channel="desk", gather=timedelta(minutes=2)) == ("burst", NOW + timedelta(minutes=2))


def test_without_gathering_mail_too_tells_each_event_at_once():
    assert place(channel="desk", gather=timedelta(0)) == ("event:chg_1", NOW)


def test_a_daily_digest_is_due_at_local_time_and_named_by_its_instant():
    window, due_at = place(rhythm=Rhythm(every="daily", at_minute=8 * 60), timezone="Asia/Shanghai")
    assert due_at == datetime(2024, 5, 7, 0, 0, tzinfo=UTC)
    assert window == "digest:2024-05-07T00:00:00Z"


def test_a_change_at_the_very_minute_of_a_digest_waits_for_the_next():
    at = datetime(2024, 5, 7, 0, 0, tzinfo=UTC)
    assert place(at, rhythm=Rhythm(every="daily", at_minute=480), timezone="Asia/Shanghai")[1] == at + timedelta(days=1)


def test_hours_are_those_on_the_subscribers_clock():
    _, due_at = place(rhythm=Rhythm(every="hourly"), timezone="Asia/Kolkata")
    assert due_at == datetime(2024, 5, 6, 8, 30, tzinfo=UTC)  # 14:00 in India


def test_a_time_that_the_clocks_skip_is_told_as_much_later():
    now = datetime(2024, 3, 10, 5, 0, tzinfo=UTC)  # midnight in New York; 02:30 does not exist that night
    due_at = next_time_of_day(ZoneInfo("America/New_York"), 150, now)
    assert due_at == datetime(2024, 3, 10, 7, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_told_the_first_time_only():
    zone = ZoneInfo("America/New_York")
    first = next_time_of_day(zone, 90, datetime(2024, 11, 3, 4, 0, tzinfo=UTC))
    assert first == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)
    assert next_time_of_day(zone, 90, first) == datetime(2024, 11, 4, 6, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(ZONES),
    st.integers(0, 1439),
)
@settings(max_examples=300, deadline=None)
def test_a_digest_is_always_ahead_and_never_more_than_a_day_and_a_shift_away(now, zone, minute):
    daily = next_digest(Rhythm(every="daily", at_minute=minute), zone, now)
    hourly = next_digest(Rhythm(every="hourly"), zone, now)
    assert now < daily <= now + timedelta(hours=50)
    assert now < hourly <= now + timedelta(hours=1)
    assert hourly.astimezone(ZoneInfo(zone)).minute in (0, 30)
