"""Expected filings (提出対象者) and corrections (補正)."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Nothing yet."""
