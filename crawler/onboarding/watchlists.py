"""Lists of addresses as people and page watchers keep them: plain lines, changedetection.io, urlwatch. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crawler.errors import UsageError
from crawler.onboarding.candidates import Candidate, Intake, make_candidate, refuse_flood

#: What a watch or a job may say beside its address that Gazette has another answer to.
_OTHER_WAYS = (
    *("include_filters", "css_filter", "xpath_filter", "subtractive_selectors", "extract_text", "ignore_text"),
    *("trigger_text", "text_should_not_be_present", "browser_steps", "headers", "body"),
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _note_left(number: int, noun: str) -> tuple[str, ...]:
    if not number:
        return ()
    whose = f"one {noun}" if number == 1 else f"{number} {noun}s"
    return (f"filters and other settings of {whose} were not taken over: lists and texts are found without",)


# -- plain lines -----------------------------------------------------------------------------------------------------


def read_lines(text: str) -> Intake:
    """One address a line, a title behind it where there is one; ``#`` begins a comment. Raises ``UsageError``."""
    found: list[Candidate] = []
    for number, line in enumerate(text.split("\n"), 1):
        url, *rest = line.split(maxsplit=1) or [""]
        if not url or url.startswith("#"):
            continue
        title = rest[0] if rest and not rest[0].startswith("#") else ""
        found.append(make_candidate(url, place=f"line {number}", title=title))
        refuse_flood(len(found))
    return Intake(form="a list of addresses", candidates=tuple(found))


# -- changedetection.io ----------------------------------------------------------------------------------------------


def read_changedetection(text: str) -> Intake:
    """The watches of its backup (url-watches.json), or of its API. Raises ``UsageError``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"it is no JSON ({str(error)[:200]})") from error
    watches = list(_find_watches(data))
    refuse_flood(len(watches))
    names = _names_of_tags(data)
    found = tuple(_read_watch(watch, number, names) for number, watch in enumerate(watches, 1))
    left = sum(any(watch.get(key) for key in _OTHER_WAYS) for watch in watches)
    return Intake(form="changedetection.io", candidates=found, notes=_note_left(left, "watch"))


def _find_watches(data: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(data, dict):
        data = list(data["watching"].values() if isinstance(data.get("watching"), dict) else data.values())
    if not isinstance(data, list) or not all(isinstance(each, dict) and "url" in each for each in data):
        raise UsageError("it is JSON of another sort: watches of changedetection.io each have a url")
    yield from data


def _names_of_tags(data: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    """Tags are named by their uuid in a watch, and called by their title in the settings."""
    for key in ("settings", "application", "tags"):
        data = data.get(key) if isinstance(data, dict) else None
    if not isinstance(data, dict):
        return {}
    return {uuid: _text(tag.get("title")) for uuid, tag in data.items() if isinstance(tag, dict)}


def _read_watch(watch: Mapping[str, Any], number: int, names: Mapping[str, str]) -> Candidate:
    return make_candidate(
        _text(watch["url"]),
        place=f"watch {number}",
        title=_text(watch.get("title")) or _text(watch.get("page_title")),
        tags=_read_tags((watch.get("tags"), watch.get("tag")), names),
        enabled=not watch.get("paused"),
    )


def _read_tags(given: Iterable[Any], names: Mapping[str, str]) -> Iterator[str]:
    """Lists of uuids, and the words with commas of earlier versions. A uuid that nothing is called says nothing."""
    for each in given:
        for tag in each if isinstance(each, list) else _text(each).split(","):
            name = names.get(_text(tag), _text(tag).strip())
            if not _UUID.fullmatch(name):
                yield name


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    """Half a pair of surrogates, which JSON can spell, is no text that could be written down."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


# -- urlwatch --------------------------------------------------------------------------------------------------------

_TOP_LEVEL = re.compile(r"([A-Za-z_][A-Za-z0-9_-]{0,60})[ \t]*:(?:[ \t]+(.*))?")
_ENTRY = re.compile(r"[ \t]*-[ \t]+(.*)")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]{0,2}")
#: What is taken over, or would change nothing here.
_UNDERSTOOD = frozenset({"name", "url", "navigate", "kind", "tags", "enabled", "note", "user_visible_url"})


def read_urlwatch(text: str) -> Intake:
    """The jobs of a urls.yaml. Only plain values at the top level of each job are read. Raises ``UsageError``."""
    found: list[Candidate] = []
    left = 0
    for line, lines in _split_documents(text):
        job = _read_job(lines)
        if not job:
            continue
        left += not job.keys() <= _UNDERSTOOD
        found.append(_read_address(job, f"job at line {line}"))
        refuse_flood(len(found))
    return Intake(form="urlwatch", candidates=tuple(found), notes=_note_left(left, "job"))


def _split_documents(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of each YAML document, and the number of the first one."""
    first = 1
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.rstrip() in ("---", "..."):
            yield first, lines
            first, lines = number + 1, []
        else:
            lines.append(line.rstrip("\r"))
    yield first, lines


def _read_job(lines: list[str]) -> dict[str, list[str]]:
    """The keys at the top level, each with the value beside it and the lines below it, as far as they are plain."""
    job: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        top = _TOP_LEVEL.fullmatch(line)
        if top is not None:
            key = top[1]
            value = top[2] or ""
            job[key] = [] if _BLOCK_SCALAR.fullmatch(value.strip()) else [value]
        elif key in _UNDERSTOOD and line.strip() and not line.lstrip().startswith("#"):
            job[key].append(line.strip())
    return job


def _read_address(job: Mapping[str, list[str]], place: str) -> Candidate:
    url = _scalar(job, "url") or _scalar(job, "navigate")
    return make_candidate(
        url,
        place=place,
        title=_scalar(job, "name"),
        tags=_words(job.get("tags", [])),
        enabled=_scalar(job, "enabled").lower() not in ("false", "no", "off"),
        problem="runs a command, and has no address" if "command" in job and not url else "",
    )


def _scalar(job: Mapping[str, list[str]], key: str) -> str:
    return " ".join(filter(None, map(_unquote, job.get(key, []))))


def _words(values: list[str]) -> list[str]:
    """A list as ``[a, b]``, or with an entry on each line."""
    words: list[str] = []
    for value in values:
        entry = _ENTRY.fullmatch(value)
        inner = entry[1] if entry else _COMMENT.sub("", value).strip()
        words += [inner] if entry else inner.removeprefix("[").removesuffix("]").split(",")
    return [_unquote(word) for word in words]


def _unquote(text: str) -> str:
    """The text of a plain or quoted scalar, without the comment behind it."""
    text = text.strip()
    if text[:1] == "'":
        end = re.match(r"'((?:[^']|'')*)'", text)
        return end[1].replace("''", "'") if end else text
    if text[:1] == '"':
        end = re.match(r'"((?:[^"\\]|\\.)*)"', text)
        return _unescape(end[1]) if end else text
    return _COMMENT.sub("", text).strip()


def _unescape(text: str) -> str:
    """The escapes of YAML that JSON knows as well, which are those in use."""
    try:
        return _text(json.loads(f'"{text}"'))
    except ValueError:
        return text
