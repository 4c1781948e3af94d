"""The reference page ``docs/configuration.md``, written from the tables themselves.

``python -m crawler.settings.reference > docs/configuration.md`` renews it; a test tells when that is due.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from crawler.notifier.channels import channel_names, find_channel
from crawler.parser.kinds import find_kind, kind_names
from crawler.settings.forms import explain, form_of
from crawler.settings.options import describe_fields, model_options
from crawler.settings.paces import PACES
from crawler.settings.resolve import SCHEDULE_KEYS
from crawler.settings.show import write_setting, write_value
from crawler.settings.tables import ARRAY_TABLES, GLOBAL_TABLES, SUB_TABLES, Table

_INTRODUCTION = """\
# Configuration

<!-- Written by `python -m crawler.settings.reference`; edit the tables in crawler/settings/tables.py instead. -->

Gazette reads one TOML file, or the `*.toml` files of a folder (not of its sub-folders) as if they were one. The same
single key in two files is an error; `[[source]]`, `[[channel]]` and `[[subscription]]` add up. `--config PATH` or
`GAZETTE_CONFIG` names the file or folder; without them it is `config/`.

* `gazette config check` tells everything that is wrong, with file and line.
* `gazette config show --source ID` tells what holds for a source in the end, and where each value comes from.
* `gazette config schema` prints a JSON Schema; editors with TOML support complete and check with it.

**Precedence.** A key on a source beats the source's `pace`, which beats the global key, which beats the global `pace`,
which beats the default.

**Relative paths** start at the folder of the configuration, never at the working directory.

**Durations** are `"90s"` `"15m"` `"6h"` `"30d"` `"2y"`, also together: `"1h30m"`. **Sizes** are `"10MiB"` `"20GiB"`.

**From elsewhere.** Any value may be `"env:NAME"` or `"file:PATH"`: secrets stay out of the files and are never shown.
`GAZETTE_STORAGE__URL=…` (table, two underscores, key) replaces a single key of a table that stands once."""


def render_reference() -> str:
    """The whole page, as Markdown."""
    parts = [_INTRODUCTION.rstrip()]
    parts += [_render_table(f"[{name}]", model) for name, model in GLOBAL_TABLES.items()]
    parts.insert(list(GLOBAL_TABLES).index("schedule") + 2, _render_paces())
    for name, model in ARRAY_TABLES.items():
        inherited = dict.fromkeys(("pace", *SCHEDULE_KEYS), "schedule") if name == "source" else {}
        parts.append(_render_table(f"[[{name}]]", model, inherited=inherited))
        for sub, table in SUB_TABLES[name].items():
            inherited = dict.fromkeys(GLOBAL_TABLES[sub].model_fields, sub) if sub in GLOBAL_TABLES else {}
            parts.append(_render_table(f"[{name}.{sub}]", table, inherited=inherited))
        if name == "source":
            parts += _render_options("[source.options] of kind", kind_names(), find_kind)
        if name == "channel":
            parts += _render_options("[[channel]] of kind", channel_names(), find_channel)
    return "\n".join(parts)


def _render_table(
    title: str,
    model: type[Table],
    *,
    described: Mapping[str, str] | None = None,
    inherited: Mapping[str, str] | None = None,
) -> str:
    """One table. ``inherited``: keys whose default is what stands in a global table."""
    lines = [f"\n## `{title}`\n", _cell(" ".join((model.__doc__ or "").split())), ""]
    if not model.model_fields:
        return "\n".join([*lines, "No keys."])
    rows = _rows(model, described or {}, inherited or {})
    return "\n".join([*lines, "| key | write | default | |", "|---|---|---|---|", *rows])


def _rows(model: type[Table], described: Mapping[str, str], inherited: Mapping[str, str]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        form = form_of(info)
        if name in inherited:
            default = f"as in `[{inherited[name]}]`"
        elif info.is_required():
            default = "required"
        else:
            default = _code(write_setting(name, info.default, form.plain if form else ""))
        told = info.description or described.get(name, "")
        yield f"| `{info.alias or name}` | {_cell(explain(info.annotation, form))} | {default} | {_cell(told)} |"


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _render_options(title: str, names: Iterable[str], find: Callable[[str], Any]) -> list[str]:
    options = [(name, find(name).Options) for name in names]
    return [
        _render_table(f"{title} {name}", model_options(cls), described=describe_fields(cls)) for name, cls in options
    ]


def _render_paces() -> str:
    keys = ("every", "min_every", "max_every")
    lines = ["", f"| pace | {' | '.join(f'`{key}`' for key in keys)} | `[recheck] ladder` |", "|---|---|---|---|---|"]
    for name, sections in PACES.items():
        cells = [_code(write_value(sections["schedule"][key])) for key in keys]
        lines.append(f"| `{name}` | {' | '.join(cells)} | {_code(write_value(sections['recheck']['ladder']))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(render_reference() + "\n")
