from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.cli.config import app
from crawler.cli.context import CliContext
from crawler.errors import ConfigError, UsageError

GOOD = """
[[source]]
id = "zq-news"
url = "https://www.example.gov.cn/"
kind = "html_list"
enabled = false
[[source]]
id = "other"
url = "https://example.org/feed"
kind = "feed"
[[channel]]
name = "screen"
kind = "console"
[[subscription]]
name = "all"
channel = "screen"
"""


@pytest.fixture
def config(tmp_path: Path):
    def running(text: str, *arguments: str) -> Result:
        file = tmp_path / "gazette.toml"
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(app, [*arguments], obj=CliContext(config=file))

    return running


def test_check_counts_on_stdout_and_warns_on_stderr(config) -> None:
    result = config(GOOD, "check")
    assert result.exit_code == 0
    assert result.stdout == "configuration is fine: 2 sources (1 switched off), 1 channel, 1 subscription\n"
    assert result.stderr.startswith("warning: no subscription has incidents = true")


def test_check_as_json_is_one_object(config) -> None:
    result = config(GOOD, "check", "--json")
    told = json.loads(result.stdout)
    assert {key: told[key] for key in ("sources", "enabled", "channels", "subscriptions")} == {
        "sources": 2,
        "enabled": 1,
        "channels": 1,
        "subscriptions": 1,
    }
    assert len(told["warnings"]) == 1


def test_check_of_a_wrong_configuration_raises_what_main_turns_into_exit_code_2(config) -> None:
    error = config("[fetch]\nhost_dely = 1", "check").exception
    assert isinstance(error, ConfigError)
    assert error.exit_code == 2


def test_show_aligns_values_and_origins(config) -> None:
    lines = config(GOOD, "show", "--source", "zq-news").stdout.splitlines()
    assert lines[0].startswith('id = "zq-news" ')
    assert lines[0].endswith("# gazette.toml:3")
    every = next(line for line in lines if line.startswith("every = "))
    assert every.endswith("# default")
    assert every.index("#") == lines[0].index("#")


def test_show_as_json_is_one_object_a_line(config) -> None:
    rows = [json.loads(line) for line in config(GOOD, "show", "--json").stdout.splitlines()]
    assert {"key": "channel.screen.kind", "value": '"console"', "origin": "gazette.toml:13"} in rows


def test_show_of_an_unknown_source_is_a_usage_error(config) -> None:
    assert isinstance(config(GOOD, "show", "--source", "zq").exception, UsageError)


def test_schema_prints_json(config) -> None:
    assert json.loads(config("", "schema").stdout)["title"] == "Gazette configuration"


@pytest.mark.parametrize("command", ["check", "schema", "show"])
def test_every_help_shows_an_example(config, command: str) -> None:
    assert "Example: gazette config" in config("", command, "--help").stdout


def test_importing_the_command_loads_no_settings() -> None:
    code = "import sys, crawler.cli.config; sys.exit('pydantic' in sys.modules or 'lxml' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
