"""Payments (納付): claims, collection data, deposits."""

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Nothing yet."""
