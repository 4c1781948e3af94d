"""`gazette add`: looks at an address and writes the source that watches it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.context import settings_of
from crawler.cli.output import as_title, ask, emit, note

if TYPE_CHECKING:
    from crawler.model import Source
    from crawler.onboarding.discover import Discovery
    from crawler.settings import Settings

EXAMPLE = "Example: gazette add https://www.example.gov.cn/news/ --id example-gov"


def add(
    context: typer.Context,
    url: Annotated[list[str], typer.Argument(help="Addresses of feeds, pages of news, blogs, articles.")],
    id_: Annotated[str, typer.Option("--id", help="The id of the source; default: made from its host.")] = "",
    title: Annotated[str, typer.Option("--title", help="Its title; default: what the site calls it.")] = "",
    to: Annotated[
        str, typer.Option("--to", metavar="ID", help="Add links to articles to this source of hand-picked ones.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
) -> None:
    """Looks at each address, shows what it would yield, and writes the [[source]]. Exit 1: one could not be added."""
    from crawler.errors import UsageError
    from crawler.onboarding.discover import Unreadable, check_address

    if (id_ or title) and (len(url) > 1 or to):
        raise UsageError("--id and --title name one new source: give one address, and no --to")
    for each in url:
        check_address(each)
    settings, failed = settings_of(context), False
    for each in dict.fromkeys(url):
        try:
            settings = add_article(settings, to, each, yes) if to else add_source(settings, each, id_, title, yes)
        except Unreadable as error:
            note(f"gazette: {error}; nothing was written for it")
            failed = True
    raise typer.Exit(1 if failed else 0)


# -- a source --------------------------------------------------------------------------------------------------------


def add_source(settings: Settings, url: str, id_: str, title: str, yes: bool) -> Settings:
    """Adds one source; the settings from then on. Raises ``Unreadable``, ``UsageError``, ``ConfigError``."""
    from crawler.cli.probe import look_at, print_discovery
    from crawler.cli.signals import run
    from crawler.onboarding.discover import source_block
    from crawler.onboarding.naming import name_source

    taken = {source.id for source in settings.sources}
    refuse_id(id_, taken)
    if is_watched(settings, url):
        return settings
    found = run(look_at(url, settings.fetch))
    if is_watched(settings, found.probed.url):
        return settings
    name = id_ or name_source(found.probed.url, title or found.probed.title, taken)
    block = source_block(found.probed, id=name, title=title)
    print_discovery(url, found)
    emit(block)
    if not agrees(settings, yes):
        return settings
    return write_block(settings, name, block, found)


def write_block(settings: Settings, name: str, block: str, found: Discovery) -> Settings:
    """Writes the block into the configuration. Raises ``ConfigError``; nothing has changed then."""
    from crawler.onboarding.files import append_source

    path, changed = append_source(settings.path, os.environ, block)
    emit(f"added {name} to {path}; look at it now: gazette crawl {name}")
    if found.probed.kind == "wechat" and found.listed == 1:
        emit(f"add more articles of this account: gazette add --to {name} URL…")
    return changed


def refuse_id(id_: str, taken: set[str], option: str = "--id ") -> None:
    """Raises ``UsageError`` for an id that has another form, or is taken. ``option`` is how it was given."""
    from crawler.errors import UsageError
    from crawler.settings.phrases import read_source_id

    if not id_:
        return
    try:
        read_source_id(id_)
    except ValueError:
        raise UsageError(f"{option}{id_}: expected lower-case letters a-z, digits and -") from None
    if id_ in taken:
        raise UsageError(f"{option}{id_}: a source with this id is configured already")


def is_watched(settings: Settings, url: str) -> bool:
    """Whether the address is configured already; says under which id."""
    from crawler.onboarding.discover import same_address

    source = next((each for each in settings.sources if same_address(each.url, url)), None)
    if source is not None:
        state = "" if source.enabled else ", switched off there (enabled = false)"
        emit(f"{as_title(url, 300)} is configured already: {source.id}{state}")
    return source is not None


def agrees(settings: Settings, yes: bool) -> bool:
    """Whether to write: asked on a terminal, taken for granted in a script."""
    if yes or ask(f"Write this into {settings.path}?"):
        return True
    emit("not added")
    return False


# -- an article of a hand-picked source -----------------------------------------------------------------------------


def add_article(settings: Settings, source_id: str, url: str, yes: bool) -> Settings:
    """Adds a link to ``options.articles``. Raises ``Unreadable``, ``UsageError``, ``ConfigError``."""
    from crawler.cli.probe import look_at_article
    from crawler.cli.signals import run
    from crawler.onboarding.blocks import add_article as write_article
    from crawler.onboarding.discover import same_address
    from crawler.onboarding.files import file_of, save

    source = collecting_source(settings, source_id)
    given: tuple[str, ...] = getattr(source.options, "articles", ())
    link, title = run(look_at_article(url, source))
    if any(same_address(link, each) for each in (*given, source.url)):
        emit(f"{as_title(url, 300)} is one of {source_id} already")
        return settings
    emit(f"  {as_title(title)}  {as_title(link, 200)}")
    if not agrees(settings, yes):
        return settings
    file = file_of(settings.path, source_id)
    changed = save(settings.path, os.environ, [(file, write_article(file.text, source_id, link))])
    emit(f"added to {source_id} in {file.path}")
    return changed


def collecting_source(settings: Settings, source_id: str) -> Source:
    """The source that takes links to articles. Raises ``UsageError`` that says why another does not."""
    from crawler.errors import UsageError

    collecting = [source.id for source in settings.sources if hasattr(source.options, "articles")]
    source = next((each for each in settings.sources if each.id == source_id), None)
    others = f"; sources that take links: {', '.join(collecting)}" if collecting else ""
    if source is None:
        first = f"; to begin one: gazette add URL --id {source_id}"
        raise UsageError(f"--to {source_id}: no source is called so{others}{first}")
    if source_id not in collecting:
        reason = f"a source of kind {source.kind} finds its articles by itself and takes no links"
        raise UsageError(f"--to {source_id}: {reason}{others}")
    return source
