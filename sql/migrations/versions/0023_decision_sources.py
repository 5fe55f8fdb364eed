"""Decisions (決定) and where they come from."""

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Nothing yet."""
