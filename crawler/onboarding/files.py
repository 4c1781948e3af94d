"""The operator's files: read as they are, checked as they would become, replaced in one step or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import ConfigError, UsageError
from crawler.onboarding.blocks import append_block, has_source
from crawler.settings import Settings, load_settings

SOURCES_FILE = "sources.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """One file as it stands; ``raw`` is None where there is none. ``text`` has plain line ends and no byte mark."""

    path: Path
    raw: bytes | None
    text: str

    def encode(self, text: str) -> bytes:
        """``text`` in the file's own spelling of line ends and marks."""
        raw = self.raw or b""
        mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
        return (mark + (text.replace("\n", "\r\n") if b"\r\n" in raw else text)).encode("utf-8")


def read_files(path: Path) -> list[ConfigFile]:
    """The files of the configuration at ``path``, in the order of their names. Raises ``ConfigError``."""
    if not path.is_dir():
        return [_read(path)]
    return [_read(file) for file in sorted(path.glob("*.toml")) if not file.name.startswith(".")]


def _read(path: Path) -> ConfigFile:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror})"]) from error
    return ConfigFile(path=path, raw=raw, text=raw.decode("utf-8-sig").replace("\r\n", "\n"))


def file_of(path: Path, source_id: str) -> ConfigFile:
    """The file that holds this source. Raises ``UsageError``."""
    for file in read_files(path):
        if has_source(file.text, source_id):
            return file
    raise UsageError(f"no source is called {source_id} in {path.absolute()}; `gazette sources` lists them")


def file_for_sources(path: Path) -> ConfigFile:
    """Where a new source is written: the file itself, ``sources.toml``, or else the one that holds sources already."""
    files = read_files(path)
    if not path.is_dir():
        return files[0]
    named = [file for file in files if file.path.name == SOURCES_FILE]
    holding = [file for file in files if "[[source]]" in file.text]
    fresh = ConfigFile(path=path / SOURCES_FILE, raw=None, text="")
    return (named or holding or [fresh])[0]


def append_source(path: Path, environ: Mapping[str, str], block: str) -> tuple[Path, Settings]:
    """Writes a block behind the other sources; the file and the settings from now on. Raises ``ConfigError``."""
    file = file_for_sources(path)
    return file.path, save(path, environ, [(file, append_block(file.text, block))])


def change_files(
    path: Path, environ: Mapping[str, str], change: Callable[[str], str]
) -> tuple[Settings, Callable[[], None]]:
    """Changes the text of every file it applies to; the settings from now on, and how to undo it.

    Raises ``ConfigError``, and what ``change`` raises; nothing has changed then.
    """
    changed = [(file, text) for file in read_files(path) if (text := change(file.text)) != file.text]
    settings = save(path, environ, changed)

    def undo() -> None:
        for file, text in changed:
            replace_file(file.path, expected=file.encode(text), raw=file.raw or b"")

    return settings, undo


def save(path: Path, environ: Mapping[str, str], changed: Sequence[tuple[ConfigFile, str]]) -> Settings:
    """Replaces files by new texts, after the whole configuration was checked with them.

    Raises ``ConfigError``, and then nothing has changed.
    """
    settings = load_settings(path, environ, drafts={file.path.name: text for file, text in changed})
    for file, text in changed:
        replace_file(file.path, expected=file.raw, raw=file.encode(text))
    return settings


def replace_file(path: Path, *, expected: bytes | None, raw: bytes) -> None:
    """Puts ``raw`` in the place of a file in one step: a reader sees the old or the new one, never a part.

    Raises ``ConfigError`` where it cannot be written, or no longer holds what was ``expected``.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        if (target.read_bytes() if target.exists() else None) != expected:
            raise ConfigError([f"{path}: was changed by somebody else in this moment; nothing was written, try again"])
        with draft.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if expected is not None:
            shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written ({error.strerror}); nothing was changed"]) from error
    finally:
        draft.unlink(missing_ok=True)
