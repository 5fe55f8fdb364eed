"""Identification (宛名特定) by all five items, and people outside the register."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Nothing yet."""
