from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.settings import Settings, load_settings

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def shipped() -> Settings:
    return load_settings(CONFIG, {})


def test_the_shipped_configuration_is_right_and_only_wants_to_know_who_asks(shipped: Settings) -> None:
    (warning,) = shipped.warnings
    assert warning.startswith("gazette.toml:14: user_agent says example.org, where nobody can be reached")


def test_only_the_three_long_stable_public_feeds_are_switched_on(shipped: Settings) -> None:
    enabled = {source.id: source.kind for source in shipped.sources if source.enabled}
    assert enabled == {"gov-uk-news": "feed", "hk-gov-en": "feed", "un-news-en": "feed"}


def test_guangdong_zhaoqing_and_the_capitals_are_there(shipped: Settings) -> None:
    ids = {source.id for source in shipped.sources}
    assert {"gd-gov", "zq-news", "zq-news-rss", "gov-cn", "jp-mlit", "us-fed"} <= ids


def test_every_source_that_was_not_tried_is_dated(shipped: Settings) -> None:
    lines = (CONFIG / "sources.toml").read_text(encoding="utf-8").splitlines()
    for source in shipped.sources:
        line = next(line for line in lines if line.startswith(f'id = "{source.id}"'))
        assert source.enabled or "shape read 20" in line, source.id


def test_every_source_names_its_zone_and_language(shipped: Settings) -> None:
    for source in shipped.sources:
        assert source.timezone == ZoneInfo(source.timezone).key != "UTC"
        assert source.language
        assert source.title


def test_what_is_found_is_kept_beside_the_configuration_and_shown(shipped: Settings) -> None:
    assert shipped.storage.sqlite_path == CONFIG.parent / "data" / "gazette.db"
    assert shipped.storage.snapshots == CONFIG.parent / "data" / "snapshots"
    assert [(channel.kind, channel.name) for channel in shipped.channels] == [("console", "here")]
    assert shipped.subscriptions[0].channel == "here"


def test_new_posts_come_daily_and_what_is_edited_or_taken_away_at_once(shipped: Settings) -> None:
    rhythms = {kind: each.rhythm.every for each in shipped.subscriptions for kind in each.changes}
    assert rhythms.pop("new") == "daily"
    assert rhythms == dict.fromkeys(("edited", "removed", "restored", "moved"), "at_once")
    assert [each.name for each in shipped.subscriptions if each.incidents] == ["operator"]


def test_what_is_commented_out_shows_the_default_or_an_example_that_works(tmp_path: Path) -> None:
    environ = {
        "GAZETTE_SMTP_PASSWORD": "x",
        "GAZETTE_HOOK_SECRET": "whsec_Z2F6ZXR0ZQ==",
        "GAZETTE_CHAT_URL": "ntfy://x",
    }
    (tmp_path / "web-password").write_text("x")
    for name in ("gazette.toml", "sources.toml", "channels.toml"):
        text = (CONFIG / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text("\n".join(uncomment(line) for line in text.splitlines()), encoding="utf-8")
    everything = load_settings(tmp_path, environ)
    assert {channel.kind for channel in everything.channels} == {
        "console",
        "smtp",
        "webhook",
        "file",
        "feed",
        "apprise",
    }
    assert {"some-blog", "dinghu-wechat"} <= {source.id for source in everything.sources}
    assert everything.subscriptions[0].rhythm.at_minute == 480


def uncomment(line: str) -> str:
    """A commented key or table header as if it were switched on; prose stays a comment."""
    bare = line.removeprefix("# ")
    is_setting = bare.startswith("[") or bare.partition(" ")[2].startswith("= ")
    return bare if line.startswith("# ") and is_setting else line
