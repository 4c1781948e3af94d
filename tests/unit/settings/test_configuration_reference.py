from __future__ import annotations

from pathlib import Path

from crawler.notifier.channels import channel_names
from crawler.parser.kinds import kind_names
from crawler.settings.reference import render_reference
from crawler.settings.tables import ARRAY_TABLES, GLOBAL_TABLES, SUB_TABLES

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def test_the_reference_page_is_current() -> None:
    renewed = render_reference() + "\n"
    assert PAGE.read_text(encoding="utf-8") == renewed, (
        "renew it: python -m crawler.settings.reference > docs/configuration.md"
    )


def test_the_reference_page_holds_every_table_and_key() -> None:
    page = render_reference()
    titles = [f"## `[{name}]`" for name in GLOBAL_TABLES] + [f"## `[[{name}]]`" for name in ARRAY_TABLES]
    titles += [f"## `[{name}.{sub}]`" for name, subs in SUB_TABLES.items() for sub in subs]
    titles += [f"## `[source.options] of kind {name}`" for name in kind_names()]
    titles += [f"## `[[channel]] of kind {name}`" for name in channel_names()]
    assert [title for title in titles if title not in page] == []
    models = [
        *GLOBAL_TABLES.values(),
        *ARRAY_TABLES.values(),
        *(m for subs in SUB_TABLES.values() for m in subs.values()),
    ]
    assert [key for model in models for key in model.model_fields if f"| `{key}` |" not in page] == []


def test_every_key_says_what_it_is_for() -> None:
    rows = [line for line in render_reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert [row for row in rows if row.rstrip(" |").count(" | ") < 3] == []
