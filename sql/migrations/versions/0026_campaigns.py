"""Campaigns (一斉のお知らせ), their people and their slots."""

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Nothing yet."""
