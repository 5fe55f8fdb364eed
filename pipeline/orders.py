"""Who gives an order and why (指示者と理由): what a person says stays in journal and log, so it is checked before anything is done."""

from pipeline.errors import SettingError
from vocabulary.masking import mask_numbers

LONGEST_ACTOR, LONGEST_REASON = 80, 200
"""Longest texts of --actor and --reason, in characters."""


def check_order(actor: str, reason: str) -> None:
    """Refuse an order that does not say who gives it and why, or says it with a 個人番号. Raises SettingError."""
    for option, text, longest in (("--actor", actor, LONGEST_ACTOR), ("--reason", reason, LONGEST_REASON)):
        if not text.strip() or len(text) > longest:
            raise SettingError(f"{option} is missing or too long", f"say it in 1 to {longest} characters; it stays in the log")
        if mask_numbers(text) != text:
            raise SettingError(f"{option} holds a 個人番号", "leave it out; the log is read by many")
