"""The benchmarks measure what they say: whole processes, only when the work was done, beside the yardstick."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
import requests

from benchmarks import __main__ as program
from benchmarks import naive
from benchmarks.growth import make_articles
from benchmarks.measure import Bar, Cost, Row, RunFailed, middle, run
from benchmarks.phases import Contender, Phase, measure, prepare
from benchmarks.server import Exchange, Farm
from benchmarks.site import Site
from crawler.settings import load_settings
from storage.store import open_store


def test_the_cost_is_that_of_the_whole_process(tmp_path: Path) -> None:
    idle = run([sys.executable, "-c", ""], tmp_path, {})
    busy = run([sys.executable, "-c", "x = bytearray(256 << 20)\nfor _ in range(3_000_000): pass"], tmp_path, {})
    assert busy.cpu > idle.cpu > 0
    assert busy.peak > 256
    assert busy.wall > 0


def test_a_program_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match=r"ended with 3:\nout of order"):
        run([sys.executable, "-c", "import sys; print('out of order'); sys.exit(3)"], tmp_path, {})


def test_the_median_is_taken_figure_by_figure() -> None:
    assert middle([Cost(1, 9, 50), Cost(3, 7, 60), Cost(2, 8, 70)]) == Cost(2, 8, 60)


def test_a_row_tells_what_was_reached_of_its_bars() -> None:
    ours, theirs = Cost(1.0, 1.5, 70), Cost(2.5, 3.0, 40)
    row = Row("check", "gazette", 200, ours, {"gazette": ours, "naive": theirs})
    assert (row.microseconds, row.rate) == (5000, 200)
    bars = [Bar("rate", 150, "/s"), Bar("ahead", 3, "x", "naive"), Bar("peak", 60, "MB"), Bar("cpu", 1.0, "s")]
    assert [row.value_of(bar) for bar in bars] == [200, 2.5, 70, 1.0]
    assert [row.clears(bar) for bar in bars] == [True, False, False, True]
    assert row.clears(Bar("flat", 0.5, "x", "naive"))
    assert [bar["ok"] for bar in Row("check", "gazette", 200, ours, bars=bars[2:]).as_record()["bars"]] == [False, True]


class CountingSite(Site):
    """A site that was asked for one article too few."""

    def forget_requests(self) -> None:
        """Nothing to forget."""

    def count_requests(self) -> dict[str, int]:
        return {"feeds:200": 2, "articles:200": 5}


def test_a_phase_counts_only_if_the_server_was_asked_for_all_of_it() -> None:
    site = CountingSite("http://127.0.0.1:1", ())
    done = Contender("gazette", lambda: Cost(1, 1, 1), {"feeds:200": 2, "articles:200": 5})
    lazy = Contender("gazette", lambda: Cost(1, 1, 1), {"feeds:200": 2, "articles:200": 6})
    assert [row.who for row in measure(Phase("first crawl", 5, [done]), site)] == ["gazette"]
    with pytest.raises(RunFailed, match="first crawl, gazette"):
        list(measure(Phase("first crawl", 6, [lazy]), site))


def test_only_gazette_is_held_to_the_bars() -> None:
    site = CountingSite("http://127.0.0.1:1", ())
    asked = site.count_requests()
    them = Contender("naive", lambda: Cost(2, 1, 1), asked, ahead=1.3)
    us = Contender("gazette", lambda: Cost(1, 1, 1), asked)
    first, second = measure(Phase("check", 5, [them, us], [Bar("rate", 4, "/s")]), site)
    assert (first.bars, [bar.unit for bar in second.bars]) == ((), ["/s", "× naive"])
    assert all(second.clears(bar) for bar in second.bars)


def test_the_configuration_is_one_that_gazette_accepts(tmp_path: Path) -> None:
    feeds = ["http://127.0.0.1:8001/a.xml", "http://127.0.0.1:8001/b.xml"]
    prepare(tmp_path, feeds)
    settings = load_settings(tmp_path / "gazette.toml", {})
    assert [source.follow for source in load_settings(tmp_path / "listings.toml", {}).sources] == [False, False]
    assert [source.url for source in settings.sources] == feeds
    assert (tmp_path / "feeds.txt").read_text().split() == feeds


def test_one_part_may_be_measured_alone_and_the_figures_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "measure_help", lambda bench: Row("gazette --help", "gazette", 1, Cost(0.1, 0.1, 20)))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "help", "--json", str(tmp_path / "f")])
    assert program.main() == 0
    assert "gazette --help" in capsys.readouterr().out
    assert '"gazette --help"' in (tmp_path / "f").read_text()


def test_our_own_site_is_always_the_same_and_answers_with_validators() -> None:
    farm, again = Farm(3, 2, "http://127.0.0.1:1"), Farm(3, 2, "http://127.0.0.1:1")
    assert farm.find("/a/1/1.html")[2]() == again.find("/a/1/1.html")[2]()
    assert 36_000 < len(farm.article(2, 0)) < 42_000
    assert [farm.find(path) for path in ("/a/3/0.html", "/a/0/2.html", "/x", "/s/9/rss.xml")] == [None] * 4
    exchange = Exchange(farm)
    first = exchange.answer(b"GET /s/1/atom.xml HTTP/1.1\r\nHost: x")
    assert first.startswith(b"HTTP/1.1 200")
    assert b'ETag: "s1"' in first
    same = exchange.answer(b'GET /s/1/atom.xml HTTP/1.1\r\nif-none-match: "s1"')
    assert same.startswith(b"HTTP/1.1 304")
    assert same.endswith(b"\r\n\r\n")
    assert dict(farm.counted) == {"s:200": 1, "s:304": 1}


def test_known_articles_are_made_by_copying(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}")
    store.close()
    with sqlite3.connect(tmp_path / "x.db") as connection:
        columns = [name for _, name, _, needed, *_ in connection.execute("PRAGMA table_info(article)") if needed]
        values = ", ".join("'0'" for _ in columns)
        connection.execute(f"INSERT INTO article ({', '.join(columns)}) VALUES ({values})")
        connection.execute("INSERT INTO article_key (key, article_id, position) VALUES ('url:x', '0', 0)")
    for known in (10, 25):
        make_articles(tmp_path / "x.db", known)
        with sqlite3.connect(tmp_path / "x.db") as connection:
            assert connection.execute("SELECT count(*), count(DISTINCT url) FROM article").fetchone() == (known, known)
            assert connection.execute("SELECT count(DISTINCT article_id) FROM article_key").fetchone() == (known,)


class Answers(requests.Session):
    """A session that plays a feed of one entry and its page, and 304 to whoever asks with conditions."""

    def get(self, url: str | bytes, **more: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 304 if more["headers"] else 200
        answer.headers["ETag"] = '"one"'
        answer._content = (
            b"<rss version='2.0'><channel><item><title>A</title><guid>a</guid><link>http://127.0.0.1/a</link></item>"
            b"</channel></rss>"
        )
        return answer


@pytest.fixture
def database() -> sqlite3.Connection:
    opened = sqlite3.connect(":memory:")
    opened.executescript(naive._SCHEMA)
    return opened


def test_the_yardstick_stores_entries_once_and_then_asks_with_conditions(database: sqlite3.Connection) -> None:
    session = Answers()
    assert naive.visit_feed(session, database, "http://127.0.0.1/feed") == ["http://127.0.0.1/a"]
    assert naive.visit_feed(session, database, "http://127.0.0.1/feed") == []
    assert database.execute("SELECT id, title FROM entry").fetchall() == [("a", "A")]


def test_the_yardstick_keeps_the_text_of_a_page(database: sqlite3.Connection) -> None:
    session = Answers()
    assert naive.visit_page(session, database, "http://127.0.0.1/a")
    assert not naive.visit_page(session, database, "http://127.0.0.1/a")
    ((text,),) = database.execute("SELECT text FROM page")
    assert "<guid>a</guid>" in text
