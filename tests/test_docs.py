"""What the docs show, a test runs: commands, configurations, examples, links, words, licences.

A fenced block below a line that holds nothing but a path in backticks is that file, word for word.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import EnumType
from importlib.metadata import distribution
from pathlib import Path

import pytest
import typer
from packaging.requirements import Requirement

import crawler.model as model
import crawler.notifier.channels as channels_folder
import crawler.parser.kinds as kinds_folder
from crawler.cli import add_commands, app
from crawler.notifier.channels import channel_names
from crawler.parser.kinds import kind_names
from crawler.scheduler.crawl import CrawlRequest, crawl
from crawler.settings import load_settings
from crawler.settings.tables import ARRAY_TABLES, GLOBAL_TABLES, SUB_TABLES
from tests.contract import test_channels as contract
from tests.golden import test_kinds_golden as golden
from tests.siteserver import SiteServer

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
PAGES = [
    *GUIDES,
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "THIRD_PARTY_NOTICES.md")),
]
SECRETS = {"GAZETTE_SMTP_PASSWORD": "x", "GAZETTE_HOOK_SECRET": "whsec_Z2F6ZXR0ZQ=="}


@dataclass(frozen=True)
class Block:
    """A fenced block. ``path`` is set where the page says which file it is."""

    page: Path
    language: str
    text: str
    path: str


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    pattern = re.compile(r"(?:^`([\w./-]+)`\n\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [Block(page, found[2], found[3], found[1] or "") for found in pattern.finditer(read(page))]


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", read(page), flags=re.MULTILINE | re.DOTALL)


BLOCKS = [block for page in GUIDES for block in blocks(page)]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


# -- links and words -------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_within_the_project_leads_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{target} in {named(page)}"
        assert not anchor or anchor in anchors(there), f"{target} in {named(page)}"


@pytest.mark.parametrize("page", GUIDES, ids=named)
def test_every_file_the_docs_name_exists(page: Path):
    examples = {block.path for block in blocks(page)}
    paths = re.findall(r"`((?:crawler|storage|tests|docs|config|benchmarks)/[\w./-]+)`", prose(page))
    assert [path for path in paths if path not in examples and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", GUIDES, ids=named)
def test_every_dotted_key_the_docs_name_is_a_setting(page: Path):
    keys = re.findall(rf"`({'|'.join(GLOBAL_TABLES)})\.([a-z_]+)\b[^`]*`", prose(page))
    assert [f"{table}.{key}" for table, key in keys if key not in GLOBAL_TABLES[table].model_fields] == []


def test_every_key_of_the_reference_is_a_setting():
    tables = {f"[{name}]": table for name, table in GLOBAL_TABLES.items()}
    tables |= {f"[[{name}]]": table for name, table in ARRAY_TABLES.items()}
    tables |= {f"[{name}.{sub}]": table for name, subs in SUB_TABLES.items() for sub, table in subs.items()}
    sections = re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", read(DOCS / "configuration.md"), re.MULTILINE | re.DOTALL)
    known = [(title, text) for title, text in sections if title in tables]
    assert len(known) == len(tables)
    for title, text in known:
        keys = {field.alias or name for name, field in tables[title].model_fields.items()}
        assert set(re.findall(r"^\| `(\w+)` \| [^`]", text, re.MULTILINE)) == keys, title


def test_the_glossary_holds_every_noun_of_the_model_and_every_word_of_its_enumerations():
    glossary = read(DOCS / "glossary.md")
    assert [name for name in model.__all__ if not re.search(rf"\b{name}\b", glossary)] == []
    words = {
        word.value for name in model.__all__ if isinstance(kind := getattr(model, name), EnumType) for word in kind
    }
    assert sorted(word for word in words if f"`{word}`" not in glossary) == []


def test_the_architecture_shows_the_layers_as_the_linter_holds_them():
    contracts = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    picture = next(block.text for block in blocks(DOCS / "architecture.md") if block.text.startswith(" crawler.cli"))
    drawn = [re.findall(r"crawler\.[a-z.]+[a-z]|\bstorage\b", line) for line in picture.splitlines()]
    assert [sorted(line) for line in drawn] == [sorted(re.split(r"\s*\|\s*", layer)) for layer in layers]


def test_every_kind_and_channel_has_its_section_in_the_reference():
    reference = read(DOCS / "configuration.md")
    titles = [f"## `[source.options] of kind {name}`" for name in kind_names()]
    titles += [f"## `[[channel]] of kind {name}`" for name in channel_names()]
    assert [title for title in titles if title not in reference] == []


# -- commands --------------------------------------------------------------------------------------------------------


def shell_lines() -> Iterator[tuple[Path, list[str]]]:
    for block in BLOCKS:
        if block.language == "sh":
            for line in block.text.splitlines():
                yield block.page, shlex.split(line.partition(" > ")[0], comments=True)


COMMANDS = [(page, words[1:]) for page, words in shell_lines() if words and words[0] == "gazette"]
#: What would visit a site, call a receiver, or needs something that the page only imagines.
WORLDLY = ("crawl", "demo", "https://", "alerts test", "alerts retry", "alerts resume", "db copy")
IMAGINED = ("a41", "dlv_", "--kind bulletin", "--source agency")


@pytest.fixture(scope="module")
def commands() -> typer.core.TyperGroup:
    add_commands()
    return typer.main.get_command(app)


def leaf_commands(group, path=()) -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaf_commands(command, (*path, name))
        else:
            yield " ".join((*path, name))


@pytest.mark.parametrize("words", [words for _, words in COMMANDS], ids=" ".join)
def test_every_command_in_the_docs_is_understood(commands, words: list[str]):
    commands.make_context("gazette", list(words))
    rest = words[2:] if words[0] == "--config" else words
    command = commands
    while hasattr(command, "commands"):
        assert rest[0] in command.commands
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context("gazette", list(rest))


def test_every_command_there_is_is_in_the_docs(commands):
    shown = "\n".join(" ".join(words[2:] if words[0] == "--config" else words) + " " for _, words in COMMANDS)
    assert [leaf for leaf in leaf_commands(commands) if not re.search(rf"^{leaf} ", shown, re.MULTILINE)] == []


def test_every_target_of_make_in_the_docs_exists():
    targets = re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE)
    asked = {words[1] for _, words in shell_lines() if words and words[0] == "make"}
    assert {"demo", "test", "docs", "lint"} <= asked <= set(targets)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory) -> Path:
    """A folder in which `gazette demo` was run, whose database the shipped configuration finds as its own."""
    folder = tmp_path_factory.mktemp("workplace")
    output = run_gazette(folder, "demo").stdout
    (folder / "demo.txt").write_text(output, encoding="utf-8")
    shutil.copytree(ROOT / "config", folder / "config")
    shutil.copytree(folder / "gazette-demo" / "snapshots", folder / "data" / "snapshots")
    shutil.copy(folder / "gazette-demo" / "gazette.db", folder / "data" / "gazette.db")
    (folder / "mine.toml").write_text(
        next(block.text for block in BLOCKS if block.language == "toml"), encoding="utf-8"
    )
    return folder


def run_gazette(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **SECRETS, "PYTHONPATH": str(ROOT)}
    environment.pop("GAZETTE_CONFIG", None)
    command = [sys.executable, "-m", "crawler", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def runnable() -> list[list[str]]:
    return [words for _, words in COMMANDS if not any(sign in " ".join(words) for sign in (*WORLDLY, *IMAGINED))]


def test_the_commands_that_need_no_network_work(workplace: Path):
    assert len(runnable()) > 15
    for words in runnable():
        done = run_gazette(workplace, *(word.replace("/var/backups", str(workplace)) for word in words))
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), (words, done.stderr)


def test_the_readme_shows_the_demo_as_it_is(workplace: Path):
    shown = next(block.text for block in blocks(ROOT / "README.md") if block.text.startswith("BASELINE"))
    played = [without_figures(line) for line in read(workplace / "demo.txt").splitlines()]
    lines = [without_figures(line).removesuffix("…") for line in shown.splitlines()]
    assert [line for line in lines if not any(real.startswith(line) for real in played)] == []


def without_figures(line: str) -> str:
    """Counts of one run are not those of the next."""
    return re.sub(r"^  \d+ rechecks|fired \d+ times", "#", line)


def test_the_demo_the_readme_shows_has_no_false_alert(workplace: Path):
    assert "0 false alerts" in read(ROOT / "README.md")
    assert "0 false alerts" in read(workplace / "demo.txt")


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


def test_the_configuration_in_the_readme_is_complete(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(next(block.text for block in TOML if block.page.name == "README.md"), encoding="utf-8")
    settings = load_settings(path, SECRETS)
    assert (len(settings.sources), len(settings.channels), settings.warnings) == (2, 2, ())


def test_the_configurations_of_the_examples_are_complete_together(examples: Path):
    path = examples / "shown.toml"
    shown = [block.text for block in TOML if block.page.name.startswith("adding-")]
    path.write_text("\n".join(shown), encoding="utf-8")
    settings = load_settings(path, {})
    assert ([source.kind for source in settings.sources], settings.warnings) == (["bulletin"], ())
    assert settings.channels[0].options.folder == examples.parent / "data" / "spool"


def test_no_other_page_shows_a_configuration_that_nothing_tests():
    assert {named(block.page) for block in TOML} == {
        "README.md",
        "docs/adding-a-channel.md",
        "docs/adding-a-source-kind.md",
    }


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
    needed = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
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


def test_the_service_mounts_what_the_image_and_the_shipped_configuration_expect(commands):
    dockerfile, service = read(ROOT / "Dockerfile"), read(ROOT / "docker-compose.yml")
    mounted = dict(re.findall(r"^      - (\S+?):(/gazette/\w+)", service, re.M))
    assert mounted == {"./config": "/gazette/config", "data": "/gazette/data"}
    assert all(target in dockerfile for target in mounted.values())
    shipped = load_settings(ROOT / "config", {})
    assert shipped.storage.sqlite_path.parent.relative_to(ROOT) == Path("data")
    [words] = re.findall(r'^    command: \["(\w+)"\]$', service, re.M)
    assert words in commands.commands
