"""Lines of a terminal, read as a person reads them."""

from __future__ import annotations

import re


def cells_of(lines: list[str], label: str) -> list[str]:
    """Return the cells of the one row that begins with `label`, without it."""
    (found,) = [line for line in lines if re.match(re.escape(label) + r"(\s\s|$)", line)]
    return re.split(r"\s{2,}", found.removeprefix(label).strip())


def part(lines: list[str], title: str) -> list[str]:
    """Return the lines under a title, to the next blank one."""
    start = lines.index(title) + 1
    return lines[start : [*lines, ""].index("", start)]


def flowing(lines: list[str]) -> str:
    """Return the text of lines as if none had been wrapped."""
    return " ".join(" ".join(lines).split())
