"""Writes configurations for tests and loads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.settings import Settings, load_settings

Load = Callable[..., Settings]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """`load(text)` or `load({"a.toml": text, …})`, with an environment; the folder is `tmp_path`."""

    def loading(files: str | Mapping[str, str], environ: Mapping[str, str] | None = None) -> Settings:
        for name, text in ({"all.toml": files} if isinstance(files, str) else files).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return load_settings(tmp_path, environ or {})

    return loading


@pytest.fixture
def problems(load: Load) -> Callable[..., list[str]]:
    """The lines of the error that a configuration ends in."""

    def collecting(files: str | Mapping[str, str], environ: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(ConfigError) as raised:
            load(files, environ)
        assert raised.value.exit_code == 2
        return raised.value.problems

    return collecting


@pytest.fixture
def problem(problems: Callable[..., list[str]]) -> Callable[..., str]:
    """The one line of the error that a configuration ends in."""

    def collecting(files: str | Mapping[str, str], environ: Mapping[str, str] | None = None) -> str:
        lines = problems(files, environ)
        assert len(lines) == 1, lines
        return lines[0]

    return collecting
