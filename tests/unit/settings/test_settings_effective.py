from __future__ import annotations

import pytest

from crawler.errors import UsageError
from crawler.settings import effective, effective_everywhere

SOURCE = """
[[source]]
id = "zq-news"
url = "https://www.example.gov.cn/list?page=1&api_key=geheim"
kind = "html_list"
pace = "breaking"
min_every = "1m"
[source.options]
item = "ul li"
[source.fetch]
host_delay = "3s"
headers = { Cookie = "geheim" }
"""
SHARED = """
[fetch]
timeout = "9s"
proxy = "env:PROXY"
[schedule]
jitter = 0.2
"""


@pytest.fixture
def rows(load) -> dict[str, tuple[str, str]]:
    environ = {"PROXY": "http://user:geheim@proxy.example.org:8080", "GAZETTE_FETCH__MAX_BYTES": "2MiB"}
    settings = load({"gazette.toml": SHARED, "sources.toml": SOURCE}, environ)
    return {key: (value, origin) for key, value, origin in effective(settings, "zq-news")}


@pytest.mark.parametrize(
    ("key", "value", "origin"),
    [
        ("id", '"zq-news"', "sources.toml:3"),
        ("url", '"https://www.example.gov.cn/list?page=1&api_key=•••"', "sources.toml:4"),
        ("timezone", '"Asia/Shanghai"', "its address"),
        ("enabled", "true", "default"),
        ("options.item", '"ul li"', "sources.toml:9"),
        ("options.max_pages", "1", "default"),
        ("article.body", '""', "default"),
        ("pace", '"breaking"', "sources.toml:6"),
        ("every", '"2m"', "pace breaking"),
        ("min_every", '"1m"', "sources.toml:7"),
        ("jitter", "0.2", "gazette.toml:6 [schedule]"),
        ("fetch.host_delay", '"3s"', "sources.toml:11"),
        ("fetch.timeout", '"9s"', "gazette.toml:3 [fetch]"),
        ("fetch.max_bytes", '"2MiB"', "environment GAZETTE_FETCH__MAX_BYTES"),
        ("fetch.proxy", '"•••"', "gazette.toml:4 (env:PROXY) [fetch]"),
        ("fetch.headers", '{ Cookie = "•••" }', "sources.toml:12"),
        ("fetch.encoding", '""', "default"),
        ("recheck.then_every", '"30d"', "default"),
        ("recheck.stop_after", '"365d"', "default"),
        ("guard.quiet_after", '"auto"', "default"),
        ("confirm.after", '"20s"', "default"),
    ],
)
def test_every_value_is_shown_with_its_origin(rows, key: str, value: str, origin: str) -> None:
    assert rows[key] == (value, origin)


def test_no_secret_is_shown(rows) -> None:
    assert not [row for row in rows.items() if "geheim" in str(row)]


def test_a_lifted_max_every_says_why(load) -> None:
    settings = load('[[source]]\nid = "a"\nurl = "https://example.org/"\nevery = "6h"')
    assert ("max_every", '"6h"', "raised to `every`") in effective(settings, "a")


def test_an_unknown_source_is_told_with_the_nearest(load) -> None:
    with pytest.raises(UsageError, match="there is no source 'zq-new'; did you mean 'zq-news'"):
        effective(load(SOURCE), "zq-new")


def test_what_is_shown_of_a_source_can_be_written_as_it_is(load) -> None:
    minimal = '[[source]]\nid = "a"\nurl = "https://example.org/"\nkind = "html_list"\n'
    original = load(minimal)
    plain, tables = [], []
    for key, value, _ in effective(original, "a"):
        (tables if "." in key else plain).append(f"{key} = {value}")
    again = load(minimal.splitlines()[0] + "\n" + "\n".join(plain + tables))
    source = again.sources[0]
    assert source.schedule.every == original.sources[0].schedule.every
    assert (source.fetch, source.recheck, source.removal, source.guard, source.options) == (
        original.sources[0].fetch,
        original.sources[0].recheck,
        original.sources[0].removal,
        original.sources[0].guard,
        original.sources[0].options,
    )


def test_everything_is_shown_and_no_secret(load, tmp_path) -> None:
    (tmp_path / "password").write_text("geheim")
    settings = load(
        SHARED + SOURCE + '[web]\npassword = "file:password"\n[storage]\nurl = "postgresql://me:geheim@db/x"\n'
        '[[channel]]\nname = "hook"\nkind = "webhook"\nurl = "https://hooks.example.org/services/geheim"\n'
        f'secret = "whsec_{"Z2VoZWlt" * 4}"\nheaders = {{ Authorization = "geheim" }}\n'
        '[[channel]]\nname = "desk"\nkind = "smtp"\npassword = "geheim"\nto = ["a@example.org"]\n'
        '[[subscription]]\nname = "s"\nchannel = "desk"\nkeywords = { any = ["x"] }\n',
        {"PROXY": "http://user:geheim@proxy.example.org:8080"},
    )
    rows = {key: value for key, value, _ in effective_everywhere(settings)}
    assert not [row for row in rows.items() if "geheim" in str(row) or "Z2Vo" in str(row)]
    assert rows["storage.url"] == '"postgresql+psycopg://•••@db/x"'
    assert rows["web.password"] == '"•••"'
    assert rows["channel.hook.url"] == '"https://hooks.example.org/•••"'
    assert rows["channel.desk.from"] == '"Gazette <gazette@localhost>"'
    assert rows["subscription.s.keywords.any"] == '["x"]'
    assert rows["retention.max_size"] == '""'
    assert rows["fetch.max_bytes"] == '"10MiB"'
