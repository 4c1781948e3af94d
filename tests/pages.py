"""The project's pages as tests read them: prose and fenced blocks.

A fenced block below a line that holds nothing but a path in backticks is that file, word for word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
PAGES = [
    *GUIDES,
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "THIRD_PARTY_NOTICES.md")),
]
#: What configurations in the docs refer to as ``env:``.
SECRETS = {
    "GAZETTE_SMTP_PASSWORD": "x",
    "GAZETTE_HOOK_SECRET": "whsec_Z2F6ZXR0ZQ==",
    "GAZETTE_CHAT_URL": "ntfy://x",
}


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
