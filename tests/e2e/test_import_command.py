"""`gazette import`: a list becomes sources, and nothing else happens."""

from __future__ import annotations

import subprocess
import tomllib

import pytest

from crawler.onboarding.begin import write_starter
from tests.commanding import COMMAND, Gazette, clean_environment
from tests.newsroom import source_block

LIST = """\
# what the desk reads
https://www.example.org/news/ The port
https://www.example.org/fees/
ftp://files.example.org/
https://www.example.org/news/index.html
"""


@pytest.fixture
def empty(tmp_path):
    """The command with the configuration that `gazette init` writes."""
    write_starter(tmp_path / "config", "UTC")
    return Gazette(tmp_path / "config", tmp_path)


@pytest.fixture
def listed(tmp_path):
    """A list of four addresses: two new ones, one that is none, one twice."""
    file = tmp_path / "desk.txt"
    file.write_text(LIST, encoding="utf-8")
    return file


def sources_of(gazette):
    return tomllib.loads((gazette.config / "sources.toml").read_text(encoding="utf-8")).get("source", [])


def test_a_list_becomes_sources_and_says_what_was_left_out(empty, listed):
    before = (empty.config / "sources.toml").read_text(encoding="utf-8")
    run = empty.run("import", listed, "--tag", "desk", code=1)
    path = empty.config / "sources.toml"
    assert run.out == (
        f"2 sources added to {path}, 1 named twice, 1 address left out; gazette crawl reads them for the first time\n"
    )
    assert "left out: line 4: expected an address that begins with http:// or https://" in run.err
    assert sources_of(empty) == [
        {"id": "example", "title": "The port", "url": "https://www.example.org/news/", "tags": ["desk"]},
        {"id": "example-fees", "url": "https://www.example.org/fees/", "tags": ["desk"]},
    ]
    assert path.read_text(encoding="utf-8").startswith(before)
    assert "2 sources" in empty.run("config", "check").out


def test_what_is_configured_already_is_not_added_again(empty, listed):
    empty.run("import", listed, code=1)
    before = (empty.config / "sources.toml").read_bytes()
    assert "no source added, 3 known already, 1 address left out\n" in empty.run("import", listed, code=1).out
    assert (empty.config / "sources.toml").read_bytes() == before


def test_a_dry_run_prints_the_blocks_and_writes_nothing(empty, listed):
    run = empty.run("import", listed, "--dry-run", code=1)
    assert [source["id"] for source in tomllib.loads(run.out)["source"]] == ["example", "example-fees"]
    assert "2 sources would be added" in run.err
    assert sources_of(empty) == []


def test_standard_input_is_read_for_a_hyphen(empty):
    command = [*COMMAND, "--config", str(empty.config), "import", "-"]
    feeds = b'<opml><body><outline text="Port" xmlUrl="https://a.example.org/feed?a=1&b=2"/></body></opml>'
    done = subprocess.run(command, input=feeds, env=clean_environment(), capture_output=True, timeout=60)
    assert (done.returncode, done.stdout.startswith(b"1 source added to ")) == (0, True)
    (source,) = sources_of(empty)
    assert (source["kind"], source["url"]) == ("feed", "https://a.example.org/feed?a=1&b=2")


def test_nothing_is_written_where_the_configuration_would_be_wrong(empty, listed):
    file = empty.config / "sources.toml"
    file.write_text("sources = []\n", encoding="utf-8")
    empty.run("import", listed, code=2)
    assert file.read_text(encoding="utf-8") == "sources = []\n"


def test_what_is_imported_is_crawled_and_its_kind_found_out(configure, room, tmp_path):
    gazette = configure(source_block("harbour", room.feed))
    room.publish("bridge")
    (tmp_path / "list.txt").write_text(f"{room.feed}\n{room.list} The list\n", encoding="utf-8")
    assert "1 source added" in gazette.run("import", tmp_path / "list.txt").out
    gazette.run("crawl")
    kinds = [line.split()[1:3] for line in gazette.run("sources").lines[1:]]
    assert kinds == [["feed", "well"], ["auto:", "html_list"]]


def test_a_file_that_is_no_list_is_exit_2(empty, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear reader,\n", encoding="utf-8")
    assert "expected OPML, a list of addresses" in empty.run("import", tmp_path / "letter.txt", code=2).err
    assert "cannot be read" in empty.run("import", tmp_path / "none.txt", code=2).err
    assert "cannot be read" in empty.run("import", tmp_path, code=2).err
