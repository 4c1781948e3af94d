from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

SOURCE = '[[source]]\nid = "a"\nurl = "https://example.org/"\n'


def test_a_value_may_come_from_the_environment_or_a_file(load, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim\n")
    settings = load('[web]\npassword = "file:secret"\nport = "env:PORT"', {"PORT": "9001"})
    assert (settings.web.password, settings.web.port) == ("geheim", 9001)


def test_a_reference_may_stand_in_a_list_or_give_a_whole_list(load) -> None:
    settings = load(
        SOURCE + 'tags = ["env:ONE", "two"]\n[fetch]\nprivate_hosts = "env:HOSTS"',
        {"ONE": "first", "HOSTS": '["rsshub:1200", "10.0.0.0/8"]'},
    )
    assert settings.sources[0].tags == ("first", "two")
    assert settings.fetch.private_hosts == ("rsshub:1200", "10.0.0.0/8")


def test_text_that_only_looks_like_a_list_stays_text(load) -> None:
    assert load('[web]\npassword = "env:WORD"', {"WORD": "[not toml"}).web.password == "[not toml"


def test_a_missing_variable_is_told_with_the_key_and_its_name(problem) -> None:
    told = problem('[web]\npassword = "env:GAZETTE_PASSWORD"')
    assert told.startswith("all.toml:2: [web] password: the environment variable GAZETTE_PASSWORD is not set; set it")


def test_a_missing_required_value_is_told_once(problem) -> None:
    assert "[[source]] url (a): the environment variable NOPE is not set" in problem(
        '[[source]]\nid = "a"\nurl = "env:NOPE"'
    )


@pytest.mark.parametrize(("name", "why"), [("nope", "No such file"), (".", "Is a directory")])
def test_an_unreadable_file_is_told_with_its_path(problem, tmp_path: Path, name: str, why: str) -> None:
    told = problem(f'[web]\npassword = "file:{name}"')
    assert f"the file {tmp_path.resolve() / name if name != '.' else tmp_path.resolve()} cannot be read ({why}" in told


def test_a_file_that_is_no_text_or_too_large_is_refused(problem, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8 text" in problem('[web]\npassword = "file:binary"')
    (tmp_path / "large").write_bytes(b"x" * (1024 * 1024 + 1))
    assert "is too large for one value" in problem('[web]\npassword = "file:large"')


def test_a_wrong_value_from_elsewhere_is_not_repeated(problem) -> None:
    told = problem('[fetch]\ntimeout = "env:SECRET"', {"SECRET": "geheim"})
    assert "the value is not a duration" in told
    assert "geheim" not in told


def test_a_variable_replaces_a_single_key(load) -> None:
    settings = load(
        '[fetch]\nhost_delay = "1s"',
        {"GAZETTE_FETCH__HOST_DELAY": "5s", "GAZETTE_LOG__LEVEL": "error", "GAZETTE_FETCH__RESPECT_ROBOTS": "false"},
    )
    assert settings.fetch.host_delay == timedelta(seconds=5)
    assert settings.log.level == "error"
    assert not settings.fetch.respect_robots


def test_a_replaced_key_beats_the_file_but_not_the_source(load) -> None:
    settings = load(SOURCE + '[source.fetch]\nhost_delay = "9s"', {"GAZETTE_FETCH__HOST_DELAY": "5s"})
    assert settings.sources[0].fetch.host_delay == timedelta(seconds=9)


def test_a_relative_database_in_a_variable_starts_at_the_folder_of_the_configuration(load, tmp_path: Path) -> None:
    settings = load("", {"GAZETTE_STORAGE__URL": "sqlite:///x.db"})
    assert settings.storage.sqlite_path == tmp_path.resolve() / "x.db"


def test_a_variable_may_itself_refer_elsewhere(load) -> None:
    settings = load("", {"GAZETTE_WEB__PASSWORD": "env:OTHER", "OTHER": "geheim"})
    assert settings.web.password == "geheim"


def test_a_variable_that_names_no_key_is_told(problem) -> None:
    told = problem("", {"GAZETTE_FETCH__HOST_DELAYS": "1s"})
    assert told == (
        "environment GAZETTE_FETCH__HOST_DELAYS: names no key of the configuration; expected GAZETTE_TABLE__KEY;"
        " did you mean GAZETTE_FETCH__HOST_DELAY?"
    )


def test_sources_are_not_replaced_from_the_environment(problem) -> None:
    assert "a [[source]] cannot be replaced" in problem("", {"GAZETTE_SOURCE__URL": "x"})


def test_a_wrong_value_in_a_variable_is_told_with_its_name(problem) -> None:
    told = problem("", {"GAZETTE_FETCH__TIMEOUT": "soon"})
    assert told.startswith('environment GAZETTE_FETCH__TIMEOUT: [fetch] timeout: "soon" is not a duration')


def test_other_variables_of_the_name_are_left_alone(load) -> None:
    environ = {"GAZETTE_CONFIG": "elsewhere", "GAZETTE_HOOK_SECRET": "x", "GAZETTE_WEB__SECRET": "y", "PATH": "z"}
    assert load('[web]\npassword = "env:GAZETTE_WEB__SECRET"', environ).web.password == "y"
