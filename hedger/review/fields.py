"""Fields of a JSON document from outside: each is asked for by name and kind, or refused with its place in the file."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from hedger.errors import SettingsError
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_DOCUMENT = 20_000_000
"""Bytes; the plan of a portfolio of ten thousand holdings has half of that."""
LARGEST_NUMBER = 1e13
"""Largest size accepted; no amount of money or number of shares is larger."""
LONGEST_NAME = 100
"""Characters of a symbol; a longer one is cut."""

_REMEDY = "Choose a plan.json that hedger has written, unchanged."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An object within a document.

    Parameters
    ----------
    file
        Name of the file, for sentences.
    place
        Where the object stands, such as ``"plan.positions[0]"``; empty for the document itself.
    fields
        What it holds, not yet trusted.
    """

    file: str
    place: str
    fields: dict[str, Any]

    def part(self, name: str) -> Part:
        """Return an object; refuse anything else."""
        value = self._value(name, "an object")
        if not isinstance(value, dict):
            self.refuse(name, "an object")
        return Part(file=self.file, place=self._place(name), fields=value)

    def parts(self, name: str) -> Iterator[Part]:
        """Yield the objects of a list; refuse anything else."""
        value = self._value(name, "a list of objects")
        if not isinstance(value, list):
            self.refuse(name, "a list of objects")
        for position, each in enumerate(value):
            if not isinstance(each, dict):
                self.refuse(name, "a list of objects")
            yield Part(file=self.file, place=f"{self._place(name)}[{position}]", fields=each)

    def text(self, name: str, limit: int = LONGEST_NAME) -> str:
        """Return text, cut to `limit` characters and escaped; refuse anything else, and text that is empty."""
        value = self._value(name, "text")
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, "text")
        return shorten(value, limit)

    def number(self, name: str) -> float:
        """Return a finite number of a sensible size; refuse anything else."""
        value = self._value(name, "a number")
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(name, "a number")
        # A whole number may be too large for a float.
        if isinstance(value, float) and not math.isfinite(value):
            self.refuse(name, "a finite number")
        if abs(value) > LARGEST_NUMBER:
            self.refuse(name, f"a number below {LARGEST_NUMBER:,.0f}")
        return float(value)

    def number_or_none(self, name: str) -> float | None:
        """Return a number, or ``None`` where the document says null."""
        return None if name in self.fields and self.fields[name] is None else self.number(name)

    def positive(self, name: str) -> float:
        """Return a number above zero; refuse anything else."""
        value = self.number(name)
        if not value > 0:
            self.refuse(name, "a number above zero")
        return value

    def whole(self, name: str) -> int:
        """Return a whole number; refuse anything else."""
        value = self._value(name, "a whole number")
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
            self.refuse(name, "a whole number")
        return value

    def day(self, name: str) -> date:
        """Return a day; refuse anything else."""
        expected = "a day such as 2026-08-21"
        value = self._value(name, expected)
        if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
            self.refuse(name, expected)
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(name, expected)

    def refuse(self, name: str, expected: str) -> NoReturn:
        """Refuse what stands in a field.

        Raises
        ------
        SettingsError
            Always: with file, field, what stands there and what was expected.
        """
        raise SettingsError(
            f'{self.file}, field "{self._place(name)}": {_quoted(self.fields.get(name))} is not {expected}. {_REMEDY}'
        )

    def _value(self, name: str, expected: str) -> Any:
        if name not in self.fields:
            raise SettingsError(
                f'{self.file} has no field "{self._place(name)}", which should be {expected}. {_REMEDY}'
            )
        return self.fields[name]

    def _place(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


def read_document(file: str | Path | bytes, *, name: str = "The plan") -> Part:
    """Read a JSON document.

    Parameters
    ----------
    file
        Path, or the bytes of an upload.
    name
        Of an upload, for sentences.

    Raises
    ------
    SettingsError
        When the file cannot be read, is too large, or is no JSON object.
    """
    title, content = read_limited(file, LARGEST_DOCUMENT, name=name)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingsError(f"{title} is not text in UTF-8. {_REMEDY}") from None
    except json.JSONDecodeError as error:
        raise SettingsError(f"{title}, line {error.lineno}: this is not JSON ({error.msg}). {_REMEDY}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or objects within objects without end
        raise SettingsError(f"{title} is JSON that no plan is written in. {_REMEDY}") from None
    if not isinstance(document, dict):
        raise SettingsError(f"{title} holds {_quoted(document)} and not an object. {_REMEDY}")
    return Part(file=title, place="", fields=document)


def read_limited(file: str | Path | bytes, most: int, *, name: str) -> tuple[str, bytes]:
    """Return the name for sentences and the bytes of a file that must not be larger than `most` bytes.

    Raises
    ------
    SettingsError
        When it cannot be read, or is larger.
    """
    if isinstance(file, bytes):
        title, content = shorten(name), file
    else:
        path = Path(file)
        title = shorten(path.name)
        try:
            with path.open("rb") as stream:
                content = stream.read(most + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise SettingsError(
                f'"{shorten(path, 200)}" cannot be read: {(reason or "unknown reason").lower()}. '
                "Check its name and folder."
            ) from None
    if len(content) > most:
        raise SettingsError(
            f"{title} is larger than {most // 1_000_000} MB, the limit for such a file. Choose another."
        )
    return title, content


def _quoted(value: object) -> str:
    """Return what a field holds in words fit for a message: text and numbers as they are, the rest by its kind."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return "a number of many digits"
    return f'"{shorten(value)}"'
