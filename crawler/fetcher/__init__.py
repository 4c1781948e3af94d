"""The only door to the network for sources."""

import sys

# httpx brings a command of its own, and with it rich, pygments and click: a tenth of what starting up costs, for
# nothing that is used here. None is Python's word for a module that cannot be had, and httpx does without that one.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
