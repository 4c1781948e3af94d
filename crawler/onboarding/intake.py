"""From a list of addresses to blocks of the configuration: recognised, sorted out, named. Pure; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from crawler.errors import UsageError
from crawler.model import Source
from crawler.onboarding.blocks import write_source
from crawler.onboarding.candidates import LARGEST, Candidate, Intake, as_name, as_tag
from crawler.onboarding.naming import Namer
from crawler.onboarding.opml import read_opml
from crawler.onboarding.watchlists import read_changedetection, read_lines, read_urlwatch
from crawler.parser.decoding import decode_html
from crawler.settings.forms import check_web_address
from crawler.text.urls import canonical_url

EXPECTED = (
    "expected OPML, a list of addresses (one a line), or an export of changedetection.io (url-watches.json) "
    "or urlwatch (urls.yaml)"
)
_JOB = re.compile(r"^(?:url|navigate|command)[ \t]*:[ \t]", re.MULTILINE)
_LINE = re.compile(r"^[ \t]*(?:feed:)?(?:https?|feed)://", re.MULTILINE | re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Plan:
    """What becomes of a list: the blocks to write by the ids of their sources, and what is not written.

    ``known`` is how many are configured already, ``repeated`` how many stand twice in the list, ``refused`` says of
    each that can be no source where it stands and why.
    """

    blocks: dict[str, str] = field(default_factory=dict)
    known: int = 0
    repeated: int = 0
    refused: list[str] = field(default_factory=list)


def read_intake(body: bytes, name: str) -> Intake:
    """All that a list names; its form is recognised by what it holds. ``name`` is for messages.

    Raises ``UsageError`` for what is no such list, or is larger than 20 MiB or 20,000 addresses.
    """
    if len(body) > LARGEST:
        raise UsageError(f"{name}: is larger than {LARGEST >> 20} MiB; {EXPECTED}")
    text = decode_html(body).text.lstrip("\ufeff")
    reader = _recognise(text)
    if reader is None:
        raise UsageError(f"{name}: is {'no list of sources' if text.strip() else 'empty'}; {EXPECTED}")
    try:
        return reader(text)
    except UsageError as error:
        raise UsageError(f"{name}: {error}; {EXPECTED}") from error


def _recognise(text: str) -> Callable[[str], Intake] | None:
    if "\0" in text:  # no text
        return None
    first = text.lstrip()[:1]
    if first == "<":
        return read_opml
    if first and first in "{[":
        return read_changedetection
    if _JOB.search(text):
        return read_urlwatch
    return read_lines if _LINE.search(text) else None


def plan_sources(candidates: Iterable[Candidate], configured: Sequence[Source], tags: Sequence[str] = ()) -> Plan:
    """Sorts the candidates out and writes a block for each new one; ``tags`` go to all of them."""
    plan, listed = Plan(), set[str]()
    watched = {canonical_url(source.url) for source in configured}
    namer = Namer(source.id for source in configured)
    for each in candidates:
        problem = each.problem or find_problem(each.url)
        address = canonical_url(each.url)
        if problem:
            plan.refused.append(f"{each.place}: {problem}")
        elif address in watched:
            plan.known += 1
        elif address in listed:
            plan.repeated += 1
        else:
            listed.add(address)
            name = namer.name(each.url, each.title)
            plan.blocks[name] = _write_block(name, each, tags)
    return plan


def find_problem(url: str) -> str:
    """Why an address cannot be that of a source; empty where it can."""
    if not url:
        return "has no address"
    try:
        check_web_address(url)
    except ValueError:
        return f"expected an address that begins with http:// or https://, not {as_name(url, 200)!r}"
    return ""


def _write_block(name: str, candidate: Candidate, tags: Sequence[str]) -> str:
    values: dict[str, object] = {
        "id": name,
        "title": candidate.title,
        "kind": candidate.kind,
        "url": candidate.url,
        "tags": list(dict.fromkeys((*candidate.tags, *filter(None, map(as_tag, tags))))),
    }
    kept = {key: value for key, value in values.items() if value}
    return write_source(kept if candidate.enabled else {**kept, "enabled": False})
