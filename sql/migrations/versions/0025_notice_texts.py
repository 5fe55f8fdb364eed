"""Notices (お知らせ) and their texts."""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Nothing yet."""
