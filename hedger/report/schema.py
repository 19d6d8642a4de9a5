"""The JSON Schema (draft 2020-12) of ``plan.json``, for programs that check what they read.

It is open: a later version may add fields, and a document with them is still valid. That nothing is missing from the
schema is for the tests to see, which close it first.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hedger.shipped import SHIPPED


@cache
def plan_schema_json() -> str:
    """Return the schema as text, as it comes with the package."""
    return (SHIPPED / "plan.schema.json").read_text(encoding="utf-8")


def load_plan_schema() -> dict[str, Any]:
    """Load the schema that ``plan.json`` validates against."""
    schema: dict[str, Any] = json.loads(plan_schema_json())
    return schema
