"""Audits (監査): samples, findings and measures."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Nothing yet."""
