"""Corrections (補正): what is asked for."""

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Nothing yet."""
