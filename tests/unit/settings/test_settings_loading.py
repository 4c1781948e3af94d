from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.model import ArticleRules, FetchPolicy, GuardPolicy, Keywords, RecheckPolicy, RemovalPolicy, Rhythm
from crawler.parser.kinds import html_list
from crawler.settings import Settings, load_settings

FULL = """
[storage]
url = "sqlite:///../data/gazette.db"
snapshots = "../data/snapshots"

[fetch]
user_agent = "gazette/1.0 (+https://example.org/contact)"
timeout = "25s"
max_bytes = "5MiB"
concurrency = 32
host_concurrency = 2
host_delay = "2s"
respect_robots = false
allow_private_networks = true
private_hosts = ["rsshub:1200", "192.168.1.0/24"]
proxy = "socks5h://proxy.example.org:1080"

[schedule]
pace = "normal"
every = "40m"
min_every = "6m"
max_every = "3h"
jitter = 0.2

[recheck]
ladder = ["5m", "1d"]
then_every = "14d"
stop_after = "never"

[confirm]
after = "0s"

[removal]
confirmations = 2
min_span = "12h"
recheck = ["10m", "12h"]

[guard]
mass_fraction = 0.5
mass_minimum = 10
quiet_after = "14d"

[[source]]
id = "zq-news"
title = "示例市人民政府 要闻"
kind = "html_list"
url = "https://www.example.gov.cn/xwzx/"
publisher = "示例市人民政府"
timezone = "Asia/Shanghai"
language = "zh"
tags = ["guangdong"]
every = "15m"
enabled = true
follow = true
attachments = "list"
[source.options]
item = "ul.list li"
link = "a"
date = "span"
next = "a.next"
max_pages = 2
[source.article]
title = "h1"
body = "#zoom"
published = ".date"
ignore = [".share", ".views"]
[source.fetch]
headers = { Accept-Language = "zh" }
encoding = "gb18030"
tls = "legacy"
[source.recheck]
then_every = "7d"
[source.removal]
confirmations = 4
[source.guard]
quiet_after = "auto"
[source.confirm]
after = "5s"

[[channel]]
name = "screen"
kind = "console"

[web]
listen = "::1"
port = 9000
password = "geheim"
public_url = "https://gazette.example.org/"

[retention]
snapshots = "2y"
changes = "forever"
max_size = "20GiB"

[log]
level = "debug"
format = "json"

[[subscription]]
name = "all"
channel = "screen"
sources = ["zq-*"]
tags = ["guangdong"]
changes = ["edited", "missing"]
keywords = { any = ["GDP"], all = ["增长"], none = ["招聘"] }
min_significance = 0.25
published_within = "7d"
rhythm = "daily 08:30"
gather = "5m"
max_per_hour = 20
when_empty = "send"
timezone = "Asia/Shanghai"
language = "zh"
incidents = true
coverage = "weekly mon 09:00"
"""


@pytest.fixture
def full(load) -> Settings:
    return load(FULL)


def test_every_key_of_the_contract_arrives(full: Settings) -> None:
    source = full.sources[0]
    assert (source.id, source.kind, source.publisher) == ("zq-news", "html_list", "示例市人民政府")
    assert source.tags == ("guangdong",)
    assert source.attachments == "list"
    assert source.options == html_list.Options(item="ul.list li", link="a", date="span", next="a.next", max_pages=2)
    assert source.article == ArticleRules(title="h1", body="#zoom", published=".date", ignore=(".share", ".views"))
    assert source.recheck == RecheckPolicy(
        ladder=(timedelta(minutes=5), timedelta(days=1)), then_every=timedelta(days=7), stop_after=None
    )
    assert source.removal == RemovalPolicy(
        confirmations=4, min_span=timedelta(hours=12), recheck=(timedelta(minutes=10), timedelta(hours=12))
    )
    assert source.guard == GuardPolicy(mass_fraction=0.5, mass_minimum=10, quiet_after=None)
    assert source.confirm_after == timedelta(seconds=5)


def test_the_fetch_policy_of_a_source_holds_what_is_global_and_its_own(full: Settings) -> None:
    shared = {
        "user_agent": "gazette/1.0 (+https://example.org/contact)",
        "timeout": timedelta(seconds=25),
        "max_bytes": 5 << 20,
        "host_concurrency": 2,
        "host_delay": timedelta(seconds=2),
        "respect_robots": False,
        "allow_private_networks": True,
        "private_hosts": ("rsshub:1200", "192.168.1.0/24"),
        "proxy": "socks5h://proxy.example.org:1080",
    }
    assert full.fetch == FetchPolicy(**shared)
    assert full.concurrency == 32
    own = {"headers": (("Accept-Language", "zh"),), "encoding": "gb18030", "tls": "legacy"}
    assert full.sources[0].fetch == FetchPolicy(**shared, **own)


def test_subscriptions_arrive_whole(full: Settings) -> None:
    subscription = full.subscriptions[0]
    assert subscription.changes == frozenset({"edited", "missing"})
    assert subscription.keywords == Keywords(any=("GDP",), all=("增长",), none=("招聘",))
    assert subscription.rhythm == Rhythm(every="daily", at_minute=8 * 60 + 30)
    assert subscription.published_within == timedelta(days=7)
    assert (subscription.sources, subscription.tags) == (("zq-*",), ("guangdong",))
    assert (subscription.gather, subscription.max_per_hour) == (timedelta(minutes=5), 20)
    assert (subscription.when_empty, subscription.language, subscription.incidents) == ("send", "zh", True)
    assert (subscription.min_significance, subscription.coverage) == (0.25, "weekly mon 09:00")


def test_web_retention_and_log_arrive(full: Settings) -> None:
    assert (full.web.listen, full.web.port, full.web.public_url) == ("::1", 9000, "https://gazette.example.org")
    assert "geheim" not in repr(full)
    assert (full.retention.snapshots, full.retention.changes) == (timedelta(days=730), None)
    assert full.retention.max_size == 20 << 30
    assert (full.log.level, full.log.format) == ("debug", "json")


def test_the_alarm_of_a_quiet_source_can_be_learned_set_and_switched_off(load) -> None:
    text = '[[source]]\nid = "a"\nurl = "https://example.org/"\n[source.guard]\nquiet_after = "{}"\n'
    found = [load(text.format(word)).sources[0].guard.quiet_after for word in ("auto", "30d", "never")]
    assert found[:2] == [None, timedelta(days=30)]
    assert found[2] > timedelta(days=30_000)
    assert not any("quiet" in warning for warning in load(text.format("never")).warnings)


def test_an_empty_configuration_has_the_defaults_of_the_contract(load) -> None:
    settings = load("")
    assert settings.fetch == FetchPolicy()
    assert settings.concurrency == 64
    assert (settings.web.listen, settings.web.port) == ("127.0.0.1", 8500)
    assert (settings.retention.snapshots, settings.retention.max_size) == (None, None)
    assert any("nothing is watched" in warning for warning in settings.warnings)


AGENT = '[fetch]\nuser_agent = "gazette/1.0 (+{})"\n'
ABROAD = '[[source]]\nid = "a"\nurl = "https://www.example.gov.cn/"\n'


def test_whoever_asks_public_sites_as_example_org_is_told_to_name_himself(load) -> None:
    told = "all.toml:2: user_agent says example.org, where nobody can be reached: put an address of yours into it, "
    told += "for the operators of 1 source"
    assert told in load(AGENT.format("https://example.org/contact") + ABROAD).warnings
    assert any("user_agent says example.org" in each for each in load(ABROAD).warnings)  # the default


@pytest.mark.parametrize(
    "text",
    [
        AGENT.format("https://news.example.gov.uk/desk") + ABROAD,
        ABROAD + "enabled = false\n",
        *(f'[[source]]\nid = "a"\nurl = "http://{host}/"\n' for host in ("127.0.0.1:8000", "rsshub:1200", "[::1]")),
    ],
)
def test_nobody_needs_to_name_himself_to_his_own_network_or_with_an_address(load, text: str) -> None:
    assert not any("user_agent" in each for each in load(text).warnings)


@pytest.mark.parametrize(
    ("file", "warned"), [("", False), ("gazette.prom", False), ("../gazette.txt", True), ("prom", True)]
)
def test_a_file_of_measures_that_no_collector_reads_is_warned_of(load, file: str, warned: bool) -> None:
    told = [each for each in load(f'[metrics]\nfile = "{file}"\n').warnings if "collector" in each]
    assert [each.partition(": the")[0] for each in told] == ["all.toml:2: file does not end in .prom"] * warned


def test_a_dashboard_with_a_public_address_and_no_password_is_warned_of(load) -> None:
    shown = '[web]\npublic_url = "https://gazette.example.org"\n'
    (told,) = [each for each in load(shown).warnings if "public_url" in each]
    assert told.startswith("all.toml:2: public_url without a password: whoever reaches https://gazette.example.org")
    for safe in (shown + 'password = "geheim"\n', '[web]\npublic_url = "http://localhost:8500"\n', "[web]\n"):
        assert not any("public_url" in each for each in load(safe).warnings)


def test_a_source_needs_no_more_than_an_id_and_an_address(load) -> None:
    source = load('[[source]]\nid = "a"\nurl = "https://www.example.go.jp/"').sources[0]
    assert (source.kind, source.options, source.timezone) == ("auto", None, "Asia/Tokyo")


def test_the_zone_of_a_source_follows_its_address_unless_written(load) -> None:
    settings = load(
        '[[source]]\nid = "a"\nurl = "https://www.example.gov.cn:8443/"\n'
        '[[source]]\nid = "b"\nurl = "https://www.example.gov.cn/"\ntimezone = "Asia/Urumqi"\n'
        '[[source]]\nid = "c"\nurl = "https://example.org/"\n'
    )
    assert [source.timezone for source in settings.sources] == ["Asia/Shanghai", "Asia/Urumqi", "UTC"]


def test_relative_paths_start_at_the_folder_of_the_configuration(load, tmp_path: Path) -> None:
    settings = load('[storage]\nurl = "sqlite:///../data/gazette.db?timeout=5"\nsnapshots = "shots"')
    assert settings.folder == tmp_path.resolve()
    assert settings.storage.url == f"sqlite:///{tmp_path.resolve().parent}/data/gazette.db?timeout=5"
    assert settings.storage.sqlite_path == tmp_path.resolve().parent / "data/gazette.db"
    assert settings.storage.snapshots == tmp_path.resolve() / "shots"


def test_an_absolute_path_stays_and_db_is_no_path(load) -> None:
    settings = load('[storage]\nurl = "sqlite:////var/lib/gazette/gazette.db"\nsnapshots = "db"')
    assert settings.storage.url == "sqlite:////var/lib/gazette/gazette.db"
    assert settings.storage.snapshots == "db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_always_spoken_to_through_its_driver(load, scheme: str) -> None:
    storage = load(f'[storage]\nurl = "{scheme}://gazette@db.example.org/gazette"').storage
    assert storage.url == "postgresql+psycopg://gazette@db.example.org/gazette"
    assert storage.sqlite_path is None


def test_the_parameters_of_a_server_do_not_make_it_a_file(load) -> None:
    storage = load('[storage]\nurl = "postgresql://gazette@/gazette?host=/run/postgresql"').storage
    assert storage.sqlite_path is None


def test_a_folder_is_its_own_toml_files_merged_in_the_order_of_their_names(load, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "z.toml").write_text("not even TOML")
    (tmp_path / ".hidden.toml").write_text("nor this")
    settings = load(
        {
            "b.toml": '[[source]]\nid = "second"\nurl = "https://example.org/2"\n[fetch]\ntimeout = "3s"',
            "a.toml": '[[source]]\nid = "first"\nurl = "https://example.org/1"\n[fetch]\nhost_delay = "4s"',
        }
    )
    assert [source.id for source in settings.sources] == ["first", "second"]
    assert (settings.fetch.timeout, settings.fetch.host_delay) == (timedelta(seconds=3), timedelta(seconds=4))


def test_a_single_file_is_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text('\ufeff[log]\r\nlevel = "error"\r\n', encoding="utf-8")
    assert load_settings(file, {}).log.level == "error"
    assert load_settings(None, {"GAZETTE_CONFIG": str(file)}).log.level == "error"


def test_without_a_word_it_is_the_folder_config_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "gazette.toml").write_text('[log]\nlevel = "warning"')
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    assert settings.log.level == "warning"
    assert settings.path == tmp_path / "config"


def test_a_missing_configuration_says_where_it_was_sought_and_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere: there is no configuration here; name .* with --config PATH"):
        load_settings(tmp_path / "nowhere", {})


def test_a_folder_without_toml_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the folder holds no \*\.toml file"):
        load_settings(tmp_path, {})
