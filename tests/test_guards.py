"""The rules of the house, for the whole package at once."""

from __future__ import annotations

import ast
import csv
import dataclasses
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hedger
from hedger.contracts import INDICES, SIZES, load_contracts
from hedger.exposure import ESTIMATORS
from hedger.settings import PARSERS, RUN_CHOICES, Settings

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "hedger"
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
PURE_ROOMS = ("exposure", "hedge", "risk", "evidence")

TESTS = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests").rglob("*.py"))
}

every_file = pytest.mark.parametrize("name", TREES)
every_room = pytest.mark.parametrize("room", ROOMS)


def room_of(name):
    """The room of a file or module, such as ``hedger/risk/scenarios.py`` or ``hedger.risk``; ``None`` outside."""
    parts = re.split(r"[/.]", name)
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else None


# ---------------------------------------------------------------- layers


def test_nothing_imports_downward():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr


@every_file
def test_other_rooms_are_entered_by_their_door(name):
    # A type that only annotations name is not entered, and views of the terminal load rich when one is shown.
    annotations = {
        inner
        for node in ast.walk(TREES[name])
        if is_type_checking(node)
        for inner in ast.walk(node)
        if inner is not node
    }
    imported = [
        node.module
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.ImportFrom) and node.module and node not in annotations
    ]
    through_the_wall = [
        module
        for module in imported
        if module.count(".") >= 2
        and room_of(module) not in {None, room_of(name)}
        and not module.startswith("hedger.report.terminal")
    ]
    assert through_the_wall == []


def is_type_checking(node):
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


IMPURE = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "environ", "getenv", "read_text", "write_text"}


@pytest.mark.parametrize("name", [name for name in TREES if room_of(name) in PURE_ROOMS])
def test_pure_rooms_know_no_clock_no_file_and_no_screen(name):
    nodes = list(ast.walk(TREES[name]))
    assert not {node.attr for node in nodes if isinstance(node, ast.Attribute)} & IMPURE
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "print", "input"}


SLOW = ("pandas", "scipy", "pyarrow", "exchange_calendars", "yfinance", "streamlit", "matplotlib", "numba", "sklearn")


def test_advice_needs_no_slow_import():
    script = (
        "import sys, hedger, hedger.cli\n"
        "book = hedger.to_portfolio({'KO': 9000.0})\n"
        "advice = hedger.advise(book)\n"
        f"loaded = sorted(set({SLOW!r}) & set(sys.modules))\n"
        "sys.exit(', '.join(loaded) or (0 if advice.plan.orders else 'no orders'))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (run.returncode, run.stderr) == (0, "")


# ---------------------------------------------------------------- words


FORBIDDEN = re.compile(r"(df|data|info|tmp|utils?|helpers?|managers?|(process|handle|calc|get)_.*)", re.IGNORECASE)


def defined_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


@every_file
def test_names_say_what_a_thing_holds(name):
    vague = [defined for defined in defined_names(TREES[name]) if FORBIDDEN.fullmatch(defined.lstrip("_"))]
    assert vague == []
    stem = Path(name).stem.lstrip("_")
    assert stem != "common"
    assert not FORBIDDEN.fullmatch(stem)


@pytest.mark.parametrize("word", ["get_price", "df", "_data", "handle_row", "calc_beta", "PriceManager", "Utils"])
def test_the_guard_of_names_knows_vague_words(word):
    is_vague = FORBIDDEN.fullmatch(word.lstrip("_")) is not None
    assert is_vague is (word != "PriceManager")


# ---------------------------------------------------------------- size and shape


@every_file
def test_files_stay_within_four_hundred_lines(name):
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 400


@every_file
def test_nothing_is_left_for_later_or_asserted_as_validation(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b", text) == []
    assert [node.lineno for node in ast.walk(TREES[name]) if isinstance(node, ast.Assert)] == []
    # An exemption names its rule.
    assert re.findall(r"noqa(?!: [A-Z]+[0-9]+)", text) == []
    assert re.findall(r"# type: ignore(?!\[)", text) == []


# ---------------------------------------------------------------- docstrings


@every_file
def test_every_module_explains_itself(name):
    if Path(name).name != "__main__.py":
        assert ast.get_docstring(TREES[name])


@every_room
def test_a_room_states_its_job_and_exports_what_it_names(room):
    module = importlib.import_module(f"hedger.{room}")
    assert module.__doc__
    exported = getattr(module, "__all__", None)
    if exported is not None:
        assert len(set(exported)) == len(exported)
        assert [name for name in exported if not hasattr(module, name)] == []


def public_objects():
    yield from (("hedger", name, getattr(hedger, name)) for name in hedger.__all__)
    for room in ROOMS:
        module = importlib.import_module(f"hedger.{room}")
        yield from ((room, name, getattr(module, name)) for name in getattr(module, "__all__", ()))


def test_public_types_are_frozen_and_compare_unless_they_hold_arrays():
    for room, name, each in public_objects():
        if not dataclasses.is_dataclass(each) or not inspect.isclass(each):
            continue
        where = f"{room}.{name}"
        assert each.__dataclass_params__.frozen, where
        assert "__slots__" in vars(each), where
        assert all(field.kw_only for field in dataclasses.fields(each)), where
        annotations = [str(field.type) for field in dataclasses.fields(each)]
        if any(
            re.search(r"(Array|ndarray)\b", annotation) and "Callable" not in annotation for annotation in annotations
        ):
            assert not each.__dataclass_params__.eq, where


def fields_of(node):
    return [each for each in node.body if isinstance(each, ast.AnnAssign)]


def frozen_fields(node):
    """Fields that ``__post_init__`` hands to ``freeze``."""
    calls = [
        call
        for inner in node.body
        if isinstance(inner, ast.FunctionDef) and inner.name == "__post_init__"
        for call in ast.walk(inner)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "freeze"
    ]
    by_name = {argument.value for call in calls for argument in call.args[1:]}
    return by_name | {keyword.arg for call in calls for keyword in call.keywords}


@every_file
def test_a_type_that_holds_arrays_freezes_them(name):
    for node in ast.walk(TREES[name]):
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        if not any(ast.unparse(each).startswith("dataclass(") for each in node.decorator_list):
            continue
        holding = {
            field.target.id
            for field in fields_of(node)
            if re.search(r"(Array|ndarray)\b", ast.unparse(field.annotation))
            and "Callable" not in ast.unparse(field.annotation)
        }
        assert holding == frozen_fields(node), f"{name}: {node.name}"


def is_documented(name, documented):
    # A dataclass without a docstring gets its signature for one.
    return bool(documented.__doc__) and not documented.__doc__.startswith(f"{name}(")


def test_every_public_class_and_function_has_a_docstring():
    bare = []
    for room, name, each in public_objects():
        if not (inspect.isclass(each) or inspect.isfunction(each)):
            continue
        if not is_documented(name, each):
            bare.append(f"{room}.{name}")
        if inspect.isclass(each):
            members = {
                member: own.fget if isinstance(own, property) else own
                for member, own in vars(each).items()
                if not member.startswith("_") and (inspect.isfunction(own) or isinstance(own, property))
            }
            bare.extend(f"{room}.{name}.{member}" for member, own in members.items() if not own.__doc__)
    assert bare == []


def test_every_module_can_be_imported():
    modules = [each.name for each in pkgutil.walk_packages([str(PACKAGE)], "hedger.")]
    assert len(modules) > 40
    # The page and its launcher run when they are imported by the server only.
    for module in modules:
        if room_of(module) != "ui" and not module.endswith("__main__"):
            importlib.import_module(module)


# ---------------------------------------------------------------- the tests themselves


def slack(tree):
    """Yield the lines of a test file that assert less than they seem to, or depend on the day of the run."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name, given = ast.unparse(call.func), {each.arg: each.value for each in call.keywords}
        says = given.get("match")
        if name.endswith("approx") and not given.keys() & {"rel", "abs"}:
            yield call.lineno, "an approximation without rel or abs"
        # What matches a lone letter matches any message.
        if name.endswith("raises") and (
            says is None or (isinstance(says, ast.Constant) and re.search(says.value, "x"))
        ):
            yield call.lineno, "an error whose words are not looked at"
        if re.search(r"\b(date\.today|datetime\.(now|utcnow|today)|time\.time)$", name):
            yield call.lineno, "the clock"
        if name.endswith("setattr") and "raising" in given:
            yield call.lineno, "a patch of something that need not exist"


@pytest.mark.parametrize("name", TESTS)
def test_tests_name_tolerances_words_and_days(name):
    assert list(slack(TESTS[name])) == []


@pytest.mark.parametrize(
    "statement",
    [
        "assert x == pytest.approx(1.0)",
        "pytest.raises(ValueError)",
        "pytest.raises(ValueError, match='.*')",
        "day = date.today()",
        "day = datetime.datetime.now(UTC)",
        "monkeypatch.setattr('hedger.x', 1, raising=False)",
    ],
)
def test_the_guard_of_tests_knows_slack(statement):
    assert len(list(slack(ast.parse(statement)))) == 1


# ---------------------------------------------------------------- names that must agree


def test_every_setting_has_a_parser_and_the_other_way_round():
    choices = {option.replace("-", "_") for option in PARSERS}
    # Day and price source are written like settings, but are arguments of the advice.
    assert choices - {option.replace("-", "_") for option in RUN_CHOICES} == set(Settings.__dataclass_fields__)


def test_indices_are_called_the_same_everywhere():
    names = [index.name for index in INDICES]
    assert names == ["sp500", "nasdaq100", "dow30", "russell2000", "midcap400"]
    assert {contract.index for contract in load_contracts()} == set(names)
    assert PARSERS["index"](",".join(names)) == tuple(names)
    assert len({index.symbol for index in INDICES}) == len({index.title for index in INDICES}) == len(names)


def test_sizes_are_called_the_same_everywhere():
    assert {contract.size for contract in load_contracts()} <= set(SIZES)
    assert PARSERS["sizes"](",".join(SIZES)) == SIZES
    assert set(Settings().sizes) < set(SIZES)


def test_estimators_are_called_the_same_everywhere():
    assert next(iter(ESTIMATORS)) == Settings().estimator == "two-speed"
    assert {"two-speed", "welch", "ewma", "ols"} <= set(ESTIMATORS)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in ESTIMATORS)
    for name in ESTIMATORS:
        assert PARSERS["estimator"](name.upper()) == name
        assert Settings(estimator=name).estimator == name


def test_shipped_tables_are_plain_csv():
    for path in sorted((PACKAGE / "data").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader((line for line in lines if not line.startswith("#")), strict=True))
        assert len(rows) > 1, path.name
        assert {len(row) for row in rows} == {len(rows[0])}, path.name
