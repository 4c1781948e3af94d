"""What the operator got wrong, or the disk: clear words, the right exit code, and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess

import pytest

from tests.commanding import COMMAND, Gazette
from tests.newsroom import source_block

SOURCE = '[[source]]\nid = "harbour"\nkind = "feed"\nurl = "https://www.example.org/feed.xml"\n'


@pytest.fixture
def config(tmp_path):
    """Writes a configuration of these lines and gives the command for it."""

    def write(text: str, name: str = "gazette.toml") -> Gazette:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return Gazette(path, tmp_path)

    return write


# -- the configuration: exit 2 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (SOURCE + 'titel = "Harbour"\n', 5, ("titel", "title")),
        (SOURCE + "host_delay = 1\n", 5, ("host_delay", "fetch")),
        ('[fetsch]\ntimeout = "5s"\n' + SOURCE, 1, ("fetsch", "fetch")),
        ('[fetch]\ntimeout = "5 parsecs"\n' + SOURCE, 2, ("timeout", "5 parsecs")),
        ('[fetch]\nmax_bytes = "lots"\n' + SOURCE, 2, ("max_bytes", "lots")),
        (SOURCE + SOURCE, 6, ("harbour",)),
        (SOURCE.replace("https://", ""), 4, ("url", "http")),
        (SOURCE.replace('"feed"', '"fead"'), 3, ("fead", "feed")),
        (SOURCE.replace('"harbour"', '"Harbour Office"'), 2, ("Harbour Office", "a-z")),
        (SOURCE + 'every = "1s"\nmin_every = "5m"\n', 5, ("every", "min_every")),
        (SOURCE + '[source.options]\nitm = "li"\n', 6, ("itm",)),
        (SOURCE + '[[subscription]]\nname = "a"\nchannel = "desk"\n', 7, ("desk",)),
        (SOURCE + '[[channel]]\nname = "hook"\nkind = "webhok"\nurl = "https://a.example"\n', 7, ("webhok", "webhook")),
        (
            SOURCE + '[[channel]]\nname = "d"\nkind = "smtp"\npassword = "env:NO_SUCH_WORD"\n',
            8,
            ("NO_SUCH_WORD",),
        ),
        (SOURCE + '[[channel]]\nname = "d"\nkind = "smtp"\npassword = "file:none.txt"\n', 8, ("none.txt",)),
        (SOURCE + "title = Harbour\n", 5, ()),
    ],
)
def test_a_mistake_in_the_configuration_names_file_line_and_what_was_expected(config, text, line, words, tmp_path):
    ran = config(text).run("crawl", code=2)

    assert f"gazette.toml:{line}" in ran.err
    for word in words:
        assert word in ran.err
    assert ran.out == ""
    assert not (tmp_path / "data").exists()


def test_all_mistakes_are_told_at_once(config):
    ran = config('[fetch]\ntimeout = "soon"\nrespekt_robots = true\n' + SOURCE + 'titel = "x"\n').run("crawl", code=2)

    assert [f"gazette.toml:{line}" in ran.err for line in (2, 3, 8)] == [True] * 3


def test_every_command_that_needs_a_configuration_says_where_none_was_found(tmp_path):
    for command in (["crawl"], ["sources"], ["changes"], ["config", "check"], ["alerts", "list"], ["db", "upgrade"]):
        ran = Gazette(tmp_path / "nowhere.toml", tmp_path).run(*command, code=2)
        assert str(tmp_path / "nowhere.toml") in ran.err


def test_a_folder_without_toml_says_so(tmp_path):
    ran = Gazette(tmp_path, tmp_path).run("crawl", code=2)

    assert str(tmp_path) in ran.err
    assert ".toml" in ran.err


def test_a_folder_is_all_its_own_files(tmp_path, site, room, configure):
    configure()
    (tmp_path / "sources.toml").write_text(source_block("harbour", room.feed))
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "more.toml").write_text("this is not even TOML")

    assert Gazette(tmp_path, tmp_path).json("crawl")[-1]["sources"] == 1


def test_a_file_that_is_no_text_is_a_mistake_like_any_other(tmp_path):
    path = tmp_path / "gazette.toml"
    path.write_bytes(b"\xff\xfe\x00[fetch]")

    assert "gazette.toml" in Gazette(path, tmp_path).run("crawl", code=2).err


def test_the_environment_overrides_single_keys(gazette, tmp_path):
    elsewhere = tmp_path / "elsewhere.db"

    gazette.run("crawl", GAZETTE_STORAGE__URL=f"sqlite:///{elsewhere}")

    assert elsewhere.exists()
    assert "GAZETTE_STORAGE__URLL" in gazette.run("crawl", code=2, GAZETTE_STORAGE__URLL="x").err


def test_config_check_tells_what_is_configured_or_what_is_wrong(gazette, config):
    assert "1 source" in gazette.run("config", "check").out
    assert "gazette.toml:5" in config(SOURCE + "titel = 1\n").run("config", "check", code=2).err


# -- the database: exit 3 ----------------------------------------------------------------------------------------------


COMMANDS = (["crawl"], ["changes"], ["articles"], ["sources"], ["incidents"], ["alerts", "list"], ["db", "upgrade"])


def test_a_locked_database_is_exit_3_with_clear_words_and_keeps_what_it_holds(begun, room, database):
    room.publish("lock")
    holder = sqlite3.connect(database)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        ran = begun.run("crawl", code=3)
    finally:
        holder.close()

    assert str(database) in ran.err
    assert "held by another program" in ran.err
    assert len(begun.json("changes")) == 3
    assert begun.json("crawl")[-1]["new"] == 1


def test_reading_goes_on_while_another_program_writes(begun, database):
    holder = sqlite3.connect(database)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert len(begun.json("changes")) == 3
    finally:
        holder.close()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_of_a_newer_gazette_is_left_alone(begun, database, command):
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = database.read_bytes()

    ran = begun.run(*command, code=3)

    assert "newer Gazette" in ran.err
    assert database.read_bytes() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_database_is_exit_3_and_is_not_touched(gazette, database, command):
    database.parent.mkdir()
    database.write_bytes(b"these are my notes, not a database\n" * 100)

    ran = gazette.run(*command, code=3)

    assert str(database) in ran.err
    assert "not a SQLite database" in ran.err
    assert database.read_bytes().startswith(b"these are my notes")


def test_a_damaged_database_is_exit_3(begun, database):
    whole = bytearray(database.read_bytes())
    whole[4096:20480] = b"\xa5" * (20480 - 4096)
    database.write_bytes(whole)

    assert str(database) in begun.run("crawl", code=3).err


def test_a_database_of_another_program_is_exit_3(gazette, database):
    database.parent.mkdir()
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()

    assert "bookmarks" in gazette.run("crawl", code=3).err


def test_a_folder_where_the_database_should_be_is_exit_3(gazette, database):
    database.mkdir(parents=True)

    assert str(database) in gazette.run("crawl", code=3).err


def test_a_folder_that_cannot_be_made_is_exit_3_and_names_the_key(gazette, tmp_path):
    (tmp_path / "data").write_text("a file is in the way")

    ran = gazette.run("crawl", code=3)

    assert str(tmp_path / "data") in ran.err
    assert "storage" in ran.err


#: Root may write everywhere, unless it gives that up first.
HUMBLE = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@pytest.mark.skipif(bool(HUMBLE) and not shutil.which("setpriv"), reason="root without setpriv may write everywhere")
def test_a_database_that_cannot_be_written_is_exit_3(begun, database):
    database.chmod(stat.S_IRUSR)

    ran = subprocess.run(
        [*HUMBLE, *COMMAND, "--config", str(begun.config), "crawl"], capture_output=True, text=True, timeout=60
    )

    assert (ran.returncode, "Traceback" in ran.stderr) == (3, False), ran.stderr
    assert str(database) in ran.stderr


@pytest.mark.parametrize("command", COMMANDS[1:6])
def test_without_a_database_reading_says_how_to_make_one(gazette, command, database):
    code = 0 if command == ["sources"] else 3

    ran = gazette.run(*command, code=code)

    assert "gazette crawl" in ran.err or "never checked" in ran.out
    assert not database.exists()


def test_snapshots_that_are_lost_do_not_stop_a_crawl(begun, room, tmp_path):
    shutil.rmtree(tmp_path / "data" / "snapshots")
    room.edit("bridge-1", "120 euros", "150 euros")

    (edited, _) = begun.json("crawl", "--recheck", "all")

    assert edited["facts"][0]["after"] == "150 euros"
