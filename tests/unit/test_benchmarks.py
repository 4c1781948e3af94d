"""The benchmarks measure what they say: whole processes, only when the work was done, beside the yardstick."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
import requests

from benchmarks import __main__ as program
from benchmarks import naive
from benchmarks.measure import Cost, Row, RunFailed, middle, run
from benchmarks.phases import Phase, plan, prepare, refuse_other_work
from benchmarks.site import Site
from crawler.settings import load_settings


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


def test_a_row_tells_time_per_item_and_the_ratio_to_the_yardstick() -> None:
    row = Row("check", "gazette", 200, Cost(1.0, 1.5, 70), yardstick=0.25)
    assert (row.microseconds, row.ratio) == (5000, 4)
    assert row.as_record()["ratio"] == 4
    assert Row("help", "gazette", 1, Cost(1.0, 1.5, 70)).ratio == 0


class CountingSite(Site):
    """A site that was asked for one article too few."""

    def count_requests(self) -> dict[str, int]:
        return {"feeds:200": 2, "articles:200": 5}


def test_a_phase_counts_only_if_the_server_was_asked_for_all_of_it() -> None:
    site = CountingSite("http://127.0.0.1:1", ())
    done = Phase("first crawl", (), (), 5, {"feeds:200": 2, "articles:200": 5})
    refuse_other_work(done, "gazette", site)
    with pytest.raises(RunFailed, match="first crawl, gazette"):
        refuse_other_work(plan(2, 3)[0], "gazette", site)


def test_the_configuration_is_one_that_gazette_accepts(tmp_path: Path) -> None:
    feeds = ["http://127.0.0.1:8001/a.xml", "http://127.0.0.1:8001/b.xml"]
    prepare(tmp_path, feeds, "gazette.toml", "feeds.txt")
    settings = load_settings(tmp_path / "gazette.toml", {})
    assert [source.url for source in settings.sources] == feeds
    assert (tmp_path / "feeds.txt").read_text().split() == feeds


def test_without_a_site_server_the_crawls_are_skipped_and_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "measure_help", lambda bench: Row("gazette --help", "gazette", 1, Cost(0.1, 0.1, 20)))
    monkeypatch.setattr(
        sys, "argv", ["benchmarks", "--server", str(tmp_path / "none.py"), "--json", str(tmp_path / "f")]
    )
    assert program.main() == 0
    assert "crawls are skipped" in capsys.readouterr().out
    assert '"gazette --help"' in (tmp_path / "f").read_text()


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
