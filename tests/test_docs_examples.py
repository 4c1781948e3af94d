"""What the docs show works: the example kind and channel, configurations, notices, the container."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import crawler.notifier.channels as channels_folder
import crawler.parser.kinds as kinds_folder
from crawler.notifier.channels import channel_names
from crawler.parser.kinds import kind_names
from crawler.scheduler.crawl import CrawlRequest, crawl
from crawler.scheduler.daemon import GRACE, LAST_MESSAGES
from crawler.settings import Settings, load_settings
from tests.contract import test_channels as contract
from tests.golden import test_kinds_golden as golden
from tests.pages import BLOCKS, ROOT, SECRETS, Block, named, read
from tests.siteserver import SiteServer

# -- configurations --------------------------------------------------------------------------------------------------

TOML = [block for block in BLOCKS if block.language == "toml" and not block.path]


@pytest.fixture
def examples(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """The kind and the channel of the two pages, taken from there, as if they stood in their folders."""
    for block in BLOCKS:
        if block.path:
            target = tmp_path / block.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
    for folder, list_names in ((kinds_folder, kind_names), (channels_folder, channel_names)):
        inside = folder.__name__.replace(".", "/")
        monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path / inside)])
        list_names.cache_clear()
    yield tmp_path
    for name in ("crawler.parser.kinds.bulletin", "crawler.notifier.channels.spool"):
        sys.modules.pop(name, None)
    kind_names.cache_clear()
    channel_names.cache_clear()


def other_warnings(settings: Settings) -> list[str]:
    """All but that the reader is to put an address of his own where ours stands."""
    return [each for each in settings.warnings if "user_agent says example.org" not in each]


def test_the_configuration_in_the_readme_is_complete(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(next(block.text for block in TOML if block.page.name == "README.md"), encoding="utf-8")
    settings = load_settings(path, SECRETS)
    assert (len(settings.sources), len(settings.channels), other_warnings(settings)) == (2, 2, [])


def test_the_configurations_of_the_examples_are_complete_together(examples: Path):
    path = examples / "shown.toml"
    shown = [block.text for block in TOML if block.page.name.startswith("adding-")]
    path.write_text("\n".join(shown), encoding="utf-8")
    settings = load_settings(path, {})
    assert ([source.kind for source in settings.sources], other_warnings(settings)) == (["bulletin"], [])
    assert settings.channels[0].options.folder == examples.parent / "data" / "spool"


def test_no_other_page_shows_a_configuration_that_nothing_tests():
    assert {named(block.page) for block in TOML} == {
        "README.md",
        "docs/adding-a-channel.md",
        "docs/adding-a-source-kind.md",
        "docs/faq.md",
        "docs/operations.md",
    }


def test_what_operations_adds_to_a_configuration_is_taken(tmp_path: Path):
    path = tmp_path / "kept.toml"
    shown = [block.text for block in TOML if block.page.name == "operations.md"]
    path.write_text("\n".join(shown), encoding="utf-8")
    (tmp_path / "web-password").write_text("geheim\n", encoding="utf-8")
    settings = load_settings(path, {"GAZETTE_HEARTBEAT_URL": "https://beats.example.org/1"})
    assert (settings.web.listen, settings.web.password) == ("127.0.0.1", "geheim")
    assert [
        each for each in settings.warnings if not each.startswith("there is no ")
    ] == []  # [[source]], [[subscription]]


def test_the_configuration_in_the_questions_is_one(tmp_path: Path):
    path = tmp_path / "gazette.toml"
    path.write_text("\n".join(block.text for block in TOML if block.page.name == "faq.md"), encoding="utf-8")
    assert load_settings(path, {}).fetch.private_hosts == ("rsshub:1200", "192.168.1.0/24")


# -- examples --------------------------------------------------------------------------------------------------------


def test_the_example_kind_reads_its_golden_case(examples: Path):
    case = examples / "tests/golden/bulletin/two-notices"
    assert golden.read_case(case) == json.loads(read(case / "expected.json"))


def contract_tests() -> list[str]:
    tests = ((name, test) for name, test in vars(contract).items() if name.startswith("test_"))
    return [name for name, test in tests if "channel" in inspect.signature(test).parameters]


def test_the_example_channel_keeps_the_contract_of_all_channels(examples: Path, tmp_path: Path):
    namespace = dict(vars(contract))
    exec(read(examples / "tests/contract/test_channels.py"), namespace)
    channel = contract.find_channel("spool")
    assert len(contract_tests()) >= 5
    for number, name in enumerate(contract_tests()):
        test, room = getattr(contract, name), tmp_path / str(number)
        room.mkdir()
        given = {"channel": channel, "way": namespace["spool_way"](room, None)}
        wanted = set(inspect.signature(test).parameters)
        for kind in contract.NOTICES if "kind" in wanted else [""]:
            test(**{key: value for key, value in {**given, "kind": kind}.items() if key in wanted})


def test_a_crawl_with_the_examples_tells_a_new_notice(examples: Path):
    (examples / "spool").mkdir()
    path, began = examples / "gazette.toml", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    with SiteServer() as site:
        path.write_text(both_examples(site), encoding="utf-8")
        publish(site, "停水通知")
        first = asyncio.run(crawl(load_settings(path, {}), CrawlRequest(as_of=began)))
        publish(site, "停水通知", "供水恢复通知")
        asyncio.run(crawl(load_settings(path, {}), CrawlRequest(as_of=began + timedelta(minutes=5))))
    assert [change.baseline for change in first.changes] == [True]
    [message] = (json.loads(file.read_bytes()) for file in (examples / "spool").iterdir())
    assert [(event["kind"], event["article"]["title"]) for event in message["events"]] == [("new", "供水恢复通知")]


def publish(site: SiteServer, *titles: str) -> None:
    """A bulletin of these notices, and their pages."""
    lines = [f"2026-03-0{number} | {title} | /{number}.html" for number, title in enumerate(titles, start=1)]
    bulletin = "\n".join(["供水公司公告，每行一条：日期、标题、地址。本页每个工作日更新。", *lines])
    site.route("/notices.txt", bulletin, content_type="text/plain; charset=utf-8")
    for number, title in enumerate(titles, start=1):
        site.route(f"/{number}.html", page_of(title))


def page_of(title: str) -> str:
    text = f"因管网改造，{title}如下，请沿线居民提前做好安排。" * 8
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div><p>{text}</p></div></body></html>"


def both_examples(site: SiteServer) -> str:
    return f"""
[storage]
url = "sqlite:///gazette.db"
snapshots = "snapshots"
[fetch]
private_hosts = ["127.0.0.1"]
host_delay = "0s"
[[source]]
id = "water-notices"
kind = "bulletin"
url = "{site.url("/notices.txt")}"
timezone = "Asia/Shanghai"
[[channel]]
name = "pickup"
kind = "spool"
folder = "spool"
[[subscription]]
name = "all"
channel = "pickup"
"""


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.path.startswith("crawler/")], ids=lambda b: b.path)
@pytest.mark.parametrize("check", [["check"], ["format", "--check"]], ids=["style", "format"])
def test_the_examples_are_as_clean_as_the_code(block: Block, check: list[str]):
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), *check, "--no-cache", "--stdin-filename", block.path, "-"]
    done = subprocess.run(command, input=block.text, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


# -- what it is built on, and how it is packed -----------------------------------------------------------------------


def spelled(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_with(requirements: list[str], extras: tuple[str, ...] = ("",)) -> set[str]:
    """The packages that ``requirements`` bring along in this environment, themselves included."""
    found: set[str] = set()
    waiting = [(text, extras) for text in requirements]
    while waiting:
        text, wanted = waiting.pop()
        needed = Requirement(text)
        name = spelled(needed.name)
        if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in wanted):
            continue
        if name not in found or needed.extras:
            found.add(name)
            further = distribution(name).requires or []
            waiting += [(each, ("", *needed.extras)) for each in further]
    return found


def declared_licence(name: str) -> str:
    about = distribution(name).metadata
    classifiers = [each for each in about.get_all("Classifier") or [] if each.startswith("License")]
    return about.get("License-Expression") or " ".join([(about.get("License") or "")[:200], *classifiers])


def test_the_notices_name_every_package_with_the_licence_it_declares():
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    needed = [
        *project["dependencies"],
        *project["optional-dependencies"]["postgres"],
        *project["optional-dependencies"]["chat"],
    ]
    named_there = dict(
        re.findall(r"^\| \[([\w-]+)\]\([^)]+\) \| ([^|]+?) \|", read(ROOT / "THIRD_PARTY_NOTICES.md"), re.M)
    )
    for name in sorted(installed_with(needed)):
        licence = named_there.get(name, "")
        family = [each.split("-")[0] for each in re.split(r" (?:OR|AND) ", licence)]
        assert licence, f"{name} is not in THIRD_PARTY_NOTICES.md: {declared_licence(name)}"
        assert all(each in declared_licence(name) for each in family), (name, licence, declared_licence(name))


def test_the_image_is_made_of_files_that_exist_and_runs_as_nobody_special():
    dockerfile, ignored = read(ROOT / "Dockerfile"), read(ROOT / ".dockerignore").splitlines()
    copied = [word for line in re.findall(r"^COPY (?!--)(.+)$", dockerfile, re.M) for word in line.split()[:-1]]
    assert {"requirements.lock", "crawler", "storage"} <= set(copied)
    assert [path for path in copied if not (ROOT / path).exists() or f"!{path}" not in ignored] == []
    assert re.findall(r"^USER (.+)$", dockerfile, re.M) == ["10001:10001"]


def test_the_service_mounts_what_the_image_and_the_shipped_configuration_expect():
    dockerfile, service = read(ROOT / "Dockerfile"), read(ROOT / "docker-compose.yml")
    mounted = dict(re.findall(r"^      - (\S+?):(/gazette/\w+)", service, re.M))
    assert mounted == {"./config": "/gazette/config", "data": "/gazette/data"}
    assert all(target in dockerfile for target in mounted.values())
    shipped = load_settings(ROOT / "config", {})
    assert shipped.storage.sqlite_path.parent.relative_to(ROOT) == Path("data")
    [command] = re.findall(r'^    command: \["(\w+)"\]$', service, re.M)
    assert f'CMD ["{command}"]' in dockerfile
    assert command == "daemon"


def test_the_service_is_told_to_stop_later_than_the_daemon_needs_and_is_asked_after_its_health():
    dockerfile, service = read(ROOT / "Dockerfile"), read(ROOT / "docker-compose.yml")
    [patience] = re.findall(r"^    stop_grace_period: (\d+)s", service, re.M)
    assert int(patience) > (GRACE + LAST_MESSAGES).total_seconds()
    for text in (dockerfile, service):
        assert "gazette health || exit 1" in text
