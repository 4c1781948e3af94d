"""What else there is to do such work with: each program as it is called, in the environment that `make bench` makes."""

from __future__ import annotations

from pathlib import Path

#: Where `make bench` installs ``requirements.lock``; without it these programs are left out, and that is said.
PEERS = Path(__file__).resolve().parent.parent / ".venv-peers" / "bin"
SPIDER = Path(__file__).with_name("spider.py")

_URLWATCH = """report:
  text: {details: false, footer: false, line_length: 75}
  stdout: {enabled: false, color: false}
display: {new: false, error: true, unchanged: false, empty-diff: false}
"""


def has_peers(folder: Path = PEERS) -> bool:
    """Whether the other programs are installed."""
    return (folder / "scrapy").is_file() and (folder / "urlwatch").is_file()


def spider_command(feeds: str, database: str, folder: Path = PEERS) -> list[str]:
    """The Scrapy spider, over the feeds in a file."""
    return [str(folder / "python"), str(SPIDER), feeds, database]


def urlwatch_command(folder: Path = PEERS) -> list[str]:
    """urlwatch, over what ``write_urlwatch`` has written."""
    files = ["--urls", "urlwatch-urls.yaml", "--config", "urlwatch.yaml", "--cache", "urlwatch.db"]
    return [str(folder / "urlwatch"), *files, "--hooks", "urlwatch-hooks.py"]


def write_urlwatch(where: Path, feeds: list[str]) -> None:
    """The files that urlwatch reads."""
    where.joinpath("urlwatch-urls.yaml").write_text("---\n".join(f"url: {feed}\n" for feed in feeds), "utf-8")
    where.joinpath("urlwatch.yaml").write_text(_URLWATCH, "utf-8")
    where.joinpath("urlwatch-hooks.py").write_text("", "utf-8")
