"""Closes (日締め) and the morning sheet."""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Nothing yet."""
