"""What a municipality declares for its clerks: closing days of payments (支払締日) and who has to file a 現況届 (提出対象者)."""

from datetime import date

from pydantic import Field

from mappings.specification import Spec


class Closing(Spec):
    """A closing day (支払締日): what is decided by then is paid in the payment it is named after."""

    name: str
    day: date
    procedures: tuple[str, ...] = Field(min_length=1)


class ExpectedSetting(Spec):
    """Where the extract of the people who must file comes from. role: whose 宛名番号 it names; empty for the procedure's filer."""

    connection: str
    role: str = ""


def check_procedures(closings: tuple[Closing, ...], expected: dict[str, ExpectedSetting], known: dict[str, object]) -> None:
    """Refuse a procedure that the municipality does not take. Raises ValueError naming key, value and what is allowed."""
    named = [(f"closings {closing.name}", name) for closing in closings for name in closing.procedures]
    for key, name in [*named, *(("expected", name) for name in expected)]:
        if name not in known:
            raise ValueError(f"{key}: {name} is no procedure of this municipality; allowed are {', '.join(known)}")
