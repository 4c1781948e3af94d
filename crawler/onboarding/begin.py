"""A configuration to start from: package data, written once, never over anything."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from crawler.errors import UsageError

#: Where the files of the starter lie in this package, in the order in which they are best read.
STARTER = ("gazette.toml", "sources.toml", "channels.toml")


def write_starter(folder: Path) -> list[Path]:
    """Writes the starter into ``folder``, which is made where needed; the paths written.

    Raises ``UsageError`` where a configuration is already there or nothing can be written; nothing is written then.
    """
    if folder.is_file():
        raise UsageError(f"{folder} is a file; name a folder")
    present = sorted(file.name for file in folder.glob("*.toml")) if folder.is_dir() else []
    if present:
        raise UsageError(
            f"{folder.absolute()} holds a configuration already ({', '.join(present)}); it was left as it is. "
            "Name another folder, or use what is there: gazette config check"
        )
    written = [folder / name for name in STARTER]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in written:
            path.write_bytes(read_starter(path.name))
    except OSError as error:
        raise UsageError(f"{folder.absolute()} cannot be written: {error.strerror}") from error
    return written


def read_starter(name: str) -> bytes:
    """One file of the starter as it is shipped."""
    return files("crawler.onboarding").joinpath("starter", name).read_bytes()
