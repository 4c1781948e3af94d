"""Which values must never be shown, and how much of an address may be."""

from __future__ import annotations

import re

from crawler.settings.lines import KeyPath

#: What stands where a secret was.
HIDDEN = "•••"

_SECRET_KEY = re.compile(
    r"(?:^|[_-])(?:passwords?|passphrase|secrets?|tokens?|keys?|urls|authorization|cookies?)$", re.I
)
_USERINFO = re.compile(r"(?<=://)[^/?#\s\"]*@")
_SECRET_PARAMETER = re.compile(
    r"(?<=[?&])([^=&#\s]{0,40}(?:key|token|secret|password|sig|auth)[^=&#\s]{0,40}=)[^&#\s\"]+", re.I
)
_PATH = re.compile(r"(https?://[^/?#\s\"]+)/[^\s\"]+")


def is_secret(path: KeyPath) -> bool:
    """Whether the key at ``path`` holds a secret by its name: passwords, tokens, chat addresses, headers."""
    names = [str(part) for part in path if isinstance(part, str)]
    return "headers" in names[:-1] or (bool(names) and bool(_SECRET_KEY.search(names[-1])))


def mask_address(text: str) -> str:
    """``text`` without the credentials that an address in it may carry."""
    return _SECRET_PARAMETER.sub(rf"\1{HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", text))


def mask_hook(url: str) -> str:
    """Scheme and host of a channel's address: chat services put their tokens into the path."""
    return _PATH.sub(rf"\1/{HIDDEN}", mask_address(url))
