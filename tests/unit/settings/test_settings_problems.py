from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import ConfigError
from crawler.settings import Settings, load_settings

SOURCE = '[[source]]\nid = "zq-news"\nurl = "https://www.example.gov.cn/"\nkind = "html_list"\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '[fetch]\nhost_dely = "1s"',
            "all.toml:2: [fetch] host_dely: is not a known key; did you mean `host_delay`?",
        ),
        (
            SOURCE + 'host_delay = "1s"',
            "all.toml:5: [[source]] host_delay (zq-news): is not a known key; `host_delay` belongs to [source.fetch]",
        ),
        (
            SOURCE + 'item = "li"',
            "all.toml:5: [[source]] item (zq-news): is not a known key; `item` belongs to [source.options]",
        ),
        (
            SOURCE + "[source.options]\nitme = 'li'",
            "all.toml:6: [source.options] itme (zq-news): is not a known key; did you mean `item`?",
        ),
        (
            SOURCE + "[source.schedule]\nevery = '5m'",
            "all.toml:5: [[source]] schedule (zq-news): is not a known key;"
            " write its keys (pace, every, …) directly under [[source]]",
        ),
        (
            '[storage]\nhost_delay = "1s"',
            "all.toml:2: [storage] host_delay: is not a known key; `host_delay` belongs to [fetch]",
        ),
        (
            '[fetch]\nheaders = { A = "b" }',
            "all.toml:2: [fetch] headers: is not a known key; `headers` belongs to [source.fetch]",
        ),
        ('[storge]\nurl = "x"', "all.toml:1: [storge]: is not a known table; did you mean [storage]?"),
        ('[[sources]]\nid = "x"', "all.toml:1: sources: is not a known table; did you mean [[source]]?"),
        (
            'host_delay = "1s"',
            "all.toml:1: host_delay: stands outside of any table; `host_delay` belongs to [fetch]",
        ),
        ('[source]\nid = "x"', "all.toml:1: source: is not a list of tables; write [[source]] with double brackets"),
        ('[[fetch]]\ntimeout = "1s"', 'all.toml:1: fetch: [{ timeout = "1s" }] is not a table; write [fetch]'),
        (
            '[fetch]\ntimeout = "20x"',
            'all.toml:2: [fetch] timeout: "20x" is not a duration; expected a duration such as "90s" "15m" "6h" "30d"',
        ),
        ("[fetch]\ntimeout = 20", "all.toml:2: [fetch] timeout: 20 is not a duration; expected a duration such as"),
        ('[fetch]\ntimeout = "0s"', 'all.toml:2: [fetch] timeout: "0s" is no time at all'),
        ('[fetch]\nmax_bytes = "10 MB!"', 'all.toml:2: [fetch] max_bytes: "10 MB!" is not a size; expected a size'),
        (
            "[fetch]\nconcurrency = 0",
            "all.toml:2: [fetch] concurrency: 0 is too small; expected a whole number from 1 upwards",
        ),
        ("[fetch]\nconcurrency = true", "all.toml:2: [fetch] concurrency: true is not a number"),
        ("[fetch]\nconcurrency = 1.5", "all.toml:2: [fetch] concurrency: 1.5 is not a whole number"),
        (
            '[fetch]\nrespect_robots = "maybe"',
            'all.toml:2: [fetch] respect_robots: "maybe" is neither true nor false; expected true or false',
        ),
        ('[fetch]\nprivate_hosts = "a"', 'all.toml:2: [fetch] private_hosts: "a" is not a list; expected a list, each'),
        ('[fetch]\nproxy = "ftp://x"', 'all.toml:2: [fetch] proxy: "ftp://x" is not the address of a proxy'),
        (
            '[log]\nlevel = "inf"',
            'all.toml:2: [log] level: "inf" is not known; expected "debug" or "info" or "warning"',
        ),
        ('[log]\nlevel = "inf"', 'did you mean "info"?'),
        ("[web]\nport = 70000", "all.toml:2: [web] port: 70000 is too large; expected a port number from 0 to"),
        ("web = 1", "all.toml:1: web: 1 is not a table; write [web] and its keys below it"),
        ('[storage]\nurl = "gazette.db"', 'is not the address of a database; expected "sqlite:///path/to/file.db" or'),
        ('[[source]]\nid = "x"', "all.toml:1: [[source]] url (x): is missing; expected an address that begins with"),
        (
            '[[source]]\nid = "Zq News"\nurl = "https://example.org/"',
            'all.toml:2: [[source]] id (Zq News): "Zq News" is not an id; expected a-z, 0-9 and hyphens',
        ),
        (
            '[[source]]\nid = "x"\nurl = "www.example.org"',
            'all.toml:3: [[source]] url (x): "www.example.org" is not a web address (did you mean https://www.example.org?)',
        ),
        ('[[source]]\nid = "x"\nurl = "https://[::1"', '"https://[::1" is not a web address'),
        ('[[source]]\nid = "x"\nurl = "https://example.org:99999/"', "is not a web address"),
        (
            '[[source]]\nid = "x"\nurl = "https://example.org/"\nkind = "htmllist"',
            'all.toml:4: [[source]] kind (x): "htmllist" is no source kind; expected "blogger" or',
        ),
        (
            '[[source]]\nid = "x"\nurl = "https://example.org/"\n[source.options]\nitem = "li"',
            "all.toml:4: [[source]] options (x): has no meaning before the kind is known",
        ),
        (SOURCE + "[source.options]\nitem = 'li[[['", "all.toml:6: [source.options] item (zq-news): 'li[[[' is no CSS"),
        (
            SOURCE + "[source.options]\nmax_pages = 0",
            "all.toml:6: [source.options] max_pages (zq-news): 0 is less than 1",
        ),
        (
            SOURCE + 'timezone = "Asia/Shangai"',
            'all.toml:5: [[source]] timezone (zq-news): "Asia/Shangai" is not a known time zone; expected the IANA',
        ),
        (SOURCE + 'timezone = "../etc/passwd"', "is not a known time zone"),
        (SOURCE + 'timezone = "Asia"', "is not a known time zone"),
        (SOURCE + 'tags = ["a", 2]', "all.toml:5: [[source]] tags, element 2 (zq-news): 2 is not text"),
        (SOURCE + "fetch = 1", "all.toml:5: [[source]] fetch (zq-news): 1 is not a table"),
        (SOURCE + SOURCE, 'all.toml:6: [[source]] id (zq-news): "zq-news" is taken; the other one is at all.toml:2'),
        (
            SOURCE + '[source.article]\nbody = "div[["',
            'all.toml:6: [source.article] body (zq-news): "div[[" is no CSS selector; expected a selector such as',
        ),
        (
            SOURCE + '[source.article]\nignore = [".share", "a{"]',
            'all.toml:6: [source.article] ignore, element 2 (zq-news): "a{" is no CSS selector',
        ),
        (
            SOURCE + '[source.fetch]\nencoding = "gb99"',
            'all.toml:6: [source.fetch] encoding (zq-news): "gb99" is not a known character encoding; expected "" or',
        ),
        (
            SOURCE + '[source.fetch]\nheaders = { "X Y" = "1" }',
            "all.toml:6: [source.fetch] headers (zq-news): the value holds 'X Y', which is not the name of a header",
        ),
        (
            SOURCE + '[source.fetch]\nheaders = { X = "1\\r\\nCookie: 2" }',
            "all.toml:6: [source.fetch] headers (zq-news): the value holds a value of X that cannot be sent",
        ),
        (
            '[fetch]\nprivate_hosts = ["http://rsshub:1200"]',
            'all.toml:2: [fetch] private_hosts, element 1: "http://rsshub:1200" is not a host',
        ),
        (
            '[fetch]\nprivate_hosts = ["10.0.0.0/8", "192.168.1.0/99"]',
            'all.toml:2: [fetch] private_hosts, element 2: "192.168.1.0/99" is not a network; expected a list, each a',
        ),
        ('[web]\nlisten = "0.0.0.0"', '"0.0.0.0" can be reached from other machines and there is no password'),
        ('[web]\nlisten = "gazette.example.org"', "can be reached from other machines"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(problem, text: str, line: str) -> None:
    told = problem(text)
    assert line in told
    if line.startswith("all.toml"):
        assert told.startswith(line)


@pytest.mark.parametrize(
    "host", ["rsshub", "rsshub:1200", "127.0.0.1:8080", "192.168.1.0/24", "192.168.1.0/24:80", "[::1]:80", "fd00::/8"]
)
def test_a_private_host_is_a_name_an_address_or_a_network(load, host: str) -> None:
    assert load(f'[fetch]\nprivate_hosts = ["{host}"]').fetch.private_hosts == (host,)


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_password(load, listen: str) -> None:
    assert load(f'[web]\nlisten = "{listen}"').web.listen == listen


def test_any_other_address_is_fine_with_a_password(load) -> None:
    assert load('[web]\nlisten = "0.0.0.0"\npassword = "x"').web.password == "x"


def test_all_problems_are_told_at_once_in_the_order_of_the_files(problems) -> None:
    told = problems(
        {
            "b.toml": '[log]\nlevel = "x"\nformat = "y"',
            "a.toml": '[fetch]\ntimeout = "x"\n[[source]]\nid = "a"\nkind = "x"\n',
        }
    )
    assert [line.partition(" ")[0] for line in told] == [
        "a.toml:2:",
        "a.toml:3:",
        "a.toml:5:",
        "b.toml:2:",
        "b.toml:3:",
    ]


def test_the_same_single_key_in_two_files_names_both(problem) -> None:
    told = problem({"a.toml": '[fetch]\n\ntimeout = "1s"', "b.toml": '[fetch]\ntimeout = "2s"'})
    assert told == "a.toml:3: [fetch] timeout: is set a second time at b.toml:2; keep one of the two"


def test_one_id_in_two_files_names_both_places(problem) -> None:
    told = problem({"a.toml": SOURCE, "b.toml": "\n" + SOURCE})
    assert told == 'b.toml:3: [[source]] id (zq-news): "zq-news" is taken; the other one is at a.toml:2'


def test_broken_toml_is_told_with_line_and_column(problems) -> None:
    told = problems({"a.toml": '[fetch]\ntimeout = "1s\n', "b.toml": "x = = 1"})
    assert told[0].startswith("a.toml:2: is not valid TOML at column ")
    assert told[1].startswith("b.toml:1: is not valid TOML at column 5: Invalid value")


def test_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes('[log]\n# 新闻\nlevel = "info" # 新'.encode("gb18030"))
    with pytest.raises(ConfigError, match=r"^a\.toml:2: is not UTF-8 text"):
        load_settings(tmp_path, {})


def test_a_file_nested_without_end_is_no_crash(problem) -> None:
    assert "nested too deeply" in problem("x = " + "[" * 100_000)


def test_a_password_in_a_wrong_address_is_not_repeated(problem) -> None:
    told = problem('[storage]\nurl = "mysql://gazette:geheim@db/gazette"')
    assert "geheim" not in told
    assert "mysql://" in told


def test_a_wrong_secret_is_not_repeated(problem) -> None:
    assert problem("[web]\npassword = 4711").startswith("all.toml:2: [web] password: the value is not text")


TREE = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text("a1.:/ é", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "source",
                    "fetch",
                    "id",
                    "url",
                    "kind",
                    "channel",
                    "name",
                    "subscription",
                    "options",
                    "every",
                    "keywords",
                    "to",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def write_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {write_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(write_toml(item) for item in value) + "]"
    return '""' if value is None else f'"{value}"' if isinstance(value, str) else str(value)


@given(st.dictionaries(st.sampled_from(["source", "channel", "subscription", "fetch", "web", "x"]), TREE, max_size=4))
@settings(max_examples=200, deadline=None)
def test_any_toml_is_settings_or_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object]
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text("\n".join(f"{key} = {write_toml(value)}" for key, value in tree.items()), encoding="utf-8")
    told = _tell(file)
    assert told is None or (told and all(line.startswith("any.toml") for line in told))


def _tell(file: Path) -> list[str] | None:
    try:
        assert isinstance(load_settings(file, {}), Settings)
    except ConfigError as error:
        return error.problems
    return None
