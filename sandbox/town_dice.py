"""The town's only source of chance: a seed and a name always give the same throws."""

from random import Random


def dice(*names: object) -> Random:
    """A generator of throws for one purpose, e.g. ``dice(seed, "homes")``; purposes do not disturb one another."""
    return Random(":".join(str(name) for name in names))
