"""What is wrong in a configuration, as one line a person can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.settings.lines import KeyPath

if TYPE_CHECKING:
    from crawler.settings.document import Document

#: The first part of paths that lead to a variable instead of into a file.
ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Finding:
    """One problem: the key it is about, what is wrong, what was expected, and what to do."""

    path: KeyPath
    wrong: str
    expected: str = ""
    hint: str = ""


def describe(document: Document, finding: Finding) -> str:
    """The line for people: ``sources.toml:12: [[source]] every (zq-news): … ; expected …; did you mean …?``."""
    told = [finding.wrong]
    if finding.expected and finding.expected not in finding.wrong:
        told.append(f"expected {finding.expected}")
    if finding.hint:
        told.append(finding.hint)
    label = label_key(document, finding.path)
    return f"{document.place(finding.path)}: {label + ': ' if label else ''}{'; '.join(told)}"


def order(document: Document, findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order in which a person reads the files."""
    return sorted(findings, key=lambda finding: document.position(finding.path)[1:])


def label_key(document: Document, path: KeyPath) -> str:
    """How a key is called in messages: ``[fetch] host_delay``, ``[source.fetch] host_delay (zq-news)``."""
    if not path or path[0] == ENVIRONMENT:
        return ""
    if len(path) == 1:
        return f"[{path[0]}]" if isinstance(document.tree.get(str(path[0])), dict) else str(path[0])
    numbered = isinstance(path[1], int)
    parts = [part for part in path if isinstance(part, str)]
    key = parts.pop() if len(parts) > 1 else ""
    brackets = f"[[{parts[0]}]]" if numbered and len(parts) == 1 else f"[{'.'.join(parts)}]"
    element = f", element {path[-1] + 1}" if len(path) > 2 and isinstance(path[-1], int) else ""
    name = f" ({name_element(document, path)})" if numbered else ""
    return f"{brackets}{' ' + key if key else ''}{element}{name}"


def name_element(document: Document, path: KeyPath) -> str:
    """What the source, channel or subscription at ``path`` calls itself, else its number."""
    elements = document.tree.get(str(path[0]), [])
    number = path[1] if isinstance(path[1], int) else 0
    element = elements[number] if number < len(elements) else {}
    name = element.get("id", element.get("name"))
    return name if isinstance(name, str) and name else f"number {number + 1}"


def find_nearest(word: str, known: Iterable[str]) -> str:
    """The known word that ``word`` was probably meant to be, or an empty string."""
    return next(iter(difflib.get_close_matches(word.lower()[:64], list(known), n=1, cutoff=0.6)), "")
