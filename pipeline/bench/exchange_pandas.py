"""The peer (比較相手): both files as frames, 処理通番 as whole numbers, merged outer."""

from pathlib import Path

from pipeline.bench.exchange_files import HERE, THERE
from pipeline.bench.exchange_hub import answer_of
from pipeline.bench.rounds import Answer, Timed

_NAMES = ["sequence", "facts"]


def prepare(folder: Path) -> Timed:
    """``read_csv`` and an outer merge."""
    import pandas as pd

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / name, header=None, names=_NAMES, dtype={"sequence": "int64", "facts": "str"})

    def run() -> tuple[Answer, int]:
        both = read(THERE).merge(read(HERE), on="sequence", how="outer", suffixes=("_there", "_here"), indicator=True)
        known = both["_merge"] == "both"
        differing = both.loc[known & (both["facts_there"] != both["facts_here"]), "sequence"].tolist()
        only_there = both.loc[both["_merge"] == "left_only", "sequence"].tolist()
        only_here = both.loc[both["_merge"] == "right_only", "sequence"].tolist()
        return lambda: answer_of((("only_there", only_there), ("only_here", only_here), ("differing", differing))), 0

    return run
