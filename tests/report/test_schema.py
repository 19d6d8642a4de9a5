"""The schema of plan.json: valid itself, true to what is written, and complete."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from hedger.advice import Advice, advise
from hedger.contracts import BrokerFees, BrokerMargin, Fees
from hedger.exposure import BetaOverride
from hedger.portfolio import Portfolio, Position, SkippedRow, read_portfolio
from hedger.report import load_plan_schema, plan_document, plan_schema_json, to_json
from hedger.risk import StatedScenario
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Document = dict[str, Any]

DAY = date(2026, 8, 21)
REMEDY = "Describe the field in hedger/data/plan.schema.json."


def document_of(advice: Advice) -> Document:
    document: Document = json.loads(to_json(plan_document(advice)))
    return document


@pytest.fixture(scope="module")
def documents(technology_advice: Advice, technology: Portfolio, adviser: Portfolio) -> list[Document]:
    """Documents in which, together, every field has a value somewhere."""
    lost = replace(technology.positions[0], symbol="LOST", raw_symbol="LOST", market_value=500.0)
    put = Position(
        symbol="AAPL  261218P00200000",
        raw_symbol="AAPL 12/18/2026 200.00 P",
        quantity=2.0,
        price=5.0,
        market_value=1_000.0,
        asset_class="option",
        lines=(4,),
        underlying="AAPL",
        expiry=date(2026, 12, 18),
        strike=200.0,
        right="put",
        multiplier=100.0,
    )
    with_doubts = replace(
        technology,
        positions=(*technology.positions, lost, put),
        skipped_rows=(SkippedRow(line=2, reason="a title"),),
    )
    fees = Fees(commission=0.5, exchange_fee=0.35, regulatory_fee=0.02, as_of="2026-08", source="broker")
    settings = [
        (technology, Settings(hedge=0.0, objective="expected-shortfall", order_type="limit")),
        (adviser, Settings(hedge=0.3, objective="expected-shortfall", current=(("NQ", -1),))),
        (adviser, Settings(target_beta=0.1, margin_budget=50_000.0, max_contracts=20, index=("sp500", "dow30"))),
        (
            with_doubts,
            Settings(
                hedge=0.5,
                contracts=("MNQ", "MES"),
                current=(("MES", -1),),
                beta=(
                    BetaOverride(symbol="AAPL", index="nasdaq100", beta=1.1),
                    BetaOverride(symbol="MSFT", index=None, beta=1.0),
                ),
                margins=(BrokerMargin(symbol="MNQ", initial=3_300.0, maintenance=3_000.0, as_of=DAY, source="broker"),),
                fees=(BrokerFees(symbol="MNQ", fees=fees),),
                futures_price=(("MNQ", 29_400.0),),
                proxy=(("LOST", "SPY"),),
                portfolio_value=1e6,
                buffer=50_000.0,
                scenario=(StatedScenario(name="my own", moves=(("sp500", -0.12), ("AAPL", -0.3))),),
                unrealised_gain=400_000.0,
                long_term_tax=0.2,
                short_term_tax=0.37,
            ),
        ),
        (with_doubts, Settings(hedge=0.5)),
    ]
    advices = [advise(portfolio, settings=chosen, today=DAY) for portfolio, chosen in settings]
    advices.append(advise(technology, as_of=date(2025, 10, 31), today=DAY))  # an early close ahead
    return [document_of(advice) for advice in (technology_advice, *advices)]


def closed(schema: Any) -> Any:
    """Return the schema without room for fields that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: closed(each) for name, each in schema.items()}
    return {"additionalProperties": False, **strict} if "properties" in strict else strict


def validator(schema: Document) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def parts_of(schema: Document) -> Iterator[Document]:
    """Yield every schema within a schema, itself first."""
    yield schema
    named = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    for part in [*named, schema.get("items"), schema.get("additionalProperties")]:
        if isinstance(part, dict):
            yield from parts_of(part)


def named_fields(schema: Document, root: Document, path: str = "$") -> Iterator[str]:
    """Yield the paths of all fields that a schema names."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from named_fields(part, root, f"{path}.{name}")
    if "items" in schema:
        yield from named_fields(schema["items"], root, f"{path}[]")


def written_fields(value: Any, path: str = "$") -> Iterator[str]:
    """Yield the paths of all fields that a document gives a value."""
    if isinstance(value, list):
        for each in value:
            yield from written_fields(each, f"{path}[]")
    if isinstance(value, dict):
        for name, each in value.items():
            if each is not None:
                yield f"{path}.{name}"
            yield from written_fields(each, f"{path}.{name}")


def test_the_schema_is_one() -> None:
    schema = load_plan_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(plan_schema_json()) == schema


def test_every_field_is_described() -> None:
    for part in parts_of(load_plan_schema()):
        for name, field in part.get("properties", {}).items():
            assert "$ref" in field or field["description"], name


def test_whoever_changes_the_loaded_schema_changes_no_other_copy() -> None:
    load_plan_schema().clear()
    assert load_plan_schema()["properties"]


def test_plans_validate_and_have_no_field_that_the_schema_does_not_name(documents: list[Document]) -> None:
    for document in documents:
        errors = [
            f"{error.json_path}: {error.message}"
            for error in validator(closed(load_plan_schema())).iter_errors(document)
        ]
        assert errors == [], REMEDY


def test_the_schema_names_no_field_that_no_plan_has(documents: list[Document]) -> None:
    schema = load_plan_schema()
    written = {path for document in documents for path in written_fields(document)}
    assert {path for path in named_fields(schema, schema) if path not in written} == set()


@pytest.mark.parametrize("name", ["large_caps", "long_short_with_cash", "model_weights", "ibkr_activity_statement"])
def test_plans_of_other_books_validate(sample_folder: Path, name: str) -> None:
    portfolio = read_portfolio(sample_folder / f"{name}.csv", as_of=DAY)
    document = document_of(advise(portfolio, settings=Settings(portfolio_value=250_000.0), today=DAY))
    validator(closed(load_plan_schema())).validate(document)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("plan/hedge_notional", "1,000"),
        ("plan/orders/0/quantity", 1.5),
        ("calendar/roll_date", "14 September"),
        ("as_of", None),
        ("schema", "hedger.plan/2"),
        ("inputs_hash", "abc"),
        ("scenarios/0/kind", "guess"),
        ("risk/before/volatility", -1.0),
    ],
)
def test_a_wrong_value_does_not_validate(documents: list[Document], path: str, wrong: object) -> None:
    document = json.loads(json.dumps(documents[0]))
    part = document
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in way:
        part = part[step]
    part[last] = wrong
    (error,) = validator(load_plan_schema()).iter_errors(document)
    assert error.json_path.endswith(str(last))


def test_a_field_of_a_later_version_does_no_harm(documents: list[Document]) -> None:
    validator(load_plan_schema()).validate({**documents[0], "added_later": 1})
