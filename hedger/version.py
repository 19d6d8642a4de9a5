"""The versions of the package and of the plans that it writes, in one place."""

__version__ = "0.1.0"
PLAN_SCHEMA = "hedger.plan/1"
"""Names the meaning of the fields of ``plan.json``; one that only adds fields keeps it."""
