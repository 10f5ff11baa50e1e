"""Pages of docs/ as the application shows them: headings, paragraphs, lists, tables and code, and nothing else."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

MARKED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
RULE = re.compile(r"^\|[\s:|-]+\|$")


@lru_cache(maxsize=4)
def document(name: str) -> tuple[str, list[tuple[str, str]], SafeString]:
    """(title, contents as (id, heading), body) of a page; a page of this release never changes."""
    text = (Path(settings.BASE_DIR) / "docs" / f"{name}.md").read_text(encoding="utf-8")
    title, _line, rest = text.partition("\n")
    parts = list(_blocks(rest))
    heads = [(slugify(lines[0][3:]), lines[0][3:]) for lines in parts if lines[0].startswith("## ")]
    return title.removeprefix("# "), heads, mark_safe("".join(_block(lines) for lines in parts))  # noqa: S308  each part is escaped


def _blocks(text: str) -> Iterator[list[str]]:
    """What blank lines keep apart; code holds blank lines of its own."""
    for place, part in enumerate(re.split(r"(?m)^```\w*$", text)):
        if place % 2:
            yield ["```", *part.strip("\n").split("\n")]
            continue
        for is_blank, lines in groupby(part.split("\n"), key=lambda line: not line.strip()):
            if not is_blank:
                yield list(lines)


def _block(lines: list[str]) -> str:
    first = lines[0]
    if first == "```":
        return format_html('<pre class="ra-well ra-mono" tabindex="0"><code>{}</code></pre>', "\n".join(lines[1:]))
    if first.startswith("## "):
        return format_html('<h2 id="{}">{}</h2>', slugify(first[3:]), _words(first[3:]))
    if first.startswith("|"):
        return _table([_cells(line) for line in lines if not RULE.match(line)])
    if first.startswith("- "):
        items = re.split(r"(?m)^- ", "\n".join(lines))[1:]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_words(item),) for item in items)))
    return format_html("<p>{}</p>", _words("\n".join(lines)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _table(rows: list[list[str]]) -> str:
    """In a list of its own on a phone: each cell says the head of its column."""
    heads = rows[0]
    head = format_html_join("", '<th scope="col">{}</th>', ((_words(cell),) for cell in heads))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        (
            (
                format_html_join(
                    "", '<td data-label="{}">{}</td>', ((h, _words(cell)) for h, cell in zip(heads, row, strict=True))
                ),
            )
            for row in rows[1:]
        ),
    )
    return format_html(
        '<div class="ra-table-card"><table class="ra-table ra-table-stack"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        head,
        body,
    )


def _words(text: str) -> SafeString:
    """Escaped first, so that marks alone become tags."""
    found = MARKED.sub(
        lambda match: f"<code>{match[1]}</code>" if match[1] else f"<b>{match[2]}</b>",
        str(escape(" ".join(text.split()))),
    )
    return mark_safe(found)  # noqa: S308  escaped above
