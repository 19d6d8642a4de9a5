"""From bytes to text: limits, files that are no text at all, encodings.

The order is: size, the first bytes (pictures, archives, documents), byte-order marks, UTF-16 without a mark, UTF-8,
then the encodings that are only guessed. A guess is told. Nothing is decompressed except a workbook, which
:mod:`hedger.portfolio.workbooks` reads.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hedger.errors import UnreadableFileError
from hedger.portfolio.holdings import FileWarning

LARGEST_FILE = 50 * 1024 * 1024
"""Bytes; a larger file is refused before it is read."""

MOST_LINES = 500_000
"""Lines below the header's; a longer file is refused before it is split."""

LONGEST_LINE = 1_000_000
"""Characters; no table of holdings has a longer line."""

_LINE = re.compile(r"[^\r\n]*")

_EXPORT = "Export the positions or holdings as CSV from the broker's site and use that file."

_FOREIGN_BYTES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG image (binary)"),
    (b"\xff\xd8\xff", "a JPEG image (binary)"),
    (b"GIF8", "a GIF image (binary)"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive (compressed, binary)"),
    (b"BZh", "a bzip2 archive (compressed, binary)"),
    (b"\xfd7zXZ", "an xz archive (compressed, binary)"),
    (b"7z\xbc\xaf", "a 7z archive (compressed, binary)"),
    (b"Rar!", "a RAR archive (compressed, binary)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document (.xls, .doc; binary)"),
    (b"{\\rtf", "an RTF document"),
    (b"PAR1", "a Parquet file (binary)"),
    (b"SQLite format 3", "an SQLite database (binary)"),
)

_FOREIGN_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s*<(!doctype html|html|head|body|script|meta)\b", re.I), "a web page (HTML), perhaps a log-in page"),
    (re.compile(r"\s*(OFXHEADER|<\?OFX|<OFX>)", re.I), "an OFX file for accounting programs"),
    (re.compile(r"\s*<\?xml|\s*<[A-Za-z]+[ >]"), "an XML document"),
    (re.compile(r"\s*[{\[]\s*([\"{\[]|$)"), "a JSON document"),
    (re.compile(r"\s*!(Type|Account|Option):", re.I), "a QIF file for accounting programs"),
)

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_ASIAN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("gb18030", re.compile("代码|代碼|名称|数量|市值|现价|股票")),
    ("shift_jis", re.compile("銘柄|コード|数量|保有|評価額")),
    ("big5", re.compile("代號|代碼|股票|數量|市值|名稱")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedFile:
    """The text of a file, or the bytes of a workbook.

    Parameters
    ----------
    text
        Decoded text; empty for a workbook.
    workbook
        Bytes of an Excel workbook, else ``None``.
    warnings
        Doubts about the encoding.
    """

    text: str
    workbook: bytes | None = None
    warnings: tuple[FileWarning, ...] = ()


def read_bytes(file: str | Path | bytes | BinaryIO) -> bytes:
    """Read a file whole, unless it is larger than :data:`LARGEST_FILE`.

    Raises
    ------
    UnreadableFileError
        When there is no such file, it may not be read, or it is too large.
    """
    if isinstance(file, bytes):
        content = file
    elif isinstance(file, str | Path):
        path = Path(file)
        try:
            if path.is_file() and path.stat().st_size > LARGEST_FILE:
                raise _too_large()
            with path.open("rb") as stream:
                content = stream.read(LARGEST_FILE + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise UnreadableFileError(
                f"The holdings file cannot be opened: {(reason or 'unknown reason').lower()}. "
                "Check its name and folder."
            ) from error
    else:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise _too_large()
    return content


def decode(content: bytes) -> DecodedFile:
    """Decode a holdings file.

    Raises
    ------
    UnreadableFileError
        When the file is empty, too long, or no text; the sentence says what it is instead.
    """
    if not content.strip():
        raise empty_file()
    for magic, kind in _FOREIGN_BYTES:
        if content.startswith(magic):
            raise UnreadableFileError(f"The file is {kind}, not a table of holdings. {_EXPORT}")
    if content.startswith(b"PK\x03\x04"):
        if b"xl/" in content or b"[Content_Types].xml" in content:
            return DecodedFile(text="", workbook=content)
        raise UnreadableFileError(
            "The file is a zip archive (compressed, binary), not a table of holdings. Unpack it and use the CSV inside."
        )
    text, warnings = _to_text(content)
    for pattern, kind in _FOREIGN_TEXT:
        if pattern.match(text):
            raise UnreadableFileError(f"Line 1: the file is {kind}, not a table of holdings. {_EXPORT}")
    _check_text(text)
    return DecodedFile(text=text, warnings=warnings)


def _to_text(content: bytes) -> tuple[str, tuple[FileWarning, ...]]:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _unmarked_utf16(content)
    if encoding is not None:
        try:
            return content.decode(encoding), ()
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"The file begins like {encoding.upper()} text, but byte {error.start + 1:,} breaks that encoding. "
                "Save it again as UTF-8."
            ) from error
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    return _guessed(content, line)


def _guessed(content: bytes, line: int) -> tuple[str, tuple[FileWarning, ...]]:
    """Decode what is not UTF-8: East Asian where the header then makes sense, else Windows' western one."""
    for encoding, header in _ASIAN:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if header.search(text[:2_000]):
            return text, (_guess_warning(encoding, line),)
    try:
        return content.decode("cp1252"), (_guess_warning("Windows-1252", line),)
    except UnicodeDecodeError:
        return content.decode("latin-1"), (_guess_warning("ISO-8859-1", line),)


def _guess_warning(encoding: str, line: int) -> FileWarning:
    return FileWarning(
        code="encoding_guessed",
        line=line,
        message=f"Line {line} is not UTF-8; the file was read as {encoding}. Check names with accents.",
    )


def _unmarked_utf16(content: bytes) -> str | None:
    """Recognise UTF-16 without a byte-order mark by where its NUL bytes stand."""
    sample = content[:2_000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half < 8:
        return None
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and odd < 0.05 * half else None


def _check_text(text: str) -> None:
    """Refuse what the csv module would swallow or choke on: no content, NUL, endless lines, too many lines."""
    if not text.strip(" \t\r\n\f\v,;|\ufeff\"'"):
        raise empty_file()
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise UnreadableFileError(
            f"Line {line}: the file holds a NUL byte, so it is damaged or binary. Export or save it again as CSV."
        )
    start = 0
    while len(text) - start > LONGEST_LINE:
        end = max(text.rfind(sign, start, start + LONGEST_LINE + 1) for sign in "\r\n")
        if end < 0:
            line = len(io.StringIO(text[:start], newline="").readlines()) + 1
            length = len(_LINE.match(text, start)[0])  # type: ignore[index]  # it always matches
            raise UnreadableFileError(
                f"Line {line} has {length:,} characters, more than {LONGEST_LINE:,}: it has no line breaks "
                f"where rows should end. {_EXPORT}"
            )
        start = end + 1
    lines = text.count("\n") or text.count("\r")
    if lines > MOST_LINES + 1_000:
        raise UnreadableFileError(
            f"The file has {lines:,} lines, more than the limit of {MOST_LINES:,} rows. Split it, one file per account."
        )


def empty_file() -> UnreadableFileError:
    """Return the error for a file without text."""
    return UnreadableFileError(f"The file is empty: it holds no text. {_EXPORT}")


def _too_large() -> UnreadableFileError:
    return UnreadableFileError(
        f"The file is larger than {LARGEST_FILE // (1024 * 1024)} MB, the limit for a holdings file. "
        "Split it, one file per account."
    )
