"""What the docs say is so: links, words, keys, commands, and what the demo prints."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path

import pytest
import typer

import crawler.model as model
from crawler.cli import add_commands, app
from crawler.notifier.channels import channel_names
from crawler.parser.kinds import kind_names
from crawler.settings.tables import ARRAY_TABLES, GLOBAL_TABLES, SUB_TABLES
from tests.commanding import Ran, clean_environment, run_forked
from tests.pages import BLOCKS, DOCS, GUIDES, PAGES, ROOT, SECRETS, blocks, named, prose, read

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


def test_every_page_and_anchor_that_a_message_names_is_there():
    named_there = [
        (path, *found)
        for package in ("crawler", "storage")
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in (".py", ".toml", ".j2")
        for found in re.findall(r"docs/([\w/-]+\.md)(?:#([\w-]+))?", read(path))
    ]
    assert len(named_there) > 3
    for path, page, anchor in named_there:
        assert (DOCS / page).exists(), (path, page)
        assert not anchor or anchor in anchors(DOCS / page), (path, page, anchor)


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
WORLDLY = (
    "crawl",
    "demo",
    "daemon",
    "serve",
    "health",
    "https://",
    "alerts test",
    "alerts retry",
    "alerts resume",
    "db copy",
)
IMAGINED = ("a41", "inc_", "dlv_", "--kind bulletin", "--source agency", "example-gov", "example-city", "dinghu-links")


@pytest.fixture(scope="module")
def commands() -> typer.core.TyperGroup:
    add_commands()
    return typer.main.get_command(app)


def leaf_commands(group, path=()) -> Iterator[str]:
    """Every command that can be run, groups among them that do something by themselves."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaf_commands(command, (*path, name))
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield " ".join((*path, name))


@pytest.mark.parametrize("words", [words for _, words in COMMANDS], ids=" ".join)
def test_every_command_in_the_docs_is_understood(commands, words: list[str]):
    commands.make_context("gazette", list(words))
    rest = words[2:] if words[0] == "--config" else words
    command = commands
    while hasattr(command, "commands") and not is_run_alone(command, rest):
        assert rest[0] in command.commands
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context("gazette", list(rest))


def is_run_alone(group, rest: list[str]) -> bool:
    """A group such as ``sources``, with nothing but options behind it."""
    return group.invoke_without_command and (not rest or rest[0].startswith("-"))


def test_every_command_there_is_is_in_the_docs(commands):
    shown = "\n".join(" ".join(words[2:] if words[0] == "--config" else words) + " " for _, words in COMMANDS)
    leaves = list(leaf_commands(commands))
    assert {"sources", "sources mute", "config show", "daemon", "export"} <= set(leaves)
    assert [leaf for leaf in leaves if not re.search(rf"^{leaf} ", shown, re.MULTILINE)] == []


def test_every_target_of_make_in_the_docs_exists():
    targets = re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE)
    asked = {words[1] for _, words in shell_lines() if words and words[0] == "make"}
    assert {"demo", "test", "docs", "lint"} <= asked <= set(targets)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory) -> Path:
    """A folder in which `gazette demo` was run, whose database the shipped configuration finds as its own."""
    folder = tmp_path_factory.mktemp("workplace")
    output = run_gazette(folder, "demo").out
    (folder / "demo.txt").write_text(output, encoding="utf-8")
    shutil.copytree(ROOT / "config", folder / "config")
    shutil.copytree(folder / "gazette-demo" / "snapshots", folder / "data" / "snapshots")
    shutil.copy(folder / "gazette-demo" / "gazette.db", folder / "data" / "gazette.db")
    (folder / "mine.toml").write_text(
        next(block.text for block in BLOCKS if block.language == "toml"), encoding="utf-8"
    )
    (folder / "subscriptions.opml").write_text(
        '<opml><body><outline text="Port" xmlUrl="https://www.example.org/port.xml"/></body></opml>', encoding="utf-8"
    )
    (folder / "heads.jsonl").write_text(run_gazette(folder, "verify", "--json").out, encoding="utf-8")
    return folder


def run_gazette(folder: Path, *words: str) -> Ran:
    return run_forked(list(words), folder, {**clean_environment(), **SECRETS}, timeout=120)


def runnable() -> list[list[str]]:
    """What needs no network; ``init`` runs in a folder of its own, since the workplace has its configuration."""
    quiet = [words for _, words in COMMANDS if not any(sign in " ".join(words) for sign in (*WORLDLY, *IMAGINED))]
    return [words for words in quiet if words[0] != "init"]


@pytest.mark.slow
def test_the_commands_that_need_no_network_work(workplace: Path):
    assert len(runnable()) > 15
    for words in runnable():
        done = run_gazette(workplace, *(word.replace("/var/backups", str(workplace)) for word in words))
        assert (done.code, "Traceback" in done.err) == (0, False), (words, done.err)


def test_a_newcomer_gets_as_far_as_the_docs_say_without_a_network(tmp_path: Path):
    for words in (["init"], ["config", "check"], ["status"], ["sources"], ["sources", "--why"]):
        done = run_gazette(tmp_path, *words)
        assert done.code == 0, done.err
    started = {path.name for path in (tmp_path / "config").iterdir()}
    assert started == set(re.findall(r"^\| `config/(\w+\.toml)`", read(DOCS / "getting-started.md"), re.MULTILINE))


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
