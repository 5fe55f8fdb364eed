"""``hub characters``: what municipal IT needs to let an official approve a substitution (縮退の承認)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.errors import SettingError
from pipeline.places import specifications_folder

if TYPE_CHECKING:
    from mappings.candidates import Sign
    from mappings.layouts import Format
    from pipeline.held_characters import HeldCharacter


@click.group()
def characters() -> None:
    """Show characters that a receiving system cannot take (外字). Example: hub characters candidates 𠮷"""


@characters.command("candidates")
@click.argument("text")
def show_candidates(text: str) -> None:
    """Show 縮退 candidates of TEXT, characters or code points (U+…). Example: hub characters candidates "U+845B U+E0102" """
    from mappings.candidates import candidates
    from mappings.catalogue import load_catalogue

    formats = load_catalogue(specifications_folder()).formats.values()
    for sign in candidates(_as_characters(text)):
        for line in _words(sign, list(formats)):
            click.echo(line)


@characters.command("held")
@municipality_option
@root_option
def show_held(code: str | None, root_folder: Path | None) -> None:
    """Show characters that hold records now, for which receiving system. Example: hub characters held --root var/demo"""
    from pipeline.held_characters import held_characters
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        found = held_characters(hub)
        names = {key: setting.name for key, setting in hub.municipality.destinations.items()}
    for one in found:
        for line in _held_words(one, names[one.destination]):
            click.echo(line)
    if not found:
        click.echo("文字のために保留になっているレコードはありません。")


def _as_characters(text: str) -> str:
    from mappings.substitutions import from_code_points

    if not text.upper().startswith("U+"):
        return text
    try:
        return from_code_points(text.upper())
    except ValueError as error:
        raise SettingError(f"TEXT: {error}", 'write characters, or code points as "U+845B U+E0102"') from None


def _words(sign: "Sign", formats: "list[Format]") -> Iterator[str]:
    from mappings.candidates import BASES, carries

    yield f"{sign.text}　{sign.points}　{sign.mj or 'MJ文字図形名は不明'}"
    without = [format_.id for format_ in formats if not carries(format_, sign.text)]
    yield f"  そのまま出力できる様式: {'、'.join(one.id for one in formats if one.id not in without) or 'なし'}"
    yield f"  出力できない様式: {'、'.join(without) or 'なし'}"
    for one in sign.candidates:
        takers = [format_.id for format_ in formats if format_.id in without and carries(format_, one.character)]
        yield f"  候補 {one.character}　U+{ord(one.character):04X}（{BASES[one.basis]}）: {'、'.join(takers) or '出力できる様式なし'}"
    if without and not sign.candidates:
        yield "  候補なし: 受け取る側と代わりの文字を決めてください"


def _held_words(one: "HeldCharacter", name: str) -> Iterator[str]:
    yield f"{one.destination}（{name}、{one.format}）　{one.sign.text}　{one.sign.points}　{one.sign.mj}　{len(one.receipts)}件"
    yield f"  項目: {'、'.join(one.items)}"
    yield f"  受付番号: {'、'.join(one.receipts)}"
    yield f"  候補: {'、'.join(f'{usable} U+{ord(usable):04X}' for usable in one.usable) or 'なし'}"
    if one.usable:
        chosen = f"U+{ord(one.usable[0]):04X}" if len(one.usable) == 1 else "候補から選んだ文字"
        entry = f"{{from: {one.sign.points}, to: {chosen}, approved: 決裁者、年月日、決裁番号}}"
        yield f"  承認したときは destinations.{one.destination}.substitutions に書く: {entry}"
