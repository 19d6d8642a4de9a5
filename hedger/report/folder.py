"""A folder that changes as a whole: whoever looks, and whenever a process dies, it is the old one or the new one.

The new folder is written beside its place under a hidden name (``.NAME.xxxx.new``) and forced to the disk. Then it
takes its place, in one of three ways:

- Nothing stands there: one renaming, which every file system does in one step.
- A folder stands there and the system can exchange two names in one step (Linux, on the usual file systems): it does.
  A kill at any point leaves the old folder or the new one, whole, under the name.
- Elsewhere: the old folder is renamed to ``.NAME.xxxx.old`` and the new one to its name. A kill between the two leaves
  no folder under the name, for good until the next call, but both folders whole beside it; the next call for the same
  folder puts the old one back before it does anything else.

What a killed run leaves beside the folder is removed by a later call, once it is an hour old: it might belong to
another process that is still writing. Of two processes that write at once the later one wins, as a whole.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hedger.errors import SettingsError
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

ABANDONED_AFTER = 3600.0
"""Seconds after which a hidden folder of another run is taken to be left behind."""
NOT_OURS_NOR_YOURS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that file managers leave in any folder; nobody misses them."""


def exchange_names(one: Path, other: Path) -> bool:
    """Exchange two names in one step; return whether the system can."""
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415  (for a plan that is written only)

    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # a C library without it
        return False
    from_here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of linux/fs.h
    if renameat2(from_here, os.fsencode(one), from_here, os.fsencode(other), exchange) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):  # a file system or kernel without it
        return False
    raise OSError(code, os.strerror(code), str(other))


def replace_folder(
    folder: Path,
    contents: Mapping[str, bytes],
    *,
    owned: Collection[str],
    is_own: Callable[[Path], bool],
    exchange: Callable[[Path, Path], bool] = exchange_names,
) -> tuple[Path, ...]:
    """Make `folder` hold exactly `contents`, or leave it as it is.

    Parameters
    ----------
    folder
        Made when it does not exist, with the folders above it; followed when it is a link. Its permissions stay.
    contents
        Bytes by file name.
    owned
        Names of files that an earlier call may have written, which are replaced or removed.
    is_own
        Whether a folder with no other files was indeed written by an earlier call; asked only when it is not empty.
    exchange
        Exchanges two names in one step, and returns whether it can.

    Returns
    -------
    tuple
        The paths of the files, in the order of `contents`.

    Raises
    ------
    SettingsError
        When the folder holds anything else, or is the one that the program runs in.
    OSError
        When the file system refuses; the folder is as it was.
    """
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    _put_back(place)
    _require_own(place, folder, owned, is_own)
    stage = place.with_name(f".{place.name}.{secrets.token_hex(6)}.new")
    aside = stage.with_suffix(".old")
    try:
        _write_stage(stage, contents)
        if place.exists():
            stage.chmod(stat.S_IMODE(place.stat().st_mode))
            _change_places(stage, place, aside, exchange)
        else:
            stage.rename(place)
        _force_to_disk(place.parent)
    finally:
        # The old folder, or what was written of the new one.
        shutil.rmtree(stage, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)
    _remove_abandoned(place)
    return tuple(folder / name for name in contents)


def _require_own(place: Path, folder: Path, owned: Collection[str], is_own: Callable[[Path], bool]) -> None:
    """Refuse a folder that cannot be replaced as a whole without taking something away from the user."""
    if not place.exists():
        return
    if Path.cwd().is_relative_to(place):
        raise SettingsError(
            f'"{shorten(folder, 200)}" is the folder that you are in, and the folder of a plan is replaced as a whole. '
            "Choose another one, for example --out plan."
        )
    found = [each for each in place.iterdir() if not (each.name in NOT_OURS_NOR_YOURS and _is_file(each))]
    foreign = sorted(each.name for each in found if not (each.name in owned and _is_file(each)))
    if found and not foreign and not is_own(place):
        foreign = sorted(each.name for each in found)
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise SettingsError(
            f'"{shorten(folder, 200)}" holds "{shorten(foreign[0])}"{more}, which no plan wrote, and the folder of a '
            "plan is replaced as a whole. Choose a folder of its own for the plan with --out FOLDER."
        )


def _is_file(place: Path) -> bool:
    """Return whether a name is that of a file itself: no folder, and no link to a file elsewhere."""
    return stat.S_ISREG(place.lstat().st_mode)


def _write_stage(stage: Path, contents: Mapping[str, bytes]) -> None:
    stage.mkdir()
    for name, content in contents.items():
        with (stage / name).open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    _force_to_disk(stage)


def _change_places(stage: Path, place: Path, aside: Path, exchange: Callable[[Path, Path], bool]) -> None:
    """Put `stage` in the place of `place`; the old folder ends at `stage` or at `aside`."""
    if exchange(stage, place):
        return
    place.rename(aside)
    try:
        stage.rename(place)
    except OSError:
        aside.rename(place)
        raise


def _put_back(place: Path) -> None:
    """Put the old folder back where a run was killed between two renamings."""
    if place.exists():
        return
    asides = [each for each in _hidden_beside(place) if each.suffix == ".old"]
    if asides:
        max(asides, key=_age_mark).rename(place)


def _remove_abandoned(place: Path) -> None:
    newest = _age_mark(place)
    for each in _hidden_beside(place):
        if newest - _age_mark(each) > ABANDONED_AFTER:
            shutil.rmtree(each, ignore_errors=True)


def _hidden_beside(place: Path) -> Iterator[Path]:
    """Yield the folders that runs for `place` have made beside it."""
    for each in place.parent.iterdir():
        name, _, suffix = each.name.rpartition(".")
        owner, _, token = name.rpartition(".")
        if owner == f".{place.name}" and suffix in ("new", "old") and len(token) == 12 and each.is_dir():
            yield each


def _age_mark(folder: Path) -> float:
    # Changed when entries come or go, by the clock of the file system: comparable among neighbours. Of a folder that
    # another process has just removed there is nothing to remove.
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _force_to_disk(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
