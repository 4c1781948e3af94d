from __future__ import annotations

import os
import stat

import pytest

from crawler.errors import ConfigError, UsageError
from crawler.onboarding.begin import STARTER, local_timezone, read_starter, write_starter
from crawler.onboarding.files import append_source, change_files, file_of, replace_file
from crawler.settings import load_settings
from tests.pages import SECRETS

BLOCK = '[[source]]\nid = "harbour"\nkind = "feed"\nurl = "https://example.org/feed"\n'


@pytest.fixture
def folder(tmp_path):
    write_starter(tmp_path / "config", "Asia/Tokyo")
    return tmp_path / "config"


# -- the starter ----------------------------------------------------------------------------------------------------


def test_the_starter_runs_as_it_is(folder):
    settings = load_settings(folder, {})
    assert settings.storage.sqlite_path == folder.parent / "data" / "gazette.db"
    assert [channel.kind for channel in settings.channels] == ["console"]
    assert settings.warnings == ("there is no [[source]]: nothing is watched",)


def test_the_starter_tells_new_posts_daily_changes_at_once_and_trouble_to_an_operator(folder):
    new, changed, operator = load_settings(folder, {}).subscriptions
    assert (new.changes, new.rhythm.every, new.rhythm.at_minute) == ({"new"}, "daily", 8 * 60)
    assert (changed.changes, changed.rhythm.every) == ({"edited", "removed", "restored", "moved"}, "at_once")
    assert (operator.changes, operator.incidents, operator.coverage) == (frozenset(), True, "weekly mon 09:00")
    assert {each.timezone for each in (new, changed, operator)} == {"Asia/Tokyo"}


def test_what_the_starter_shows_commented_out_works_too(tmp_path):
    for name in STARTER:
        lines = read_starter(name).replace("@TIMEZONE@", "UTC").splitlines()
        (tmp_path / name).write_text("\n".join(uncomment(line) for line in lines), encoding="utf-8")
    settings = load_settings(tmp_path, SECRETS)
    kinds = {channel.kind for channel in settings.channels}
    assert kinds == {"console", "smtp", "webhook", "file", "feed", "apprise"}
    assert [source.id for source in settings.sources] == ["example-gov"]


def uncomment(line: str) -> str:
    bare = line.removeprefix("# ")
    is_setting = bare.startswith("[") or bare.partition(" ")[2].startswith("= ")
    return bare if line.startswith("# ") and is_setting else line


def test_a_configuration_that_is_there_is_never_overwritten(folder):
    (folder / "gazette.toml").write_text("# mine\n", encoding="utf-8")
    with pytest.raises(UsageError, match="holds a configuration already"):
        write_starter(folder, "UTC")
    assert (folder / "gazette.toml").read_text(encoding="utf-8") == "# mine\n"


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "config").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file; name a folder"):
        write_starter(tmp_path / "config", "UTC")


def test_the_zone_of_the_machine_is_found_by_variable_or_link_or_is_utc(tmp_path):
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    assert local_timezone({}, link) == "Asia/Tokyo"
    assert local_timezone({"TZ": ":Europe/London"}, link) == "Europe/London"
    assert local_timezone({"TZ": "nonsense/../x"}, tmp_path / "none") == "UTC"


# -- the operator's files -------------------------------------------------------------------------------------------


def test_a_source_is_written_behind_the_others_and_every_comment_stays(folder):
    before = (folder / "sources.toml").read_text(encoding="utf-8")
    path, settings = append_source(folder, {}, BLOCK)
    assert path == folder / "sources.toml"
    assert path.read_text(encoding="utf-8") == f"{before}\n{BLOCK}"
    assert [source.id for source in settings.sources] == ["harbour"]
    assert sorted(os.listdir(folder)) == sorted(STARTER)


def test_without_a_file_of_sources_one_is_made(folder):
    (folder / "sources.toml").unlink()
    path, _ = append_source(folder, {}, BLOCK)
    assert path.read_text(encoding="utf-8") == BLOCK


def test_a_single_file_holds_everything(tmp_path):
    file = tmp_path / "all.toml"
    file.write_text('[log]\nlevel = "error"\n', encoding="utf-8")
    path, settings = append_source(file, {}, BLOCK)
    assert (path, settings.log.level, settings.sources[0].id) == (file, "error", "harbour")


def test_a_block_that_would_be_wrong_is_not_written(folder):
    append_source(folder, {}, BLOCK)
    before = (folder / "sources.toml").read_bytes()
    with pytest.raises(ConfigError, match='"harbour" is taken'):
        append_source(folder, {}, BLOCK)
    with pytest.raises(ConfigError, match="is not a known key"):
        append_source(folder, {}, BLOCK.replace("harbour", "other") + 'colour = "red"\n')
    assert (folder / "sources.toml").read_bytes() == before
    assert sorted(os.listdir(folder)) == sorted(STARTER)


def test_line_ends_marks_and_permissions_of_a_file_are_kept(folder):
    file = folder / "sources.toml"
    file.write_bytes(b"\xef\xbb\xbf# mine\r\n")
    file.chmod(0o600)
    append_source(folder, {}, BLOCK)
    assert file.read_bytes() == b"\xef\xbb\xbf# mine\r\n\r\n" + BLOCK.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_to_a_file_stays_a_link(folder, tmp_path):
    real = tmp_path / "elsewhere.toml"
    (folder / "sources.toml").rename(real)
    (folder / "sources.toml").symlink_to(real)
    append_source(folder, {}, BLOCK)
    assert (folder / "sources.toml").is_symlink()
    assert real.read_text(encoding="utf-8").endswith(BLOCK)


def test_a_file_that_somebody_else_just_changed_is_left_alone(folder):
    file = folder / "sources.toml"
    file.write_bytes(b"# theirs\n")
    with pytest.raises(ConfigError, match="was changed by somebody else"):
        replace_file(file, expected=b"# ours\n", raw=b"# new\n")
    assert file.read_bytes() == b"# theirs\n"


def test_a_change_of_several_files_can_be_undone(folder):
    append_source(folder, {}, BLOCK)
    before = {name: (folder / name).read_bytes() for name in STARTER}
    _, undo = change_files(folder, {}, lambda text: text.replace("harbour", "port"))
    assert load_settings(folder, {}).sources[0].id == "port"
    undo()
    assert {name: (folder / name).read_bytes() for name in STARTER} == before


def test_the_file_of_a_source_is_found_or_its_absence_told(folder):
    append_source(folder, {}, BLOCK)
    assert file_of(folder, "harbour").path.name == "sources.toml"
    with pytest.raises(UsageError, match="no source is called nobody"):
        file_of(folder, "nobody")
