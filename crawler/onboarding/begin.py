"""A configuration to start from: package data, written once, never over anything."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler.errors import UsageError

#: Where the files of the starter lie in this package, in the order in which they are best read.
STARTER = ("gazette.toml", "sources.toml", "channels.toml")
LOCAL_TIME = Path("/etc/localtime")


def write_starter(folder: Path, timezone: str) -> list[Path]:
    """Writes the starter into ``folder``, which is made where needed; the paths written.

    ``timezone`` is the one in which its readers live.

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
            path.write_text(read_starter(path.name).replace("@TIMEZONE@", timezone), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder.absolute()} cannot be written: {error.strerror}") from error
    return written


def read_starter(name: str) -> str:
    """One file of the starter as it is shipped."""
    return files("crawler.onboarding").joinpath("starter", name).read_text("utf-8")


def local_timezone(environ: Mapping[str, str], link: Path = LOCAL_TIME) -> str:
    """The name of this machine's zone, from ``TZ`` or from where ``/etc/localtime`` leads; ``UTC`` if it has none."""
    for name in (environ.get("TZ", "").removeprefix(":"), str(link.resolve()).rpartition("zoneinfo/")[2]):
        if name and is_zone(name):
            return name.removeprefix("Etc/")
    return "UTC"


def is_zone(name: str) -> bool:
    """Whether the time zone database knows ``name``."""
    try:
        return ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):  # unknown; no such name could be; a folder or no zone file
        return False
