"""The command line (コマンド): ``hub NAME …``. Exit codes: 0 done, 1 red, 2 wrong use or setting, 3 refused input."""

from pipeline.cli.group import main

__all__ = ["main"]
