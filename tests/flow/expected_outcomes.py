"""What the town itself expects of its applications, compared with what became of them."""

import json
from pathlib import Path

NEVER_COMPLETE = frozenset({"PT20001"})
"""手続ID of procedures that are complete only after a visit (事前送信)."""


def unexpected_outcomes(root: Path, outcomes: dict[str, list[str]]) -> list[str]:
    """Receipt numbers whose outcome is not the one of ``expected.json``."""
    expected = json.loads((root / "sandbox" / "expected.json").read_text(encoding="utf-8"))
    wanted = [(receipt, defect["expected"]) for defect in expected["defects"].values() for receipt in defect["receipts"]]
    owing = {receipt for receipt, one in expected["people"].items() if one["procedure"] in NEVER_COMPLETE}
    wanted += [(receipt, "delivered:owed" if receipt in owing else "delivered") for receipt in expected["good"]]
    wanted += [(receipt, "out_of_scope") for receipt in expected["out_of_scope"]]
    return [f"{receipt}: {word} expected, got {outcomes.get(receipt)}" for receipt, word in wanted if word not in outcomes.get(receipt, [])]
