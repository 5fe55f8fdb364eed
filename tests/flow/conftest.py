"""Fixtures of the tests that let whole flows run."""

from tests.flow.demo_root import demo

__all__ = ["demo"]
