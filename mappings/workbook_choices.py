"""Lists to choose from (入力規則) in the cells of a workbook's sheet."""

from collections.abc import Mapping, Sequence

from mappings.markup import escape
from mappings.workbook_file import SheetPart

LONGEST_LIST = 255
_PLACE = b"<pageMargins "


def with_choices(sheet: SheetPart, choices: Mapping[tuple[str, ...], Sequence[str]]) -> SheetPart:
    """The sheet with a drop-down in some cells. choices: texts → cells (``F2``) or ranges (``J2:J9``) that offer them.

    Raises ValueError for texts that no drop-down can offer: with a comma or quote, or too long in all.
    """
    rules = "".join(_rule(texts, cells) for texts, cells in choices.items() if texts and cells)
    count = sum(bool(texts and cells) for texts, cells in choices.items())
    if not count:
        return sheet
    listed = f'<dataValidations count="{count}">{rules}</dataValidations>\n'.encode()
    return SheetPart(sheet.name, sheet.area, sheet.data.replace(_PLACE, listed + _PLACE, 1))


def _rule(texts: tuple[str, ...], cells: Sequence[str]) -> str:
    listed = ",".join(texts)
    if len(listed) > LONGEST_LIST or any("," in text or '"' in text for text in texts):
        raise ValueError("no drop-down can offer these texts")
    options = f'type="list" allowBlank="1" showErrorMessage="1" sqref="{" ".join(cells)}"'
    return f"<dataValidation {options}><formula1>{escape(chr(34) + listed + chr(34))}</formula1></dataValidation>"
