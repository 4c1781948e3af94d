"""The JSON that the world sees."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import (
    Article,
    Attachment,
    Block,
    BlockKind,
    ChangeKind,
    Entry,
    Evidence,
    IncidentReason,
    IncidentState,
    KnownArticle,
    Moment,
    Precision,
    Verdict,
)
from crawler.record import (
    article_record,
    change_record,
    encode_record,
    entry_record,
    incident_record,
    inspect_record,
    show_local,
    show_utc,
    summarize_article,
)
from tests.notices import NOW, make_change, make_incident, make_mass, make_observation, make_summary

CONTRACT = [
    "schema",
    "seq",
    "id",
    "kind",
    "baseline",
    "source",
    "source_title",
    "tags",
    "article",
    "detected_at",
    "revision",
    "previous_revision",
    "fields",
    "silent",
    "significance",
    "level",
    "facts",
    "diff",
    "summary",
    "evidence",
    "removed_by",
    "links",
    "cause",
    "elsewhere",
]
ARTICLE = [
    "id",
    "url",
    "title",
    "published_at",
    "updated_at",
    "published_precision",
    "publisher",
    "author",
    "place",
    "language",
    "languages",
    "document_number",
    "attachments",
    "excerpt",
    "first_seen_at",
    "published_raw",
    "previous_url",
    "also_at",
    "translation_of",
    "translation_url",
    "translations",
    "copy_of",
]


def make_article(**values):
    plain = Article(
        url="https://www.example.gov.cn/xw/41.html",
        title="关于调整收费的通知",
        blocks=(
            Block(kind=BlockKind.CAPTION, text="▲ 会场"),
            Block(kind=BlockKind.PARAGRAPH, text="自六月一日起，\n收费为 12 元。", language="zh"),
            Block(kind=BlockKind.PARAGRAPH, text="The fee is 12 yuan.", language="en"),
        ),
        published=Moment(instant=datetime(2024, 5, 1, tzinfo=UTC), precision=Precision.APPROX, raw="3 hours ago"),
        attachments=(Attachment(url="https://www.example.gov.cn/f.pdf", name="附件", sha256="0" * 64),),
    )
    return replace(plain, **values)


def make_known(**values):
    plain = KnownArticle(
        id="a41b0c",
        source_id="zq-news",
        url="https://example.gov.cn/xw/41",
        keys=(),
        title="旧题",
        first_seen_at=NOW,
        changed_at=NOW,
        also_at=("gd-gov",),
    )
    return replace(plain, **values)


def test_a_change_record_has_every_field_of_the_contract_and_no_other():
    record = change_record(make_change())
    assert list(record) == CONTRACT
    assert list(record["article"]) == ARTICLE
    assert record["schema"] == 1


def test_a_change_record_is_json():
    record = change_record(make_change(), public_url="https://gazette.example.org")
    assert json.loads(encode_record(record)) == record


def test_a_publishers_date_keeps_its_offset_and_our_own_instants_are_in_utc():
    record = change_record(make_change())
    assert record["article"]["published_at"] == "2024-05-01T21:56:00+08:00"
    assert record["detected_at"] == "2024-05-06T07:30:00Z"
    assert record["article"]["first_seen_at"] == "2024-05-06T07:30:00Z"


def test_an_instant_of_ours_in_another_zone_is_shown_in_utc():
    assert show_utc(datetime(2024, 5, 6, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))) == "2024-05-06T07:30:00Z"


def test_milliseconds_are_shown_only_where_there_are_any():
    assert show_utc(NOW.replace(microsecond=123_999)) == "2024-05-06T07:30:00.123Z"
    assert show_utc(NOW.replace(microsecond=999)) == "2024-05-06T07:30:00Z"


@given(
    st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(3000, 1, 1)),  # noqa: DTZ001 - hypothesis wants them naive
    st.integers(min_value=-50_000, max_value=50_000),
)
@settings(max_examples=200, deadline=None)
def test_a_shown_date_has_an_offset_in_whole_minutes_and_is_the_same_instant(naive, seconds):
    instant = naive.replace(microsecond=0, tzinfo=timezone(timedelta(seconds=seconds)))
    shown = show_local(instant)
    assert len(shown) == len("2024-05-01T21:56:00+08:00")
    assert datetime.fromisoformat(shown) == instant


def test_unknown_scalars_are_null_and_lists_stay_lists():
    bare = make_summary(
        published_at=None, published_precision=None, publisher="", language="", languages=(), published_raw=""
    )
    record = article_record(bare)
    nulls = "published_at updated_at published_precision publisher place language document_number previous_url"
    assert [record[key] for key in nulls.split()] == [None] * 8
    assert [record[key] for key in ("author", "languages", "attachments", "also_at")] == [[], [], [], []]


def test_extra_keys_stand_beside_the_articles_own():
    record = article_record(make_summary(), source="zq-news", state="present")
    assert (record["source"], record["state"], record["id"]) == ("zq-news", "present", "a41b0c")


def test_evidence_names_the_bytes_and_nothing_of_our_storage():
    evidence = change_record(make_change())["evidence"]
    assert evidence["before"] == {
        "sha256": "a" * 64,
        "fetched_at": "2024-05-06T07:30:00Z",
        "url": "https://www.example.gov.cn/xw/41.html",
        "status": 200,
    }
    assert "observations" not in evidence


def test_a_removal_lists_its_observations_with_their_verdicts():
    gone = make_observation(status=404, verdict=Verdict.NOT_FOUND, sha256="")
    change = make_change(kind=ChangeKind.REMOVED, evidence=Evidence(after=gone, observations=(gone, gone)))
    evidence = change_record(change)["evidence"]
    assert evidence["before"] is None
    assert [each["verdict"] for each in evidence["observations"]] == ["not_found", "not_found"]
    assert evidence["observations"][0]["sha256"] is None


def test_links_to_the_dashboard_need_its_public_address():
    change = make_change()
    assert change_record(change)["links"] == {"article": change.article.url, "diff": None, "evidence": None}
    links = change_record(change, public_url="https://gazette.example.org/")["links"]
    assert links["diff"] == "https://gazette.example.org/changes/chg_1"
    assert links["evidence"].startswith("https://gazette.example.org/changes/chg_1")


@pytest.mark.parametrize(("significance", "level"), [(0.1, "low"), (0.5, "medium"), (0.9, "high")])
def test_the_level_follows_from_the_significance(significance, level):
    assert change_record(make_change(significance=significance))["level"] == level


def test_a_mass_event_lists_all_its_articles_and_five_as_a_sample():
    record = incident_record(make_mass(7))
    assert record["kind"] == "incident"
    assert (len(record["articles"]), len(record["sample"]), record["count"]) == (7, 5, 7)
    assert record["articles"][0]["facts"][0]["after"] == "13"


def test_trouble_of_a_source_has_a_state_and_no_list_of_articles():
    record = incident_record(make_incident(IncidentReason.QUIET, state=IncidentState.CLOSED))
    assert (record["reason"], record["state"], record["articles"]) == ("quiet", "closed", [])


def test_a_summary_takes_identity_from_what_is_known_and_words_from_the_page():
    summary = summarize_article(make_article(), make_known())
    assert (summary.id, summary.url, summary.also_at) == ("a41b0c", "https://example.gov.cn/xw/41", ("gd-gov",))
    assert summary.title == "关于调整收费的通知"
    assert summary.language == "zh"
    assert summary.languages == ("zh", "en")


def test_a_page_without_a_title_keeps_the_known_one():
    assert summarize_article(make_article(title=""), make_known()).title == "旧题"


def test_an_excerpt_is_one_line_of_at_most_200_characters():
    long = Block(kind=BlockKind.PARAGRAPH, text="字" * 50_000)
    excerpt = summarize_article(make_article(blocks=(make_article().blocks[1], long)), make_known()).excerpt
    assert len(excerpt) == 200
    assert excerpt.startswith("自六月一日起， 收费为 12 元。 字")
    assert excerpt.endswith("…")


def test_a_relative_date_is_exact_to_the_hour_at_best():
    summary = summarize_article(make_article(), make_known())
    assert article_record(summary)["published_precision"] == "hour"


def test_inspecting_shows_the_whole_text_and_its_blocks():
    record = inspect_record(make_article())
    assert record["id"] is None
    assert record["text"].startswith("▲ 会场\n\n自六月一日起")
    assert record["text_blocks"][1] == {"kind": "paragraph", "text": "自六月一日起，\n收费为 12 元。", "language": "zh"}
    assert record["text_blocks"][0]["language"] is None


def test_an_entry_shows_what_its_listing_said():
    published = Moment(instant=datetime(2024, 5, 1, tzinfo=UTC), precision=Precision.DAY)
    record = entry_record(Entry(url="https://example.org/1", title="One", published=published))
    assert record == {
        "id": None,
        "url": "https://example.org/1",
        "title": "One",
        "published_at": "2024-05-01T00:00:00+00:00",
        "published_precision": "day",
        "summary": "",
    }


@given(st.text(st.characters(exclude_categories=())))
@settings(max_examples=100, deadline=None)
def test_any_title_becomes_one_line_of_json(title):
    line = encode_record(change_record(make_change(article=make_summary(title=title))))
    assert b"\n" not in line
    json.loads(line)
