"""A folder changes as a whole: whenever the process is killed, the old one or the new one is there."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hedger.errors import SettingsError
from hedger.report.folder import ABANDONED_AFTER, exchange_names, replace_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    Replace = Callable[..., tuple[Path, ...]]

NO_EXCHANGE = "This system cannot exchange two names in one step."
OWNED = ("plan.json", "plan.pdf", "orders.csv")
OLD = {"plan.json": b"old plan", "orders.csv": b"old orders"}
NEW = {"plan.json": b"new plan" * 1000, "plan.pdf": b"new pages"}

# Kills a process of its own before its 1st, 2nd, 3rd... step on the file system, until one gets through, and writes
# down what each has left. With "twice" the exchange of names is made unavailable, as on other systems.
KILLER = """
import errno, json, os, signal, shutil, sys
from pathlib import Path
from hedger.report.folder import exchange_names, replace_folder

where, way, old, new = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
to_bytes = lambda contents: {name: text.encode() for name, text in contents.items()}
STEPS = ("open", "os.", "shutil.rmtree", "ctypes.call_function")


def attempt(place, step):
    counted = 0
    def watch(event, args):
        nonlocal counted
        if not event.startswith(STEPS):
            return
        counted += 1
        if counted == step:
            os.kill(os.getpid(), signal.SIGKILL)
    def told(one, other):
        sys.audit("os.exchange")
        done = exchange_names(one, other) if way == "exchange" else False
        sys.audit("os.exchange")
        return done
    sys.addaudithook(watch)
    replace_folder(place, to_bytes(new), owned=[*old, *new], is_own=bool, exchange=told)
    os._exit(0)


left = []
for step in range(1, 400):
    place = where / f"{step}" / "plan"
    if old:
        replace_folder(place, to_bytes(old), owned=list(old), is_own=bool)
    child = os.fork()
    if child == 0:
        attempt(place, step)
    status = os.waitpid(child, 0)[1]
    before = {p.name: p.read_text() for p in place.iterdir()} if place.exists() else None
    again = {**new, "plan.json": "third"}
    replace_folder(place, to_bytes(again), owned=[*old, *new], is_own=bool)
    after = {p.name: p.read_text() for p in place.iterdir()}
    left.append({"killed": os.WIFSIGNALED(status), "found": before, "after": after == again})
    if not os.WIFSIGNALED(status):
        break
json.dump(left, sys.stdout)
"""


def texts(contents: dict[str, bytes]) -> dict[str, str]:
    return {name: content.decode() for name, content in contents.items()}


def killed_at_every_step(tmp_path: Path, way: str, old: dict[str, bytes]) -> list[dict[str, Any]]:
    command = [sys.executable, "-c", KILLER, str(tmp_path), way, json.dumps(texts(old)), json.dumps(texts(NEW))]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    outcomes: list[dict[str, Any]] = json.loads(finished.stdout)
    assert len(outcomes) > 10
    assert [each["killed"] for each in outcomes] == [True] * (len(outcomes) - 1) + [False]
    return outcomes


def written(place: Path) -> bool:
    """Whether one of the calls of these tests wrote a folder."""
    return (place / "plan.json").read_bytes() in (OLD["plan.json"], NEW["plan.json"])


def contents_of(place: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in place.iterdir()}


def never_exchange(_one: Path, _other: Path) -> bool:
    return False


def exchanges(folder: Path) -> bool:
    """Whether the file system of the tests exchanges names in one step."""
    one, other = folder / "one", folder / "other"
    one.mkdir()
    other.mkdir()
    return exchange_names(one, other)


class TestKilled:
    def test_at_any_step_the_old_folder_or_the_new_one_is_there(self, tmp_path: Path) -> None:
        if not exchanges(tmp_path):
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_EXCHANGE)
        outcomes = killed_at_every_step(tmp_path, "exchange", OLD)
        assert all(each["found"] in (texts(OLD), texts(NEW)) for each in outcomes)
        assert all(each["after"] for each in outcomes)
        found = [each["found"] for each in outcomes]
        assert found[0] == texts(OLD)
        assert found[-1] == texts(NEW)

    def test_a_first_folder_is_there_whole_or_not_at_all(self, tmp_path: Path) -> None:
        outcomes = killed_at_every_step(tmp_path, "exchange", {})
        assert all(each["found"] in (None, texts(NEW)) for each in outcomes)
        assert all(each["after"] for each in outcomes)

    def test_without_exchange_only_the_time_between_two_renamings_leaves_none(self, tmp_path: Path) -> None:
        outcomes = killed_at_every_step(tmp_path, "twice", OLD)
        found = [each["found"] for each in outcomes]
        assert all(each in (None, texts(OLD), texts(NEW)) for each in found)
        assert found.count(None) == 1
        assert all(each["after"] for each in outcomes)


def test_the_old_folder_is_put_back_before_anything_else(tmp_path: Path) -> None:
    # As a kill between the two renamings leaves it; then the next call is refused, so that nothing new takes its place.
    place = tmp_path / "plan"
    for name, contents in ((".plan.0123456789ab.old", OLD), (".plan.0123456789ab.new", NEW)):
        replace_folder(tmp_path / name, contents, owned=(), is_own=written)
    (tmp_path / ".plan.0123456789ab.old" / "mine.txt").touch()
    with pytest.raises(SettingsError, match=r'holds "mine\.txt", which no plan wrote'):
        replace_folder(place, NEW, owned=OWNED, is_own=written)
    assert contents_of(place) == {**OLD, "mine.txt": b""}


@pytest.fixture(params=[exchange_names, never_exchange])
def replace_ours(request: pytest.FixtureRequest) -> Replace:
    """Replace a folder of these tests, in both ways in which one takes the place of another."""
    return partial(replace_folder, owned=OWNED, is_own=written, exchange=request.param)


class TestReplace:
    def test_a_folder_holds_exactly_the_new_files(self, tmp_path: Path, replace_ours: Replace) -> None:
        place = tmp_path / "above" / "plan"
        assert replace_ours(place, OLD) == (place / "plan.json", place / "orders.csv")
        assert contents_of(place) == OLD
        replace_ours(place, NEW)
        assert contents_of(place) == NEW
        assert list(place.parent.iterdir()) == [place]

    def test_files_are_as_open_as_any_new_file_and_the_folder_as_before(
        self, tmp_path: Path, replace_ours: Replace
    ) -> None:
        place, beside = tmp_path / "plan", tmp_path / "beside"
        place.mkdir(mode=0o700)
        beside.touch()
        replace_ours(place, OLD)
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert stat.S_IMODE((place / "plan.json").stat().st_mode) == stat.S_IMODE(beside.stat().st_mode)

    def test_a_link_to_a_folder_stays_a_link(self, tmp_path: Path, replace_ours: Replace) -> None:
        (tmp_path / "there").mkdir()
        (tmp_path / "here").symlink_to("there")
        assert replace_ours(tmp_path / "here", OLD)[0] == tmp_path / "here" / "plan.json"
        assert (tmp_path / "here").is_symlink()
        assert contents_of(tmp_path / "there") == OLD

    def test_what_file_managers_leave_behind_is_no_obstacle(self, tmp_path: Path, replace_ours: Replace) -> None:
        (tmp_path / "plan").mkdir()
        (tmp_path / "plan" / ".DS_Store").touch()
        replace_ours(tmp_path / "plan", OLD)
        assert contents_of(tmp_path / "plan") == OLD

    def test_a_folder_with_other_files_is_left_alone(self, tmp_path: Path, replace_ours: Replace) -> None:
        for name in ("plan.json", "letters.doc", "photo.jpg"):
            (tmp_path / name).touch()
        with pytest.raises(SettingsError, match=r'holds "letters\.doc" and 1 more.*folder of its own'):
            replace_ours(tmp_path, NEW)
        assert set(contents_of(tmp_path)) == {"plan.json", "letters.doc", "photo.jpg"}

    def test_a_folder_under_the_name_of_a_file_is_left_alone(self, tmp_path: Path, replace_ours: Replace) -> None:
        replace_ours(tmp_path / "plan", OLD)
        (tmp_path / "plan" / "plan.pdf").mkdir()
        (tmp_path / "plan" / "plan.pdf" / "letter.txt").touch()
        with pytest.raises(SettingsError, match=r'holds "plan\.pdf", which no plan wrote'):
            replace_ours(tmp_path / "plan", NEW)
        assert (tmp_path / "plan" / "plan.pdf" / "letter.txt").exists()

    def test_a_link_to_a_file_elsewhere_is_left_alone(self, tmp_path: Path, replace_ours: Replace) -> None:
        replace_ours(tmp_path / "plan", OLD)
        (tmp_path / "plan" / "plan.pdf").symlink_to(tmp_path / "letter.pdf")
        with pytest.raises(SettingsError, match=r'holds "plan\.pdf", which no plan wrote'):
            replace_ours(tmp_path / "plan", NEW)
        assert (tmp_path / "plan" / "plan.pdf").is_symlink()

    def test_a_folder_with_only_files_of_the_same_names_is_left_alone(
        self, tmp_path: Path, replace_ours: Replace
    ) -> None:
        (tmp_path / "plan.json").write_bytes(b"my own")
        (tmp_path / "orders.csv").write_bytes(b"my own")
        with pytest.raises(SettingsError, match=r'holds "orders\.csv" and 1 more, which no plan wrote'):
            replace_ours(tmp_path, NEW)
        assert contents_of(tmp_path) == {"plan.json": b"my own", "orders.csv": b"my own"}

    @pytest.mark.parametrize("where", [".", "inside"])
    def test_the_folder_that_one_is_in_is_left_alone(
        self, tmp_path: Path, replace_ours: Replace, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        (tmp_path / "inside").mkdir()
        monkeypatch.chdir(tmp_path / where)
        with pytest.raises(SettingsError, match="is the folder that you are in"):
            replace_ours(tmp_path, NEW)

    def test_a_refusal_of_the_file_system_leaves_the_old_folder(
        self, tmp_path: Path, replace_ours: Replace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / "plan"
        replace_ours(place, OLD)
        calls = []
        fsync: Callable[[int], None] = os.fsync

        def full(descriptor: int) -> None:
            calls.append(descriptor)
            if len(calls) == 2:
                raise OSError(28, "No space left on device")
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            replace_ours(place, NEW)
        assert contents_of(place) == OLD
        assert list(tmp_path.iterdir()) == [place]

    def test_what_killed_runs_left_behind_goes_when_it_is_old(self, tmp_path: Path, replace_ours: Replace) -> None:
        place = tmp_path / "plan"
        left = [".plan.0123456789ab.new", ".plan.ba9876543210.old"]
        others = [".plan.other.new", ".plan2.0123456789ab.new", "plan.0123456789ab.new"]
        for name in [*left, *others]:
            (tmp_path / name).mkdir()
        replace_ours(place, OLD)
        # The newest is in use, as far as anybody knows; `.old` has been put back as the folder that was lost.
        assert {each.name for each in tmp_path.iterdir()} == {"plan", left[0], *others}
        long_ago = place.stat().st_mtime - 2 * ABANDONED_AFTER
        for name in [left[0], *others]:
            os.utime(tmp_path / name, (long_ago, long_ago))
        replace_ours(place, NEW)
        assert {each.name for each in tmp_path.iterdir()} == {"plan", *others}


def test_the_old_folder_returns_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "plan"
    replace_folder(place, OLD, owned=OWNED, is_own=written)
    rename = Path.rename

    def refuse_the_new(self: Path, target: Path) -> Path:
        if self.suffix == ".new":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(PermissionError, match="Permission denied"):
        replace_folder(place, NEW, owned=OWNED, is_own=written, exchange=never_exchange)
    assert contents_of(place) == OLD
    assert list(tmp_path.iterdir()) == [place]


class TestExchange:
    def test_another_system_has_none(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        assert not exchange_names(tmp_path, tmp_path)

    def test_an_older_c_library_has_none(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
        assert not exchange_names(tmp_path, tmp_path)

    @pytest.mark.parametrize("code", [22, 38, 95])
    def test_a_file_system_without_it_is_no_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        class Library:
            def __init__(self, _name: None, *, use_errno: bool) -> None:
                assert use_errno

            @staticmethod
            def renameat2(*_arguments: object) -> int:
                return -1

        monkeypatch.setattr("ctypes.CDLL", Library)
        monkeypatch.setattr("ctypes.get_errno", lambda: code)
        assert not exchange_names(tmp_path, tmp_path)

    def test_any_other_refusal_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match=r"No such file or directory.*nowhere"):
            exchange_names(tmp_path, tmp_path / "nowhere")


def test_what_another_process_has_just_removed_is_nobodys_concern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / ".plan.0123456789ab.new"
    left.mkdir()
    is_dir = Path.is_dir

    def seen_and_gone(self: Path) -> bool:
        found = is_dir(self)
        if self == left and found:
            left.rmdir()
        return found

    monkeypatch.setattr(Path, "is_dir", seen_and_gone)
    replace_folder(tmp_path / "plan", OLD, owned=OWNED, is_own=written)
    assert list(tmp_path.iterdir()) == [tmp_path / "plan"]
